"""PyTorch loops: the hooks of the hot path, and the inspectors that look at one thing each."""
