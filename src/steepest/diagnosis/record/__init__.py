"""What a record says and shows: read once, for every rule."""
