"""Whether what is predicted comes true: a picture and its numbers."""

from __future__ import annotations

from functools import partial

from steepest.evaluation.decisions import Calibration
from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import interval_words, unit_of_target
from steepest.views.calibration_view import draw_calibration
from steepest.views.content import Block, Folded, Paragraph, Picture, Pictures, Table

__all__ = ["calibration"]

FEWEST = 3  # groups of rows; fewer show no line


def calibration(run: Run) -> tuple[Block, ...]:
    """The bins of predictions beside what came true, and the sentence on them."""
    held = run.evaluation.calibration
    if held is None or not held.bins:
        return ()
    told = Paragraph(held.sentence)
    if len(held.bins) < FEWEST:
        return (told, *_line(held))
    reading = (
        "A dot is a group of rows with predictions alike: to the right what was predicted on "
        "average, upwards what came true, with its 95 % interval. On the dashed line both are "
        "equal."
    )
    picture = Picture(
        "calibration",
        "Does what it predicts come true?",
        "",
        partial(draw_calibration, run=run),
        _bins(run, held),
        reading,
    )
    words = "Predictions beside what came true, group by group"
    return (told, Folded(words, (*_line(held), Pictures((picture,))), printed=True))


def _line(held: Calibration) -> tuple[Block, ...]:
    if held.slope is None or held.intercept is None:
        return ()
    words = (
        f"Slope {readable(held.slope)} (95 % interval "
        f"{interval_words(held.slope_low, held.slope_high)}; 1 where it is calibrated), intercept "
        f"{readable(held.intercept)} (0 where it is)"
    )
    if held.p_value is not None:
        words += f"; p-value of being calibrated {readable(held.p_value, 3)}"
    return (Paragraph(f"{words}.", "small"),)


def _bins(run: Run, held: Calibration) -> Table:
    unit = unit_of_target(run)
    return Table(
        "Predictions beside what came true" + (f", in {unit}" if unit else ""),
        ("Predicted", "Came true", "95 % interval", "Rows"),
        tuple(
            (
                readable(part.predicted),
                readable(part.observed),
                interval_words(part.low, part.high),
                f"{part.rows:,}",
            )
            for part in held.bins
        ),
        numbers=(1, 2, 3),
        wide=False,
    )
