"""The test of drift against a contract: false alarms on tables drawn alike, and its power."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from steepest.data.check_contract import check_contract
from steepest.data.columns import describe
from steepest.data.contract import Contract
from steepest.data.held import hold
from steepest.data.repeated_rows import count_repeated
from steepest.data.sketch import sketch_of
from steepest.data.spreads import FALSE_ALARMS, spreads_of
from steepest.data.table import Table

__all__ = ["section"]

Draw = Callable[[np.random.Generator, int], pl.DataFrame]

ZIPF = 1 / np.arange(1, 46) ** 1.2
CITIES = np.array([f"city {i}" for i in range(45)])
PLACES = np.array([f"place {i}" for i in range(30)])
SHARES = 1 / np.arange(1, 31) / np.sum(1 / np.arange(1, 31))
SHOPS = np.array([f"shop {i}" for i in range(40)])
SIZES = ((100, 30), (100, 100), (300, 300), (1_000, 50), (1_000, 1_000), (3_000, 300))


def normal(random: np.random.Generator, rows: int) -> pl.DataFrame:
    """Ten columns of numbers without ties."""
    return frame_of({f"x{i}": random.normal(size=rows) for i in range(10)}, random, rows)


def tied(random: np.random.Generator, rows: int) -> pl.DataFrame:
    """Counts, shares of zeros, few values and many."""
    columns: dict[str, np.ndarray] = {
        "count": random.poisson(2.0, rows),
        "rare": random.poisson(0.1, rows),
        "score": random.integers(1, 6, rows),
        "year": random.integers(1950, 2021, rows),
        "zeros": np.where(random.random(rows) < 0.6, 0.0, random.lognormal(size=rows)),
        "rounded": np.round(random.normal(size=rows), 1),
    }
    return frame_of(columns, random, rows)


def words(random: np.random.Generator, rows: int) -> pl.DataFrame:
    """Text with 3, 30 and 40 levels, of which many are rare or alike, truth, and gaps."""
    columns: dict[str, np.ndarray] = {
        "kind": random.choice(["a", "b", "c"], rows, p=[0.7, 0.25, 0.05]),
        "place": random.choice(PLACES, rows, p=SHARES),
        "shop": random.choice(SHOPS, rows),
        "new": random.random(rows) < 0.1,
        "x": random.normal(size=rows),
    }
    frame = frame_of(columns, random, rows)
    gaps = pl.Series(random.random(rows) < 0.1)
    return frame.with_columns(
        pl.when(gaps).then(None).otherwise(pl.col(name)).alias(name) for name in ("kind", "x")
    )


def zipf(random: np.random.Generator, rows: int) -> pl.DataFrame:
    """Two columns of 45 levels each, by Zipf's law: nearly every table has new ones."""
    columns = {name: random.choice(CITIES, rows, p=ZIPF / ZIPF.sum()) for name in ("city", "shop")}
    return frame_of(columns, random, rows)


def heavy(random: np.random.Generator, rows: int) -> pl.DataFrame:
    """Long tails: the largest of the new rows is often far beyond the largest of the old."""
    columns: dict[str, np.ndarray] = {
        "log-normal": random.lognormal(0, 1.5, rows),
        "Pareto": random.pareto(1.5, rows),
        "Cauchy": random.standard_cauchy(rows),
        "exponential": random.exponential(size=rows),
        "money": np.round(random.lognormal(4, 0.6, rows), -1),
    }
    return frame_of(columns, random, rows)


def wide(random: np.random.Generator, rows: int) -> pl.DataFrame:
    """A hundred columns, half of them normal and half exponential."""
    columns: dict[str, np.ndarray] = {f"x{i}": random.normal(size=rows) for i in range(50)}
    columns |= {f"e{i}": random.exponential(size=rows) for i in range(50)}
    return frame_of(columns, random, rows)


def again(random: np.random.Generator, rows: int) -> pl.DataFrame:
    """Few different rows, so that nearly all repeat another, and rare flags."""
    columns: dict[str, np.ndarray] = {f"rare {i}": random.random(rows) < 0.01 for i in range(6)}
    columns |= {f"digit {i}": random.integers(0, 10, rows) for i in range(2)}
    return frame_of(columns, random, rows)


def frame_of(
    columns: dict[str, np.ndarray], random: np.random.Generator, rows: int
) -> pl.DataFrame:
    """The columns with a target of noise."""
    return pl.DataFrame(columns).with_columns(target=pl.Series(random.normal(size=rows)))


TABLES: dict[str, Draw] = {
    "10 columns of numbers": normal,
    "6 columns with ties": tied,
    "5 columns with text, truth, gaps": words,
    "2 columns of 45 levels by Zipf's law": zipf,
    "5 columns with long tails": heavy,
    "100 columns, half exponential": wide,
    "8 columns, most rows repeated": again,
}


def section(seed: int = 0, quick: bool = False) -> str:
    """What was simulated, and the rates, as Markdown."""
    random = np.random.default_rng(seed)
    return "\n\n".join([alarms_part(random, quick), power_part(random, quick)])


def alarms_part(random: np.random.Generator, quick: bool) -> str:
    """Whole tables with a warning of any kind, though they are drawn as the first was."""
    sizes, pairs = (SIZES[::3], 2) if quick else (SIZES, 60)
    rows: list[str] = []
    wrong: Counter[str] = Counter()
    trials = alarmed = 0
    for name, draw in TABLES.items():
        some = max(1, pairs // 5) if draw is wide else pairs
        for before, after in sizes:
            found = [
                codes(contract_of(draw(random, before)), draw(random, after)) for _ in range(some)
            ]
            count = sum(map(bool, found))
            wrong.update(code for one in found for code in one)
            rows.append(f"| {name} | {before:,} | {after:,} | {some:,} | {rate(count, some)} |")
            alarmed, trials = alarmed + count, trials + some
    head = "| table | rows of the contract | new rows | pairs | with any warning |\n"
    kinds = ", ".join(f"{code} {100 * n / trials:.2f} %" for code, n in wrong.most_common())
    return (
        "## Contracts: false alarms\n\n"
        "`steepest contract check` warns of drift where the population stability index is 0.1 or "
        "more and Pearson's chi-square test says that this is not by chance; of more missing "
        "values by Fisher's exact test; of numbers outside the range by how many are, and how far "
        "on a scale of logarithms; of new levels by the chance that all of a level's rows are new "
        "ones; of repeated rows by how many there were. Holm's procedure over all tests of a table "
        "keeps its false alarms at 1 % at most. Tables are drawn alike with their contract's, and "
        "a whole table counts as alarmed by a warning of any kind whatever, also those outside "
        "that family (marks for missing values, other units, swapped columns, fractions); every "
        "contract gets one table of its own.\n\n"
        f"**{rate(alarmed, trials)} of {trials:,} tables drawn alike were warned of; the goal is "
        f"1 % at most.** By kind: {kinds or 'none'}.\n\n"
        f"{head}| --- | ---: | ---: | ---: | ---: |\n" + "\n".join(rows)
    )


def codes(contract: Contract, frame: pl.DataFrame) -> set[str]:
    """The kinds of warnings, and of what is broken, that a table gets."""
    found = check_contract(contract, Table(frame, "simulated")).breaches
    return {breach.code for breach in found if breach.severity != "note"}


def contract_of(frame: pl.DataFrame) -> Contract:
    """What later tables are tested against; as `read_contract`, without all its remarks."""
    columns = tuple(
        replace(
            column,
            role="target" if column.name == "target" else "feature",
            sketch=sketch_of(frame[column.name]),
        )
        for column in describe(frame, frame.columns)
    )
    repeated = count_repeated(frame, [name for name in frame.columns if name != "target"])
    return Contract("simulated", frame.height, 0, "target", (), columns, (), repeated=repeated)


def alarms(contract: Contract, frame: pl.DataFrame) -> dict[str, bool]:
    """The columns that are said to have drifted, or to miss more; whether it is a warning."""
    spreads = spreads_of(hold(contract, Table(frame, "simulated"), "if there", {}))
    gaps = {s.name: True for s in spreads.columns if s.gaps is not None and s.gaps < FALSE_ALARMS}
    return gaps | {s.name: True for s in spreads.columns if s.drifted}


def noted(contract: Contract, frame: pl.DataFrame, column: str) -> bool:
    """Whether that column is said to be spread otherwise at all, be it a little."""
    found = check_contract(contract, frame).breaches
    return any(b.code in ("drift", "missing_rate") and b.column == column for b in found)


SHIFTS: dict[str, pl.Expr] = {
    "a mean 0.1 standard deviations up": pl.col("x0") + 0.1,
    "a mean 0.3 standard deviations up": pl.col("x0") + 0.3,
    "a mean 0.5 standard deviations up": pl.col("x0") + 0.5,
    "a spread 1.5 times as wide": pl.col("x0") * 1.5,
    "one row in ten the same value": pl.when(pl.int_range(pl.len()) % 10 == 0)
    .then(0.0)
    .otherwise(pl.col("x0")),
    "one row in twenty missing": pl.when(pl.int_range(pl.len()) % 20 > 0).then(pl.col("x0")),
}


def power_part(random: np.random.Generator, quick: bool) -> str:
    """How often one drifted column of ten is found."""
    sizes, tables = ((300,), 2) if quick else ((100, 300, 1_000, 3_000), 30)
    rows: list[str] = []
    for name, shift in SHIFTS.items():
        found = [power(random, shift, after, tables) for after in sizes]
        cells = [f"{100 * warned:.0f} % / {100 * told:.0f} %" for warned, told in found]
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    head = "".join(f" {after:,} new rows |" for after in sizes)
    return (
        f"### What it finds\n\nOne column of ten drifts; contracts of 3,000 rows, {tables} tables "
        "each. The first share is warned of; the second is warned of or noted: what chance does "
        "not explain and has an index below 0.1 is a note. A shift of 0.3 standard deviations has "
        f"one of about 0.09.\n\n| drift |{head}\n| --- |{' ---: |' * len(sizes)}\n"
        + "\n".join(rows)
    )


def power(
    random: np.random.Generator, shift: pl.Expr, after: int, tables: int
) -> tuple[float, float]:
    """The shares of tables whose column is warned of, and whose column is spoken of."""
    warned = told = 0
    for _ in range(tables):
        contract = contract_of(normal(random, 3_000))
        frame = normal(random, after).with_columns(shift.alias("x0"))
        warned += alarms(contract, frame).get("x0", False)
        told += noted(contract, frame, "x0")
    return warned / tables, told / tables


def rate(count: int, of: int) -> str:
    """A share in per cent, with twice its Monte-Carlo error."""
    share = (count + 1) / (of + 2)
    error = 2 * math.sqrt(share * (1 - share) / of)
    return f"{100 * count / of:.2f} % (± {100 * error:.2f})"
