"""What a finished model is worth on a table that is walked over piece by piece.

The scores are over all rows. What needs rows beside each other (slices, calibration, prediction
intervals, the area under the ROC curve) is of 20,000 rows drawn at random; of a table of no more
rows than that everything is as if it had been in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from steepest.data.contract import Contract
from steepest.data.table import target_values
from steepest.data.trained_rows import Seen, TrainedRows, seen_in_all
from steepest.data.unfamiliar import filled_by, sentences_of
from steepest.errors import InputError
from steepest.evaluation.evaluate import Settings, evaluate
from steepest.evaluation.evaluation import Evaluation
from steepest.evaluation.later_words import later_method, later_notes
from steepest.evaluation.policies.costs import costs_from
from steepest.evaluation.scoring.baseline import Baseline
from steepest.evaluation.scoring.tally import scores_of
from steepest.evaluation.splits.drawing import drawn_of
from steepest.evaluation.splits.split import Split
from steepest.model import Model
from steepest.passes.asking import Ask
from steepest.passes.judged_rows import Judged, JudgedRows
from steepest.run import Request
from steepest.scaling.checking import DRAWN
from steepest.scaling.later_rows import enough_keys

__all__ = ["EvaluatedRows", "Finished", "evaluate_by_pieces"]


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """What is known of the run whose model is evaluated.

    known: of the rows that trained it; None of a run that did not keep it
    """

    model: Model
    contract: Contract
    request: Request
    split: Split
    baseline: Baseline
    known: TrainedRows | None


@dataclass(frozen=True, slots=True, eq=False)
class EvaluatedRows:
    """The evaluation, what is to be said beside it, and which rows trained the model."""

    evaluation: Evaluation
    notes: tuple[str, ...]
    seen: Seen | None


def evaluate_by_pieces(
    ask: Ask, run: Finished, rows: Sequence[int], *, draw: int = DRAWN
) -> EvaluatedRows:
    """Judge all rows that have a target.

    rows: of each piece. Raises InputError where none has a target, and for what `evaluate` does.
    """
    source, model, contract = ask.engine.source, run.model, run.contract
    asked = JudgedRows(
        model,
        run.baseline,
        run.known,
        tuple(name for name in [run.split.column] if name and name in source.schema),
        tuple(accumulate(rows, initial=0))[:-1],
        draw,
        min(1.0, 4 * enough_keys(source, draw)),  # some rows may have no target
    )
    judged = ask(asked, "judging every row")
    if not judged.rows:
        raise InputError(
            f"{source.text}: every row misses a value that is needed, so that no row is left; look "
            f'whether the target "{contract.target}" is filled in'
        )
    seen = None
    if run.known is not None:
        seen = seen_in_all(run.known, judged.rows, judged.asked, judged.found)
    method = later_method(
        judged.rows, source.text, seen, same_source=source.text == contract.source
    )
    unseen = {text.name: judged.unseen.get(text.name, 0) for text in model.representation.texts}
    filled = filled_by(contract)
    notes = sentences_of(model.representation, unseen, judged.gaps, filled=filled)
    return EvaluatedRows(
        _evaluation(run, judged, method), (*later_notes(source.text, seen), *notes), seen
    )


def _evaluation(run: Finished, judged: Judged, method: str) -> Evaluation:
    frame, contract, request = judged.some.frame, run.contract, run.request
    whole = frame.height == judged.rows
    of = f"{frame.height:,} of them drawn at random (seed {request.seed})"
    drawn = drawn_of(run.split, frame)
    found = evaluate(
        run.model,
        frame,
        target_values(frame, contract),
        baseline=run.baseline,
        method=method if whole else f"{method}; all but the scores on {of}",
        settings=Settings(
            costs=costs_from(request.costs),
            unit=next(column.unit for column in contract.columns if column.role == "target"),
            seed=request.seed,
        ),
        drawn=drawn,
    )
    if whole:
        return found
    scores, better = scores_of(
        judged.tally, run.model, run.baseline, found.scores, each_row=drawn.places is None
    )
    said = f"The scores are over all {judged.rows:,} rows, and what follows is of {of}."
    if any(score.name == "roc_auc" for score in scores):
        said = said.replace("what follows", "roc_auc and what follows").replace(" is of", " are of")
    return replace(
        found,
        rows=judged.rows,
        scores=scores,
        better_than_baseline=better,
        sentences=(said, *found.sentences),
    )
