"""Whether the intervals hold what they should, and the alarms are as seldom false as they say.

Every model here is fixed and its truth known: a score's true value, the coverage of a prediction
interval and the cost of a threshold are read off a large fresh sample of the same law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from steepest.evaluation.policies.conformal import COVERAGES, prediction_intervals
from steepest.evaluation.policies.policy import Policy
from steepest.evaluation.policies.thousand import cost_of_a_thousand
from steepest.evaluation.policies.thresholds import choose_threshold, cross_thresholds
from steepest.evaluation.scoring.calibration import spiegelhalter
from steepest.evaluation.scoring.calibration_line import line_of_numbers
from steepest.evaluation.scoring.class_scores import score_many_classes
from steepest.evaluation.scoring.drawn import Drawn
from steepest.evaluation.scoring.scores import Scored, score_classes, score_number
from steepest.evaluation.where.slices import find_slices
from steepest.evaluation.where.worst import find_worst, find_worst_decided
from steepest.trace import Array

__all__ = ["section"]

Rng = np.random.Generator

LAWS: dict[str, Callable[[Rng, Array], Array]] = {
    "normal": lambda rng, x: rng.normal(size=len(x)),
    "skewed (log-normal)": lambda rng, x: rng.lognormal(0, 1, len(x)) - np.exp(0.5),
    "heavy tails (t, 5)": lambda rng, x: rng.standard_t(5, len(x)),
    "wider for larger x": lambda rng, x: rng.normal(size=len(x)) * np.exp(x / 2),
}
"""The errors of a prediction, given the one feature x."""

MATRIX = np.array([[0.0, 1.0], [8.0, 0.0]])
POLICIES = (Policy("cost"), Policy("recall", 0.9), Policy("budget", 0.1))


@dataclass
class Tally:
    """How often each thing was so, in the order in which they came up."""

    true: dict[tuple[str, ...], list[float]] = field(default_factory=dict)

    def add(self, key: tuple[str, ...], value: float) -> None:
        self.true.setdefault(key, []).append(value)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Each key with its rate in per cent and the number of trials."""
        for key, values in self.true.items():
            yield (*key, f"{100 * np.mean(values):.1f} %", f"{len(values):,}")


def table(heads: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def prediction(rng: Rng, trials: int) -> Iterator[tuple[str, ...]]:
    """How much of fresh data the prediction intervals cover."""
    for law, errors in LAWS.items():
        fresh = np.sort(-errors(rng, rng.normal(size=100_000)))  # truth minus prediction is -error
        for rows in (50, 200, 1_000):
            covered: dict[float, list[tuple[float, float, bool]]] = {}
            for trial in range(trials):
                found = prediction_intervals(errors(rng, rng.normal(size=rows)), seed=trial)
                for interval in found:
                    ends = np.searchsorted(fresh, [-interval.below, interval.above])
                    share = float(ends[1] - ends[0]) / len(fresh)
                    stated = (interval.low or 0.0) <= share <= (interval.high or 1.0)
                    covered.setdefault(interval.coverage, []).append(
                        (share, interval.measured, stated)
                    )
            for coverage in COVERAGES:
                if coverage in covered:
                    true, said, held = np.mean(covered[coverage], axis=0)
                    figures = (f"{100 * figure:.1f} %" for figure in (true, said, held))
                    yield (law, f"{rows:,}", f"{100 * coverage:g} %", *figures)


def hold(tally: Tally, law: str, rows: int, scored: Scored, truth: Scored) -> None:
    """Count for each score whether its interval holds the truth."""
    for score, true in zip(scored.scores, truth.scores, strict=False):
        if score.low is not None and score.high is not None:
            held = score.low <= true.value <= score.high
            tally.add((score.name, law, f"{rows:,}"), held)


def numbers(rng: Rng, rows: int, law: str) -> Scored:
    x = rng.normal(size=rows)
    predicted = 2 * x
    target = predicted - LAWS[law](rng, x)
    return score_number(target, predicted, np.zeros(rows), unit="")


def counts(rng: Rng, rows: int, law: str) -> Scored:
    x = rng.normal(size=rows)
    mean = np.exp(0.5 + 0.7 * x)
    spread = rng.gamma(2, 0.5, rows) if law != "Poisson" else 1.0
    target = rng.poisson(mean * spread).astype(float)
    scored = score_number(target, mean, np.full(rows, 2.1), unit="", judge="deviance")
    return Scored(scored.scores[-1:], scored.better_than_baseline)


def two_classes(rng: Rng, rows: int, law: str) -> Scored:
    x = rng.normal(size=rows)
    shift = -2.5 if law == "one in eight" else 0.0
    true = 1 / (1 + np.exp(-(1.5 * x + shift)))
    target = (rng.random(rows) < true).astype(float)
    return score_classes(target, true, np.full(rows, true.mean()), threshold=0.5)


def three_classes(rng: Rng, rows: int, law: str) -> Scored:
    x = rng.normal(size=rows)
    rare = -2.0 if law == "one rare" else 0.0
    score = np.exp(np.column_stack([1.5 * x, -1.5 * x, np.full(rows, rare)]))
    given = score / score.sum(axis=1, keepdims=True)
    target = (rng.random((rows, 1)) > given.cumsum(axis=1)).sum(axis=1).astype(float)
    scored = score_many_classes(target, given, np.full((rows, 3), 1 / 3))
    return Scored(scored.scores[2:], scored.better_than_baseline)


SCORED: tuple[tuple[Callable[[Rng, int, str], Scored], tuple[str, ...]], ...] = (
    (numbers, tuple(LAWS)),
    (counts, ("Poisson", "over-dispersed")),
    (two_classes, ("even", "one in eight")),
    (three_classes, ("even", "one rare")),
)


def scores(rng: Rng, trials: int) -> Iterator[tuple[str, ...]]:
    """How often the 95 % interval of each score holds what the score truly is."""
    tally = Tally()
    for make, laws in SCORED:
        for law in laws:
            truth = make(rng, 400_000, law)
            for rows in (30, 100, 1_000):
                for _ in range(trials if rows < 1_000 else max(1, trials // 5)):
                    hold(tally, law, rows, make(rng, rows, law), truth)
    return tally.rows()


ACROSS = 1.5  # how far groups lie apart, in units of the rows within one


def groups(rng: Rng, trials: int) -> Iterator[tuple[str, ...]]:
    """How often the intervals hold where rows of a group share an error of their own."""
    spread = (1 + ACROSS**2) ** 0.5
    fresh = spread * rng.normal(size=100_000)
    for count in (12, 40, 100):
        place = np.repeat(np.arange(count), 20)
        scored: dict[str, list[bool]] = {"groups": [], "rows": []}
        margins: dict[float, list[tuple[float, float, float]]] = {}
        for trial in range(trials):
            error = ACROSS * rng.normal(size=count)[place] + rng.normal(size=len(place))
            drawn = Drawn("groups", place)
            for kind, way in (("groups", drawn), ("rows", Drawn())):
                (score, *_) = score_number(
                    error, 0 * error, 1 + 0 * error, unit="", drawn=way
                ).scores
                low, high = score.low or 0.0, score.high or 0.0
                scored[kind].append(low <= spread * (2 / np.pi) ** 0.5 <= high)
            for found in prediction_intervals(error, seed=trial, drawn=drawn):
                share = float(np.mean((fresh <= found.below) & (fresh >= -found.above)))
                held = (found.low or 0.0) <= share <= (found.high or 1.0)
                margins.setdefault(found.coverage, []).append((share, found.measured, held))
        error_held = f"{100 * np.mean(scored['groups']):.0f} %"
        as_rows = f"{100 * np.mean(scored['rows']):.0f} %"
        for coverage, each in margins.items():
            figures = (f"{100 * figure:.1f} %" for figure in np.mean(each, axis=0))
            yield (f"{count}", error_held, as_rows, f"{100 * coverage:g} %", *figures)


def times(rng: Rng, trials: int) -> Iterator[tuple[str, ...]]:
    """The same for rows in time; where their level wanders, what the next rows do is another."""
    rows, after = 400, 100
    for law, stay in (("independent", 0.0), ("half is left", 0.5), ("a random walk", 1.0)):
        held: list[bool] = []
        margins: list[tuple[float, float]] = []
        for _ in range(trials):
            error = series(rng, rows + after, stay)
            drawn = Drawn("times", np.arange(rows))
            past, coming = error[:rows], error[rows:]
            (score, *_) = score_number(past, 0 * past, 1 + 0 * past, unit="", drawn=drawn).scores
            true = float(np.abs(coming).mean()) if stay == 1 else (2 / np.pi) ** 0.5
            held.append((score.low or 0.0) <= true <= (score.high or 0.0))
            for found in prediction_intervals(past, drawn=drawn):
                if found.coverage == 0.9:
                    inside = (coming <= found.below) & (coming >= -found.above)
                    margins.append((float(inside.mean()), found.measured))
        covered, said = np.mean(margins, axis=0)
        figures = (100 * float(np.mean(held)), 100 * covered, 100 * said)
        yield (law, *(f"{figure:.1f} %" for figure in figures))


def series(rng: Rng, rows: int, stay: float) -> Array:
    """Errors of which so large a part is left at the next moment; 1: a walk beside noise."""
    noise = rng.normal(size=rows)
    if stay == 1:
        return noise + np.cumsum(0.4 * rng.normal(size=rows))
    for i in range(1, rows):
        noise[i] = stay * noise[i - 1] + (1 - stay**2) ** 0.5 * noise[i]
    return noise


def policies(rng: Rng, trials: int) -> Iterator[tuple[str, ...]]:
    """What each policy was measured to do, beside what its threshold does to fresh data."""
    sample, truth = drawn(rng, 200_000)
    for rows in (100, 1_000):
        for policy in POLICIES:
            said: list[tuple[float, ...]] = []
            for trial in range(trials):
                given, target = drawn(rng, rows)
                by_row = cross_thresholds(policy, target, given, MATRIX, seed=trial)
                threshold = choose_threshold(policy, target, given, MATRIX)
                measured = figures(target, given >= by_row)
                true = figures(truth, sample >= threshold)
                taken = (given >= by_row).astype(int)
                _, low, high = cost_of_a_thousand(MATRIX[target.astype(int), taken])
                held = low is not None and high is not None and low <= true[2] <= high
                said.append((*measured, *true, held))
            mean = np.nanmean(said, axis=0)
            shares = (f"{100 * mean[i]:.1f} % / {100 * mean[i + 3]:.1f} %" for i in (0, 1))
            cost = f"{mean[2]:.0f} / {mean[5]:.0f}"
            yield (policy.text, f"{rows:,}", *shares, cost, f"{100 * mean[6]:.1f} %")


def drawn(rng: Rng, rows: int) -> tuple[Array, Array]:
    """True probabilities of a positive, and what was the case."""
    true = 1 / (1 + np.exp(-(1.5 * rng.normal(size=rows) - 1.5)))
    return true, (rng.random(rows) < true).astype(float)


def figures(target: Array, called: Array) -> tuple[float, float, float]:
    """Recall, the share that is called positive, and the cost of a thousand cases."""
    cost = 1_000 * float(MATRIX[target.astype(int), called.astype(int)].mean())
    found = float(called[target == 1].mean()) if target.any() else float("nan")
    return found, float(called.mean()), cost


def alarms(rng: Rng, trials: int) -> Iterator[tuple[str, ...]]:
    """How often something is said to be off where nothing is."""
    tally = Tally()
    for rows in (30, 100, 1_000):
        for _ in range(trials * 5):
            given, target = drawn(rng, rows)
            p_value = spiegelhalter(target, given)
            key = ("calibration of probabilities", "true probabilities", f"{rows:,}")
            tally.add(key, p_value is not None and p_value < 0.05)
        for law, errors in LAWS.items():
            for _ in range(trials if rows < 1_000 else max(1, trials // 5)):
                x = rng.normal(size=rows)
                p_value = line_of_numbers(x + errors(rng, x), x).p_value
                alarm = p_value is not None and p_value < 0.05
                tally.add(("calibration of numbers", law, f"{rows:,}"), alarm)
    for rows in (100, 1_000):
        for law in list(LAWS)[:3]:
            for _ in range(trials):
                slices(tally, rng, rows, law)
    return tally.rows()


def slices(tally: Tally, rng: Rng, rows: int, law: str) -> None:
    """Eight columns that have nothing to do with the errors."""
    frame = pl.DataFrame({f"x{i}": rng.normal(size=rows) for i in range(6)}).with_columns(
        a=rng.choice(["u", "v", "w"], rows), b=rng.choice(list("abcdefgh"), rows)
    )
    error, predicted = LAWS[law](rng, np.zeros(rows)), rng.normal(size=rows) * 3
    key = (law, f"{rows:,}")
    sided = find_slices(predicted - error, predicted, frame, predicted_name="y")
    tally.add(("parts that err to one side", *key), bool(sided))
    worst = find_worst(error, predicted, frame, predicted_name="y")
    tally.add(("parts with larger errors", *key), bool(worst))
    wrong = rng.random(rows) < 0.15
    tally.add(
        ("parts decided wrongly more often", "15 % wrong", f"{rows:,}"),
        bool(find_worst_decided(wrong, frame)),
    )


def section(seed: int = 0, quick: bool = False) -> str:
    """The section as Markdown; quick: with so few draws that the rates mean nothing."""
    rng = np.random.default_rng(seed)
    trials = 4 if quick else 100
    group_rows, time_rows = groups(rng, trials), times(rng, trials)
    return f"""\
## What the errors mean: intervals and alarms

### Prediction intervals

{trials} tables for each line. Covered: the share of 100,000 fresh cases that the interval holds
(goal: at least what was asked). Measured: what the account says that it covers, which of
independent rows is near what was asked, whatever comes. Held: how often what it gives as the reach
of that share (the Beta law of Vovk 2012) holds what these margins truly cover (goal: 95 %).
They cover what was asked of all cases alike: where errors are wider for larger x, small x are
covered more often and large x less; the parts with larger errors say where.

{table(("errors", "rows", "asked", "covered", "measured", "held"), prediction(rng, trials))}

### Scores

How often the 95 % interval of a score holds its true value (goal: 95 %). Where a few large errors
make up most of a mean of squares, the rows at hand seldom hold enough of them: of errors with a
heavy tail the intervals of the root mean squared error and of R2 are too short, though they are
corrected for bias and skewness (Efron 1987), and no resampling mends that: a bootstrap-t, and one
of the logarithm, were up to five times as long and held in seven to eight of ten. The mean absolute
error is the one to trust there, and the account says where one row makes up much of it. The log
loss of thirty rows with four positives among them
is in the same case.

{table(("score", "law", "rows", "held", "trials"), scores(rng, trials))}

### Rows in groups

Errors of a group lie {ACROSS} times as far apart as those within one; 20 rows a group. How often
the 95 % interval of the mean absolute error holds the truth, counting groups, and were rows
counted; and of prediction intervals for a row of another group, as above. Every group counts as one
there (Lee, Barber and Willett 2023), which of few groups covers more than was asked.

{table(("groups", "error held", "as rows", "asked", "covered", "measured", "held"), group_rows)}

### Rows in time

400 rows, of which the margins of the earlier half are measured on the later. Of a random walk the
truth is what the next 100 rows do, which no interval can know: what was measured says at least that
the margins do not hold.

{table(("errors", "error held", "90 % covered", "measured"), time_rows)}

### Policies of the threshold

What each was measured to do, on tenths of the rows that had no part in the threshold, beside what
the threshold that is kept truly does (measured / true); the two should agree. {trials} tables for
each line; errors cost 1 (false positive) and 8 (false negative). Held: how often the 95 % interval
of the cost of a thousand cases holds the true cost of the threshold that is kept (goal: 95 %; it
leaves out that another table would have chosen another threshold).

{table(("policy", "rows", "recall", "called", "cost", "held"), policies(rng, trials))}

### False alarms

How often something is said to be off where nothing is: of calibration 5 % is the goal, of all parts
of a table together at most 5 %.

{table(("alarm", "law", "rows", "rate", "tables"), alarms(rng, trials))}
"""
