"""What is true: catalog, log and records as rows of SQLite, in a file or in memory."""
