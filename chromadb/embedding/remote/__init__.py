"""Embedding functions that ask a service over HTTP: one base, one way to ask, one file for each service."""
