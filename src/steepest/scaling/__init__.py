"""MORE THAN MEMORY: fit, judge, check and predict over rows that come piece by piece."""
