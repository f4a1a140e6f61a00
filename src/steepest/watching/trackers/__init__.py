"""Other people's trackers: measures and findings of a watched loop, through their own clients."""
