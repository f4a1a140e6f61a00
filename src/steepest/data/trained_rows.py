"""Which rows of a later table trained a model: known from hashes, not from the rows themselves."""

from __future__ import annotations

import importlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.contract import Contract
from steepest.data.fingerprint import Hashes, row_hashes
from steepest.readable import counted
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MOST_HASHES", "Seen", "TrainedRows", "seen_in_all", "seen_rows", "trained_rows"]

MOST_HASHES = 4_096
"""So many different rows that trained are known one by one."""

_BY_CHANCE = 0.01


@dataclass(frozen=True, slots=True)
class TrainedRows:
    """The rows that trained a model: the smallest hashes of them, a random sample of the rows.

    rows:    how many trained
    alike:   the share of all usable rows that equal another one, as fresh rows will too
    whole:   whether all rows are in it
    hashes:  the smallest, rising, 8 bytes each with the lowest first, in base 64
    """

    rows: int
    alike: float
    whole: bool
    hashes: str


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is known of the rows of a later table.

    rows:      how many it has
    asked:     of how many it is known whether they trained: all, or a random sample of them
    found:     how many of these trained
    trained:   (m,) True for these
    by_chance: whether fresh rows may equal so many that trained
    """

    rows: int
    asked: int
    found: int
    trained: NDArray[np.bool_]
    by_chance: bool

    @property
    def whole(self) -> bool:
        """Whether it is known of every row."""
        return self.asked == self.rows

    def said(self, of: str = "the model") -> str:
        """How many trained it, for a sentence; "" where it is none, or by chance."""
        if not self.found or self.by_chance:
            return ""
        if self.whole and self.found == self.rows:
            return f"all of which trained {of}"
        if self.whole:
            return f"of which {self.found:,} trained {of}"
        share = 100 * self.found / self.asked
        return (
            f"of which about {share:.0f} % trained {of} ({self.found:,} of a sample of "
            f"{counted(self.asked, 'row')})"
        )


def trained_rows(
    frame: pl.DataFrame, contract: Contract, target: Array, train: NDArray[Any]
) -> TrainedRows:
    """What is kept of the rows that train; frame and target (m,) are of all usable rows."""
    hashes = row_hashes(frame, contract, target)
    different = _different(np.sort(hashes[train]))
    kept = different[:MOST_HASHES].astype("<u8")
    return TrainedRows(
        rows=len(train),
        alike=_alike(np.sort(hashes)),
        whole=len(different) <= MOST_HASHES,
        hashes=b64encode(kept.tobytes()).decode(),
    )


def _different(rising: Hashes) -> Hashes:
    return rising[np.append(True, rising[1:] != rising[:-1])] if rising.size else rising


def _alike(rising: Hashes) -> float:
    """The share of hashes that equal another one."""
    again = np.append(False, rising[1:] == rising[:-1])
    return float(np.mean(again | np.append(again[1:], False))) if rising.size else 0.0


def seen_rows(known: TrainedRows, frame: pl.DataFrame, contract: Contract, target: Array) -> Seen:
    """Which of later rows trained the model.

    Where more trained than are known one by one, those rows are asked about whose hash is
    among the smallest: whether a row is one of these does not depend on what it holds.
    """
    kept = np.frombuffer(b64decode(known.hashes), dtype="<u8").astype(np.uint64)
    hashes = row_hashes(frame, contract, target)
    last = kept[-1] if kept.size else np.uint64(0)
    asked = np.ones(len(hashes), dtype=bool) if known.whole else hashes <= last
    trained = asked & np.isin(hashes, kept)
    counts = int(asked.sum()), int(trained.sum())
    return Seen(len(hashes), *counts, trained, _by_chance(known, *counts))


def seen_in_all(known: TrainedRows, rows: int, asked: int, found: int) -> Seen:
    """Of rows that were asked about piece by piece; which of them trained is not kept."""
    nothing = np.zeros(0, dtype=np.bool_)
    return Seen(rows, asked, found, nothing, _by_chance(known, asked, found))


def _by_chance(known: TrainedRows, asked: int, found: int) -> bool:
    """Whether so many equal ones are to be expected of rows drawn anew."""
    if not found:
        return True
    share = min(1.0, known.alike + 0.5 / max(1, known.rows))
    special: Any = importlib.import_module("scipy.special")  # it has no types to check
    return float(special.bdtrc(found - 1, asked, share)) > _BY_CHANCE
