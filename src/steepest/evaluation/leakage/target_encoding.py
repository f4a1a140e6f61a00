"""A column that holds the target's mean for each level of a text column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import words
from steepest.evaluation.leakage.answer import Answer, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["target_encoding"]

_FEWEST = 5
_EXACT = 1e-6
_STRAIGHT = 0.999
_SMOOTHED = 8
_SIZES = 3
_TIMES = 50
_MOST_TEXTS = 20
_TRIED = 30


def target_encoding(evidence: Evidence) -> Answer:
    """A number that stands for a level, computed from the targets of all rows of that level.

    Sees
        Number columns whose value is, for each set of rows that share it, the mean of the target
        of these rows, or of a class; number columns with one value for each level of a text column
        that go straight with the levels' mean target, better than with that of the rows that
        train; those that go straight down with the target within each level, as means that leave
        the own row out do; and means drawn towards one value by the size of their set, whether or
        not the text they stand for is there.
    Matters
        The encoding holds the targets of the rows that judge. For a level of few rows it is nearly
        the target itself; the scores are too good, the more so the rarer the levels are.
    Decides
        The mean of the target to a millionth of its spread in nine tenths of five sets or more,
        or as exactly with one weight of the overall mean for all sets of three sizes or more; or
        a correlation of 0.999 with the levels' means, with two rows a level at least.
    When it is wrong
        Means that came from other, earlier rows are allowed, and do not match these exactly.
    Try
        Encode inside the fold, from the training rows alone; or give the text column itself.
    Sources
        Micci-Barreca 2001, "A preprocessing scheme for high-cardinality categorical attributes".
    """
    some = evidence.some
    texts = _texts(some)
    for place, name in enumerate(some.numbers):
        if name in some.leaking:
            continue
        column = some.matrix[:, place]
        repeats = some.column(name).distinct <= evidence.rows / 2
        for target in some.indicators.T:
            how = _how(some, column, target, texts, repeats=repeats)
            if how:
                return _told(evidence, name, how)
    return Clear()


def _told(evidence: Evidence, name: str, how: str) -> Answer:
    return found(
        "target_encoding",
        (name,),
        f"{name} is {how}: it holds the targets of the {int(evidence.judged.sum()):,} rows that "
        "judge the model, so that the scores are too good. Encode inside the fold, from the "
        "training rows alone, or give the text column itself.",
    )


def _texts(some: Evidence) -> dict[str, NDArray[np.int64]]:
    """Name -> (m,) the level of each row, of the text columns with rows enough a level."""
    kept: dict[str, NDArray[np.int64]] = {}
    for column in some.contract.columns:
        if column.kind != "text" or column.role == "target" or len(kept) == _MOST_TEXTS:
            continue
        if not _FEWEST <= column.distinct <= some.rows // 2:
            continue
        level = words(some.frame[column.name]).fill_null("").rank("dense").to_numpy()
        kept[column.name] = level.astype(np.int64) - 1
    return kept


def _how(
    some: Evidence,
    column: Array,
    target: Array,
    texts: dict[str, NDArray[np.int64]],
    *,
    repeats: bool,
) -> str:
    """What the column is, in words; "" where it is no encoding that knows too much."""
    there = np.isfinite(column)
    if repeats:
        values, level = np.unique(column[there], return_inverse=True)
        if len(values) >= _FEWEST and _are_means(values, level, target[there]):
            mean = f"the mean {some.contract.target} of the rows that share its value"
            return f"{mean}, all rows counted"
        drawn = _weight(values, level, target[there])
        if drawn is not None:
            mean = f"the mean {some.contract.target} of the rows that share its value"
            return f"{mean} and of {readable(drawn[0])} of {readable(drawn[1])}, all rows counted"
    for text, own in texts.items():
        if repeats and _goes_with(some, column, own, target):
            return f"the mean {some.contract.target} of each {text}, the rows that judge counted"
        few = own < _TRIED  # a look at some levels spares the others
        tried = _leaves_one_out(column[few], own[few], target[few])
        if tried and _leaves_one_out(column, own, target):
            return f"the mean {some.contract.target} of the other rows of each {text}"
    return ""


def _are_means(values: Array, level: NDArray[np.int64], target: Array) -> bool:
    level = level.reshape(-1)
    many = np.bincount(level)
    means = np.bincount(level, target) / many
    near = np.abs(means - values) <= _EXACT * max(float(target.std()), 1e-300)
    apart = (many >= 2) & (np.bincount(level, (target - means[level]) ** 2) > 0)
    return int((near & apart).sum()) >= _FEWEST and near[apart].mean() >= 0.9


def _weight(values: Array, level: NDArray[np.int64], target: Array) -> tuple[float, float] | None:
    """Weight and centre where the values are (sum + weight * centre) / (rows + weight), else None.

    Then rows * (mean - value) is a line in the value: weight * (value - centre).
    """
    level = level.reshape(-1)
    many = np.bincount(level).astype(np.float64)
    means = np.bincount(level, target) / many
    several = (many >= 2) & (np.bincount(level, (target - means[level]) ** 2) > 0)
    if several.sum() < _SMOOTHED or len(np.unique(many[several])) < _SIZES:
        return None
    value, many = values[several], many[several]
    drawn = many * (means[several] - value)
    near = _EXACT * max(float(target.std()), 1e-300) * many
    for weight, centre in (_on_a_line(value, drawn), _least(value, drawn, float(target.mean()))):
        each = weight * (value - centre)
        # two levels that share a value count twice, as one set
        times = np.round(drawn / np.where(each == 0, 1.0, each)).clip(1, _TIMES)
        if weight > 0 and np.mean(np.abs(drawn - times * each) <= near) >= 0.9:
            return weight, centre
    return None


def _on_a_line(value: Array, drawn: Array) -> tuple[float, float]:
    """Weight and centre of the line through all sets."""
    middle = float(value.mean())
    weight, start = (float(x) for x in np.polyfit(value - middle, drawn, 1))
    return weight, middle - start / weight if weight else middle


def _least(value: Array, drawn: Array, centre: float) -> tuple[float, float]:
    """The least weight of any set, with the overall mean as the centre."""
    apart = np.abs(value - centre) > 1e-9 * max(float(np.ptp(value)), 1e-300)
    weights = drawn[apart] / (value - centre)[apart]
    weights = weights[weights > 0]
    if not len(weights):
        return 0.0, centre
    return float(np.median(weights[weights <= 1.001 * weights.min()])), centre


def _goes_with(some: Evidence, column: Array, level: NDArray[np.int64], target: Array) -> bool:
    """Whether there is one value a level, straight with the mean of all its rows."""
    there = np.isfinite(column)
    level, column, target = level[there], column[there], target[there]
    many = np.bincount(level)
    used = many >= 2
    if used.sum() < _FEWEST:
        return False
    value = np.bincount(level, column) / np.maximum(many, 1)
    if np.abs(column - value[level]).max() > 1e-9 * max(float(np.abs(column).max()), 1e-300):
        return False
    whole = _straight(value, level, target, used)
    trains = some.part[there] == 0
    seen = np.bincount(level[trains], minlength=len(many)) > 0
    alone = _straight(value, level[trains], target[trains], used & seen)
    return whole >= _STRAIGHT and whole > alone


def _straight(
    value: Array, level: NDArray[np.int64], target: Array, used: NDArray[np.bool_]
) -> float:
    """The correlation of the values with the mean target of their levels."""
    many = np.bincount(level, minlength=len(value))
    means = np.bincount(level, target, minlength=len(value)) / np.maximum(many, 1)
    one, other = value[used], means[used]
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _leaves_one_out(column: Array, level: NDArray[np.int64], target: Array) -> bool:
    """Whether the column falls exactly with the target within the levels that vary."""
    there = np.isfinite(column)
    level, column, target = level[there], column[there], target[there]
    many = np.maximum(np.bincount(level), 1)
    own = column - (np.bincount(level, column) / many)[level]
    ours = target - (np.bincount(level, target) / many)[level]
    expected = -ours / np.maximum(many[level] - 1, 1)
    moved = np.abs(expected) > 1e-9 * max(float(target.std()), 1e-300)
    if len(np.unique(level[moved])) < _FEWEST:
        return False
    near = np.abs(own - expected) <= _EXACT * max(float(np.abs(expected).max()), 1e-300)
    return bool(near[moved].mean() >= 0.9)
