"""What is minimised: losses, objectives, and the exactly known bowls of least squares."""
