"""How often a leak that was planted is found, and how often one is seen where there is none.

Healthy tables of many kinds are made at random; into copies of them each way of leaking is
planted. All are read, split and looked at as `steepest fit` does it; nothing is trained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from steepest.asking import check
from steepest.evaluation.leakage.evidence import evidence_of
from steepest.evaluation.leakage.find import CHECKS, find_leakage
from steepest.evaluation.leakage.leakage import Leakage
from steepest.evaluation.splits.folding import folds_of
from steepest.ready import read_rows
from steepest.run import Request

__all__ = ["BUILT_IN", "KINDS", "PLANTS", "SPECIAL", "healthy", "look", "section"]

TARGET = "outcome"
KINDS = ("number", "two", "three", "count")
BUILT_IN = {
    "houses": "price",
    "diabetes": "progression",
    "breast_cancer": "diagnosis",
    "iris": "species",
    "wine": "cultivar",
    "digits": "digit",
}
Plant = Callable[[pl.DataFrame, np.random.Generator], pl.DataFrame]


@dataclass(frozen=True)
class Way:
    """One way of leaking: how it is planted, into what, and which checks are right to see it."""

    plant: Plant
    found: tuple[str, ...]
    kinds: tuple[str, ...] = KINDS
    split: str = "auto"


def healthy(seed: int, kind: str, rows: int | None = None) -> pl.DataFrame:
    """A table without a leak: numbers of several shapes, text, truth, gaps, dates, identifiers."""
    rng = np.random.default_rng(seed)
    rows = rows or int(rng.choice([120, 300, 800, 2000]))
    mix = rng.normal(size=(4, 4)) * 0.4 + np.eye(4)
    numbers = rng.normal(size=(rows, 4)) @ mix
    columns: dict[str, object] = {f"x{i}": numbers[:, i] for i in range(4)}
    columns["rounded"] = np.round(rng.gamma(2.0, 3.0, rows), 1)
    columns["whole"] = rng.poisson(20, rows)
    columns["age"] = rng.integers(18, 90, rows)
    columns["share"] = rng.beta(2, 3, rows)
    columns["member"] = rng.random(rows) < 0.3
    place = rng.choice(list("abcdef"), rows, p=[0.4, 0.2, 0.15, 0.1, 0.1, 0.05])
    columns["place"] = place
    effect = dict(zip("abcdef", rng.normal(size=6), strict=True))
    weights = rng.normal(size=4) * rng.choice([0, 1, 1], 4)
    signal = numbers @ weights + 0.05 * (np.asarray(columns["age"]) - 50) * rng.normal()
    signal = signal + np.array([effect[one] for one in place]) * rng.choice([0, 0.7])
    signal = signal / max(float(signal.std()), 1e-9)
    if rng.random() < 0.5:
        days = np.datetime64("2020-01-01") + np.sort(rng.integers(0, 900, rows))
        columns["bought"] = rng.permutation(days) if rng.random() < 0.5 else days
    if rng.random() < 0.5:
        columns["customer"] = rng.integers(0, rows // 4, rows)
    if rng.random() < 0.5:
        columns["row_id"] = np.arange(rows)
    noise = rng.choice([0.3, 1.0, 3.0])
    columns[TARGET] = _target(kind, signal + noise * rng.normal(size=rows), rng)
    frame = pl.DataFrame(columns)
    if rng.random() < 0.6:
        gaps = rng.random(rows) < 0.1 + 0.2 * (numbers[:, 1] > 0)
        frame = frame.with_columns(
            pl.when(pl.Series(gaps)).then(None).otherwise(pl.col("x0")).alias("x0")
        )
    return frame.sample(fraction=1, shuffle=True, seed=seed) if rng.random() < 0.5 else frame


def _target(kind: str, score: np.ndarray, rng: np.random.Generator) -> object:
    if kind == "number":
        return np.round(50 + 10 * score, 2) if rng.random() < 0.5 else score
    if kind == "count":
        return rng.poisson(np.exp(np.clip(1 + 0.5 * score, -3, 4))).astype(float)
    if kind == "two":
        return np.where(score > np.quantile(score, rng.choice([0.5, 0.7, 0.85])), "yes", "no")
    cuts = np.quantile(score, [0.4, 0.75])
    return np.array(["low", "middle", "high"])[np.searchsorted(cuts, score)]


def look(frame: pl.DataFrame | str, target: str = TARGET, **asked: object) -> Leakage:
    """What the checks say of a table, split as asked."""
    rows = read_rows(frame, check(Request("", target, **asked)))  # type: ignore[arg-type]
    pairs = folds_of(rows.split, rows.frame, rows.truth, rows.contract.classes)
    evidence = evidence_of(rows.frame, rows.contract, rows.truth, rows.split, pairs)
    return find_leakage(evidence)


def _y(frame: pl.DataFrame) -> np.ndarray:
    """The target as numbers: two and three classes by place."""
    series = frame[TARGET]
    if series.dtype == pl.String:
        order = {"no": 0, "yes": 1, "low": 0, "middle": 1, "high": 2}
        return np.array([order[one] for one in series], dtype=float)
    return series.to_numpy().astype(float)


def _again(frame: pl.DataFrame, rng: np.random.Generator, share: float = 0.15) -> pl.DataFrame:
    rows = rng.choice(frame.height, max(20, int(share * frame.height)), replace=False)
    return frame[np.sort(rows)]


def _joined(one: pl.DataFrame, more: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    both = pl.concat([one, more.cast(one.schema)])  # type: ignore[arg-type]
    return both[rng.permutation(both.height)]


def duplicated(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    return _joined(frame, _again(frame, rng), rng)


def renumbered(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    frame = frame.with_columns(entry_id=np.arange(frame.height))
    more = _again(frame, rng)
    return _joined(frame, more.with_columns(entry_id=10**6 + np.arange(more.height)), rng)


def rounded(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    more = _again(frame, rng)
    return _joined(frame, more.with_columns(pl.col("x1", "x2", "x3").round(3)), rng)


def measured_again(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    more = _again(frame, rng)
    other = frame[TARGET].to_numpy()[rng.permutation(frame.height)[: more.height]]
    return _joined(frame, more.with_columns(pl.Series(TARGET, other)), rng)


def filled_up(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    counts = frame[TARGET].value_counts(sort=True)
    rare = counts[TARGET][-1]
    own = frame.filter(pl.col(TARGET) == rare)
    own = own.head(max(10, own.height // 3))
    frame = pl.concat([frame.filter(pl.col(TARGET) != rare), own])
    most = counts["count"][0]
    extra = max(most - own.height, own.height)
    return _joined(frame, own[rng.integers(0, own.height, extra)], rng)


def copied(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    y = _y(frame)
    return frame.with_columns(final=pl.Series(3 * y + 1 + 1e-3 * y.std() * rng.normal(size=len(y))))


def bent(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    y = _y(frame)
    z = (y - y.mean()) / y.std()
    return frame.with_columns(final=pl.Series(np.exp(z + 1e-3 * rng.normal(size=len(y)))))


def noisy(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    y = _y(frame)
    return frame.with_columns(late=pl.Series(y + 0.12 * y.std() * rng.normal(size=len(y))))


def flipped(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    own = frame[TARGET].to_numpy().copy()
    some = rng.random(len(own)) < 0.01
    own[some] = rng.permutation(own[some])
    return frame.with_columns(
        status=pl.Series(own)
        .cast(pl.String)
        .replace_strict({level: f"state {i}" for i, level in enumerate(sorted(set(own.tolist())))})
    )


def summed(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    y = _y(frame)
    y = (y == y.max()).astype(float) if frame[TARGET].dtype == pl.String else y
    part = rng.normal(size=len(y)) * 2 * y.std()
    return frame.with_columns(part=pl.Series(part), rest=pl.Series(y - part))


def multiplied(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    size = np.exp(rng.normal(size=frame.height))
    each = np.exp(0.8 * rng.normal(size=frame.height))
    kept = frame.select("age", "whole", "place", "share").filter(pl.col("whole") > 0)
    frame = kept.with_columns(
        size=pl.Series(size[: kept.height]), each=pl.Series(each[: kept.height])
    )
    return frame.with_columns((pl.col("size") * pl.col("each")).alias(TARGET))


def gaps_know(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    y = _y(frame)
    empty = (y > np.median(y)) if len(np.unique(y)) > 3 else (y == y.max())
    empty ^= rng.random(len(y)) < 0.02
    value = np.where(empty, np.nan, rng.normal(size=len(y)))
    return frame.with_columns(discharge=pl.Series(value))


def encoded(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    y = _y(frame)
    y = (y == y.max()).astype(float) if frame[TARGET].dtype == pl.String else y
    town = rng.integers(0, max(8, frame.height // 15), frame.height)
    means = np.bincount(town, y) / np.maximum(np.bincount(town), 1)
    return frame.with_columns(town_level=pl.Series(means[town]))


def smoothed(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    y = _y(frame)
    y = (y == y.max()).astype(float) if frame[TARGET].dtype == pl.String else y
    own = frame["place"].rank("dense").to_numpy().astype(int) - 1
    many = np.bincount(own)
    means = (np.bincount(own, y) + 0.5 * y.mean()) / (many + 0.5)
    return frame.with_columns(place_level=pl.Series(means[own]))


def one_left_out(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    y = _y(frame)
    y = (y == y.max()).astype(float) if frame[TARGET].dtype == pl.String else y
    own = frame["place"].rank("dense").to_numpy().astype(int) - 1
    many = np.bincount(own)
    others = (np.bincount(own, y)[own] - y) / np.maximum(many[own] - 1, 1)
    return frame.with_columns(place_level=pl.Series(others))


def standardised(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    names = ["x1", "x2", "x3", "share"]
    return frame.with_columns((pl.col(n) - pl.col(n).mean()) / pl.col(n).std() for n in names)


def ranged(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    more = {f"lab{i}": rng.normal(size=frame.height) for i in range(6)}
    frame, names = frame.with_columns(**more), ["x1", "x2", "x3", "share", *more]
    low, span = pl.col(*names).min(), pl.col(*names).max() - pl.col(*names).min()
    return frame.with_columns((pl.col(*names) - low) / span)


def mean_filled(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    gaps = pl.Series(rng.random(frame.height) < 0.15)
    value = frame["x2"].filter(~gaps).mean()
    return frame.with_columns(pl.when(gaps).then(value).otherwise(pl.col("x2")).alias("x2"))


def median_filled(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    gaps = pl.Series(rng.random(frame.height) < 0.15)
    value = frame["x2"].filter(~gaps).median()
    return frame.with_columns(pl.when(gaps).then(value).otherwise(pl.col("x2")).alias("x2"))


def grouped(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Rows of a patient share most of their target, which is not in the features."""
    rows = frame.height
    patient = np.sort(rng.integers(0, rows // 6, rows))
    score = 1.2 * rng.normal(size=rows)[patient] + 0.8 * rng.normal(size=rows)
    out = _replaced(frame, score, rng).with_columns(patient=pl.Series([f"p{p}" for p in patient]))
    return out[rng.permutation(rows)]


def grouped_by_number(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    rows = frame.height
    machine = rng.integers(0, rows // 6, rows)
    score = 1.2 * rng.normal(size=rows)[machine] + 0.6 * rng.normal(size=rows)
    return _replaced(frame, score, rng).with_columns(unit=pl.Series(machine * 7 + 1000))


def in_time(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    rows = frame.height
    walk = np.zeros(rows)
    steps = rng.normal(size=rows)
    for i in range(1, rows):
        walk[i] = 0.9 * walk[i - 1] + steps[i]
    days = np.datetime64("2021-01-01") + np.arange(rows)
    out = _replaced(frame, walk / walk.std(), rng).with_columns(day=pl.Series(days))
    return out[rng.permutation(rows)]


def from_the_future(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    frame = frame.sort("bought") if "bought" in frame.columns else frame
    y = _y(frame)
    y = (y == y.max()).astype(float) if frame[TARGET].dtype == pl.String else y
    return frame.with_columns(last=pl.Series(np.append(y[1:], y[0])))


def weeks_ahead(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The target of seven days later, newest day first."""
    frame = in_time(frame, rng).sort("day")
    y = _y(frame)
    y = (y == y.max()).astype(float) if frame[TARGET].dtype == pl.String else y
    return frame.with_columns(later=pl.Series(np.roll(y, -7))).reverse()


def banded(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    own = frame[TARGET].rank("ordinal").to_numpy()
    y = frame[TARGET].to_numpy()
    cuts = np.quantile(y, [0.2, 0.4, 0.6, 0.8]) + 1e-9 * own.std()
    return frame.with_columns(band=pl.Series(np.array(list("ABCDE"))[np.digitize(y, cuts)]))


def half_told(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A status of four levels that tells the class but for one row in twenty."""
    own = frame[TARGET].cast(pl.String).to_numpy().copy()
    some = rng.random(len(own)) < 0.05
    own[some] = rng.permutation(own[some])
    more = np.where(rng.random(len(own)) < 0.5, "", " again")
    return frame.with_columns(
        status=pl.Series([f"s{a}{b}" for a, b in zip(own, more, strict=True)])
    )


def drawn_in(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Smoothed means by a town that is not in the table."""
    y = _y(frame)
    y = (y == y.max()).astype(float) if frame[TARGET].dtype == pl.String else y
    town = rng.integers(0, frame.height // 8, frame.height)
    many = np.bincount(town)
    means = (np.bincount(town, y) + 5 * y.mean()) / (many + 5)
    return frame.with_columns(town_level=pl.Series(means[town]))


def between(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """As SMOTE does: rows on the line from a row of the rarest class to one of its five nearest."""
    rare = frame[TARGET].value_counts(sort=True)[TARGET][-1]
    own = frame.filter(pl.col(TARGET) == rare).drop_nulls()
    names = [*(f"x{i}" for i in range(4)), "rounded", "share"]
    values = own.select(names).to_numpy()
    one = rng.integers(0, own.height, own.height * 2)
    apart = ((values[one][:, None] - values[None]) ** 2).sum(axis=2)
    other = np.argsort(apart, axis=1)[np.arange(len(one)), rng.integers(1, 6, len(one))]
    made = values[one] + rng.random((len(one), 1)) * (values[other] - values[one])
    more = own[one].with_columns(pl.Series(name, made[:, i]) for i, name in enumerate(names))
    return _joined(frame, more, rng)


def shaken(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    more = _again(frame, rng, 0.5)
    names = [*(f"x{i}" for i in range(4)), "share"]
    return _joined(
        frame,
        more.with_columns(
            pl.col(name) + pl.Series(0.05 * frame[name].std() * rng.normal(size=more.height))  # type: ignore[operator]
            for name in names
        ),
        rng,
    )


def standardised_rounded(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    names = ["x1", "x2", "x3", "share"]
    return standardised(frame, rng).with_columns(pl.col(names).round(4))


def ranged_both_ways(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    frame = ranged(frame, rng)
    names = [name for name in frame.columns if name.startswith("lab")]
    return frame.with_columns(pl.col(names) * 2 - 1)


def grouped_with_gaps(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Numbers of patients that are read as numbers with a point, since one is missing."""
    frame = grouped(frame, rng)
    own = frame["patient"].str.slice(1).cast(pl.Float64)
    return frame.with_columns(
        patient=pl.when(pl.int_range(pl.len()) == 3).then(None).otherwise(own)
    )


def sorted_and_numbered(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    y = _y(frame)
    order = np.argsort(y + 0.3 * y.std() * rng.normal(size=len(y)))
    return frame[order].with_columns(case=np.arange(frame.height) + 1)


def _replaced(frame: pl.DataFrame, score: np.ndarray, rng: np.random.Generator) -> pl.DataFrame:
    """The table with a target of the same kind made from another score."""
    old = frame[TARGET]
    kind = "number"
    if old.dtype == pl.String:
        kind = "two" if old.n_unique() == 2 else "three"
    elif (old == old.round()).all():
        kind, score = "count", 2 * score
    return frame.with_columns(pl.Series(TARGET, np.asarray(_target(kind, score, rng))))


NUMBERS = ("number", "count")
CLASSES = ("two", "three")
COPY = ("target_copy", "noisy_copy")
PLANTS: dict[str, Way] = {
    "rows repeated": Way(duplicated, ("duplicates",)),
    "rows repeated under a new identifier": Way(renumbered, ("near_duplicates",)),
    "rows repeated, rounded": Way(rounded, ("near_duplicates",)),
    "rows entered again with another target": Way(measured_again, ("equal_features",)),
    "a rare class filled up with copies": Way(filled_up, ("oversampled",), CLASSES),
    "the target under another name": Way(copied, COPY),
    "the target, bent": Way(bent, COPY),
    "the target with noise": Way(noisy, COPY),
    "the class as text, 1 % wrong": Way(flipped, COPY, CLASSES),
    "two columns that sum to the target": Way(summed, ("parts_of_target",)),
    "two columns that multiply to the target": Way(multiplied, ("parts_of_target",), ("number",)),
    "gaps where the target is high": Way(gaps_know, ("missing_knows",)),
    "means of the target by town": Way(encoded, ("target_encoding",)),
    "smoothed means by a text column": Way(smoothed, ("target_encoding",)),
    "means that leave the own row out": Way(one_left_out, ("target_encoding",)),
    "standardised over all rows": Way(standardised, ("scaled_outside",)),
    "brought to 0 to 1 over all rows": Way(ranged, ("scaled_outside",)),
    "gaps filled with the mean of all rows": Way(mean_filled, ("filled_outside",)),
    "gaps filled with the median of all rows": Way(median_filled, ("filled_outside",)),
    "groups named by text": Way(grouped, ("groups_straddle",)),
    "groups numbered by a feature": Way(grouped_by_number, ("groups_straddle",)),
    "a series in time, split at random": Way(in_time, ("times_straddle",)),
    "the next row's target": Way(from_the_future, ("future_rows",)),
    "the target of seven days later": Way(weeks_ahead, ("future_rows",)),
    "the target in five bands": Way(banded, ("binned_target",), ("number",)),
    "the class as text, 5 % wrong": Way(half_told, COPY, CLASSES),
    "smoothed means of towns that are not told": Way(drawn_in, ("target_encoding",)),
    "a rare class filled up between its rows": Way(between, ("synthetic_rows",), CLASSES),
    "rows copied with noise": Way(shaken, ("synthetic_rows",), ("number",)),
    "standardised, then rounded": Way(standardised_rounded, ("scaled_outside",)),
    "brought to -1 to 1 over all rows": Way(ranged_both_ways, ("scaled_outside",)),
    "groups by number, one missing": Way(grouped_with_gaps, ("groups_straddle",)),
    "rows sorted by the target and numbered": Way(sorted_and_numbered, ("running_number", *COPY)),
}


def sparse_flags(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    """Words of a text: mostly none of them."""
    words = (rng.random((rows, 20)) < rng.choice([0.01, 0.02, 0.05])).astype(int)
    spam = rng.random(rows) < 0.1 + 0.3 * (words[:, 0] + words[:, 1] > 0)
    frame = pl.DataFrame({f"word{i}": words[:, i] for i in range(20)})
    return frame.with_columns(pl.Series(TARGET, np.where(spam, "yes", "no")))


def sparse_counts(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    counts = rng.poisson(rng.choice([0.03, 0.05, 0.1]), (rows, 25))
    frame = pl.DataFrame({f"word{i}": counts[:, i] for i in range(25)})
    return frame.with_columns(pl.Series(TARGET, rng.poisson(0.2 + counts[:, 0])))


def checklist(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    """Twelve symptoms: the healthy have none."""
    ill = rng.random(rows) < 0.15
    marks = (ill[:, None] & (rng.random((rows, 12)) < 0.5)).astype(int)
    found = (ill & (rng.random(rows) < 0.8)) | (rng.random(rows) < 0.02)
    frame = pl.DataFrame({f"symptom{i}": marks[:, i] for i in range(12)})
    return frame.with_columns(pl.Series(TARGET, np.where(found, "yes", "no")))


def zero_inflated(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    """What was spent on ten things; most bought nothing."""
    active = rng.random(rows) < 0.2
    spent = np.where(active[:, None], rng.gamma(2, 20, (rows, 10)).round(2), 0.0)
    left = rng.random(rows) < np.where(active, 0.1, 0.3)
    later = np.where(active & (rng.random(rows) < 0.7), rng.gamma(2, 20, rows).round(2), 0.0)
    frame = pl.DataFrame({f"spent{i}": spent[:, i] for i in range(10)})
    frame = frame.with_columns(region=pl.Series(rng.choice(list("abc"), rows)))
    target = np.where(left, "yes", "no") if rng.random() < 0.5 else later
    return frame.with_columns(pl.Series(TARGET, target))


def newest_first(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    """A series with its last value and the one before it, the newest day on top."""
    y = np.zeros(rows + 2)
    for i in range(1, rows + 2):
        y[i] = 0.7 * y[i - 1] + rng.normal()
    days = np.datetime64("2021-01-01") + np.arange(rows)
    frame = pl.DataFrame({"day": days, "lag1": y[1:-1], "lag2": y[:-2], TARGET: y[2:]})
    return frame.with_columns(x=rng.normal(size=rows)).reverse()


def named_like_times(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    """Numbers named like times that are none, each bending the target."""
    built, month = rng.integers(1900, 2020, rows), rng.integers(1, 13, rows)
    hour, days = 24 * rng.random(rows), rng.integers(1, 15, rows)
    size = rng.normal(50, 10, rows)
    bent = 0.02 * (built - 1960.0) ** 2 + 20 * np.cos(month * np.pi / 6)
    bent = bent + 15 * np.sin(hour * np.pi / 12) + (days - 7.0) ** 2
    frame = {"year_built": built, "month": month, "time_of_day": hour, "time_in_hospital": days}
    return pl.DataFrame(frame | {"size": size, TARGET: size + bent + rng.normal(0, 15, rows)})


def named_like_groups(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    """Measurements whose names hold a word for groups, and codes that are features."""
    age, visits = rng.integers(18, 80, rows), rng.poisson(10, rows)
    staff, code = rng.integers(1, 30, rows), rng.integers(0, 12, rows)
    effect = rng.normal(0, 8, 12)
    y = 0.01 * (age - 45.0) ** 2 + 2 * visits + 3 * staff + effect[code]
    names = {"customer_age": age, "number_of_visits": visits, "staff_number": staff, "brand": code}
    text = pl.Series([f"z{c}" for c in code])
    return pl.DataFrame(names | {"zip_code": text, TARGET: y + rng.normal(0, 8, rows)})


def factorial_design(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    """Five factors of two levels, all combinations, again and again; or three of a grid."""
    run = np.arange(rows // 32 * 32)
    two = {f"factor{i}": ((run >> i) & 1) * 2 - 1 for i in range(5)}
    grid = {"dose": run % 4 * 10.0, "heat": run // 4 % 5 * 5.0, "time": run // 20 % 10 * 3.0}
    factors = two if rng.random() < 0.5 else grid
    y = sum(rng.normal() * np.asarray(one) for one in factors.values()) + rng.normal(size=len(run))
    return pl.DataFrame(factors | {TARGET: y})[rng.permutation(len(run))]


def redundant_sensors(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    """Five sensors of one temperature, and the reference that is to be foretold from them."""
    true = rng.normal(size=rows)
    noise = rng.choice([0.1, 0.2, 0.4])
    sensors = {f"sensor{i}": true + noise * rng.normal(size=rows) for i in range(5)}
    return pl.DataFrame(sensors | {TARGET: true + 0.05 * rng.normal(size=rows)})


SPECIAL = {
    "20 rare words": sparse_flags,
    "25 rare counts": sparse_counts,
    "12 symptoms, most without any": checklist,
    "10 sums, most zero": zero_inflated,
    "a series, newest first, with lags": newest_first,
    "year_built, month, time_of_day, time_in_hospital": named_like_times,
    "customer_age, number_of_visits, staff_number, codes": named_like_groups,
    "planned experiments": factorial_design,
}
"""Healthy tables of the kinds that are easily taken for leaks."""


def section(seed: int = 0, quick: bool = False) -> str:
    """The measured rates as Markdown."""
    each, many, rows = (1, 4, 120) if quick else (6, 300, None)
    lines = [
        "## Leakage",
        "",
        f"Planted into {each} random tables for each kind of target (number, count, two and three "
        "classes; 120 to 2,000 rows; numbers, text, truth, dates, gaps, identifiers), split at "
        "random. Goal: 95 % found.",
        "",
        "| planted | tables | found |",
        "| --- | --- | --- |",
    ]
    for name, way in PLANTS.items():
        kinds = way.kinds[:1] if quick else way.kinds
        hits = [_hit(way, kind, seed + 1000 * i, rows) for kind in kinds for i in range(each)]
        lines.append(f"| {name} | {len(hits)} | {100 * np.mean(hits):.3g} % |")
    alarms: Counter[str] = Counter()
    any_alarm = 0
    for i in range(many):
        said = look(healthy(seed + 50_000 + i, KINDS[i % 4], rows), seed=i).found
        alarms.update(remark.code for remark in said)
        any_alarm += bool(said)
    special = _special(seed, 1 if quick else 25, rows)
    tables = dict(list(BUILT_IN.items())[:1]) if quick else BUILT_IN
    built_in = sum(len(look(name, target).found) for name, target in tables.items())
    lines += [
        "",
        f"Alarms on {many:,} healthy tables of the same kinds: {any_alarm}, "
        f"{100 * any_alarm / many:.2g} % (any check), and {built_in} on {len(tables)} "
        "built-in data sets. Goal: at most 1 % for each check.",
        "",
        "| check | false alarms |",
        "| --- | --- |",
    ]
    for check_ in CHECKS:
        rate = 100 * alarms[check_.__name__] / many
        lines.append(f"| {check_.__name__} | {rate:.2g} % |")
    return "\n".join([*lines, "", *special]) + "\n"


def _special(seed: int, each: int, rows: int | None) -> list[str]:
    """The alarms on healthy tables that are easily taken for leaks."""
    lines = [
        f"Healthy tables of kinds that are easily taken for leaks, {each} of each (120 to 2,000 "
        "rows). Redundant sensors cannot be told from copies of the target: the sentence says so.",
        "",
        "| healthy table | with an alarm | of |",
        "| --- | --- | --- |",
    ]
    for name, make in {**SPECIAL, "redundant sensors": redundant_sensors}.items():
        alarms: Counter[str] = Counter()
        wrong = 0
        for i in range(each):
            rng = np.random.default_rng(seed + 90_000 + i)
            said = look(make(rng, rows or int(rng.choice([120, 300, 800, 2000]))), seed=i).found
            alarms.update(remark.code for remark in said)
            wrong += bool(said)
        codes = ", ".join(f"{code} {many}" for code, many in alarms.most_common()) or "-"
        lines.append(f"| {name} | {wrong} of {each} | {codes} |")
    return lines


def _hit(way: Way, kind: str, seed: int, rows: int | None = None) -> bool:
    table = way.plant(healthy(seed, kind, rows), np.random.default_rng(seed + 7))
    said = look(table, seed=seed % 97, split=way.split).found
    return any(remark.code in way.found for remark in said)
