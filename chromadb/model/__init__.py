"""Plain data that every room shares: parse, validate, and turn to and from what is stored or sent.

Depends on nothing above it and does no I/O.
"""
