"""The answer of a gradient check: a truth value, a text, and the numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from steepest.diagnosis.finding import Finding
from steepest.readable import counted, readable
from steepest.trace import Array

__all__ = ["CoordinateCheck", "GradientCheck"]


@dataclass(frozen=True, slots=True)
class CoordinateCheck:
    """One coordinate: its gradient beside the slope of the loss, and how well that is known.

    param, point: the value of the parameter, and at which of the points tested (0: the given)
    """

    name: str
    param: float
    gradient: float
    slope: float
    error: float
    right: bool
    point: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "param": self.param,
            "gradient": self.gradient,
            "slope": self.slope,
            "error": self.error,
            "right": self.right,
            "point": self.point,
        }


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class GradientCheck:
    """Whether a gradient is the slope of its loss; true in `assert` where it is.

    verdict:     "right", or the code of what is wrong: gradient_sign, gradient_scale,
                 gradient_missing_term, gradient_wrong
    findings:    what is wrong, in words and numbers; empty where it is right
    worst:       the coordinates that were looked at, the worst first, at most eight
    parameters, points, evaluations:  how many there are, were tested, were needed (of the loss)
    how:         "complex step" or "central differences"
    error:       the largest relative error of the slopes along the directions tested
    tested:      (points, p) where
    notes:       what else there is to know, such as a kink
    """

    verdict: str
    findings: tuple[Finding, ...]
    worst: tuple[CoordinateCheck, ...]
    parameters: int
    points: int
    evaluations: int
    how: str
    error: float
    tested: Array
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no part of the gradient was found to be wrong."""
        return not self.findings

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return f"<GradientCheck: {self.headline}>"

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The answer in a few lines."""
        lines = [self.headline]
        for finding in self.findings:
            lines += [f"  Try: {remedy.sentence}." for remedy in finding.remedies]
            lines += [f"  {line}" for line in self._table()]
        lines += [f"  Note: {note}." for note in self.notes]
        return "\n".join([*lines, f"  {self.basis}"])

    @property
    def headline(self) -> str:
        """The verdict in a sentence."""
        if self.ok:
            return "The gradient is right: it is the slope of the loss."
        sentences = [f"{finding.code}: {finding.because}" for finding in self.findings]
        return " ".join(text if text.endswith("?") else f"{text}." for text in sentences)

    @property
    def basis(self) -> str:
        """What the verdict rests on."""
        return (
            f"By {self.how}, {counted(self.parameters, 'parameter')}, "
            f"{counted(self.points, 'point')}, "
            f"{counted(self.evaluations, 'evaluation')} of the loss; slopes known to "
            f"{readable(self.error, 2)} of their size."
        )

    def raise_if_wrong(self) -> None:
        """Raise AssertionError with the whole answer unless the gradient is right."""
        if not self.ok:
            raise AssertionError(self.text)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "ok": self.ok,
            "verdict": self.verdict,
            "findings": [finding.to_dict() for finding in self.findings],
            "worst": [one.to_dict() for one in self.worst],
            "parameters": self.parameters,
            "points": self.points,
            "evaluations": self.evaluations,
            "how": self.how,
            "error": self.error,
            "notes": list(self.notes),
        }

    def _table(self) -> list[str]:
        rows = [("", "gradient", "slope of the loss", "known to")]
        rows += [
            (one.name, *(readable(x, 7) for x in (one.gradient, one.slope)), readable(one.error, 1))
            for one in self.worst
            if not one.right
        ]
        wide = [max(len(row[k]) for row in rows) for k in range(4)]
        return ["  ".join(row[k].rjust(wide[k]) for k in range(4)) for row in rows]
