"""Whether rows are the same rows, told from a few bytes: in the same order, or in any.

A row is hashed by its values, never by how polars stores them, so that a fingerprint of today
is that of a later version: numbers as float64, whatever their type, words by BLAKE2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import kind_of, numbers, words
from steepest.data.contract import Column, Contract, Fingerprint
from steepest.data.mixing import ODD, mix
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Hashes", "fingerprint", "hashes_beside", "row_hashes"]

Hashes = NDArray[np.uint64]

_MISSING = np.uint64(0x7FF8_0000_0000_0000)


def fingerprint(
    frame: pl.DataFrame, contract: Contract, target: Array, beside: Sequence[str] = ()
) -> Fingerprint:
    """Of the usable rows of a table: their target, and all that the model learns from.

    target: (m,), as `target_values` gives it; beside: other columns that matter, such as that
    which the rows are split by.
    """
    rows = row_hashes(frame, contract, target)
    others = [column for column in contract.columns if column.name in beside]
    for column in others:
        rows = _mixed(rows + _salted(column, frame[column.name]))
    return Fingerprint(
        target=_digest(np.asarray(target, dtype=np.float64) + 0.0),
        rows=_digest(rows),
        unordered=_digest(np.sort(rows)),
    )


def row_hashes(frame: pl.DataFrame, contract: Contract, target: Array) -> Hashes:
    """(m,) a number for each row, of its target and of every feature of the contract.

    Equal rows have equal ones; that two of a million that differ do has a chance of 3e-8.

    >>> from steepest.data.survey import read_contract
    >>> from steepest.data.table import read_table
    >>> table = read_table({"x": [1, 2, 1], "y": [0.0, 0.0, 0.0]})
    >>> contract = read_contract(table, "y", features=["x"])
    >>> hashes = row_hashes(table.frame, contract, table.frame["y"].to_numpy())
    >>> hashes[0] == hashes[2] != hashes[1]
    np.True_
    """
    rows = _mixed(_bits(np.asarray(target, dtype=np.float64)) + _salt(contract.target))
    for column in contract.features:
        rows += _salted(column, frame[column.name])
    return _mixed(rows)


def hashes_beside(frame: pl.DataFrame, columns: Sequence[Column]) -> Hashes:
    """(m,) a number for each row, of some columns of a later table of the same names."""
    rows = np.zeros(frame.height, dtype=np.uint64)
    for column in columns:
        rows += _salted(column, frame[column.name])
    return _mixed(rows)


def _salted(column: Column, series: pl.Series) -> Hashes:
    """(m,) the hashes of a column's values, other ones for each name."""
    return _mixed(_values(column, series) + _salt(column.name))


def _values(column: Column, series: pl.Series) -> Hashes:
    if column.kind in ("number", "truth"):
        return _bits(numbers(series).to_numpy())
    if column.kind == "text":
        return _of_words(words(series))
    return _of_words(_written(series))


def _bits(values: Array) -> Hashes:
    """(m,) the bits of float64, with one zero and one missing value."""
    plain = np.ascontiguousarray(values, dtype=np.float64) + 0.0
    return np.where(np.isnan(plain), _MISSING, plain.view(np.uint64))


def _of_words(series: pl.Series) -> Hashes:
    """(m,) a hash of each word, worked out once for each different one."""
    import polars as pl

    levels = series.drop_nulls().unique()
    if levels.is_empty():
        return np.full(series.len(), _MISSING)
    told = pl.Series([_of_word(word) for word in levels.to_list()], dtype=pl.UInt64)
    found = series.replace_strict(levels, told, default=None, return_dtype=pl.UInt64)
    return found.fill_null(int(_MISSING)).to_numpy().astype(np.uint64)


def _of_word(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def _written(series: pl.Series) -> pl.Series:
    """Dates, lists and the like as text."""
    import polars as pl

    if series.dtype.is_temporal() or kind_of(series.dtype) != "other":
        return words(series)
    values: Iterable[Any] = series.to_list()
    return pl.Series([None if value is None else repr(value) for value in values], dtype=pl.String)


def _salt(name: str) -> np.uint64:
    return np.uint64(_of_word(name))


def _mixed(values: Hashes) -> Hashes:
    return mix(values + ODD)


def _digest(values: NDArray[Any]) -> str:
    plain = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return hashlib.blake2b(np.ascontiguousarray(plain).data, digest_size=12).hexdigest()
