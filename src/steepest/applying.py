"""A remedy tried: the run again with what the remedy sets, and whether that was better."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from steepest.arguments import shown
from steepest.descent.recorder import Row
from steepest.diagnosis.finding import Finding, Remedy
from steepest.errors import InputError
from steepest.fitting import fit_as_asked
from steepest.readable import readable
from steepest.run import Remedied, Request, Run
from steepest.scaling.origin import can_be_read
from steepest.store import Store

__all__ = ["Attempt", "apply", "best_of", "mend", "nothing_tried"]

RANKS = {"info": 0, "warning": 1, "error": 2}
SETTABLE = {field.name for field in fields(Request)} - {"source", "target"}
LOWER = 1e-9


@dataclass(frozen=True, slots=True)
class Attempt:
    """One remedy, tried.

    before, after: the run that had the finding, and the one with the remedy
    changed:       what is set otherwise in the request, by name
    kept:          whether `after` is better
    because:       a sentence that says in what
    """

    before: Run
    after: Run
    finding: str
    remedy: Remedy
    changed: Mapping[str, Any]
    kept: bool
    because: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "finding": self.finding,
            "remedy": self.remedy.sentence,
            "set": dict(self.changed),
            "before": self.before.id,
            "after": self.after.id,
            "verdict_before": self.before.verdict,
            "verdict_after": self.after.verdict,
            "kept": self.kept,
            "because": self.because,
        }


def apply(
    run: Run,
    remedy: Remedy,
    *,
    data: object = None,
    store: str | Path | Store | None = None,
    on_step: Callable[[Row], None] | None = None,
) -> Run:
    """Fit again as the run was asked for, with what a remedy sets.

    remedy:  of one of the run's findings, `run.diagnosis.findings[0].remedies[0]`
    data:    the table; None: read again from where the run read it (a file, a built-in set)
    store:   where to save the new run; None: nowhere
    on_step: called with every recorded Row

    The seed stays, and with it the split. A learning rate in numbers goes with the scale that
    it was for: where the remedy changes `scale` and no rate, the rate is left to "auto".
    Raises InputError for a remedy without a value to set, and where the table is not at hand.

    >>> from steepest.fitting import fit
    >>> run = fit("houses", "price", learning_rate=2.5, steps=300)
    >>> mended = apply(run, run.diagnosis.findings[0].remedies[0])
    >>> run.verdict, mended.verdict, mended.request.learning_rate
    ('diverging', 'converged', 1.0)
    """
    if not isinstance(remedy, Remedy):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(
            f"remedy is {shown(remedy)}; expected a Remedy of one of the run's findings, such as "
            "run.diagnosis.findings[0].remedies[0]"
        )
    changed = _request(run, remedy)
    of = [finding.code for finding in run.diagnosis.findings if remedy in finding.remedies]
    return fit_as_asked(
        _table(run, data),
        changed,
        store=store,
        on_step=on_step,
        remedied=Remedied(run.id, of[0] if of else run.verdict, remedy),
    )


def mend(
    run: Run,
    *,
    data: object = None,
    store: str | Path | Store | None = None,
    on_step: Callable[[Row], None] | None = None,
    rounds: int = 3,
) -> tuple[Attempt, ...]:
    """Try the remedies of warnings and errors, one after the other, while that helps.

    Each round takes the top finding's first remedy that can be applied and was not tried; it
    ends when the top finding is no warning, when a remedy did not help, or after `rounds`.
    `best_of` is the run that came out best. For the arguments see `apply`.
    """
    attempts: list[Attempt] = []
    tried: list[Remedy] = []
    for _ in range(rounds):
        finding, remedy = _next(run, tried)
        if finding is None or remedy is None:
            break
        tried.append(remedy)
        after = apply(run, remedy, data=data, store=store, on_step=on_step)
        kept, because = _better(run, after)
        changed = _differences(run.request, after.request)
        attempts.append(Attempt(run, after, finding.code, remedy, changed, kept, because))
        if not kept or after.trace.stop.reason == "interrupted":
            break
        run = after
    return tuple(attempts)


def best_of(run: Run, attempts: Sequence[Attempt]) -> Run:
    """The run that came out best: after the last attempt that was kept, else the first."""
    kept = [attempt.after for attempt in attempts if attempt.kept]
    return kept[-1] if kept else run


def nothing_tried(run: Run) -> str:
    """Why no remedy was tried, in a sentence."""
    if not run.diagnosis.findings:
        return "No remedy was tried: no fault was found."
    if _rank(run) == 0:
        return f"No remedy was tried: {_words(run)} is no fault."
    return f"No remedy was tried: none of those for {_words(run)} sets anything that fit takes."


def _request(run: Run, remedy: Remedy) -> Request:
    if not remedy.set:
        raise InputError(
            f"the remedy {remedy.sentence!r} has no value that `fit` could be given; it is "
            "something for a person to do"
        )
    unknown = [name for name in remedy.set if name not in SETTABLE]
    if unknown:
        raise InputError(f"the remedy sets {unknown[0]}, which is no argument of `fit`")
    return run.request.changed(remedy.set)


def _table(run: Run, data: object) -> object:
    if data is not None:
        return data
    source = run.request.source
    if can_be_read(source):
        return source
    raise InputError(
        f"the run was fitted to {source}, which cannot be read again; hand the table over: "
        "apply(run, remedy, data=table)"
    )


def _next(run: Run, tried: list[Remedy]) -> tuple[Finding | None, Remedy | None]:
    """The top finding, where it is a warning or an error, and its remedy to try."""
    if not run.diagnosis.findings or run.trace.stop.reason == "interrupted":
        return None, None
    finding = run.diagnosis.findings[0]
    if finding.severity == "info":
        return None, None
    for remedy in finding.remedies:
        fits = remedy.set and all(name in SETTABLE for name in remedy.set)
        if fits and remedy not in tried and run.request.changed(remedy.set) != run.request:
            return finding, remedy
    return finding, None


def _better(before: Run, after: Run) -> tuple[bool, str]:
    """Whether the run with the remedy is better, and in what.

    A verdict of less weight is; of the same weight, a lower cost. Neither is where the cost
    went up, of the two runs if both go down on the same cost, else from its own beginning.
    """
    was, now = _rank(before), _rank(after)
    same = _cost(before.request) == _cost(after.request)
    lowered = _change(before.trace.last_loss, after.trace.last_loss)
    costs = f"{readable(before.trace.last_loss)} to {readable(after.trace.last_loss)}"
    verdicts = f"from {_words(before)} to {_words(after)}"
    if before.verdict == after.verdict:
        verdicts = f"still {_words(after)}"
    joined = "but" if now < was else "and"
    if now > was:
        return False, f"the verdict got worse, {verdicts}"
    if same and lowered > 0:
        return False, f"{verdicts}, {joined} the cost rose, from {costs}"
    if _change(float(after.trace.loss[0]), after.trace.last_loss) > 0:
        return False, f"{verdicts}, {joined} the cost ended higher than it began"
    if now < was:
        return True, verdicts + (f", and the cost from {costs}" if same and lowered < 0 else "")
    if same and lowered < 0:
        return True, f"{verdicts}, and the cost went from {costs}"
    return False, f"{verdicts}, and the cost did not go down"


def _words(run: Run) -> str:
    return run.verdict.replace("_", " ")


def _rank(run: Run) -> int:
    return RANKS[run.diagnosis.findings[0].severity] if run.diagnosis.findings else 0


def _change(before: float, after: float) -> int:
    """-1 lower, 1 higher, 0 the same to nine digits; what is not finite is highest."""
    before, after = (value if math.isfinite(value) else math.inf for value in (before, after))
    if before == after or (before < math.inf and abs(after - before) <= LOWER * abs(before)):
        return 0
    return -1 if after < before else 1


def _cost(request: Request) -> tuple[Any, ...]:
    """What decides whether two costs J are the same function of the model."""
    penalty = (request.l2, request.l1)
    return (
        *(request.loss, request.huber_delta, request.weight, request.missing),
        *(penalty, request.scale if any(penalty) else ""),
    )


def _differences(before: Request, after: Request) -> dict[str, Any]:
    return {
        field.name: getattr(after, field.name)
        for field in fields(Request)
        if getattr(after, field.name) != getattr(before, field.name)
    }
