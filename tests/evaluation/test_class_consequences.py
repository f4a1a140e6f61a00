from __future__ import annotations

import pytest

from steepest.evaluation.class_consequences import many_class_sentences
from steepest.evaluation.evaluation import ClassCounts, ErrorSlice, Score
from steepest.evaluation.scoring.scores import Scored

NAMES = ("setosa", "versicolor", "virginica")
BASELINE = "species=setosa, the most frequent class of the training rows"


def said(
    counts: tuple[tuple[int, ...], ...],
    *,
    better: bool | None = True,
    balanced: float = 0.8,
    slices: tuple[ErrorSlice, ...] = (),
) -> tuple[str, ...]:
    rows = sum(map(sum, counts))
    right = sum(counts[i][i] for i in range(3)) / rows
    scores = (
        Score("log_loss", 0.2, 0.15, 0.25, 1.09, "lower"),
        Score("accuracy", right, 0.8, 0.95, 0.4, "higher"),
        Score("balanced_accuracy", balanced, 0.7, 0.9, 1 / 3, "higher"),
    )
    return many_class_sentences(
        "species",
        Scored(scores, better),
        counts=ClassCounts(NAMES, counts),
        most_frequent=BASELINE,
        slices=slices,
    )


def test_what_is_missed_and_what_is_taken_for_what() -> None:
    part = ErrorSlice("petal_width above 1.8", 25, 0.2, 0.05, 0.35)
    assert said(((40, 0, 0), (1, 27, 2), (0, 7, 23)), slices=(part,)) == (
        "It decides species correctly for 90 % of the rows (95 % interval 80 % to 95 %); always "
        "deciding species=setosa, the most frequent class of the training rows, would be right "
        "on 40 %.",
        "With each class counted alike, however few its rows, it is right on 80 % (95 % interval "
        "70 % to 90 %).",
        "It misses species=virginica most often: 7 of 30 rows, taken for versicolor.",
        "It is wrong most often where it decides species=versicolor: 7 of 34 rows are of another "
        "class.",
        "Its probabilities are better than always giving each class its share of the training "
        "rows (log loss 0.2 against 1.09).",
        "For petal_width above 1.8 it is wrong more often: on 30 % of 25 rows, against 10 % of "
        "all.",
    )


def test_equal_accuracies_are_said_once() -> None:
    sentences = said(((10, 0, 0), (0, 10, 0), (0, 1, 9)), balanced=29 / 30)
    assert not any("counted alike" in sentence for sentence in sentences)
    assert (
        "It misses species=virginica most often: 1 of 10 rows, taken for versicolor." in sentences
    )
    assert sentences[2].endswith("species=versicolor: 1 of 11 rows is of another class.")


def test_a_class_taken_for_several_others() -> None:
    sentences = said(((2, 5, 3), (0, 10, 0), (0, 0, 10)))
    assert (
        "species=setosa most often: 8 of 10 rows, 5 of them taken for versicolor." in sentences[2]
    )


def test_no_mistake_is_said() -> None:
    sentences = said(((10, 0, 0), (0, 10, 0), (0, 0, 10)), balanced=1.0)
    assert sentences[1] == "It takes no row of any class of species for another."


@pytest.mark.parametrize(
    ("better", "words"),
    [(None, "not shown to be better than always giving each class"), (False, "are worse than")],
)
def test_no_better_than_the_shares_is_said(better: bool | None, words: str) -> None:
    sentences = said(((10, 0, 0), (0, 10, 0), (0, 1, 9)), better=better)
    assert any(words in sentence for sentence in sentences)


def test_a_diverged_model_of_classes_is_told() -> None:
    (sentence,) = many_class_sentences(
        "species", Scored((), False), counts=None, most_frequent=BASELINE, slices=()
    )
    assert "are not finite numbers" in sentence
