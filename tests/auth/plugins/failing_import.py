"""Cannot be imported."""

raise RuntimeError("s3cret")
