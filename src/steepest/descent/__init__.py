"""How it goes down: update rules, learning rates, curvature, and the descent itself."""
