"""The answer in a sentence: what the model does, what its errors cost, and what a richer one
reaches."""

from __future__ import annotations

from steepest.evaluation.decisions import Confusion
from steepest.evaluation.evaluation import Score
from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import money, of_target, percent
from steepest.views.axes_text import short
from steepest.views.content import Words, strong
from steepest.views.peer_words import peer_answer
from steepest.views.phrases import level_of, score_words, sentence, verdict_title
from steepest.views.trust_words import constant_words, leak_sentences

__all__ = ["answer", "decided_counts", "decisions_alone", "score_of"]


def answer(run: Run) -> Words:
    """Whether it is better than guessing; then what a manager asks for, in that order."""
    if level_of(run.diagnosis) == "error":
        title = verdict_title(run.diagnosis)
        return (strong("Not with this model: "), f"its descent failed. {sentence(title)}")
    if not run.evaluation.scores:
        return (strong("Not known: "), "the model was not evaluated.")
    parts = [part for part in (_what_it_does(run), _cost(run)) if part]
    told = f"{'; '.join(parts)}. {peer_answer(run)}".rstrip()
    return (strong(f"{_worth(run)}: "), told)


def _worth(run: Run) -> str:
    better = run.evaluation.better_than_baseline
    if better is not True and decisions_alone(run):
        return "Its decisions are better than guessing, its probabilities are not shown to be"
    if better is None:
        return "Not shown to be better than guessing"
    if better is False:
        return "Worse than guessing"
    leaks = ", unless the answer leaks" if leak_sentences(run) else ""
    return f"Better than guessing{leaks}"


def decisions_alone(run: Run) -> bool:
    """Of classes: whether it decides better than the baseline, though its main score is not."""
    accuracy = score_of(run, "accuracy")
    if run.evaluation.better_than_baseline is True or accuracy is None or accuracy.low is None:
        return False
    return accuracy.low > accuracy.baseline


def score_of(run: Run, name: str) -> Score | None:
    """The score of that name; None where there is none."""
    return next((score for score in run.evaluation.scores if score.name == name), None)


def decided_counts(run: Run) -> Confusion | None:
    """Of two classes, what is decided with the threshold that the model uses."""
    decisions = run.evaluation.decisions
    chosen = () if decisions is None else (p for p in decisions.policies if p.chosen)
    return next((policy.confusion for policy in chosen), run.evaluation.confusion)


def _what_it_does(run: Run) -> str:
    held = decided_counts(run)
    if held is not None:
        return _finds(run, held)
    accuracy, off = score_of(run, "accuracy"), score_of(run, "mean_absolute_error")
    if accuracy is not None:
        return (
            f"it decides {percent(accuracy.value)} of the rows rightly, the baseline "
            f"{percent(accuracy.baseline)}"
        )
    if off is not None:
        return (
            f"it is off by {of_target(run, off.value)} on average, the baseline by "
            f"{of_target(run, off.baseline)}"
        )
    main = run.evaluation.scores[0]
    return (
        f"its {score_words(main)} is {readable(main.value)}, that of the baseline "
        f"{readable(main.baseline)}"
    )


def _finds(run: Run, held: Confusion) -> str:
    negative, positive = (short(each, 30) for each in run.contract.classes)
    positives = held.true_positive + held.false_negative
    negatives = held.false_positive + held.true_negative
    told: list[str] = []
    if positives:
        told.append(f"finds {percent(held.true_positive / positives)} of the {positive}")
    if negatives:
        told.append(f"calls {percent(held.false_positive / negatives)} of the {negative} so too")
    return f"it {' and '.join(told)}"


def _cost(run: Run) -> str:
    thousand = run.evaluation.thousand
    if thousand is None or thousand.cost is None:
        return ""
    told = f"{thousand.cases:,} cases cost {money(thousand.cost, thousand.currency)}"
    if thousand.baseline_cost is None:
        return told
    beside = constant_words(thousand)
    return f"{told}, against {money(thousand.baseline_cost, thousand.currency)} for {beside}"
