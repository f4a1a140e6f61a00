"""How the descent went: what was found of it, its pictures, and its numbers."""

from __future__ import annotations

import numpy as np

from steepest.readable import counted, readable
from steepest.run import Run
from steepest.trace import Fact, Trace
from steepest.views.content import Folded, Section, Table
from steepest.views.cost_formula import cost_formula, cost_symbols
from steepest.views.loss_curve import losses_of
from steepest.views.phrases import FACTS, REASONS, rate_words, rule_words, sentence, spelled
from steepest.views.report_parts.findings import findings
from steepest.views.report_parts.pictures import pictures

__all__ = ["descent"]

MEASURES = {
    "sharpness": "sharpness along the way",
    "smallest_eigenvalue": "smallest curvature along the way",
}


def descent(run: Run) -> Section:
    """The diagnosis and the pictures; then every fact of the record with how it is known."""
    head = ("What", "Value", "How it is known")
    table = Table("The descent", head, (*_course(run), *_facts(run)), wide=True)
    numbers = Folded("The descent in numbers", (table,))
    return Section("descent", "How the descent went", (*findings(run), *pictures(run), numbers))


def _course(run: Run) -> list[tuple[str, str, str]]:
    trace = run.trace
    batch = run.request.batch
    rows = "all training rows" if batch is None else f"batches of {batch:,} rows"
    ending = REASONS.get(trace.stop.reason, spelled(trace.stop.reason))
    average = "; the mean of the iterates is kept" if run.request.average else ""
    course = [
        ("cost, J", cost_formula(run.request), sentence(cost_symbols(run.request))),
        ("update rule", rule_words(run), f"over {rows} at each step{average}"),
        ("learning rate, α", rate_words(trace), _text(trace.facts.get("learning_rate_choice"))),
        ("steps", f"{int(trace.step[-1]):,}", f"{len(trace):,} of them recorded"),
        ("ending", ending, sentence(trace.stop.because)),
        *_costs(trace),
        *_measured(trace),
    ]
    if trace.stop.bound is not None:
        words = "relative to the size of the minimum"
        course.append(("distance to the minimum, at most", readable(trace.stop.bound), words))
    return course


def _costs(trace: Trace) -> list[tuple[str, str, str]]:
    loss, what = losses_of(trace)
    finite = np.flatnonzero(np.isfinite(loss))
    if not len(finite):
        return [(what, "never a finite number", "recorded")]
    return [
        (f"{what} at {where}", readable(loss[row], 6), f"recorded at step {int(trace.step[row]):,}")
        for where, row in (("the start", finite[0]), ("the end", finite[-1]))
    ]


def _measured(trace: Trace) -> list[tuple[str, str, str]]:
    """The curvature along the way, where it was measured."""
    measured: list[tuple[str, str, str]] = []
    drawn = trace.number("curvature_rows")
    of = "" if drawn is None else f", of {counted(int(drawn), 'row')} drawn"
    for name, words in MEASURES.items():
        values = trace.measures.get(name, np.empty(0))
        known = values[np.isfinite(values)]
        if len(known):
            first, last = readable(known[0]), readable(known[-1])
            course = first if len(known) == 1 else f"from {first} to {last}"
            times = counted(len(known), "time")
            measured.append((words, course, f"measured {times} on the way{of}"))
    return measured


def _facts(run: Run) -> list[tuple[str, str, str]]:
    facts = run.trace.facts
    known = [name for name in FACTS if name in facts and name != "learning_rate_choice"]
    others = [name for name in facts if name not in FACTS and _text(facts[name])]
    return [
        (FACTS.get(name, spelled(name)), _text(facts[name]), facts[name].how)
        for name in (*known, *others)
    ]


def _text(fact: Fact | None) -> str:
    """The fact in words; "" for an array, which is for programs."""
    if fact is None:
        return ""
    if isinstance(fact.value, str):
        return fact.value
    return readable(fact.value, 6) if isinstance(fact.value, (int, float)) else ""
