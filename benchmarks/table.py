"""A table of the benchmarks: its lines, its goals, and how it reads as Markdown."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from measure import Conditions, Contestant, Spread, Watch, race, ratio

__all__ = [
    "Agreement",
    "Goal",
    "Line",
    "Part",
    "Table",
    "command",
    "figures",
    "joined",
    "measured",
    "time_in_words",
]


@dataclass(frozen=True, slots=True)
class Line:
    """One contestant on one problem; `ratio`: its time over that of steepest."""

    problem: str
    contestant: str
    role: str
    seconds: Spread
    ratio: Spread
    note: str


@dataclass(frozen=True, slots=True)
class Goal:
    """Something to reach, and what was found."""

    wanted: str
    found: str
    reached: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two contestants' results were apart before they were timed, and may be."""

    what: str
    difference: float
    allowed: float


@dataclass(frozen=True, slots=True)
class Part:
    """What was found on some problems."""

    lines: list[Line]
    goals: list[Goal]
    agreements: list[Agreement]
    notes: list[str]

    def line(self, contestant: str, problem: str | None = None) -> Line:
        """The line of that contestant (the start of its name is enough)."""
        for line in self.lines:
            if line.contestant.startswith(contestant) and problem in (None, line.problem):
                return line
        raise KeyError(contestant)


@dataclass(frozen=True, slots=True)
class Table(Part):
    """A whole table, with the conditions that it was measured under."""

    title: str
    what: str
    conditions: Conditions
    quick: bool

    def markdown(self) -> str:
        """The section of the page."""
        blocks = [f"## {self.title}", self.what, self._lines(), *self.notes, self._goals()]
        blocks += [self._agreements(), self._measured()]
        return "\n\n".join(block for block in blocks if block) + "\n"

    def losses(self) -> list[str]:
        """A sentence for every peer that is faster, and every goal that is missed."""
        beaten = [_beaten(line) for line in self.lines if _loses(line)]
        missed = [
            f"Goal missed: {goal.wanted}; found: {goal.found}."
            for goal in self.goals
            if not goal.reached
        ]
        return beaten + missed

    def _lines(self) -> str:
        head = "| problem | contestant | time | times that of steepest | |"
        rows = [head, "| --- | --- | ---: | ---: | --- |"]
        for line in self.lines:
            time = f"{time_in_words(line.seconds.median)}"
            cells = (line.problem, line.contestant, time, _times(line.ratio), line.note)
            rows.append("| " + " | ".join(cells) + " |")
        return "\n".join(rows)

    def _goals(self) -> str:
        if not self.goals:
            return ""
        rows = ["| goal | found | |", "| --- | --- | --- |"]
        for goal in self.goals:
            verdict = "reached" if goal.reached else "**missed**"
            rows.append(f"| {goal.wanted} | {goal.found} | {verdict} |")
        return "\n".join(rows)

    def _agreements(self) -> str:
        """The worst of each kind; all of them are in the figures that --json writes."""
        said = []
        for allowed in sorted({a.allowed for a in self.agreements}):
            kind = [a for a in self.agreements if a.allowed == allowed]
            worst = max(kind, key=lambda a: a.difference)
            of = f"the largest of {len(kind)} differences is " if len(kind) > 1 else ""
            said.append(f"{of}{worst.difference:.1e} ({worst.what}; allowed: {allowed:.0e})")
        return f"Results of the contestants compared: {'; '.join(said)}." if said else ""

    def _measured(self) -> str:
        here = self.conditions
        load = f"load average {here.load[0]:.2f} at the start, {here.load[1]:.2f} at the end"
        others = "" if here.others is None else f"; others took {here.others:.1%} of the cores"
        size = "; quick run on small problems: these times mean nothing" if self.quick else ""
        said = f"Measured in {here.seconds:.0f} s; {load} (the run's own included){others}{size}."
        return said if here.warning is None else f"{said} {here.warning}"


def measured(problem: str, contestants: Sequence[Contestant], rounds: int) -> list[Line]:
    """The lines of a race; the first contestant is what the others are compared with."""
    seconds = race(contestants, rounds)
    return [
        Line(problem, c.name, c.role, Spread.of(taken), ratio(taken, seconds[0]), c.note)
        for c, taken in zip(contestants, seconds, strict=True)
    ]


def command(title: str, what: str, measure: Callable[[bool], Part]) -> None:
    """The command line of a table: --quick, and --json FILE for `all.py`."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--quick", action="store_true", help="small problems, to try it out")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    wishes = parser.parse_args()
    watch = Watch()
    part = measure(wishes.quick)
    _refuse_disagreement(part.agreements)
    held = (part.lines, part.goals, part.agreements, part.notes)
    table = Table(*held, title, what, watch.conditions(), wishes.quick)
    if wishes.json:
        figures = asdict(table) | {"markdown": table.markdown(), "losses": table.losses()}
        wishes.json.write_text(json.dumps(figures, indent=1))
    print(table.markdown())
    for loss in table.losses():
        print(f"- {loss}")


def time_in_words(seconds: float) -> str:
    """With a unit, to three figures.

    >>> time_in_words(0.01234), time_in_words(123.4), time_in_words(4.56e-8)
    ('12.3 ms', '123 s', '45.6 ns')
    """
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size:
            return f"{figures(seconds / size)} {unit}"
    return f"{figures(seconds * 1e9)} ns"


def figures(number: float) -> str:
    """Three figures, with separators.

    >>> figures(1720.4), figures(0.1234)
    ('1,720', '0.123')
    """
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _times(spread: Spread) -> str:
    middle, low, high = (figures(x) for x in (spread.median, spread.low, spread.high))
    return middle if low == high else f"{middle} ({low} to {high})"


def _loses(line: Line) -> bool:
    return line.role == "peer" and line.ratio.median < 1


def _beaten(line: Line) -> str:
    times = 1 / line.ratio.median
    unsure = ", though not in every round" if line.ratio.high >= 1 else ""
    return (
        f"{line.problem}: {line.contestant} is faster; steepest takes {times:.2f} times as "
        f"long{unsure}."
    )


def _refuse_disagreement(agreements: Sequence[Agreement]) -> None:
    for a in agreements:
        if not a.difference <= a.allowed:
            raise SystemExit(f"the results disagree, so nothing is reported: {a}")


def joined(parts: Sequence[Any]) -> Part:
    """Several parts as one."""
    return Part(
        [line for part in parts for line in part.lines],
        [goal for part in parts for goal in part.goals],
        [agreement for part in parts for agreement in part.agreements],
        list(dict.fromkeys(note for part in parts for note in part.notes)),
    )
