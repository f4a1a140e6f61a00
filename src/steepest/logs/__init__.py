"""Other people's logs: read as the record of a descent."""
