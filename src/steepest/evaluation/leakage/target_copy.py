"""A column that gives the target away by itself."""

from __future__ import annotations

from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.readable import counted, listed

__all__ = ["target_copy"]


def target_copy(evidence: Evidence) -> Answer:
    """One feature alone predicts the target almost exactly.

    Sees
        What the contract says of leaks: a feature with a squared correlation, also of the ranks,
        of 0.999 with the target, or one that tells the classes apart that well.
    Matters
        Such a column was as a rule made from the target, or written down after it. In use it is
        not there yet, and the model fails however good its scores are.
    Decides
        As the contract does, over all rows; a table of one feature is passed over, since a
        line that fits well is then the point.
    When it is wrong
        Where nature is that simple, as with a weight in kilograms and one in pounds: and then
        no model is needed.
    Try
        Leave the column out: `--features` with the others.
    Sources
        Kaufman, Rosset, Perlich and Stitelman 2012, "Leakage in data mining".
    """
    if len(evidence.features) < 2:
        return CannotTell("two features or more")
    names = [column.name for column in evidence.features if column.name in evidence.leaking]
    if not names:
        return Clear()
    each = "each " if len(names) > 1 else ""
    return found(
        "target_copy",
        tuple(names),
        f"{counted(len(names), 'feature')}, {listed(names)}, {each}alone predict"
        f"{'' if len(names) > 1 else 's'} {evidence.contract.target} almost exactly: the scores "
        "are those of a model that was given the answer. Leave out what is not known before the "
        "target is (--features).",
    )
