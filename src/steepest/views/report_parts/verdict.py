"""The question and the answer first: what was asked, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from steepest.diagnosis.finding import Remedy
from steepest.evaluation.decisions import Confusion, PredictionInterval
from steepest.evaluation.evaluation import Score
from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import (
    interval_words,
    money,
    of_target,
    percent,
    percent_interval,
    unit_of_target,
)
from steepest.views.axes_text import short
from steepest.views.content import (
    Block,
    Bullets,
    Card,
    Cards,
    Command,
    Facts,
    Level,
    Note,
    Paragraph,
    Section,
    Words,
    name,
    strong,
)
from steepest.views.fit_command import fit_command
from steepest.views.phrases import level_of, score_words, sentence, verdict_title
from steepest.views.report_parts.answer import answer, decided_counts, decisions_alone, score_of
from steepest.views.trust_words import constant_words, leak_sentences, widest_interval

__all__ = ["remedy_list", "verdict"]

_WORTH: Mapping[bool | None, tuple[Level, str]] = {
    True: ("good", "better than the baseline"),
    None: ("notice", "not shown to be better than the baseline"),
    False: ("error", "worse than the baseline: do not use it as it stands"),
}
LONGEST = 40
SURE = "95 % interval"


def verdict(run: Run) -> Section:
    """The question and the answer in a sentence each, the figures, and two judgements."""
    facts = tuple(_figures(run))
    return Section(
        "verdict",
        "What was asked, and the answer",
        (
            Paragraph(_question(run), "lead"),
            Paragraph(answer(run), "lead"),
            *((Facts(facts),) if facts else ()),
            _descent(run),
            _predictions(run),
        ),
    )


def remedy_list(run: Run, remedies: tuple[Remedy, ...]) -> tuple[Block, ...]:
    """What to change, with the command that does it where the exact value is known."""
    if not remedies:
        return ()
    return (Bullets(tuple(_remedy(run, remedy) for remedy in remedies)),)


def _remedy(run: Run, remedy: Remedy) -> tuple[Block, ...]:
    told = Paragraph((strong("Try: "), sentence(remedy.sentence)), "")
    return (told, Command(fit_command(run.request, remedy.set))) if remedy.set else (told,)


def _question(run: Run) -> Words:
    features = run.contract.features
    basis = name(features[0].name) if len(features) == 1 else f"{len(features):,} columns"
    target = name(run.contract.target)
    verb, which = "predicted", ""
    if run.contract.classes:
        verb = "decided"
        names = [short(one, LONGEST) for one in run.contract.classes]
        which = f" ({' or '.join(names)})" if len(names) == 2 else f" ({len(names):,} classes)"
    return ("How well can ", target, f"{which} be {verb} from ", basis,
            " for rows that the model has not seen?")  # fmt: skip


def _figures(run: Run) -> Iterator[tuple[str, str, str]]:
    """What a manager looks for: the errors in units, what is decided, and what that costs."""
    counts = decided_counts(run)
    if counts is not None:
        yield from _decided(run, counts)
    for each, words in (
        ("mean_absolute_error", "Off by, on average"),
        ("accuracy", "Decided rightly"),
    ):
        score = score_of(run, each)
        if score is not None and math.isfinite(score.value):
            yield words, *_with_baseline(run, score)
    interval = widest_interval(run)
    if interval is not None:
        unit = unit_of_target(run)
        yield (
            f"{percent(interval.coverage)} of truths, around a prediction"
            + (f", in {unit}" if unit else ""),
            f"−{readable(interval.below, 3)} to +{readable(interval.above, 3)}",
            _held(interval),
        )
    yield from _cost(run)


def _with_baseline(run: Run, score: Score) -> tuple[str, str]:
    """The score in its unit; its interval, and that of the baseline."""
    if not score.unit:
        unsure = percent_interval(score.low, score.high)
        return percent(score.value), f"{SURE} {unsure}; the baseline {percent(score.baseline)}"
    unsure = interval_words(score.low, score.high)
    told = f"{SURE} {unsure}; the baseline {readable(score.baseline)}"
    return of_target(run, score.value), told


def _decided(run: Run, counts: Confusion) -> Iterator[tuple[str, str, str]]:
    positive = short(run.contract.classes[1], LONGEST)
    positives = counts.true_positive + counts.false_negative
    called = counts.true_positive + counts.false_positive
    if positives:
        share = percent(counts.true_positive / positives)
        yield f"Found, of the {positive}", share, f"{counts.true_positive:,} of {positives:,}"
    if called:
        share = percent(counts.true_positive / called)
        yield f"Rightly called {positive}", share, f"{counts.true_positive:,} of {called:,}"


def _held(interval: PredictionInterval) -> str:
    """What share of cases to come it holds; of the rows that were looked at, where that is all."""
    if interval.low is None or interval.high is None or interval.later:
        return f"it held {percent(interval.measured)}"
    return f"holds {percent(interval.low)} to {percent(interval.high)} of cases to come"


def _cost(run: Run) -> Iterator[tuple[str, str, str]]:
    thousand = run.evaluation.thousand
    if thousand is not None and thousand.cost is not None:
        base = thousand.baseline_cost
        beside = constant_words(thousand)
        more = "" if base is None else f"{beside}: {money(base, thousand.currency)}"
        yield (
            f"Cost of {thousand.cases:,} cases",
            money(thousand.cost, thousand.currency),
            more,
        )


def _descent(run: Run) -> Block:
    """A line where it is sound; else with its reason and its remedies."""
    level = _level(level_of(run.diagnosis))
    title = verdict_title(run.diagnosis)
    if level == "good":
        return Note(level, "The descent", sentence(title))
    if not run.diagnosis.findings:
        needs = (f"{code}: {need}" for code, need in run.diagnosis.cannot_tell.items())
        told: Block = Bullets(tuple((Paragraph(need, ""),) for need in needs))
        return Cards((Card("The descent", level, title, (told,)),), beside=False)
    top = run.diagnosis.findings[0]
    blocks = (Paragraph(sentence(top.because), ""), *remedy_list(run, top.remedies))
    return Cards((Card("The descent", level, top.title, blocks),), beside=False)


def _level(level: str) -> Level:
    known: Mapping[str, Level] = {
        "good": "good",
        "notice": "notice",
        "warning": "warning",
        "error": "error",
    }
    return known.get(level, "unknown")


def _predictions(run: Run) -> Note:
    if not run.evaluation.scores:
        told = " ".join(run.evaluation.sentences[:1])
        return Note("unknown", "The predictions", f"Not evaluated. {told}".strip())
    level, title = _worth(run)
    return Note(level, "The predictions", sentence(title))


def _worth(run: Run) -> tuple[Level, str]:
    """A model is no better than its descent, nor than its data."""
    level, title = _WORTH[run.evaluation.better_than_baseline]
    if level_of(run.diagnosis) == "error":
        return "error", "not to be used: the descent failed"
    if decisions_alone(run):
        main = score_words(run.evaluation.scores[0])
        return "notice", f"better decisions than the baseline's, by {main} not shown to be better"
    if level == "good" and leak_sentences(run):
        return "warning", f"{title}, unless the answer leaks"
    return level, title
