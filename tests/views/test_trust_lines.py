"""What the screen says of trust: nothing twice, and a leak before all."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from steepest.run import Run
from steepest.views.told import told_of, topic_of
from steepest.views.trust_lines import show_trust
from steepest.views.trust_words import (
    coverage_sentence,
    leak_sentences,
    thousand_sentences,
    widest_interval,
    worst_sentence,
)

Make = Callable[[str], Run]


def shown(run: Run, width: int = 80) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    show_trust(run, console)
    return console.export_text()


def test_a_leak_is_told_before_the_scores(run_of: Make) -> None:
    text = shown(run_of("full"))
    assert text.startswith("✗ Too good to be trusted: the answer may be leaking.")
    assert "17 of the 80 rows" in text
    assert "Too good" not in shown(run_of("decided"))


def test_what_was_measured_stands_in_a_line_each(run_of: Make) -> None:
    text = " ".join(shown(run_of("full")).split())
    for words in (
        "Interval 90 % of the truths are expected within −98,340 to +104,500 USD",
        "Costs The errors of 1,000 cases cost 84,898,750 EUR",
        "Worst median_income above 4.7: it is off by 71,210 USD",
        "Columns Without it the mean absolute error is worse by: median_income 0.22",
    ):
        assert words in text
    decided = " ".join(shown(run_of("decided")).split())
    assert "Decides From a probability of 0.5 on a row is called malignant" in decided
    assert "Costs" not in shown(run_of("line"))


def test_it_stays_short(run_of: Make) -> None:
    for name in ("full", "decided"):
        assert len(shown(run_of(name)).splitlines()) < 25


def with_sentences(run: Run, *sentences: str) -> Run:
    return replace(run, evaluation=replace(run.evaluation, sentences=sentences))


def test_nothing_is_said_twice(run_of: Make) -> None:
    run = run_of("full")
    interval, thousand = widest_interval(run), run.evaluation.thousand
    assert interval is not None
    assert thousand is not None
    told = (
        coverage_sentence(run, interval),
        next(thousand_sentences(run, thousand)),
        worst_sentence(run, run.evaluation.worst[0]),
    )
    text = shown(with_sentences(run, *told))
    for label in ("Interval", "Costs", "Worst"):
        assert not any(line.startswith(label) for line in text.splitlines())


def test_sentences_are_sorted_by_what_they_are_about(run_of: Make) -> None:
    run = run_of("full")
    interval, thousand, held = (
        widest_interval(run),
        run.evaluation.thousand,
        run.evaluation.calibration,
    )
    assert interval is not None
    assert thousand is not None
    assert held is not None
    assert topic_of(run, coverage_sentence(run, interval)) == "interval"
    assert topic_of(run, next(thousand_sentences(run, thousand))) == "costs"
    assert topic_of(run, worst_sentence(run, run.evaluation.worst[1])) == "failing"
    assert topic_of(run, held.sentence) == "calibration"
    assert told_of(run, "good") == run.evaluation.sentences
    assert told_of(run, "failing", "costs") == ()


def test_a_column_is_warned_of_once(run_of: Make) -> None:
    run = run_of("classes")
    leak = run.contract.remarks[0]
    from steepest.evaluation.leakage.leakage import Leakage

    again = replace(leak, code="target_copies", sentence="radius copies ill.")
    evaluation = replace(run.evaluation, leakage=Leakage((again,), (), {}))
    assert leak_sentences(replace(run, evaluation=evaluation)) == (leak.sentence,)


def test_only_columns_that_are_shown_to_matter_are_named(run_of: Make) -> None:
    run = run_of("full")
    assert run.study is not None
    words = " ".join(shown(run).split())
    assert "median_income 0.22" in words
    assert "age" not in words.split("is worse by:")[1]
    idle = tuple(replace(worth, low=-0.1) for worth in run.study.columns)
    none = replace(run, study=replace(run.study, columns=idle))
    assert "No single column is shown to matter" in " ".join(shown(none).split())


def test_repeated_splits_are_told(run_of: Make) -> None:
    words = " ".join(shown(run_of("full")).split())
    assert "Repeats With 3 different splits the mean absolute error is 49,850 on average" in words
    assert "Repeats" not in shown(run_of("decided"))
