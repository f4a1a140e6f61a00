"""Three ways to fail, and how each looks in the same two views."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from steepest.descent.descend import descend
from steepest.diagnosis.diagnose import diagnose
from steepest.lessons.houses import begin, bowl_plot, houses, loss_plot
from steepest.lessons.part import Heading, Lesson, Look, Part, Table, Try, Verdict, Words
from steepest.objective.function import FunctionObjective, central_gradient, objective_from
from steepest.objective.least_squares import LeastSquares
from steepest.readable import readable
from steepest.trace import Array, Trace

__all__ = ["LESSON"]


def _play() -> Iterator[Part]:
    objective = houses().objective(1000.0)
    limit = 2.0 / objective.bowl.sharpness
    yield Words(
        "A descent that fails looks like something. Here are the houses again, size in thousands "
        "of square feet, always from the same bad line, three times with something wrong. The "
        "bowl and the X are the same in all three; only the path and the curve of J differ."
    )
    yield Look(
        (
            "The path over the contours: does it bounce, does it crawl, does it drift away?",
            "The curve of J beside it: does it rise, does it stand, does it fall and then rise?",
        )
    )
    bouncing = descend(
        objective, begin(1000.0), learning_rate=1.03 * limit, steps=20, tolerance=0.0
    )
    crawling = descend(
        objective, begin(1000.0), learning_rate=0.002 * limit, steps=100, tolerance=0.0
    )
    drifting = descend(
        with_wrong_sign(objective),
        begin(1000.0),
        learning_rate=0.15 * limit,
        steps=50,
        tolerance=0.0,
    )
    yield from _bouncing(objective, bouncing, limit)
    yield from _crawling(objective, crawling, limit)
    yield from _drifting(objective, drifting)
    yield _summary(bouncing, crawling, drifting)
    yield Try(
        (
            ('steepest curve "w**2" --learning-rate 1.03', "bouncing in one dimension"),
            ('steepest curve "w**2" --learning-rate 0.002', "crawling in one dimension"),
            ("steepest lesson scaling", "the other cause of paths that go astray"),
        )
    )
    yield Verdict("the drifting path", diagnose(drifting))


def with_wrong_sign(objective: LeastSquares) -> FunctionObjective:
    """The same cost, with the slope of the intercept turned round: a typical slip."""
    bowl = objective.bowl
    turned = np.array([1.0, -1.0])
    return objective_from(
        bowl.loss, lambda params: bowl.gradient(params) * turned, names=("w", "b")
    )


def _bouncing(objective: LeastSquares, trace: Trace, limit: float) -> Iterator[Part]:
    yield Heading("Bouncing: the learning rate is too high")
    yield bowl_plot("The first ten steps of the path", objective.bowl, trace, last=10)
    yield loss_plot("The curve of J", trace, last=20)
    yield Words(
        f"The path crosses the valley at every step and lands a little higher on the other wall "
        f"each time; J rises after the first step, faster and faster. The learning rate, "
        f"{readable(trace.learning_rate[0])}, is only 3 % above the largest stable one, "
        f"{readable(limit)}. Cure: a smaller learning rate."
    )
    yield Verdict("the bouncing path", diagnose(trace))


def _crawling(objective: LeastSquares, trace: Trace, limit: float) -> Iterator[Part]:
    yield Heading("Crawling: the learning rate is too low")
    yield bowl_plot("The path", objective.bowl, trace)
    yield loss_plot("The curve of J", trace, last=100)
    yield Words(
        "The path goes the right way and hardly goes at all: a hundred steps, and it has not left "
        "its corner. J falls at every step, and its curve has all the way still to go. "
        f"The learning rate is {readable(trace.learning_rate[0])}, 500 times below the limit. "
        "Do not take a flat curve for a finished one: this one is flat because the steps are "
        "short. Cure: a larger learning rate."
    )
    yield Verdict("the crawling path", diagnose(trace))


def _drifting(objective: LeastSquares, trace: Trace) -> Iterator[Part]:
    yield Heading("Drifting: the gradient has a bug")
    lowest = int(np.argmin(trace.loss))
    yield bowl_plot("The path", objective.bowl, trace)
    yield loss_plot("The curve of J", trace, last=50)
    yield Words(
        f"J falls at first, from {readable(trace.loss[0])} to {readable(trace.loss[lowest])} at "
        f"iteration {lowest}; then the path leaves for regions where no house is, and J climbs "
        "steadily. The learning rate is far below the largest stable one, so it is not to blame, "
        "and nothing jumps from wall to wall. A path that improves and then goes astray has a "
        "scaling problem or a bug in the gradient. Here somebody turned the sign of dJ/db. Hold "
        "the gradient that the loop uses against the slope of the loss itself, a secant with a "
        "tiny run on both sides:"
    )
    yield _check(objective, trace)
    yield Words(
        "The slope of w agrees to all digits shown; that of b has the wrong sign. Cure: not "
        "another learning rate, but the one line of code that computes dJ/db."
    )


def _check(objective: LeastSquares, trace: Trace) -> Table:
    claimed = trace.gradient[0] if trace.gradient is not None else np.empty(0)
    measured: Array = central_gradient(objective.bowl.loss, np.array(begin(1000.0)))
    rows = tuple(
        (name, readable(says), readable(is_), "yes" if np.isclose(says, is_) else "no")
        for name, says, is_ in zip(("w", "b"), claimed, measured, strict=True)
    )
    numbers = {
        "claimed_dJ/db": float(claimed[1]),
        "measured_dJ/db": float(measured[1]),
    }
    head = ("", "the loop says", "the loss says", "agree")
    return Table("The gradient at the start", head, rows, numbers)


def _summary(bouncing: Trace, crawling: Trace, drifting: Trace) -> Table:
    rows = (
        ("bounces", "rises", "too high", "lower the learning rate"),
        ("crawls", "falls, almost flat", "too low", "raise the learning rate"),
        ("drifts away", "falls, then rises", "may be fine", "check gradient and scale"),
    )
    numbers = {
        "bouncing_last_loss": float(bouncing.loss[-1]),
        "crawling_last_loss": float(crawling.loss[-1]),
        "drifting_lowest_loss": float(drifting.loss.min()),
        "drifting_last_loss": float(drifting.loss[-1]),
    }
    head = ("the path", "J", "learning rate", "what to do")
    return Table("To keep", head, rows, numbers)


LESSON = Lesson(
    "reading-failure",
    "Reading failure: bouncing, crawling, drifting",
    "Bouncing, crawling, drifting: told apart by looking.",
    _play,
)
