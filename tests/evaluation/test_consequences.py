from __future__ import annotations

import numpy as np
import pytest

from steepest.evaluation.consequences import (
    Shares,
    class_sentences,
    error_quantiles,
    number_sentences,
)
from steepest.evaluation.decisions import Confusion
from steepest.evaluation.evaluation import ErrorSlice, Score
from steepest.evaluation.scoring.scores import Scored, score_classes, score_number
from steepest.readable import readable
from steepest.trace import Array


def number_scored(better: bool | None) -> Scored:
    return Scored(
        (
            Score("mean_absolute_error", 49_627.3, 48_512.0, 50_771.0, 90_713.2, "lower", "price"),
            Score("root_mean_squared_error", 68_000.0, 66_000.0, 71_000.0, 114_000.0, "lower"),
            Score("r2", 0.6382, 0.6156, 0.6602, 0.0, "higher"),
        ),
        better,
    )


def said_of_numbers(
    error: Array, better: bool | None = True, slices: tuple[ErrorSlice, ...] = ()
) -> tuple[str, ...]:
    return number_sentences("price", error, number_scored(better), mean=206_855.8, slices=slices)


def test_the_errors_of_a_number_in_its_own_units() -> None:
    error = np.arange(-500.0, 501.0) * 250  # sizes up to 125,000
    low = ErrorSlice("coast is ISLAND", 25, -98_000.0, -120_000.0, -76_000.0)
    high = ErrorSlice("income above 4.7", 1_032, 15_200.43, 9_484.0, 20_916.0)
    assert said_of_numbers(error, slices=(low, high)) == (
        "Half of the predictions of price are within 62,500 of the truth; one in ten is off by "
        "more than 112,500.",
        "Always predicting the mean of the training rows, 206,900, would be off by 90,710 on "
        "average; the model is off by 49,630 (95 % interval 48,512 to 50,771).",
        "It removes 63.8 % of the squared error of the mean (95 % interval 61.6 % to 66 %).",
        "It errs low for coast is ISLAND: by 98,000 on average (25 rows).",
        "It errs high for income above 4.7: by 15,200 on average (1,032 rows).",
    )


def test_no_better_than_the_mean_is_said_plainly() -> None:
    error = np.arange(47.0)
    assert said_of_numbers(error, None)[2] == (
        "On these 47 rows it is not shown to be better than always predicting the mean."
    )
    assert said_of_numbers(error, False)[2] == (
        "It does worse than always predicting the mean: do not use it as it stands."
    )
    assert said_of_numbers(error[:9], None)[2] == (
        "9 rows cannot show whether it is better than always predicting the mean."
    )
    assert said_of_numbers(error[:1], None)[2].startswith("1 row cannot show")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ([-12_000.0], "On the one row evaluated, price is off by 12,000."),
        (
            [1.0, -2.0, 6.0],
            "On the 3 rows evaluated, price is off by 3 on average and by 6 at most.",
        ),
        ([0.0] * 20, "Every prediction of price is exact, to rounding."),
    ],
)
def test_few_rows_and_no_errors(error: list[float], sentence: str) -> None:
    assert said_of_numbers(np.array(error))[0] == sentence


def test_a_diverged_model_is_said_to_be_nothing_to_trust() -> None:
    error = np.array([1.0, np.nan])
    assert error_quantiles(error) == ()
    (sentence,) = said_of_numbers(error, False)
    assert "not finite numbers" in sentence
    (sentence,) = class_sentences(
        "dear",
        ("no", "yes"),
        Scored((), False),
        confusion=None,
        shares=Shares(0.5, np.nan, 0.5),
        slices=(),
    )
    assert "not finite numbers" in sentence


def test_quantiles_are_of_the_size_of_the_error() -> None:
    assert error_quantiles(np.array([-3.0])) == ((0.5, 3.0), (0.9, 3.0))
    error = np.random.default_rng(0).normal(size=1000)
    for share, size in error_quantiles(error):
        assert np.mean(np.abs(error) <= size) == share
    shares = [share for share, _ in error_quantiles(error)]
    assert shares == [0.5, 0.75, 0.9, 0.95, 0.99]
    assert [share for share, _ in error_quantiles(error[:20])] == [0.5, 0.75, 0.9, 0.95]


def class_scored(better: bool | None) -> Scored:
    return Scored(
        (
            Score("log_loss", 0.3447, 0.3275, 0.363, 0.6809, "lower"),
            Score("accuracy", 0.8493, 0.8381, 0.8599, 0.578, "higher"),
        ),
        better,
    )


def said_of_classes(
    confusion: Confusion, better: bool | None = True, slices: tuple[ErrorSlice, ...] = ()
) -> tuple[str, ...]:
    return class_sentences(
        "dear",
        ("no", "yes"),
        class_scored(better),
        confusion=confusion,
        shares=Shares(trained=0.4219, predicted=0.4232, observed=0.422),
        slices=slices,
    )


def test_the_errors_of_classes_per_hundred() -> None:
    low = ErrorSlice("sex is female", 314, -0.1234, -0.2, -0.05)
    assert said_of_classes(Confusion(0.5, 1422, 302, 2084, 320), slices=(low,)) == (
        "It decides dear correctly for 84.9 % of the rows (95 % interval 83.8 % to 86 %); always "
        "deciding dear=no, the more frequent class of the training rows, would be right on 57.8 %.",
        "Of 100 rows that it calls dear=yes, 82.5 are; of 100 with dear=yes it misses 18.4.",
        "On average it gives dear=yes a probability of 42.3 %; 42.2 % of the rows are dear=yes.",
        "Its probabilities are better than always giving dear=yes the training rows' share, "
        "42.2 % (log loss 0.3447 against 0.6809).",
        "For sex is female it gives dear=yes a probability too low by 0.12 on average (314 rows).",
    )


@pytest.mark.parametrize(
    ("confusion", "sentence"),
    [
        (
            Confusion(0.5, 2, 1, 5, 3),
            "It calls 3 rows dear=yes, 2 of them rightly; of 5 rows with dear=yes it misses 3.",
        ),
        (
            Confusion(0.5, 1, 0, 5, 0),
            "It calls 1 row dear=yes, 1 of them rightly; of 1 row with dear=yes it misses 0.",
        ),
        (
            Confusion(0.5, 0, 0, 5, 3),
            "It calls no row dear=yes; of 3 rows with dear=yes it misses 3.",
        ),
        (
            Confusion(0.5, 0, 4, 5, 0),
            "It calls 4 rows dear=yes, 0 of them rightly; no row is dear=yes.",
        ),
    ],
)
def test_few_calls_are_counted_and_none_is_said(confusion: Confusion, sentence: str) -> None:
    assert said_of_classes(confusion)[1] == sentence


def test_probabilities_not_shown_better_or_worse() -> None:
    many, few = Confusion(0.5, 10, 10, 10, 10), Confusion(0.5, 1, 1, 1, 1)
    assert said_of_classes(many, None)[3].startswith("On these 40 rows it is not shown to be")
    assert said_of_classes(few, None)[3].startswith("4 rows cannot show whether it is better")
    assert said_of_classes(many, False)[3].startswith("Its probabilities are worse than")


def test_a_tie_of_the_shares_is_decided_as_the_scores_decide_it() -> None:
    target = np.array([0.0, 1.0, 1.0])
    scored = score_classes(target, target, np.full(3, 0.5), threshold=0.5)
    assert scored.scores[1].baseline == pytest.approx(2 / 3)
    assert Shares(0.5, 0.5, 0.5).more_frequent(("no", "yes")) == "yes"


def test_sentences_hold_the_figures_of_the_scores() -> None:
    rng = np.random.default_rng(0)
    target = rng.normal(100, 10, size=60)
    predicted, mean = target + rng.normal(size=60), np.full(60, 100.0)
    scored = score_number(target, predicted, mean, unit="")
    said = number_sentences("y", predicted - target, scored, mean=100.0, slices=())
    absolute = scored.scores[0]
    assert absolute.low is not None
    assert absolute.high is not None
    assert f"off by {readable(absolute.baseline)} on average" in said[1]
    assert said[1].endswith(
        f"{readable(absolute.value)} (95 % interval {readable(absolute.low)} to "
        f"{readable(absolute.high)})."
    )


def test_the_unit_stands_behind_every_amount_of_the_target() -> None:
    error = np.arange(-500.0, 501.0) * 250
    low = ErrorSlice("coast is ISLAND", 25, -98_000.0, -120_000.0, -76_000.0)
    said = number_sentences(
        "price", error, number_scored(True), mean=206_855.8, slices=(low,), unit="USD"
    )
    assert said[0] == (
        "Half of the predictions of price are within 62,500 USD of the truth; one in ten is off "
        "by more than 112,500 USD."
    )
    assert "206,900 USD, would be off by 90,710 USD on average" in said[1]
    assert said[3] == "It errs low for coast is ISLAND: by 98,000 USD on average (25 rows)."
