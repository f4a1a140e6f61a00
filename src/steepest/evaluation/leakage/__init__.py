"""Whether the rows that judge a model have told it anything: one way a file."""
