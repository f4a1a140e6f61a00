"""Counting verdicts: recall and precision of each fault, false alarms, what is taken for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from remedies import Trial

__all__ = ["Judged", "Share", "alarms", "confused", "overall", "precision", "proven", "recall"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One run and what was said of it.

    verdict: the code of the top finding; warned: a warning or an error among the findings;
    tried: what came of the values in the remedy of the top finding
    """

    name: str
    kind: str
    label: str
    accept: tuple[str, ...]
    healthy: bool
    note: str
    verdict: str
    warned: bool
    tried: tuple[Trial, ...] = ()

    @property
    def right(self) -> bool:
        """Strictly by the top finding."""
        return self.verdict in self.accept

    @property
    def counted(self) -> str:
        """The label under which it counts: its verdict, where that is as right as the label."""
        return self.verdict if self.right else self.label


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def text(self) -> str:
        """98.0 % (49 of 50), or a dash where there is none."""
        if not self.whole:
            return "-"
        return f"{100 * self.part / self.whole:.1f} % ({self.part} of {self.whole})"

    @property
    def percent(self) -> str:
        """The percentage alone."""
        return f"{100 * self.part / self.whole:.0f}" if self.whole else "-"


def of(judged: Sequence[Judged], kind: str) -> list[Judged]:
    """Those of a kind."""
    return [each for each in judged if each.kind == kind]


def overall(judged: Sequence[Judged], kind: str) -> Share:
    """Right by the top finding."""
    chosen = of(judged, kind)
    return Share(sum(each.right for each in chosen), len(chosen))


def alarms(judged: Sequence[Judged], kind: str) -> Share:
    """Healthy runs with a warning or an error."""
    chosen = [each for each in of(judged, kind) if each.healthy]
    return Share(sum(each.warned for each in chosen), len(chosen))


def recall(judged: Sequence[Judged], kind: str, label: str) -> Share:
    """Of the runs with this label, those with a right verdict."""
    chosen = [each for each in of(judged, kind) if each.label == label]
    return Share(sum(each.right for each in chosen), len(chosen))


def precision(judged: Sequence[Judged], kind: str, code: str) -> Share:
    """Of the runs with this verdict, those where it is right."""
    chosen = [each for each in of(judged, kind) if each.verdict == code]
    return Share(sum(each.right for each in chosen), len(chosen))


def confused(judged: Sequence[Judged], kind: str) -> Counter[tuple[str, str]]:
    """(label, verdict) -> how many."""
    return Counter((each.counted, each.verdict) for each in of(judged, kind))


def proven(judged: Sequence[Judged], verdict: str) -> dict[str, Share]:
    """What a remedy gives -> of the values given with this verdict, those that are right."""
    tried = [trial for each in judged if each.verdict == verdict for trial in each.tried]
    right, given = Counter(t.what for t in tried if t.right), Counter(t.what for t in tried)
    return {what: Share(right[what], given[what]) for what in sorted(given)}
