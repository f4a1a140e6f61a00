"""The faults: one a file, each a rule with a page for a docstring."""
