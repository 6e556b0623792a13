"""The Python blocks of the user documentation, run as they are written."""
