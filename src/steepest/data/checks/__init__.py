"""What of a contract a later table can break: one idea a file."""
