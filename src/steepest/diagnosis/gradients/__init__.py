"""What parameters and gradients show: moves, curvature, and the gradient against the loss."""
