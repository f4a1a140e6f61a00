"""Any table in: CSV, Parquet, polars, pandas, Arrow, or the name of a built-in data set."""

from __future__ import annotations
