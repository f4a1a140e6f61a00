"""MORE THAN ONE MACHINE: the same walks over the rows by workers that hold their shards."""
