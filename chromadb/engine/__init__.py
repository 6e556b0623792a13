"""The database itself: knows no HTTP, no client types and no environment variables."""
