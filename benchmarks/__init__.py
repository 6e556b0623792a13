"""Measurements of this package, beside the official one where that can be had; see README.md."""
