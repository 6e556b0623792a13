"""The ``chroma`` command: thin commands over the rooms below."""
