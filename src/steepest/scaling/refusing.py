"""What cannot be asked of rows that come piece by piece, said before anything is read."""

from __future__ import annotations

from steepest.errors import InputError
from steepest.evaluation.splits.split import asked_split
from steepest.run import Request

__all__ = ["refuse_what_needs_rows"]

_SAMPLE = "fit a sample of them that fits into memory"


def refuse_what_needs_rows(request: Request) -> None:
    """Raise InputError for what needs all rows at hand at once, with what to do instead.

    >>> refuse_what_needs_rows(Request("big.parquet", "price"))
    """
    for asked, why, instead in _wishes(request):
        if asked:
            raise InputError(f"{asked}, but the rows are read piece by piece, and {why}; {instead}")


def _wishes(request: Request) -> list[tuple[str, str, str]]:
    """What was asked for and cannot be ("" where it was not), why, and what to do instead."""
    kind, _ = asked_split(request.split)
    return [
        (
            "" if request.batch is None else f"batch is {request.batch:,}",
            "random batches would read all of them for every few steps",
            f"leave it out, so that every step takes all rows, or {_SAMPLE}",
        ),
        (
            "average is asked for" if request.average else "",
            "it is for mini-batches",
            "leave it out",
        ),
        (
            "" if request.full_loss_every is None else "full_loss_every is given",
            "every step knows the loss of all rows as it is",
            "leave it out",
        ),
        (
            "" if request.folds is None else f"folds is {request.folds:,}",
            "each fold would walk over all of them as often as the fit itself",
            f"hold a share of the rows out instead (holdout), or {_SAMPLE}",
        ),
        (
            f"repeats is {request.repeats:,}" if request.repeats > 1 else "",
            "each repetition would walk over all of them as often as the fit itself",
            "take repeats 1: so many rows judge that one split tells enough",
        ),
        (
            "" if kind in ("auto", "random") else f"split is {request.split}",
            _why_not(kind),
            f"split at random, or {_SAMPLE}",
        ),
        (
            f"key is {request.key}" if request.key else "",
            "that no two of them share a key can only be seen with all keys at hand",
            "leave key out, and name the columns to learn from with features instead",
        ),
    ]


def _why_not(kind: str) -> str:
    if kind == "stratified":
        return "which of them are held out is told from the place of each alone"
    if kind == "time":
        return "which of them are the latest is known only after all were read and sorted"
    return "which groups there are is known only after all were read"
