"""Clients of a server: addresses, headers, sending, and what answers mean."""
