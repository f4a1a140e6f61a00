"""How it looks: terminal, plots, and the report. Nothing here computes what numerics should."""
