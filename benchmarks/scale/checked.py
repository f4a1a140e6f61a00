"""The cost model held against fits on this machine: predicted, measured, and their ratio.

What is predicted comes from the constants of `rates.py`, each measured by itself; what is measured
is a pass of a whole fit through the public door.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
from made_table import TARGET
from rates import Data, Rates, cold

from steepest import fit
from steepest.errors import InputError
from steepest.passes.asking import Progress

sys.path.insert(0, str(Path(__file__).parents[1]))
from measure import THREADS

__all__ = ["Check", "check_all"]

HELD_OUT = 0.2
STEPS = 12
PIECES = 16


@dataclass(frozen=True, slots=True)
class Check:
    """Seconds of one pass; measured: None where it could not be, and `trouble` says why."""

    what: str
    rows: int
    width: int
    formula: str
    predicted: float
    measured: float | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One configuration: how it is predicted, and how it is measured."""

    what: str
    data: Data
    formula: str
    predicted: float
    measure: Callable[[], float]


def check_all(rates: Rates, data: list[Data], folder: Path) -> list[Check]:
    """Every configuration; `data` as `rates.data_of` made it."""
    cases: list[Case] = []
    for one in data:
        cases += _least_squares(one, rates)
    for one in data:
        cases += _descents(one, rates, folder)
    return [_checked(case) for case in cases]


def _checked(case: Case) -> Check:
    same = (case.what, case.data.rows, case.data.width, case.formula, case.predicted)
    try:
        return Check(*same, case.measure())
    except InputError as error:
        return Check(*same, None, str(error))


def _least_squares(data: Data, rates: Rates) -> list[Case]:
    d, m, n = data.width, data.rows, data.width + 1

    def work(threads: int) -> float:
        return m * (n * rates.decode[d, threads] + rates.survey[d, threads])

    found = [
        Case(
            f"survey of a file in the page cache, {threads} thread{'s' * (threads > 1)}",
            data,
            "m ((d + 1) c_read + c_survey)",
            work(threads),
            lambda threads=threads: _survey(data.path, threads, times=2),
        )
        for threads in (1, THREADS)
    ]
    reading = Case(
        f"the same from the disk, {THREADS} threads",
        data,
        "max(S / B_disk, m ((d + 1) c_read + c_survey))",
        max(data.size / rates.disk, work(THREADS)),
        lambda: _survey(data.path, THREADS, times=2, before=lambda: cold(data.path)),
    )
    return [*found, reading]


def _descents(data: Data, rates: Rates, folder: Path) -> list[Case]:
    d, train = data.width, (1 - HELD_OUT) * data.rows
    classes = folder / f"classes{d}.parquet"
    frame = pl.read_parquet(data.path)
    frame = frame.with_columns((pl.col(TARGET) > pl.col(TARGET).median()).cast(pl.Int64))
    frame.write_parquet(classes, row_group_size=max(1, data.rows // PIECES))
    working = train * rates.loss[d, THREADS] + PIECES * rates.task
    in_memory = Case(
        f"a step of logistic regression, rows held, {THREADS} threads",
        data,
        "m c_loss + P c_task",
        working,
        lambda: _step(classes, engine="local", memory="2GB", threads=THREADS),
    )
    if rates.ray is None:
        return [in_memory]
    by_ray = Case(
        f"a step of logistic regression, rows held, Ray with {THREADS} workers",
        data,
        "m c_loss + P c_task + L + h W",
        working + rates.ray.call + THREADS * rates.ray.answer,
        lambda: _step(classes, engine="ray", memory="2GB", workers=THREADS),
    )
    return [in_memory, by_ray]


def _survey(path: Path, threads: int, *, times: int, before: Callable[[], Any] = dict) -> float:
    found = []
    for _ in range(times):
        before()
        found.append(fit(path, TARGET, engine="local", threads=threads).seconds["survey"])
    return median(found)


def _step(path: Path, **options: Any) -> float:
    """The median over the steps, from the second walk that descends on."""
    ended: dict[int, float] = {}

    def seen(progress: Progress) -> None:
        if progress.pieces == progress.of_pieces and progress.what.startswith("descend"):
            ended[progress.number] = time.perf_counter()

    fit(path, TARGET, loss="logistic", steps=STEPS, on_pass=seen, **options)
    times = [ended[number] for number in sorted(ended)]
    return median(b - a for a, b in pairwise(times[1:]))
