"""What a change of units does: condition number and steps, raw and rescaled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from steepest.descent.descend import descend
from steepest.diagnosis.diagnose import diagnose
from steepest.lessons.houses import Houses, begin, bowl_plot, houses
from steepest.lessons.part import Lesson, Look, Part, Table, Try, Verdict, Words
from steepest.objective.least_squares import LeastSquares
from steepest.readable import readable
from steepest.trace import Trace

__all__ = ["LESSON"]

ENOUGH = 10**9


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """One way to write the size: the cost in it, and the bad line to begin with."""

    name: str
    objective: LeastSquares
    start: tuple[float, float]


def _play() -> Iterator[Part]:
    data = houses()
    ways = _ways(data)
    traces = {
        way.name: descend(way.objective, way.start, steps=ENOUGH, tolerance=1e-8) for way in ways
    }
    yield Words(
        "The same houses, the same straight line, the same bad start. Only the numbers that stand "
        "for the size differ: square feet, square metres, thousands of square feet, and standard "
        "deviations from the mean size. The best line is the same in all of them."
    )
    yield Look(
        (
            "The condition number: the curvature of the bowl in its steepest direction over that "
            "in its flattest.",
            "The number of steps, at the best safe learning rate of each.",
        )
    )
    yield _table(ways, traces)
    raw, best = traces[ways[0].name], traces[ways[-1].name]
    yield Words(
        "Why: one learning rate serves all directions. The steepest direction says how large it "
        "may be (below 2 over its curvature), and the flattest one has to live with it. When they "
        f"are {readable(_condition(raw))} times apart, a step that is just safe for w is next to "
        "nothing for b. Dividing the size by 1,000 brings the two near each other; taking the "
        "mean off as well makes the bowl round (condition number "
        f"{readable(_condition(best), 3)}), and from the wall of a round bowl the slope points "
        "straight at the minimum."
    )
    yield bowl_plot(
        "Thousands of square feet: a valley, and a path that has to go along it",
        ways[2].objective.bowl,
        _head(ways[2], 300),
    )
    yield bowl_plot(
        "Standardised: a round bowl, and one step at learning rate 1 is enough",
        ways[3].objective.bowl,
        _head(ways[3], 10),
    )
    yield Words(
        "That is why `steepest fit` standardises every column before it descends, and gives the "
        "coefficients back in your own units. With --scale none it does not, and then says what "
        "that costs."
    )
    yield Try(
        (
            ("steepest fit houses --target price", "standardised, as usual"),
            ("steepest fit houses --target price --scale none", "in raw units"),
            ("steepest lesson live-demo", "the raw and the rescaled descent, view by view"),
        )
    )
    yield Verdict("1,000 steps in square feet", diagnose(_head(ways[0], 1000)))
    yield Verdict("the standardised descent", diagnose(best))


def _ways(data: Houses) -> tuple[Scaled, ...]:
    units = (("square feet", 1.0), ("square metres", 10.7639), ("thousand sq. feet", 1000.0))
    return (
        *(Scaled(name, data.objective(unit), begin(unit)) for name, unit in units),
        Scaled("standardised", data.standardised(), data.begin_standardised()),
    )


def _head(way: Scaled, steps: int) -> Trace:
    """The beginning of a descent, for a picture."""
    return descend(way.objective, way.start, steps=steps, tolerance=0.0)


def _condition(trace: Trace) -> float:
    return trace.number("condition_number") or float("nan")


def _gained(objective: LeastSquares, trace: Trace, share: float) -> int:
    """The first recorded step with no more than this share of the first excess loss left."""
    excess = trace.loss - objective.bowl.minimum_loss
    return int(trace.step[np.argmax(excess <= share * excess[0])])


def _table(ways: tuple[Scaled, ...], traces: dict[str, Trace]) -> Table:
    rows: list[tuple[str, ...]] = []
    numbers: dict[str, float] = {}
    for way in ways:
        trace = traces[way.name]
        most, end = _gained(way.objective, trace, 0.01), int(trace.step[-1])
        numbers[f"condition_number, {way.name}"] = _condition(trace)
        numbers[f"steps_to_99_percent, {way.name}"] = float(most)
        numbers[f"steps_to_1e-8, {way.name}"] = float(end)
        rate, condition = float(trace.learning_rate[0]), _condition(trace)
        rows.append((way.name, readable(condition, 3), readable(rate), f"{most:,}", f"{end:,}"))
    head = ("size in", "condition number", "learning rate", "to 99 %", "to 1e-8")
    caption = "Steps to 99 % of what there is to gain in J, and until w and b are within 1e-8"
    return Table(caption, head, tuple(rows), numbers)


LESSON = Lesson(
    "scaling",
    "Scaling: the same problem, millions of times easier",
    "A change of units, and millions of steps fewer.",
    _play,
)
