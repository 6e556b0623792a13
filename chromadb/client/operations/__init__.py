"""What clients ask of a database, as values: each knows how it is done in this process."""
