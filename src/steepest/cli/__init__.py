"""The door: one command a file, no arithmetic."""
