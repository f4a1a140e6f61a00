"""Other people's training loops, watched as they are."""
