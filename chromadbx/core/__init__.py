"""The parts of chromadbx: `ids` and `queries`."""
