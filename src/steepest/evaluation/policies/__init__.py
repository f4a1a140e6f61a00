"""What is decided with a prediction, how wide its interval is, and what errors cost."""
