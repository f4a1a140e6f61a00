"""Mixed precision: the scaler leaves out step after step, because float16 overflows each time."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, Clear, Finding, Remedy
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import unseen
from steepest.readable import counted, readable

__all__ = ["skipped_steps"]

ROW = 8
HOPELESS = 14
MANY = 10
SHARE = 0.2


def skipped_steps(reading: Reading) -> Answer:
    """The gradient scaler leaves out step after step: float16 overflows whatever the scale.

    Sees
        A watched loop with a gradient scaler: how often the scale was lowered, each time because
        a gradient was not finite and its step was left out; how many times in a row; the scale.
    Matters
        A scaler multiplies the loss so that small gradients survive in float16, and halves the
        scale where that overflows. A few skips while it finds its scale are how it works. Where
        the number overflows before the scale comes into it, in an activation, no scale helps:
        the loop runs and nothing is trained.
    Decides
        Eight steps or more left out in a row (from 65,536 the scale is then at 256 or below);
        an error from fourteen on, or where no update was ever made. Or ten and more in all, at
        least a fifth of the steps.
    When it is wrong
        A scaler that begins far higher than 65,536 needs more skips to come down.
    Try
        bfloat16, which has the range of float32 and needs no scaler; float32 for the layer that
        overflows, as attention scores and losses are; clipping after `unscale_`, a lower rate.
    Sources
        Micikevicius et al. 2018, "Mixed precision training".
    """
    facts = reading.trace.facts
    if "skipped_steps" not in facts:
        return unseen(reading)
    skipped = int(facts["skipped_steps"].number)
    row = int(reading.trace.number("skipped_in_a_row") or 0)
    made = int(reading.trace.number("updates_made") or 0)
    often = skipped >= MANY and skipped >= SHARE * (skipped + made)
    if row < ROW and not often:
        return Clear()
    scale = reading.trace.number("loss_scale")
    low = "" if scale is None else f"; the scale is down to {readable(scale)}"
    where = f", {row:,} of them in a row" if row > 1 else ""
    return Finding(
        "skipped_steps",
        "error" if row >= HOPELESS or made == 0 else "warning",
        "Skipped steps: float16 overflows again and again",
        f"the scaler left out {counted(skipped, 'step')}{where}, and {made:,} were made{low}",
        {"skipped": float(skipped), "in_a_row": float(row), "made": float(made)},
        (
            Remedy("use bfloat16, which has the range of float32 and needs no scaler", {}),
            Remedy(
                "else keep the layer that overflows in float32 (autocast(enabled=False) around "
                "it), and clip the gradient after scaler.unscale_",
                {},
            ),
        ),
    )
