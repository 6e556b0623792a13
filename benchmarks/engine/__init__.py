"""The index engine beside the official package and other embedded databases: `python -m benchmarks.engine`."""
