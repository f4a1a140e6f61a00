"""How the store keeps things: one SQLite file, columns as plain bytes, words as JSON."""
