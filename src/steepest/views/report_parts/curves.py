"""Would more rows help, and is the model as simple as it should be?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from steepest.evaluation.studies.study import CurvePoint, Study, ValidationCurve
from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import interval_words
from steepest.views.content import Picture, Pictures, Section, Table
from steepest.views.phrases import score_words, sentence
from steepest.views.study_view import draw_learning_curve, draw_validation_curve

__all__ = ["curves"]

OVER = {"degree": ("degree", "The degree"), "l2": ("penalty (l2)", "The penalty")}


def curves(run: Run) -> Section | None:
    """The learning curve and the validation curves, as far as they were measured."""
    if run.study is None:
        return None
    pictures = tuple(_pictures(run.study))
    if not pictures:
        return None
    return Section("curves", "More rows, or another model?", (Pictures(pictures),))


def _pictures(study: Study) -> Iterator[Picture]:
    score = score_words(study.score)
    curve = study.learning_curve
    if curve is not None and curve.points:
        yield Picture(
            "learning",
            "Would more rows help?",
            sentence(curve.sentence),
            partial(draw_learning_curve, curve=curve, score=score),
            _table("The learning curve", "Rows that train", curve.points),
            f"{sentence(score)[:-1]}: {study.better} is better. Where the two lines have met, more "
            "rows do not help.",
        )
    for held in study.validation_curves:
        if held.points:
            yield _validation(study, held, score)


def _validation(study: Study, curve: ValidationCurve, score: str) -> Picture:
    over, title = OVER.get(curve.over, (curve.over, f"The setting {curve.over}"))
    return Picture(
        f"validation-{curve.over}",
        title,
        sentence(curve.sentence),
        partial(draw_validation_curve, curve=curve, score=score),
        _table(f"Over the {over}", sentence(over)[:-1], curve.points),
        f"{sentence(score)[:-1]}: {study.better} is better. The upright line is what was asked "
        f"for, {readable(curve.asked)}; the ring is the best.",
    )


def _table(caption: str, at: str, points: Sequence[CurvePoint]) -> Table:
    return Table(
        caption,
        (at, "Trained", "Not trained", "95 % interval"),
        tuple(
            (
                readable(point.at),
                readable(point.train),
                readable(point.held_out),
                interval_words(point.low, point.high),
            )
            for point in points
        ),
        numbers=(1, 2, 3),
        wide=False,
    )
