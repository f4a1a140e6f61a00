"""A model as one Python file that imports nothing but `math`.

The standardised form stays, (x - centre) / spread times a weight, since multiplying it out would
lose digits where a column lies far from zero.
"""

from __future__ import annotations

import sys

from steepest.exporting.literals import Plain, assignment, docstring, visible
from steepest.exporting.origin import Origin
from steepest.exporting.python_parts import (
    CHEAPEST,
    CHOICE,
    COUNT,
    INTERVAL,
    INTERVAL_OF_COUNT,
    LARGEST,
    NUMBER,
    NUMBERS,
    PROBABILITY,
    SCORE,
    SCORES,
    SHARES,
    TERMS,
    TEXTS,
)
from steepest.exporting.score_limit import score_limit
from steepest.model import Model

__all__ = ["PYTHON_MARK", "python_file"]

PYTHON_MARK = b"# Written by `steepest export`"
USUAL_COVERAGE = 0.9
LARGEST_SCORE = sys.float_info.max  # the text of an infinite number is no literal


def python_file(origin: Origin) -> bytes:
    """The file: what the model learned as plain values, and functions that never change."""
    heading = f"{PYTHON_MARK.decode()}; what is changed here is lost when it is written again."
    parts = [
        f"{heading}\n{docstring(_about(origin))}",
        "import math",
        *_values(origin),
    ]
    functions = [*_functions(origin.model), TERMS, NUMBERS, TEXTS]
    text = "\n\n".join(parts) + "\n\n\n" + "\n\n\n".join(functions) + "\n"
    return text.encode("utf-8")


def _about(origin: Origin) -> list[str]:
    model = origin.model
    gives = {
        "logistic": f"the probability of {_name(model.classes[1])}" if model.classes else "",
        "softmax": "the probability of each class",
        "poisson": "the expected number",
    }.get(model.loss, "the number")
    lines = [
        f"predict(row): {gives} of {_with_unit(model.target, origin)}.",
        "",
        f"A linear model, {model.loss} loss.",
        visible(origin.sentence),
        "",
        "A row is a dict with these columns; others are not looked at:",
        "",
    ]
    shape = model.representation
    for number in shape.numbers:
        unit = origin.units.get(number.name)
        lines.append(f"- {_name(number.name)}: a number" + (f" in {visible(unit)}" if unit else ""))
    lines += [f"- {_name(text.name)}: a text" for text in shape.texts]
    return [
        *lines,
        "",
        "None, NaN and NA are missing: the median of the training rows stands for a number, and",
        "a missing text is a level of its own. A level that no training row had counts as the",
        "reference, the first one. ValueError for a column that is not there and a value that",
        "is no finite number, as the text of one is.",
    ]


def _values(origin: Origin) -> list[str]:
    model, shape = origin.model, origin.model.representation
    values: list[str] = [assignment("TARGET", model.target)]
    if origin.units:
        values.append(assignment("UNITS", dict(origin.units)))
    values += [
        "# Column: what stands for a missing number.\n"
        + assignment("NUMBERS", {column.name: column.fill for column in shape.numbers}),
        "# Column: its levels, the reference first.\n"
        + assignment("TEXTS", {t.name: (t.reference, *t.levels) for t in shape.texts}),
    ]
    weight = "a weight for each class" if model.scores > 1 else "weight"
    values += [
        f"# Powers of numbers, or the level of a text; centre, spread, {weight}.\n"
        + assignment("TERMS", _terms(model)),
        assignment("INTERCEPT", _intercept(model)),
    ]
    if model.classes:
        values.append(assignment("CLASSES", model.classes))
    if model.costs:
        values.append(
            "# What it costs to decide a row of the first class to be of the second, and so on.\n"
            + assignment("COSTS", model.costs)
        )
    if model.loss == "logistic":
        limit = score_limit(model.threshold)
        values += [
            assignment("THRESHOLD", model.threshold),
            "# The score of a row at the threshold, less what rounding may take from it.\n"
            + assignment("LIMIT", min(max(limit, -LARGEST_SCORE), LARGEST_SCORE)),
        ]
    if model.margins:
        rows = [(margin.coverage, margin.below, margin.above) for margin in model.margins]
        values.append(
            "# Share of the truths in the interval, how far it goes below and above.\n"
            + assignment("INTERVALS", rows)
        )
        usual = min(model.margins, key=lambda margin: abs(margin.coverage - USUAL_COVERAGE))
        values.append(assignment("COVERAGE", usual.coverage))
    return values


def _terms(model: Model) -> list[Plain]:
    shape, weights = model.representation, _weights(model)
    names = [column.name for column in shape.numbers]
    made: list[Plain] = [
        {name: power for name, power in zip(names, powers, strict=True) if power}
        for powers in shape.powers
    ]
    made += [(text.name, level) for text in shape.texts for level in text.levels]
    return list(zip(made, shape.centre, shape.spread, weights, strict=True))


def _weights(model: Model) -> list[Plain]:
    """One a term; under softmax a tuple of them, one a class."""
    width = len(model.representation.spread)
    rows: list[list[float]] = model.rows().tolist()
    if model.scores == 1:
        return list(rows[0][:width])
    return [tuple(row[j] for row in rows) for j in range(width)]


def _intercept(model: Model) -> Plain:
    ends: list[float] = model.rows()[:, -1].tolist()
    ends = ends if model.intercept_learned else [0.0] * model.scores
    return ends[0] if model.scores == 1 else tuple(ends)


def _functions(model: Model) -> list[str]:
    if model.loss == "softmax":
        return [SHARES, CHEAPEST if model.costs else LARGEST, SCORES]
    if model.loss == "logistic":
        return [PROBABILITY, CHOICE, SCORE]
    count = model.loss == "poisson"
    interval = [INTERVAL_OF_COUNT if count else INTERVAL] if model.margins else []
    return [COUNT if count else NUMBER, *interval, SCORE]


def _name(name: str) -> str:
    return f'"{visible(name)}"'


def _with_unit(name: str, origin: Origin) -> str:
    unit = origin.units.get(name)
    return f"{_name(name)} in {visible(unit)}" if unit else _name(name)
