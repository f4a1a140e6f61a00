"""Numbers that come near the end of float16."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, Clear, Finding, Remedy
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import unseen

__all__ = ["half_precision"]


def half_precision(reading: Reading) -> Answer:
    """A layer puts out numbers that float16 will soon not hold.

    Sees
        In a watched loop, at some steps, the largest number that each layer puts out in float16.
    Matters
        float16 ends at 65,504. What is larger becomes infinite, and NaN one operation later; a
        scaler of the gradient only makes the loss larger, and helps nothing here.
    Decides
        Half of 65,504 or more. What has overflowed already is `non_finite`.
    When it is wrong
        A layer whose outputs are large by design and do not grow.
    Try
        bfloat16, which has the range of float32; that layer in float32; a normalising layer
        before it, or outputs that are divided by a constant.
    Sources
        Micikevicius et al. 2018, "Mixed precision training", section 3.
    """
    facts = reading.trace.facts
    if "half_precision_layers" not in facts:
        return unseen(reading) if not _watched(reading) else Clear()
    return Finding(
        "half_precision",
        "warning",
        "Near the end of half precision",
        str(facts["half_precision_reach"].value),
        {"largest": facts["half_precision_largest"].number, "end": 65_504.0},
        (Remedy("use bfloat16, or keep that layer in float32, or normalise before it", {}),),
        (str(facts["half_precision_layers"].value),),
    )


def _watched(reading: Reading) -> bool:
    return any(name.startswith("output_scale/") for name in reading.trace.measures)
