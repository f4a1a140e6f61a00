"""What to do next: a short ranked list, each step a line with the numbers that ask for it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from steepest.data.contract import Remark
from steepest.evaluation.decisions import PolicyOutcome
from steepest.evaluation.policies.costs import costs_from
from steepest.evaluation.studies.study import ColumnWorth, CurvePoint, ValidationCurve
from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import difference_words, money, of_target, percent
from steepest.views.column_words import looks_idle
from steepest.views.fit_command import fit_command
from steepest.views.peer_words import better_peer, is_richer, peer_words
from steepest.views.phrases import level_of, score_words
from steepest.views.trust_words import leak_sentences

__all__ = ["NextStep", "next_steps"]

MOST = 8
STRADDLING = {"groups_straddle": "group", "times_straddle": "time"}
KNOWING = frozenset(
    {"leak", "target_copy", "noisy_copy", "binned_target", "parts_of_target", "future_rows",
     "missing_knows", "target_encoding", "running_number"}
)  # fmt: skip
"""Codes of the leaks of a column that knows the answer, and is to be left out."""
_MORE_ROWS = re.compile(r"more rows would help(?!, but little)")

_Changes = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do: what, why, and the command that does it ("" where there is none)."""

    title: str
    because: str
    command: str = ""


def next_steps(run: Run) -> tuple[NextStep, ...]:
    """What matters most first: what is broken, what misleads, what costs, what helps.

    Where a column knows the answer there is nothing else to do: all other numbers are of a
    model that has to be fitted again.
    """
    broken = (*_mend(run), *_leaks(run))
    if _knowing(run):
        return broken
    every = (_threshold, _settings, _rows_needed, _costs, _richer, _worst, _drop, _rows, _study,
             _watch)  # fmt: skip
    return (*broken, *(step for find in every for step in find(run)))[:MOST]


def _mend(run: Run) -> Iterator[NextStep]:
    if level_of(run.diagnosis) not in ("error", "warning"):
        return
    top = run.diagnosis.findings[0]
    ranked = sorted(top.remedies, key=lambda remedy: not remedy.set)  # with a command first
    for remedy in ranked[:1]:
        command = _fit(run, remedy.set) if remedy.set else ""
        told = top.title if command else f"{top.title}; {remedy.sentence}"
        yield NextStep("Mend the descent", told, command)


def _fit(run: Run, changes: Mapping[str, object]) -> str:
    """The command of a fit, without the columns that know the answer."""
    return fit_command(run.request, {**_without_leaks(run), **changes})


def _leak_remarks(run: Run) -> tuple[Remark, ...]:
    leakage = run.evaluation.leakage
    found = [remark for remark in run.contract.remarks if remark.code == "leak"]
    found += [] if leakage is None else list(leakage.found)
    told = leak_sentences(run)
    return tuple(remark for remark in found if remark.sentence in told)


def _knowing(run: Run) -> tuple[str, ...]:
    """The columns that know the answer, as far as others are left."""
    features = [column.name for column in run.contract.features]
    named = {name for r in _leak_remarks(run) if r.code in KNOWING for name in r.columns}
    knowing = tuple(name for name in features if name in named)
    return knowing if len(knowing) < len(features) else ()


def _without_leaks(run: Run) -> _Changes:
    """How to fit so that it cannot leak in the ways that were found."""
    changes: dict[str, str | tuple[str, ...]] = {}
    knowing = _knowing(run)
    if knowing:
        features = (column.name for column in run.contract.features)
        changes["features"] = tuple(name for name in features if name not in knowing)
    for remark in _leak_remarks(run):
        if remark.code in STRADDLING and len(remark.columns) == 1:
            changes["split"] = f"{STRADDLING[remark.code]}={remark.columns[0]}"
    return changes


def _leaks(run: Run) -> Iterator[NextStep]:
    """One step for all columns that know the answer; one for the first leak of rows."""
    knowing, change = _knowing(run), _without_leaks(run)
    if knowing:
        several = " and ".join((", ".join(knowing[:-1]), knowing[-1]) if knowing[1:] else knowing)
        because = "the answer may leak through it: if the scores fall, it did"
        yield NextStep(f"Fit again without {several}", because, fit_command(run.request, change))
        return
    for remark in _leak_remarks(run)[:1]:
        mends = remark.code in STRADDLING and "split" in change
        command = fit_command(run.request, change) if mends else ""
        yield NextStep("Find out whether the answer leaks", remark.sentence, command)


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
    """The cheapest policy, where that is more than chance and both kinds of errors have a cost."""
    decisions = run.evaluation.decisions
    named = costs_from(run.request.costs)
    if decisions is None or named is None:
        return
    if not named.between and not (named.false_positive and named.false_negative):
        return
    chosen = next((p for p in decisions.policies if p.chosen), None)
    if chosen is None or chosen.cost is None:
        return
    priced = [p for p in decisions.policies if p.cost is not None and not _decides_alike(p)]
    best = min(priced, key=lambda policy: policy.cost or 0.0, default=chosen)
    # only what is below the interval of the model's own is more than chance
    floor = chosen.cost if chosen.cost_low is None else chosen.cost_low
    if best.cost is not None and best.cost < floor:
        own, other = (money(cost, named.currency) for cost in (chosen.cost, best.cost))
        yield NextStep(
            "Move the threshold",
            f"1,000 cases cost {other} and not {own}",
            _fit(run, {"threshold": best.policy}),
        )


def _decides_alike(policy: PolicyOutcome) -> bool:
    """Whether it calls every row positive, or none."""
    held = policy.confusion
    called = held.true_positive + held.false_positive
    return called == 0 or held.true_negative + held.false_negative == 0


def _costs(run: Run) -> Iterator[NextStep]:
    """To say what errors cost, or the other kind of error where only one was named."""
    thousand = run.evaluation.thousand
    if thousand is None or not thousand.kinds:
        return
    from steepest.views.report_parts.consequences import asking_costs

    named = costs_from(run.request.costs)
    if named is None:
        told = "errors are counted and not weighed yet; with numbers of your own"
        yield NextStep("Say what errors cost", told, asking_costs(run))
        return
    one_sided = (named.false_positive is None) != (named.false_negative is None)
    if one_sided and len(run.contract.classes) == 2:
        told = "only one kind has a cost, so that to decide alike for all rows looks cheapest"
        yield NextStep("Say what the other errors cost", told, asking_costs(run))


def _settings(run: Run) -> Iterator[NextStep]:
    """What the study found to be better than what was asked for, and that alone."""
    for curve in () if run.study is None else run.study.validation_curves:
        found = _better_setting(curve)
        own = next((point for point in curve.points if point.at == curve.asked), None)
        if found is None or own is None or run.study is None:
            continue
        score = score_words(run.study.score)
        at = readable(found.at)
        title = f"Use degree {at}" if curve.over == "degree" else f"Set the penalty to {at}"
        value = int(found.at) if curve.over == "degree" else found.at
        yield NextStep(
            title,
            f"{score} {readable(found.held_out, 3)}, and {readable(own.held_out, 3)} as it is",
            _fit(run, {curve.over: value}),
        )


def _better_setting(curve: ValidationCurve) -> CurvePoint | None:
    """The setting that the study advises where what was asked for is shown to be worse."""
    if curve.advised is None:
        return None
    return next((point for point in curve.points if point.at == curve.advised), None)


def _drop(run: Run) -> Iterator[NextStep]:
    """The column that is shown to buy least, where others are shown to buy something."""
    study = run.study
    if study is None:
        return
    idle = [worth for worth in study.columns if looks_idle(worth)]
    if not idle or len(idle) == len(study.columns):
        return
    least = min(idle, key=lambda worth: worth.gain)
    rest = tuple(c.name for c in run.contract.features if c.name != least.column)
    others = len(idle) - 1
    lost = _lost(least, study.value or 1.0)
    more = f"; {others:,} more look idle, one at a time" if others else ""
    yield NextStep(
        f"Try without {least.column}",
        f"{score_words(study.score)} is {lost}{more}",
        _fit(run, {"features": rest}) if len(rest) > 0 else "",
    )


def _lost(worth: ColumnWorth, scale: float) -> str:
    """How much worse, or better, the score is without a column."""
    if worth.low is None or worth.high is None or worth.gain >= 0:
        said = difference_words(worth.gain, worth.low, worth.high, scale)
        return f"worse without it by {said}"
    return f"better without it by {difference_words(-worth.gain, -worth.high, -worth.low, scale)}"


def _richer(run: Run) -> Iterator[NextStep]:
    study, peer = run.study, better_peer(run.study)
    if study is None or peer is None:
        return
    ours = "" if study.value is None else f" against {readable(study.value, 3)}"
    score = f"{score_words(study.score)} {readable(peer.value, 3)}{ours}"
    if is_richer(peer):
        yield NextStep("Weigh a richer model", f"{peer_words(peer)} reach {score}")
    else:
        yield NextStep("See why another linear model is better", f"{peer_words(peer)}, {score}")


def _worst(run: Run) -> Iterator[NextStep]:
    for part in run.evaluation.worst[:1]:
        if run.model.classes:
            told = f"{percent(part.value)} are wrong, over all {percent(part.overall)}"
        else:
            own, over_all = of_target(run, part.value), of_target(run, part.overall)
            told = f"off by {own}, over all {over_all}"
        yield NextStep(f"Look at the rows where {part.where}", told)


def _rows(run: Run) -> Iterator[NextStep]:
    curve = None if run.study is None else run.study.learning_curve
    if run.study is None or curve is None or len(curve.points) < 2:
        return
    if _MORE_ROWS.search(curve.sentence):
        before, last = curve.points[-2:]
        yield NextStep(
            "Collect more rows",
            f"from {readable(before.at)} to {readable(last.at)} rows {score_words(run.study.score)}"
            f" went from {readable(before.held_out, 3)} to {readable(last.held_out, 3)}",
        )


def _study(run: Run) -> Iterator[NextStep]:
    study = run.study
    studied = study is not None and (study.peers or study.learning_curve)
    studied = studied or run.split.counted is not None  # of rows in pieces there is no study
    if not studied and run.id is not None and run.evaluation.scores:
        yield NextStep(
            "Study it",
            "would more rows, or another model, do better?",
            shlex.join(("steepest", "study", run.id)),
        )


def _watch(run: Run) -> Iterator[NextStep]:
    if run.id is not None and run.evaluation.scores and level_of(run.diagnosis) != "error":
        yield NextStep(
            "Hold new data against the contract",
            "before each use",
            shlex.join(("steepest", "contract", "check", run.id, "NEW_DATA")),
        )
