"""WALKS OVER THE ROWS: a question to all of them, and how the answers of pieces become one."""
