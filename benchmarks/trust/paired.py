"""How often the paired test and the interval of a column's worth are wrong, on simulated rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from steepest.evaluation.scoring.drawn import Drawn
from steepest.evaluation.scoring.main_score import main_score, row_losses, score_difference
from steepest.evaluation.studies.paired import mcnemar, mean_test
from steepest.evaluation.studies.trials import Trial, Trials
from steepest.trace import Array

__all__ = ["section"]

ROWS = (20, 100, 1_000, 4_000)
Draw = Callable[[np.random.Generator, int], Array]

ERRORS: tuple[tuple[str, Draw], ...] = (
    ("normal", lambda rng, rows: rng.normal(size=(2, rows))),
    ("heavy tails (t, 3 degrees of freedom)", lambda rng, rows: rng.standard_t(3, (2, rows))),
    ("one row in 50 is 20 times as hard", lambda rng, rows: _hard_rows(rng, rows)),
    ("log-normal, skewed", lambda rng, rows: rng.lognormal(0, 1.2, (2, rows)) - np.exp(0.72)),
    ("one is worse on one row in 20 only", lambda rng, rows: _rarely_worse(rng, rows)),
)


def _hard_rows(rng: np.random.Generator, rows: int) -> Array:
    """Errors of two models that share how hard a row is."""
    hard = np.where(rng.random(rows) < 0.02, 20.0, 1.0)
    return hard * rng.normal(size=(2, rows))


def _rarely_worse(rng: np.random.Generator, rows: int) -> Array:
    """A model that is a little better on most rows and much worse on the others: by squared
    error 0 and 0.09 on most, 9 and 7.29 on one in 20."""
    truth = np.where(rng.random(rows) < 0.05, 3.0, 0.0)
    return np.stack([truth, truth - 0.3])


def section(seed: int = 0, quick: bool = False) -> str:
    """False alarms of the paired test, and coverage of the worth of a column."""
    trials = 20 if quick else 300
    parts = [
        "## Paired tests, and the worth of a column",
        "Two models that are equally good are held against each other (their errors on each row "
        "are drawn alike), and an alarm at the 5 % level is false. Losses are squared errors.",
        _false_alarms(seed, trials),
        "Rows in groups of 20, of which each is easier for one of the models; were rows counted "
        "and not groups, most pairs would seem different:",
        _group_alarms(seed, trials),
        "Two models that decide rightly equally often, by McNemar's exact test, which is never "
        "above its level and below it where few rows are decided differently:",
        _decisions(seed, trials),
        "The 95 % interval of what a column buys, where the truth is known: y = x + b z + noise, "
        "both models are lines that are known, and r2 without z is lower by b² / (1 + b² + 1). "
        "Of the models as they are, on rows that they were not trained on:",
        _coverage(seed, trials),
        "Cross-validated, for models that are trained anew on each sample, by what leaving z out "
        "costs on average over training sets of that size. Over folds the interval is widened for "
        "the rows that models share:",
        _fold_coverage(seed, 10 if quick else 80),
    ]
    return "\n\n".join(parts)


def _false_alarms(seed: int, trials: int) -> str:
    lines = ["| errors | " + " | ".join(f"{rows:,} rows" for rows in ROWS) + " | goal |"]
    lines.append("| --- |" + " ---: |" * (len(ROWS) + 1))
    for place, (name, draw) in enumerate(ERRORS):
        cells: list[str] = []
        for rows in ROWS:
            rng = np.random.default_rng([seed, place, rows])
            alarms, draws = 0, min(trials, 60) if rows == 1_000 else trials
            for _ in range(draws):
                one, other = draw(rng, rows) ** 2
                p, _ = mean_test(one - other, seed=int(rng.integers(2**31)))
                alarms += p is not None and p < 0.05
            cells.append(_rate(alarms, draws))
        lines.append(f"| {name} | {' | '.join(cells)} | 5 % |")
    return "\n".join(lines)


def _group_alarms(seed: int, trials: int) -> str:
    lines = [
        "| groups | false alarms | were rows counted | goal |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for groups in (12, 40, 100):
        rng = np.random.default_rng([seed, 11, groups])
        place = np.repeat(np.arange(groups), 20)
        drawn, alarms = Drawn("groups", place), np.zeros(2)
        for _ in range(trials // 2):
            difference = rng.normal(size=groups)[place] + 0.5 * rng.normal(size=len(place))
            found = [mean_test(difference, drawn=way)[0] for way in (drawn, Drawn())]
            alarms += [p is not None and p < 0.05 for p in found]
        rates = (_rate(int(count), trials // 2) for count in alarms)
        lines.append(f"| {groups} | {' | '.join(rates)} | 5 % |")
    return "\n".join(lines)


def _decisions(seed: int, trials: int) -> str:
    lines = ["| rows | false alarms | goal |", "| ---: | ---: | ---: |"]
    for rows in ROWS:
        rng = np.random.default_rng([seed, 7, rows])
        alarms = sum(mcnemar(*(rng.random((2, rows)) < 0.8)).p < 0.05 for _ in range(trials))
        lines.append(f"| {rows:,} | {_rate(alarms, trials)} | at most 5 % |")
    return "\n".join(lines)


def _coverage(seed: int, trials: int) -> str:
    lines = ["| rows that judge | b = 0.1 | b = 0.5 | goal |", "| ---: | ---: | ---: | ---: |"]
    score = main_score("squared")
    for rows in (50, 200):
        cells: list[str] = []
        for slope in (0.1, 0.5):
            rng = np.random.default_rng([seed, rows, int(slope * 10)])
            truth, held = slope**2 / (2 + slope**2), 0
            for _ in range(trials):
                x, z, noise = rng.normal(size=(3, rows))
                y = x + slope * z + noise
                losses = [row_losses(score, y, p) for p in (x + slope * z, x, np.zeros(rows))]
                one, other, base = losses
                _, low, high = score_difference(score, one, other, base)
                held += low is not None and high is not None and low <= truth <= high
            cells.append(_rate(held, trials))
        lines.append(f"| {rows:,} | {' | '.join(cells)} | 95 % |")
    return "\n".join(lines)


def _fold_coverage(seed: int, trials: int) -> str:
    lines = [
        "| rows, in 5 folds | b = 0 | b = 0.3 | goal |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for rows in (100, 400):
        cells: list[str] = []
        for slope in (0.0, 0.3):
            rng = np.random.default_rng([seed, 9, rows, int(slope * 10)])
            found = [_folded(rng, rows, slope) for _ in range(trials)]
            truth = _true_fold_gain(rows * 4 // 5, slope)
            held = sum(low <= truth <= high for low, high in found)
            cells.append(_rate(held, trials))
        lines.append(f"| {rows:,} | {' | '.join(cells)} | 95 % |")
    return "\n".join(lines)


def _true_fold_gain(train: int, slope: float) -> float:
    """What z buys of r2, by the known error of least squares on n normal rows, p columns:
    σ² (1 + 1/n) (n - 2) / (n - p - 2), beside that of the mean, which is (1 + 1/n) y's variance.
    """
    error = (train - 2) / (train - 4)
    without = (1 + slope**2) * (train - 2) / (train - 3)
    return (without - error) / (2 + slope**2)


class _Line:
    """Least squares on some columns."""

    def __init__(self, X: Array, target: Array, columns: list[str]) -> None:
        self.columns = columns
        self.params = np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), target, rcond=None)[0]

    def predict(self, data: pl.DataFrame, /) -> Array:
        """The line at each row."""
        return data.select(self.columns).to_numpy() @ self.params[1:] + self.params[0]


def _folded(rng: np.random.Generator, rows: int, slope: float) -> tuple[float, float]:
    x, z, noise = rng.normal(size=(3, rows))
    y = x + slope * z + noise
    fold = np.arange(rows) % 5
    parts = tuple((np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(5))
    trials = Trials(pl.DataFrame({"x": x, "z": z}), y, parts, main_score("squared"))
    full, fewer = (_judged(trials, columns) for columns in (["x", "z"], ["x"]))
    _, low, high = trials.gain(full, fewer)
    assert low is not None
    assert high is not None
    return low, high


def _judged(trials: Trials, columns: list[str]) -> Trial:
    return trials.judge(
        lambda frame, target: _Line(frame.select(columns).to_numpy(), target, columns)
    )


def _rate(count: int, trials: int) -> str:
    """A share with twice its standard error."""
    rate = count / trials
    error = 2 * (max(rate * (1 - rate), 1 / trials) / trials) ** 0.5
    return f"{100 * rate:.1f} % ± {100 * error:.1f}"


if __name__ == "__main__":
    print(section())
