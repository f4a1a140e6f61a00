"""Every number that the report says of trust is one of the run's JSON, to the digits shown."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from steepest.run import Run
from steepest.run_json import run_to_json
from steepest.views.content import Block, Section
from steepest.views.report_markdown import page_markdown
from steepest.views.report_parts.columns import columns
from steepest.views.report_parts.consequences import consequences
from steepest.views.report_parts.curves import curves
from steepest.views.report_parts.failing import failing
from steepest.views.report_parts.next_steps import what_next
from steepest.views.report_parts.testing import testing as how_tested
from steepest.views.report_parts.trust import trust
from steepest.views.report_parts.verdict import verdict

Make = Callable[[str], Run]
NUMBER = re.compile(r"(?<![\w.])[-−+]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?(?![\w])")
PARTS = (verdict, how_tested, trust, failing, consequences, columns, curves, what_next)
SAID_BY_NATURE = {"95", "1", "0", "1,000", "8"}
"""Of "95 % interval", of slopes and p-values, of a thousand cases; "8" of "1e-8"."""


def values_of(plain: Any) -> Iterator[float]:
    """All numbers of the JSON, the lengths of its lists, and the words among its texts."""
    if isinstance(plain, bool) or plain is None:
        return
    if isinstance(plain, (int, float)):
        yield float(plain)
    elif isinstance(plain, dict):
        for value in plain.values():
            yield from values_of(value)
    elif isinstance(plain, list):
        yield float(len(plain))
        for value in plain:
            yield from values_of(value)


def counted_up(run: Run) -> Iterator[float]:
    """The few that are a sum of counts in the JSON, a share of one, or in its text of costs."""
    yield run.split.rows - len(run.split.held_out)
    yield from map(float, re.findall(r"=(-?[\d.]+)", run.request.costs))
    decisions, counts = run.evaluation.decisions, run.evaluation.counts
    for part in () if decisions is None else decisions.slices:
        held = part.confusion
        yield (held.false_positive + held.false_negative) / part.rows
        named = dict(re.findall(r"(false_\w+)=([\d.]+)", run.request.costs))
        yield (
            1000
            * sum(getattr(held, kind) * float(cost) for kind, cost in named.items())
            / part.rows
        )
    yield from shares_of_decisions(run)
    for place in range(0 if counts is None else len(counts.classes)):
        assert counts is not None
        yield from (counts.rows(place), counts.decided(place))
        yield from (counts.recall(place) or 0.0, counts.precision(place) or 0.0)


def shares_of_decisions(run: Run) -> Iterator[float]:
    """Of the counts of decisions: found, called so wrongly, and rightly; at every threshold."""
    yield from (1 - s.value for s in run.evaluation.scores if s.name == "accuracy")
    decisions, own = run.evaluation.decisions, run.evaluation.confusion
    counted = [] if own is None else [own]
    counted += [] if decisions is None else [p.confusion for p in decisions.policies if p.chosen]
    for held in (*counted, *(() if decisions is None else decisions.curve)):
        positives, called = (
            held.true_positive + held.false_negative,
            held.true_positive + held.false_positive,
        )
        yield from (float(positives), float(called))
        yield held.true_positive / max(positives, 1)
        yield held.true_positive / max(called, 1)
        yield held.false_positive / max(held.false_positive + held.true_negative, 1)


def texts_of(plain: Any) -> Iterator[str]:
    if isinstance(plain, str):
        yield plain
    elif isinstance(plain, dict):
        for key, value in plain.items():
            yield key
            yield from texts_of(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from texts_of(value)


def bare(blocks: tuple[Block, ...], name: str) -> str:
    """The words of a part, without those of commands."""
    section = Section(name, name, blocks)
    text = page_markdown("t", "w", (), (), (section,))
    text = re.sub(r"```sh\n.*?```", "", text, flags=re.S)
    text = re.sub(r"^ *\d+\. ", "", text, flags=re.M)  # the marks of a numbered list
    return re.sub(r"\\(.)", r"\1", text.replace("*", ""))


def shown_as(number: str, value: float, *, percent: bool) -> bool:
    """Whether the value rounds to the number, to the digits that the number has."""
    digits = number.lstrip("-−+").replace(",", "")
    at = 100 * abs(value) if percent else abs(value)
    step = Decimal(1).scaleb(Decimal(digits).as_tuple().exponent)  # type: ignore[arg-type]
    if "." not in digits and "e" not in digits:  # 98,340 holds four digits, as 98.34 does
        trailing = len(digits) - len(digits.rstrip("0"))
        step = Decimal(1).scaleb(trailing) if len(digits) > 4 else step
    return math.isfinite(at) and abs(Decimal(at) - Decimal(digits)) <= step / 2 * Decimal("1.0001")


@pytest.mark.parametrize("name", ["full", "decided", "species", "line", "many"])
def test_every_number_is_backed_by_the_json(run_of: Make, name: str) -> None:
    run = run_of(name)
    if name in ("full", "decided"):  # once in our own words, where the evaluation has none
        run = replace(run, evaluation=replace(run.evaluation, sentences=()))
    plain = run_to_json(run)
    values = set(values_of(plain)) | set(counted_up(run))
    said = sorted({text for text in texts_of(plain) if re.search(r"\d", text)}, key=len)
    checked = 0
    for part in PARTS:
        section = part(run)
        if section is None:
            continue
        text = bare(section.blocks, section.name)
        for quoted in reversed(said):
            text = text.replace(" ".join(quoted.split()), " ")
            text = text.replace(quoted[:1].upper() + quoted[1:], " ")
        for found in NUMBER.finditer(text):
            number, after = found[0], text[found.end() : found.end() + 2]
            if number.lstrip("-−+") in SAID_BY_NATURE:
                continue
            percent = after == " %"
            assert any(shown_as(number, value, percent=percent) for value in values), (
                section.name,
                text[max(0, found.start() - 60) : found.end() + 30],
            )
            checked += 1
    assert checked > {"full": 150, "decided": 90}.get(name, 5)


def test_a_number_that_is_nowhere_would_be_seen() -> None:
    assert shown_as("49,630", 49_627.3, percent=False)
    assert not shown_as("49,640", 49_627.3, percent=False)
    assert shown_as("89.8", 0.8975, percent=True)
    assert not shown_as("89.8", 0.8996, percent=True)
    assert shown_as("1.235e-5", 1.2346e-5, percent=False)
