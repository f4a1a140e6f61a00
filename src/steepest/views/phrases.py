"""What the codes of the record are called, and the small sentences that several views say."""

from __future__ import annotations

import re

import numpy as np

from steepest.diagnosis.finding import Diagnosis
from steepest.evaluation.evaluation import Score
from steepest.evaluation.splits.split import Split
from steepest.readable import counted, readable
from steepest.run import Run
from steepest.trace import Trace
from steepest.views.loss_curve import losses_of

__all__ = [
    "ENDINGS",
    "FACTS",
    "LEVELS",
    "REASONS",
    "RULES",
    "clear_faults",
    "cost_words",
    "digits_words",
    "for_any_loop",
    "level_of",
    "rate_words",
    "rule_words",
    "score_words",
    "sentence",
    "spelled",
    "split_sentence",
    "verdict_title",
]

ENDINGS = ("converged", "unfinished")
"""Verdicts that are no faults: that they are not there is no good news."""

FACTS = {
    "sharpness": "sharpness, λ_max",
    "smallest_eigenvalue": "smallest curvature, λ_min",
    "condition_number": "condition number, κ",
    "condition_number_standardised": "condition number if standardised",
    "sharpness_bound": "bound on the sharpness",
    "largest_stable_learning_rate": "largest stable learning rate",
    "minimum_loss": "least possible cost",
    "one_minimum": "certificate",
    "path": "how the path was computed",
    "reduction": "how the rows were reduced",
    "error_bound": "rounding of the last step, at most",
    "replay": "difference to steps walked on the rows",
    "gradient_from": "where the gradient comes from",
    "curvature_rows": "rows that the curvature is of",
    "sharpness_rows": "steps at which the curvature was measured",
    "average_loss": "cost at the mean of the iterates",
    "known_minimum": "the minimum that is known",
    "thinning": "which steps were recorded",
    "learning_rate_choice": "how the learning rate was chosen",
    "tolerance": "tolerance",
}
"""The facts of a trace that people look for, in the order of reading."""

RULES = {
    "gradient_descent": "gradient descent",
    "momentum": "gradient descent with momentum (heavy ball)",
    "nesterov": "Nesterov's accelerated gradient descent",
    "fista": "FISTA, accelerated proximal gradient descent",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "barzilai_borwein": "gradient descent with the steps of Barzilai and Borwein",
    "lbfgs": "L-BFGS",
    "conjugate_gradients": "nonlinear conjugate gradients",
}
"""What an update rule is called by those who did not write it."""

REASONS = {
    "converged": "converged",
    "budget": "ran out of steps",
    "non_finite": "not finite",
    "interrupted": "interrupted",
    "unbounded": "no minimum",
}

LEVELS = {
    "good": "Sound",
    "notice": "Note",
    "warning": "Warning",
    "error": "Fault",
    "unknown": "Cannot tell",
}
"""How a verdict is told in a word, so that colour is never alone."""

TIMES = 10.0
THOUSANDS = 1000.0
_SPLITS = {
    "random": "at random",
    "stratified": "at random, each class in proportion",
    "group": "by {column}, each group whole on one side",
    "time": "by {column}, the latest rows",
}
_SCORES = {
    "r2": "R²",
    "roc_auc": "area under the ROC curve",
    "mean_poisson_deviance": "mean Poisson deviance",
}


def sentence(text: str) -> str:
    """A phrase of the record as a sentence.

    >>> sentence("the loss became infinite at step 413")
    'The loss became infinite at step 413.'
    """
    text = text.strip()
    end = "" if not text or text[-1] in ".!?:" else "."
    return f"{text[:1].upper()}{text[1:]}{end}"


def spelled(code: str) -> str:
    """A code as words.

    >>> spelled("ill_conditioned")
    'ill conditioned'
    """
    return code.replace("_", " ")


def clear_faults(diagnosis: Diagnosis) -> str:
    """The faults that were looked for and are not there, in words; "" for none."""
    return ", ".join(spelled(code) for code in diagnosis.clear if code not in ENDINGS)


def for_any_loop(words: str) -> str:
    """A remedy in words for a loop that is not ours: without our options, which stand in brackets.

    >>> for_any_loop("add momentum (--rule momentum), or a restart (at random)")
    'add momentum, or a restart (at random)'
    """
    return re.sub(r" \(--[^)]*\)", "", words)


def digits_words(run: Run) -> str | None:
    """How far the coefficients can be trusted, against the minimum computed directly."""
    minimum, digits = run.minimum, run.digits
    if minimum is None or digits is None:
        return None
    agree = (
        f"The worst coefficient of the descent agrees with the minimum to "
        f"{counted(int(digits), 'digit')}"
        if digits >= 1
        else "The descent's coefficients do not agree with the minimum in a single digit"
    )
    if minimum.digits < 1:
        return f"{agree}; the minimum itself is not determined by these rows"
    return agree


def score_words(score: Score | str) -> str:
    """What a score, or the one of that name, is called.

    >>> score_words("mean_absolute_error"), score_words("r2")
    ('mean absolute error', 'R²')
    """
    name = score if isinstance(score, str) else score.name
    return _SCORES.get(name, spelled(name))


def level_of(diagnosis: Diagnosis) -> str:
    """How bad the verdict is: good, notice, warning, error or unknown."""
    if not diagnosis.findings:
        return "unknown"
    top = diagnosis.findings[0]
    if top.severity == "info":
        return "good" if top.code == "converged" else "notice"
    return top.severity


def verdict_title(diagnosis: Diagnosis) -> str:
    """The title of the top finding."""
    if not diagnosis.findings:
        return "The record is too thin to tell"
    return diagnosis.findings[0].title


def rate_words(trace: Trace) -> str:
    """The learning rate, or the range it moved in, and its share of the largest stable one.

    A rate that a rule does not have, because it searches along each line, is NaN.
    """
    rates = trace.learning_rate[np.isfinite(trace.learning_rate)]
    if not len(rates):
        return "set by a line search at every step"
    low, high = float(rates.min()), float(rates.max())
    words = readable(low) if low == high else f"{readable(low)} to {readable(high)}"
    limit = trace.number("largest_stable_learning_rate")
    if low != high or not limit:
        return words
    share = low / limit
    if share >= TIMES:
        return f"{words}, {readable(share, 3)} times the largest stable one"
    if share * THOUSANDS < 1:
        return f"{words}, {readable(1 / share, 3)} times below the largest stable one"
    return f"{words}, {readable(100 * share, 3)} % of the largest stable one"


def rule_words(run: Run) -> str:
    """What the update rule of a run is called, with its numbers where it was given any."""
    name, _, numbers = run.request.rule.partition(":")
    words = RULES.get(run.trace.rule, spelled(run.trace.rule))
    return f"{words}, {numbers.strip()}" if numbers and name == run.trace.rule else words


def cost_words(trace: Trace) -> str:
    """From where to where the cost went, as far as it was a finite number."""
    loss, what = losses_of(trace)
    finite = np.flatnonzero(np.isfinite(loss))
    if not len(finite):
        return f"The {what} is never a finite number"
    first, last = finite[0], finite[-1]
    if len(finite) == 1:
        return f"The {what} is {readable(loss[first])} at step {int(trace.step[first]):,}"
    return (
        f"The {what} went from {readable(loss[first])} to {readable(loss[last])} "
        f"at step {int(trace.step[last]):,}"
    )


def _ways(split: Split) -> str:
    if split.method == "time":
        return f"cross-validation forward in time, by {split.column}"
    if split.method == "group":
        return f"{split.folds}-fold cross-validation, each group of {split.column} whole"
    return f"{split.folds}-fold cross-validation"


def split_sentence(run: Run) -> str:
    """Which rows trained and which were held out."""
    split = run.split
    held = split.held
    if not held and not split.folds:
        return f"All {split.rows:,} rows trained; none was held out to judge the model by."
    if not held:
        return (
            f"All {split.rows:,} rows trained; none was held out. The scores come from "
            f"{_ways(split)}."
        )
    kind = _SPLITS.get(split.method, spelled(split.method)).format(column=split.column)
    seed = "" if split.method == "time" else f", seed {split.seed}"
    return (
        f"{split.rows - held:,} rows trained; {held:,} were held out {kind} "
        f"(share {readable(split.share)}{seed})."
    )
