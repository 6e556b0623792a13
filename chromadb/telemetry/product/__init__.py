"""Under this path other code looks for what reports usage; nothing here does."""
