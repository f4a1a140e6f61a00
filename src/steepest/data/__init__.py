"""What enters: tables, their contract, their representation, and the rows in blocks."""
