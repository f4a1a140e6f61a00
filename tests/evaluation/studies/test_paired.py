import numpy as np
import pytest
from scipy import stats

from steepest.evaluation.scoring.main_score import main_score
from steepest.evaluation.studies.paired import mcnemar, mean_test, paired_test

RANDOM = np.random.default_rng(8)


@pytest.mark.parametrize("rows", [12, 13])
def test_all_flips_of_signs_are_those_of_scipy(rows: int) -> None:
    difference = RANDOM.normal(0.4, 1.0, rows)
    known = stats.permutation_test(
        (difference,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    p, method = mean_test(difference)
    assert p == pytest.approx(known.pvalue)
    assert method == f"all {2**rows:,} ways to flip signs"


def test_random_flips_come_near_to_all_of_them() -> None:
    difference = RANDOM.normal(0.3, 1.0, 60)
    p, method = mean_test(difference)
    assert p == pytest.approx(stats.ttest_1samp(difference, 0.0).pvalue, abs=0.015)
    assert method == "9,999 random flips of signs"
    assert mean_test(difference, seed=0) == (p, method)
    assert mean_test(difference, seed=1) != (p, method)


def test_of_many_rows_it_is_students_t() -> None:
    difference = RANDOM.normal(0.03, 1.0, 2_000)
    p, _ = mean_test(difference)
    assert p == pytest.approx(stats.ttest_1samp(difference, 0.0).pvalue)


def test_folds_that_share_rows_make_it_less_sure() -> None:
    difference = RANDOM.normal(0.1, 1.0, 500)
    plain, widened = mean_test(difference, widen=1.0 + 1e-12), mean_test(difference, widen=1.5)
    assert plain[0] == pytest.approx(stats.ttest_1samp(difference, 0.0).pvalue)
    t = difference.mean() / (difference.std(ddof=1) / np.sqrt(500)) / 1.5
    assert widened[0] == pytest.approx(2 * stats.t.sf(abs(t), 499))
    assert "folds" in widened[1]


def test_few_rows_equal_losses_and_lost_numbers() -> None:
    assert mean_test(np.ones(9))[0] is None
    assert mean_test(np.zeros(50)) == (1.0, "none needed: the losses are the same in every row")
    assert mean_test(np.full(50, np.nan))[0] is None


@pytest.mark.parametrize(("one", "other"), [(0, 0), (5, 5), (3, 11), (40, 22), (7, 0)])
def test_mcnemar_is_the_exact_binomial_test(one: int, other: int) -> None:
    first = np.array([True] * one + [False] * other + [True] * 6)
    second = np.array([False] * one + [True] * other + [True] * 6)
    found = mcnemar(first, second)
    assert (found.first_only, found.second_only) == (one, other)
    known = stats.binomtest(one, one + other).pvalue if one + other else 1.0
    assert found.p == pytest.approx(known)


@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_the_better_one_is_named_whichever_way_the_score_goes(loss: str) -> None:
    good, bad = np.full(200, 1.0), 1.5 + RANDOM.random(200)
    for losses, better in (((good, bad), "first"), ((bad, good), "second")):
        found = paired_test(("a", "b"), losses, np.full(200, 4.0), main_score(loss), where="here")
        assert found.better == better
        name = "a" if better == "first" else "b"
        assert found.sentence.startswith(f"{name} is better than ")
        assert found.p is not None
        assert found.p < 1e-3
        assert found.low is not None
        assert found.high is not None
        assert found.low < found.difference < found.high


def test_rows_that_cannot_tell_say_so() -> None:
    one, other = RANDOM.random((2, 100))
    found = paired_test(
        ("a", "b"), (one, other), np.ones(100), main_score("huber"), where="100 rows"
    )
    assert found.better is None
    assert found.sentence.startswith("These rows cannot tell which is better: on 100 rows a is ")
    same = paired_test(("a", "b"), (one, one), np.ones(100), main_score("huber"), where="100 rows")
    assert (
        same.sentence == "On 100 rows they lose the same: mean absolute error differs by nothing."
    )


def test_decisions_are_told_beside_the_losses() -> None:
    right = np.arange(100) < 90, np.arange(100) < 80
    losses = np.ones(100), 1.0 + RANDOM.random(100)
    found = paired_test(
        ("a", "b"), losses, np.ones(100), main_score("logistic"), where="here", right=right
    )
    assert found.decided is not None
    assert found.decided.first_only == 10
    assert "a decides more rows rightly: 10 where b errs, against 0" in found.sentence
    few = np.arange(100) < 83, np.arange(100) < 80
    found = paired_test(
        ("a", "b"), losses, np.ones(100), main_score("logistic"), where="here", right=few
    )
    assert "3 rows are decided rightly by a only, 0 by b only" in found.sentence


def test_decisions_may_tell_where_losses_cannot() -> None:
    losses = np.random.default_rng(1).normal(1.0, 0.5, (2, 100))
    right = np.arange(100) < 90, np.arange(100) < 70
    found = paired_test(
        ("a", "b"),
        (losses[0], losses[1]),
        np.ones(100),
        main_score("logistic"),
        where="100 rows",
        right=right,
    )
    assert found.better is None
    assert found.sentence.startswith("By log loss these rows cannot tell which is better")
