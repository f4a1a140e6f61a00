"""How far to trust a run, on the screen: what leaked, scores, costs, where it fails, columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from steepest.run import Run
from steepest.views.amounts import difference_words
from steepest.views.axes_text import short
from steepest.views.column_words import is_shown_to_buy
from steepest.views.console_lines import block, labelled, signed
from steepest.views.phrases import score_words, sentence
from steepest.views.signs import SIGNS
from steepest.views.told import told_of
from steepest.views.trust_words import (
    coverage_sentence,
    leak_sentences,
    policy_sentence,
    repeats_words,
    thousand_sentences,
    widest_interval,
    worst_sentence,
)

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_trust"]

COLUMNS = 3
NONE_MATTERS = "No single column is shown to matter: the others stand in for each."
LONGEST_NAME = 30


def show_trust(run: Run, console: Console) -> None:
    """The scores in words; then what follows from the errors, each where it was measured."""
    evaluation = run.evaluation
    leaks = leak_sentences(run)
    if leaks:
        signed(console, SIGNS["error"], "Too good to be trusted:", "the answer may be leaking.")
        for told in leaks:
            block(console, "  ", "", told)
    labelled(console, "Trust", sentence(evaluation.method), *evaluation.sentences)
    labelled(console, "Repeats", *repeats_words(evaluation.repeats))
    if not told_of(run, "interval"):
        labelled(console, "Interval", *_interval(run))
    if not told_of(run, "costs"):
        labelled(console, "Decides", *_policy(run))
        labelled(console, "Costs", *_costs(run))
    if not any(part.where in told for part in evaluation.worst for told in evaluation.sentences):
        labelled(console, "Worst", *_worst(run))
    labelled(console, "Columns", *_columns(run))


def _interval(run: Run) -> Iterator[str]:
    interval = widest_interval(run)
    if interval is not None:
        yield coverage_sentence(run, interval)


def _policy(run: Run) -> Iterator[str]:
    decisions = run.evaluation.decisions
    for outcome in () if decisions is None else decisions.policies:
        if outcome.chosen:
            yield policy_sentence(run, outcome)


def _costs(run: Run) -> Iterator[str]:
    thousand = run.evaluation.thousand
    if thousand is not None and thousand.cost is not None:
        yield next(thousand_sentences(run, thousand))


def _worst(run: Run) -> Iterator[str]:
    for part in run.evaluation.worst[:1]:
        yield worst_sentence(run, part).removeprefix("Worst where ")


def _columns(run: Run) -> Iterator[str]:
    """The three that are shown to buy most, by how much worse the score is without them."""
    study = run.study
    if study is None or not study.columns:
        return
    shown = [worth for worth in study.columns if is_shown_to_buy(worth)]
    ranked = sorted(shown, key=lambda worth: -worth.gain)[:COLUMNS]
    told: list[str] = []
    for worth in ranked:
        held = difference_words(worth.gain, worth.low, worth.high, 1.0)
        told.append(f"{short(worth.column, LONGEST_NAME)} {held}")
    words = f"Without it the {score_words(study.score)} is worse by: {'; '.join(told)}."
    yield words if told else NONE_MATTERS
