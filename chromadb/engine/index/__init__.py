"""What is derived: a collection's vectors and metadata columns, rebuilt from log and records at any time."""
