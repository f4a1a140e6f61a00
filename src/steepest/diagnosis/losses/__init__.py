"""What can be told from the losses alone."""
