"""What a gradient check is made of: measuring slopes, finding where one is wrong, naming it."""
