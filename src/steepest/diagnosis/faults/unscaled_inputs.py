"""Inputs that were not brought to a common scale."""

from __future__ import annotations

from collections.abc import Mapping

from steepest.diagnosis.finding import Answer, Clear, Finding, Remedy
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import unseen
from steepest.readable import readable

__all__ = ["is_unscaled", "unscaled_inputs"]

SCALE = 5.0
OFFSET = 5.0
SPREAD = 100.0


def is_unscaled(numbers: Mapping[str, float]) -> bool:
    """Whether input_scale, input_offset or input_spread is beyond its limit.

    >>> is_unscaled({"input_scale": 1.0, "input_offset": 0.1}), is_unscaled({"input_scale": 124.0})
    (False, True)
    """
    limits = {"input_scale": SCALE, "input_offset": OFFSET, "input_spread": SPREAD}
    return any(numbers.get(name, 0.0) >= limit for name, limit in limits.items())


def unscaled_inputs(reading: Reading) -> Answer:
    """The network is fed numbers that are large, far from zero, or of very different sizes.

    Sees
        Of a sample of the first batches, as the first layer gets them: the root mean square, the
        mean over the standard deviation, and, of tables, the standard deviations of the columns.
    Matters
        The curvature along the first layer's weights grows with the square of the inputs, and its
        condition number with the square of their offset and of the ratio of their scales: the
        learning rate that the largest input allows is too small for all others, and rectifiers and
        tanh units leave the range in which they start well.
    Decides
        A root mean square of 5 or more, where standardised inputs have 1; a mean of 5 standard
        deviations or more (condition number about 25); columns whose standard deviations differ by
        a factor of 100 or more (condition number 10,000). Columns that are constant or have two
        values only are left out; whole numbers (tokens) are not looked at; a first layer that
        normalises clears.
    When it is wrong
        A model that scales its inputs itself, by a computation before its first layer that no
        layer does and nothing shows.
    Try
        Subtract the mean of the training rows and divide by their standard deviation, column by
        column; the same numbers for new rows. Or begin with a normalising layer.
    Sources
        LeCun et al. 1998, "Efficient BackProp", section 4.3.
    """
    number = reading.trace.number
    facts = reading.trace.facts
    if "input_normalised" in facts:
        return Clear()
    scale, offset, spread = (number(f"input_{what}") for what in ("scale", "offset", "spread"))
    if scale is None or offset is None:
        return unseen(reading)
    wrong: list[str] = []
    if scale >= SCALE:
        wrong.append(f"have a root mean square of {readable(scale)}, where 1 is usual")
    if offset >= OFFSET:
        wrong.append(f"lie {readable(offset, 3)} standard deviations from zero")
    if spread is not None and spread >= SPREAD:
        wrong.append(f"have columns whose scales differ by a factor of {readable(spread, 3)}")
    if not wrong:
        return Clear()
    layer = facts.get("input_layer")
    name = "" if layer is None else str(layer.value)
    evidence = {"scale": scale, "offset": offset}
    if spread is not None:
        evidence["spread"] = spread
    return Finding(
        "unscaled_inputs",
        "warning",
        "Inputs that are not scaled",
        f"the inputs{f' of layer {name}' if name else ''} {' and '.join(wrong)}",
        evidence,
        (Remedy(_sentence(reading, spread), {}),),
        (name,) if name else (),
    )


def _sentence(reading: Reading, spread: float | None) -> str:
    mean, std = reading.trace.number("input_mean"), reading.trace.number("input_std")
    if mean is None or std is None or (spread is not None and spread >= SPREAD):
        return (
            "subtract each column's mean and divide by its standard deviation, of the training rows"
        )
    return (
        f"subtract the mean (about {readable(mean, 3)}) and divide by the standard deviation "
        f"(about {readable(std, 3)}), of the training rows"
    )
