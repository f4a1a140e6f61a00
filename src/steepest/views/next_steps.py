"""What to do next: a short ranked list, each step with the numbers that ask for it."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from steepest.data.contract import Remark
from steepest.evaluation.studies.study import ValidationCurve
from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import money
from steepest.views.fit_command import fit_command
from steepest.views.phrases import level_of, score_words
from steepest.views.trust_words import leak_sentences, worst_sentence

__all__ = ["NextStep", "next_steps"]

MOST = 8
MOST_NAMED = 5
STRADDLING = {"groups_straddle": "group", "times_straddle": "time"}
KNOWING = frozenset(
    {"leak", "target_copy", "noisy_copy", "parts_of_target", "future_rows", "missing_knows",
     "target_encoding", "running_number"}
)  # fmt: skip
"""Codes of the leaks of a column that knows the answer, and is to be left out."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do: what, why, and the command that does it ("" where there is none)."""

    title: str
    because: str
    command: str = ""


def next_steps(run: Run) -> tuple[NextStep, ...]:
    """What matters most first: what is broken, what misleads, what costs, what helps."""
    every = (
        _mend, _leaks, _threshold, _costs, _settings, _rows_needed, _drop, _worst, _rows, _study,
        _watch,
    )  # fmt: skip
    return tuple(step for find in every for step in find(run))[:MOST]


def _mend(run: Run) -> Iterator[NextStep]:
    if level_of(run.diagnosis) not in ("error", "warning"):
        return
    top = run.diagnosis.findings[0]
    for remedy in top.remedies[:1]:
        command = fit_command(run.request, remedy.set) if remedy.set else ""
        yield NextStep("Mend the descent", f"{top.title}: {remedy.sentence}", command)


def _leaks(run: Run) -> Iterator[NextStep]:
    leakage = run.evaluation.leakage
    found = [remark for remark in run.contract.remarks if remark.code == "leak"]
    found += [] if leakage is None else list(leakage.found)
    told = leak_sentences(run)
    for remark in found:
        if remark.sentence in told:
            change = _without_leak(run, remark)
            command = fit_command(run.request, change) if change else ""
            yield NextStep("Find out whether the answer leaks", remark.sentence, command)


def _without_leak(run: Run, remark: Remark) -> dict[str, str | tuple[str, ...]]:
    """How to fit so that it cannot leak this way; nothing where the rows have to be mended."""
    if remark.code in STRADDLING and len(remark.columns) == 1:
        return {"split": f"{STRADDLING[remark.code]}={remark.columns[0]}"}
    features = [column.name for column in run.contract.features]
    rest = tuple(each for each in features if each not in remark.columns)
    return {"features": rest} if remark.code in KNOWING and 0 < len(rest) < len(features) else {}


def _rows_needed(run: Run) -> Iterator[NextStep]:
    evaluation = run.evaluation
    if evaluation.better_than_baseline is None and evaluation.scores:
        main = evaluation.scores[0]
        yield NextStep(
            "Judge it on more rows",
            f"on {evaluation.rows:,} rows its {score_words(main)} of {readable(main.value)} cannot "
            f"be told from the baseline's {readable(main.baseline)}",
        )


def _threshold(run: Run) -> Iterator[NextStep]:
    decisions = run.evaluation.decisions
    priced = [] if decisions is None else [p for p in decisions.policies if p.cost is not None]
    chosen = next((p for p in priced if p.chosen), None)
    if chosen is None or chosen.cost is None:
        return
    best = min(priced, key=lambda policy: policy.cost or 0.0)
    # only what is below the interval of the model's own is more than chance
    floor = chosen.cost if chosen.cost_low is None else chosen.cost_low
    if best.cost is not None and best.cost < floor:
        currency = run.evaluation.thousand.currency if run.evaluation.thousand else ""
        yield NextStep(
            "Move the threshold",
            f"{best.words} costs {money(best.cost, currency)} for 1,000 cases, this model's "
            f"threshold {money(chosen.cost, currency)}",
            fit_command(run.request, {"threshold": best.policy}),
        )


def _costs(run: Run) -> Iterator[NextStep]:
    thousand = run.evaluation.thousand
    if thousand is None or run.request.costs or not thousand.kinds:
        return
    from steepest.views.report_parts.consequences import asking_costs

    kinds = "; ".join(f"{kind.words}: {readable(kind.count, 3)}" for kind in thousand.kinds[:2])
    yield NextStep(
        "Say what errors cost",
        f"of {thousand.cases:,} cases: {kinds}. Nobody said which is worse; with numbers of "
        "your own",
        asking_costs(run),
    )


def _settings(run: Run) -> Iterator[NextStep]:
    if run.study is None:
        return
    for curve in run.study.validation_curves:
        if curve.asked in (curve.best, curve.simplest) or not math.isfinite(curve.simplest):
            continue
        words, change = _setting(curve)
        yield NextStep(words, curve.sentence, fit_command(run.request, change))


def _setting(curve: ValidationCurve) -> tuple[str, dict[str, float | int]]:
    if curve.over == "degree":
        degree = int(curve.simplest)
        return f"Use degree {degree}", {"degree": degree}
    return f"Set the penalty to {readable(curve.simplest)}", {curve.over: curve.simplest}


def _drop(run: Run) -> Iterator[NextStep]:
    """The columns whose interval holds zero, or lies below it: one after the other."""
    study = run.study
    if study is None:
        return
    idle = [worth for worth in study.columns if worth.low is not None and worth.low <= 0.0]
    if not idle or len(idle) == len(study.columns):
        return
    least = min(idle, key=lambda worth: worth.gain)
    rest = tuple(c.name for c in run.contract.features if c.name != least.column)
    shown = ", ".join(worth.column for worth in idle[:MOST_NAMED])
    more = f" and {len(idle) - MOST_NAMED} more" if len(idle) > MOST_NAMED else ""
    yield NextStep(
        "Drop columns, one after the other",
        f"without any one of {shown}{more} the loss is not shown to rise; begin with "
        f"{least.column} ({readable(least.gain, 3)})",
        fit_command(run.request, {"features": rest}) if len(rest) > 0 else "",
    )


def _worst(run: Run) -> Iterator[NextStep]:
    for part in run.evaluation.worst[:1]:
        yield NextStep("Look at the rows where it is worst", worst_sentence(run, part))


def _rows(run: Run) -> Iterator[NextStep]:
    if run.study is not None and run.study.learning_curve is not None:
        yield NextStep("Whether more rows would help", run.study.learning_curve.sentence)


def _study(run: Run) -> Iterator[NextStep]:
    study = run.study
    studied = study is not None and (study.peers or study.learning_curve)
    if not studied and run.id is not None and run.evaluation.scores:
        yield NextStep(
            "Study it",
            "whether more rows would help, and what other models reach on the same rows, was not "
            "measured",
            shlex.join(("steepest", "study", run.id)),
        )


def _watch(run: Run) -> Iterator[NextStep]:
    if run.id is not None and run.evaluation.scores and level_of(run.diagnosis) != "error":
        columns = len(run.contract.columns)
        yield NextStep(
            "Hold new data against the contract",
            f"before each use: {columns:,} columns with their types, ranges and spreads are kept "
            "with the model",
            shlex.join(("steepest", "contract", "check", run.id, "NEW_DATA")),
        )
