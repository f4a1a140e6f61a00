"""Gradients that are multiples of the slope: by nothing, by one factor, or by several."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.checking.factors import factor_remedy, factor_words
from steepest.diagnosis.checking.gaps import FEW, Gaps
from steepest.diagnosis.checking.slopes import length
from steepest.diagnosis.finding import Finding, Remedy
from steepest.readable import listed, readable

__all__ = ["factor_of_coordinate", "factor_of_point", "one_factor", "zero"]


def zero(gaps: Gaps) -> Finding | None:
    """Nothing is there: a coordinate whose slope nobody computed."""
    if np.any(gaps.told) or not np.all(np.isfinite(gaps.slope)):
        return None
    worst = int(np.argmax(np.abs(gaps.slope)))
    name = gaps.names[int(gaps.column[worst])]
    return Finding(
        "gradient_missing_term",
        "error",
        "The gradient is missing where the loss has a slope",
        f"the gradient of {gaps.where}{gaps.sampled} is 0 where the loss has a slope, "
        f"{readable(gaps.slope[worst])} along {name}: that parameter would never move",
        gaps.numbers(),
        (Remedy(f"compute and return the derivative with respect to {gaps.where}", {}),),
    )


def one_factor(gaps: Gaps) -> Finding | None:
    """One factor for all that is wrong: told = factor · slope."""
    told, slope = gaps.told, gaps.slope
    if not np.any(slope):
        return None
    size = np.abs(slope) + np.abs(told) + gaps.allowed  # as many relative digits for all
    factor = float(np.sum(told / size * (slope / size)) / np.sum((slope / size) ** 2))
    words = factor_words(factor, gaps.rows)
    if not gaps.lacks((1 - factor) * slope, 1 - factor) or (len(told) == 1 and not words.known):
        return None
    if factor < 0:
        code, title = "gradient_sign", "Wrong sign in the gradient"
    else:
        code, title = "gradient_scale", "The gradient is off by a factor"
    return Finding(
        code,
        "error",
        title,
        f"the gradient of {gaps.where}{gaps.sampled} is {words.times} the slope of the "
        f"loss{words.meaning}",
        {"factor": words.exact, **gaps.numbers()},
        (Remedy(factor_remedy(words, gaps.where), {}),),
    )


def factor_of_point(gaps: Gaps) -> Finding | None:
    """The direction is right and the length is not: clipped, or made of length one."""
    if not gaps.whole or len(np.unique(gaps.column)) < 2:
        return None
    points = np.unique(gaps.point)
    if len(points) < 2:
        return None
    times = np.zeros_like(gaps.slope)
    lengths: list[float] = []
    for point in points:
        here = gaps.point == point
        told, slope = gaps.told[here], gaps.slope[here]
        square = float(slope @ slope)
        times[here] = 1 - float(told @ slope) / square if square else 0.0
        lengths.append(length(told))
    if not gaps.lacks(times * gaps.slope, times):
        return None
    alike = max(lengths) - min(lengths) < 1e-6 * max(lengths)
    what = f"has the length {readable(lengths[0])} everywhere" if alike else "is off by a factor"
    return Finding(
        "gradient_scale",
        "error",
        "The gradient has the right direction and the wrong length",
        f"the gradient points along the slope of the loss, but {what}"
        f"{'' if alike else ' that changes from point to point'}: clipped or normalised?",
        gaps.numbers() | ({"length": lengths[0]} if alike else {}),
        (Remedy("return the gradient itself; clip or normalise it in the update", {}),),
    )


def factor_of_coordinate(gaps: Gaps) -> Finding | None:
    """Every coordinate has a factor of its own, the same at every point."""
    columns = np.unique(gaps.column)
    if len(columns) < 2 or len(gaps.gap) < 2 * len(columns):
        return None
    factors: dict[int, float] = {}
    for j in columns.tolist():
        here = gaps.column == j
        square = float(gaps.slope[here] @ gaps.slope[here])
        factors[j] = float(gaps.told[here] @ gaps.slope[here]) / square if square else 1.0
    times = np.array([1 - factors[j] for j in gaps.column.tolist()])
    if not gaps.lacks(times * gaps.slope, times):
        return None
    words = {j: factor_words(factor, gaps.rows) for j, factor in factors.items()}
    each = listed([f"{gaps.names[j]}: {words[j].times}" for j in columns.tolist()])
    turned = min(factors.values()) < 0
    return Finding(
        "gradient_sign" if turned else "gradient_scale",
        "error",
        "Wrong sign in the gradient" if turned else "The gradient is off by factors",
        f"the gradient is the slope of the loss times a factor of each coordinate ({each})",
        {f"factor_{gaps.names[j]}": words[j].exact for j in columns.tolist()[:FEW]}
        | gaps.numbers(),
        (Remedy("divide the gradient of each coordinate by its factor", {}),),
    )
