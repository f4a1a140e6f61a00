import numpy as np
import pytest
from scipy import stats

from steepest.evaluation.scoring.drawn import Drawn
from steepest.evaluation.scoring.main_score import main_score
from steepest.evaluation.studies.paired import mcnemar, mean_test, paired_test

RANDOM = np.random.default_rng(8)


def test_of_symmetric_differences_it_is_near_to_flips_and_to_students_t() -> None:
    difference = RANDOM.normal(0.3, 1.0, 60)
    flips = stats.permutation_test(
        (difference,), np.mean, permutation_type="samples", n_resamples=20_000, random_state=1
    )
    p, method = mean_test(difference)
    assert p is not None
    assert p == pytest.approx(flips.pvalue, abs=0.02)
    assert p == pytest.approx(stats.ttest_1samp(difference, 0.0).pvalue, abs=0.02)
    assert method == "flips of signs, and the bootstrap-t, of 60 pairs"
    assert mean_test(difference, seed=0) == (p, method)
    assert mean_test(difference, seed=1) != (p, method)


def test_what_no_resample_reaches_is_said_by_the_normal_limit() -> None:
    p, _ = mean_test(RANDOM.normal(3.0, 1.0, 100))
    assert p is not None
    assert p < 1e-12


def _rarely_much_worse(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Losses of 0 and of 0.3, where one row in twenty is 3: the same on average."""
    target = np.where(RANDOM.random(rows) < 0.05, 3.0, 0.0)
    return target**2, (target - 0.3) ** 2


@pytest.mark.parametrize("rows", [30, 100])
def test_rare_large_errors_are_no_difference(rows: int) -> None:
    alarms = 0
    for _ in range(100):
        losses = _rarely_much_worse(rows)
        found = paired_test(("a", "b"), losses, losses[0] + 1, main_score("squared"), where="here")
        alarms += found.better is not None
    assert alarms <= 5


def test_better_is_said_only_where_p_and_the_interval_agree() -> None:
    for rows in (12, 30):
        for _ in range(60):
            one, other = RANDOM.lognormal(0, 1.5, (2, rows))
            found = paired_test(
                ("a", "b"), (one, other), one + 1, main_score("squared"), where="here"
            )
            if found.better is None:
                continue
            assert found.p is not None
            assert found.p < 0.05
            assert found.low is not None
            assert found.high is not None
            assert not found.low <= 0 <= found.high


def test_the_same_difference_in_every_row_is_no_evidence() -> None:
    losses = np.ones(40), np.full(40, 1.09)
    found = paired_test(("a", "b"), losses, np.ones(40), main_score("huber"), where="here")
    assert (found.better, found.p) == (None, None)
    assert "by the same in every row" in found.sentence


def test_differences_of_rounding_are_none() -> None:
    one = 1 + RANDOM.random(400)
    other = one * (1 + 1e-13 * RANDOM.random(400))
    found = paired_test(("a", "b"), (one, other), one + 3, main_score("squared"), where="here")
    assert (found.better, found.p) == (None, 1.0)
    assert "lose the same" in found.sentence


def test_groups_are_compared_and_not_their_rows() -> None:
    drawn = Drawn("groups", np.repeat(np.arange(40), 20))
    alarms = {"groups": 0, "rows": 0}
    for _ in range(80):
        difference = np.repeat(RANDOM.normal(size=40), 20) + 0.5 * RANDOM.normal(size=800)
        for kind, way in (("groups", drawn), ("rows", Drawn())):
            p, method = mean_test(difference, drawn=way)
            assert p is not None
            alarms[kind] += p < 0.05
            assert kind in method or kind == "rows"
    assert alarms["groups"] <= 9
    assert alarms["rows"] >= 40
    few = Drawn("groups", np.repeat(np.arange(8), 100))
    assert mean_test(RANDOM.normal(size=800), drawn=few)[0] is None


def test_of_many_rows_it_is_students_t() -> None:
    difference = RANDOM.normal(0.03, 1.0, 2_000)
    p, _ = mean_test(difference)
    assert p == pytest.approx(stats.ttest_1samp(difference, 0.0).pvalue)


def test_folds_that_share_rows_make_it_less_sure() -> None:
    difference = RANDOM.normal(0.1, 1.0, 2_000)
    plain, widened = mean_test(difference), mean_test(difference, widen=1.5)
    assert plain[0] == pytest.approx(stats.ttest_1samp(difference, 0.0).pvalue)
    t = difference.mean() / (difference.std(ddof=1) / np.sqrt(2_000)) / 1.5
    assert widened[0] == pytest.approx(2 * stats.t.sf(abs(t), 1_999))
    assert "folds" in widened[1]
    few, wide = mean_test(difference[:300])[0], mean_test(difference[:300], widen=1.5)[0]
    assert few is not None
    assert wide is not None
    assert few < wide


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
