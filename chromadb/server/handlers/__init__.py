"""What each route does: from a checked call to the database and back to an answer."""
