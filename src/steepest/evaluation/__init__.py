"""Whether to trust it: splits, scores on rows never trained on, and what the errors mean."""
