"""Numbered SQL scripts that lead an empty file to the current layout, applied in order and never edited once
released.
"""
