"""What training again in other ways tells of a run: its columns, its peers, its curves."""
