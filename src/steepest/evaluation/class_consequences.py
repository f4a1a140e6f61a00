"""What the errors of a model of many classes mean, in words."""

from __future__ import annotations

from collections.abc import Iterator

from steepest.evaluation.consequences import MOST_SLICES_SAID, against_shares
from steepest.evaluation.evaluation import ClassCounts, ErrorSlice, Score
from steepest.evaluation.meaning import Meaning, many_class_meaning
from steepest.evaluation.scoring.scores import Scored
from steepest.evaluation.words import counted_rows, diverged, interval_words, percent
from steepest.readable import readable

__all__ = ["many_class_sentences"]

_NOTABLE = 0.01


def many_class_sentences(
    name: str,
    scored: Scored,
    *,
    counts: ClassCounts | None,
    most_frequent: str,
    slices: tuple[ErrorSlice, ...],
    meaning: Meaning | None = None,
) -> tuple[str, ...]:
    """What the errors of a softmax model mean.

    name:    of the target
    counts:  of the decisions; None where the probabilities are not finite
    most_frequent: the class that the baseline decides for, and what it is:
             "species=setosa, the most frequent class of the training rows"
    slices:  where it is wrong more often than elsewhere
    meaning: what else the errors mean for whoever uses the model
    """
    if counts is None:
        return (diverged(name),)
    _, accuracy, balanced = scored.scores
    rows = sum(map(sum, counts.counts))
    return (
        f"It decides {name} correctly for {percent(accuracy.value)} of the rows"
        f"{interval_words(accuracy, as_percent=True)}; always deciding {most_frequent}, would be "
        f"right on {percent(accuracy.baseline)}.",
        *_balanced(accuracy, balanced),
        *_where_wrong(name, counts),
        against_shares(scored, "always giving each class its share of the training rows", rows),
        *many_class_meaning(meaning),
        *(
            f"For {part.where} it is wrong more often: on "
            f"{percent(1 - accuracy.value + part.mean_error)} of {counted_rows(part.rows)}, "
            f"against {percent(1 - accuracy.value)} of all."
            for part in slices[:MOST_SLICES_SAID]
        ),
    )


def _balanced(accuracy: Score, balanced: Score) -> Iterator[str]:
    """The accuracy with each class counted alike, where that is another number."""
    if abs(accuracy.value - balanced.value) >= _NOTABLE:
        yield (
            "With each class counted alike, however few its rows, it is right on "
            f"{percent(balanced.value)}{interval_words(balanced, as_percent=True)}."
        )


def _where_wrong(name: str, counts: ClassCounts) -> Iterator[str]:
    """The class that is missed most often, and the decision that is wrong most often."""
    places = range(len(counts.classes))
    recalls = [(share, i) for i in places if (share := counts.recall(i)) is not None]
    precisions = [(share, i) for i in places if (share := counts.precision(i)) is not None]
    missed, worst = min(recalls)
    if missed == 1:
        yield f"It takes no row of any class of {name} for another."
        return
    yield _missed(name, counts, worst)
    called, worst = min(precisions)
    decided = counts.decided(worst)
    wrong = decided - counts.counts[worst][worst]
    if called < 1:
        yield (
            f"It is wrong most often where it decides {name}={counts.classes[worst]}: "
            f"{readable(wrong)} of {counted_rows(decided)} {'is' if wrong == 1 else 'are'} of "
            "another class."
        )


def _missed(name: str, counts: ClassCounts, place: int) -> str:
    row = counts.counts[place]
    rows = counts.rows(place)
    taken = max((j for j in range(len(row)) if j != place), key=lambda j: row[j])
    missed = rows - row[place]
    most = f"{readable(row[taken])} of them " if row[taken] < missed else ""
    return (
        f"It misses {name}={counts.classes[place]} most often: {readable(missed)} of "
        f"{counted_rows(rows)}, {most}taken for {counts.classes[taken]}."
    )
