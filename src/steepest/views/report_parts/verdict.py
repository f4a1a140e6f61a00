"""The question and the answer first: what was asked, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from steepest.diagnosis.finding import Remedy
from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import interval_words, money, of_target, percent, unit_of_target
from steepest.views.axes_text import short
from steepest.views.content import (
    Block,
    Bullets,
    Card,
    Cards,
    Command,
    Facts,
    Level,
    Paragraph,
    Section,
    Words,
    name,
    strong,
)
from steepest.views.fit_command import fit_command
from steepest.views.phrases import level_of, score_words, sentence, verdict_title
from steepest.views.trust_words import leak_sentences, widest_interval

__all__ = ["remedy_list", "verdict"]

_WORTH: Mapping[bool | None, tuple[Level, str]] = {
    True: ("good", "Better than the baseline"),
    None: ("notice", "Not shown to be better than the baseline"),
    False: ("error", "Worse than the baseline: do not use it as it stands"),
}
LONGEST = 40


def verdict(run: Run) -> Section:
    """The question and the answer in a sentence each, the figures, and two judgements."""
    facts = tuple(_figures(run))
    return Section(
        "verdict",
        "What was asked, and the answer",
        (
            Paragraph(_question(run), "lead"),
            Paragraph(_answer(run), "lead"),
            *((Facts(facts),) if facts else ()),
            Cards((_descent(run), _predictions(run))),
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


def _answer(run: Run) -> Words:
    evaluation = run.evaluation
    if level_of(run.diagnosis) == "error":
        title = verdict_title(run.diagnosis)
        return (strong("Not with this model: "), f"its descent failed. {sentence(title)}")
    if not evaluation.scores:
        return (strong("Not known: "), "the model was not evaluated.")
    main = evaluation.scores[0]
    unit = f" {unit_of_target(run)}" if main.unit and unit_of_target(run) else ""
    told = (
        f"{score_words(main)} {readable(main.value)}{unit} against {readable(main.baseline)}{unit} "
    )
    told += f"of the baseline, on {evaluation.rows:,} rows"
    better = evaluation.better_than_baseline
    if better is None:
        return (strong("Not shown to be better than guessing: "), f"{told}.")
    if better is False:
        return (strong("Worse than guessing: "), f"{told}.")
    if leak_sentences(run):
        return (strong("Better than guessing, unless the answer leaks: "), f"{told}.")
    return (strong("Better than guessing: "), f"{told}.")


def _figures(run: Run) -> Iterator[tuple[str, str, str]]:
    evaluation = run.evaluation
    if evaluation.scores and math.isfinite(evaluation.scores[0].value):
        main = evaluation.scores[0]
        unsure = interval_words(main.low, main.high)
        yield sentence(score_words(main))[:-1], readable(main.value), f"95 % interval {unsure}"
        yield "Of the baseline", readable(main.baseline), evaluation.baseline
    interval = widest_interval(run)
    if interval is not None:
        figure = f"−{readable(interval.below)} to +{of_target(run, interval.above)}"
        yield (
            f"{percent(interval.coverage)} of truths, around a prediction",
            figure,
            f"{percent(interval.measured)} when measured",
        )
    yield from _cost(run)


def _cost(run: Run) -> Iterator[tuple[str, str, str]]:
    thousand = run.evaluation.thousand
    if thousand is not None and thousand.cost is not None:
        base = thousand.baseline_cost
        more = "" if base is None else f"the baseline's: {money(base, thousand.currency)}"
        yield (
            f"Cost of the errors of {thousand.cases:,} cases",
            money(thousand.cost, thousand.currency),
            more,
        )


def _descent(run: Run) -> Card:
    level = _level(level_of(run.diagnosis))
    if not run.diagnosis.findings:
        needs = (f"{code}: {need}" for code, need in run.diagnosis.cannot_tell.items())
        told: Block = Bullets(tuple((Paragraph(need, ""),) for need in needs))
        return Card("The descent", level, verdict_title(run.diagnosis), (told,))
    top = run.diagnosis.findings[0]
    blocks = (Paragraph(sentence(top.because), ""), *remedy_list(run, top.remedies))
    return Card("The descent", level, top.title, blocks)


def _level(level: str) -> Level:
    known: Mapping[str, Level] = {
        "good": "good",
        "notice": "notice",
        "warning": "warning",
        "error": "error",
    }
    return known.get(level, "unknown")


def _predictions(run: Run) -> Card:
    level, title = _worth(run)
    first = tuple(Paragraph(text, "") for text in run.evaluation.sentences[:1])
    if not run.evaluation.scores:
        return Card("The predictions", "unknown", "Not evaluated", first)
    return Card("The predictions", level, title, first)


def _worth(run: Run) -> tuple[Level, str]:
    """A model is no better than its descent, nor than its data."""
    level, title = _WORTH[run.evaluation.better_than_baseline]
    if level_of(run.diagnosis) == "error":
        return "error", "Not to be used: the descent failed"
    if level == "good" and leak_sentences(run):
        return "warning", f"{title}, unless the answer leaks"
    return level, title
