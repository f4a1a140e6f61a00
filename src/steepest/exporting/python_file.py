"""A model as one Python file that imports nothing but `math`.

The standardised form stays, (x - centre) / spread times a weight, since multiplying it out would
lose digits where a column lies far from zero.
"""

from __future__ import annotations

from steepest.exporting.literals import Plain, assignment, docstring, visible
from steepest.exporting.origin import Origin
from steepest.exporting.python_parts import (
    CHOICE,
    COUNT,
    INTERVAL,
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
from steepest.model import Model

__all__ = ["PYTHON_MARK", "python_file"]

PYTHON_MARK = b"# Written by `steepest export`"


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
        "None and NaN are missing: the median of the training rows stands for a number, and",
        "a missing text is a level of its own. A level that no training row had counts as the",
        "reference, the first one. ValueError for a column that is not there and a value that",
        "is no finite number.",
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
    if model.loss == "logistic":
        values.append(assignment("THRESHOLD", model.threshold))
    if model.margins:
        rows = [(margin.coverage, margin.below, margin.above) for margin in model.margins]
        values.append(
            "# Share of the truths in the interval, how far it goes below and above.\n"
            + assignment("INTERVALS", rows)
        )
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
    rows = _rows(model)
    if model.scores == 1:
        return list(rows[0][:width])
    return [tuple(row[j] for row in rows) for j in range(width)]


def _intercept(model: Model) -> Plain:
    ends = [row[-1] if model.intercept_learned else 0.0 for row in _rows(model)]
    return ends[0] if model.scores == 1 else tuple(ends)


def _rows(model: Model) -> list[tuple[float, ...]]:
    """The parameters of each score."""
    size = len(model.params) // model.scores
    return [model.params[k * size : (k + 1) * size] for k in range(model.scores)]


def _functions(model: Model) -> list[str]:
    if model.loss == "softmax":
        return [SHARES, LARGEST, SCORES]
    if model.loss == "logistic":
        return [PROBABILITY, CHOICE, SCORE]
    predicted = COUNT if model.loss == "poisson" else NUMBER
    return [predicted, *([INTERVAL] if model.margins else []), SCORE]


def _name(name: str) -> str:
    return f'"{visible(name)}"'


def _with_unit(name: str, origin: Origin) -> str:
    unit = origin.units.get(name)
    return f"{_name(name)} in {visible(unit)}" if unit else _name(name)
