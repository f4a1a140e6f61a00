"""What training again in other ways tells: columns, peers, curves, pairs of runs."""
