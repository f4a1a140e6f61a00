from __future__ import annotations

import math

import numpy as np
import pytest

from steepest.evaluation.policies.conformal import (
    COVERAGES,
    fewest_rows,
    held_against,
    margin_of,
    prediction_intervals,
)
from steepest.evaluation.policies.tenths import tenths_of
from steepest.evaluation.scoring.drawn import Drawn
from steepest.model import Margin


@pytest.mark.parametrize("coverage", COVERAGES)
@pytest.mark.parametrize("rows", [39, 40, 77, 200])
def test_so_many_of_the_rows_and_one_more_lie_within(coverage: float, rows: int) -> None:
    error = np.random.default_rng(rows).permutation(np.arange(rows) - rows / 2 + 0.25)
    margin = margin_of(error, coverage)
    held = int(np.sum((error <= margin.below) & (error >= -margin.above)))
    beyond = math.floor(round((rows + 1) * (1 - coverage) / 2, 9))
    assert held == rows - 2 * (beyond - 1)
    assert (rows + 1 - 2 * beyond) / (rows + 1) >= coverage - 1e-12


@pytest.mark.parametrize("coverage", COVERAGES)
def test_the_fewest_rows_have_a_margin_that_one_row_less_has_not(coverage: float) -> None:
    rows = fewest_rows(coverage)
    assert math.floor(round((rows + 1) * (1 - coverage) / 2, 9)) >= 1
    assert math.floor(round(rows * (1 - coverage) / 2, 9)) < 1
    assert margin_of(np.arange(rows) - rows / 2, coverage).below > 0


def test_fresh_cases_are_covered_on_average_over_tables() -> None:
    rng = np.random.default_rng(0)
    shares: list[float] = []
    for _ in range(300):
        (margin,) = [
            i for i in prediction_intervals(rng.lognormal(size=78) - 1) if i.coverage == 0.9
        ]
        fresh = rng.lognormal(size=500) - 1
        shares.append(float(np.mean((fresh <= margin.below) & (fresh >= -margin.above))))
    error = np.std(shares) / 300**0.5
    assert np.mean(shares) == pytest.approx(73 / 79, abs=4 * error)  # three of 79 beyond each end


def test_each_side_has_its_own_length() -> None:
    error = -np.random.default_rng(0).exponential(size=400)  # the truth is never below
    nine = {interval.coverage: interval for interval in prediction_intervals(error)}[0.9]
    assert nine.below == 0
    assert nine.above == pytest.approx(np.log(20), abs=0.5)


def test_each_row_is_judged_by_the_other_tenths() -> None:
    error = np.random.default_rng(1).normal(size=199)  # 199 + 1 leave 20 beyond each end of 80 %
    found = {interval.coverage: interval for interval in prediction_intervals(error, seed=3)}[0.8]
    held = 0.0
    for part in tenths_of(199, 3):
        others = np.sort(error[~part])
        beyond = 20 / 200 * (len(others) + 1)
        for count, weight in ((int(beyond), 1 - beyond % 1), (int(beyond) + 1, beyond % 1)):
            low, high = others[count - 1], others[-count]
            held += weight * int(np.sum((error[part] >= low) & (error[part] <= high)))
    assert found.measured == pytest.approx(held / 199)
    assert found.measured == pytest.approx(0.8, abs=0.02)
    assert (found.below, found.above) == (np.sort(error)[-20], -np.sort(error)[19])
    assert found.low is not None
    assert found.high is not None
    assert found.low < held / 199 < found.high


@pytest.mark.parametrize(
    ("rows", "coverages"),
    [(0, ()), (1, ()), (3, ()), (4, (0.5,)), (10, (0.5, 0.8)), (42, (0.5, 0.8, 0.9))],
)
def test_a_coverage_that_nine_tenths_cannot_know_is_left_out(
    rows: int, coverages: tuple[float, ...]
) -> None:
    found = prediction_intervals(np.random.default_rng(0).normal(size=rows))
    assert tuple(interval.coverage for interval in found) == coverages


def test_intervals_are_nested_and_of_errors_that_are_no_numbers_there_are_none() -> None:
    error = np.random.default_rng(2).standard_t(2, size=300)
    found = prediction_intervals(error)
    below, above = ([getattr(i, side) for i in found] for side in ("below", "above"))
    assert sorted(below) == below
    assert sorted(above) == above
    error[3] = np.inf
    assert prediction_intervals(error) == ()
    assert held_against(error, [Margin(0.9, 1.0, 1.0)]) == ()


def test_exact_predictions_have_an_interval_of_no_width() -> None:
    for interval in prediction_intervals(np.zeros(100)):
        assert (interval.below, interval.above, interval.measured) == (0, 0, 1)


def test_margins_of_a_model_are_held_against_later_rows() -> None:
    error = np.array([-3.0, -1.0, 0.0, 1.0, 2.0])  # prediction minus truth
    (found,) = held_against(error, [Margin(0.5, below=1.0, above=2.0)])
    assert (found.coverage, found.below, found.above, found.rows) == (0.5, 1.0, 2.0, 5)
    assert found.measured == 3 / 5


def test_the_ends_are_between_what_margins_of_so_many_rows_cover() -> None:
    random = np.random.default_rng(11)
    held = 0
    for seed in range(100):
        error = random.normal(size=100)
        found = {one.coverage: one for one in prediction_intervals(error, seed=seed)}[0.9]
        true = _normal(found.below) - _normal(-found.above)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= true <= found.high
    assert held >= 88


def _normal(value: float) -> float:
    return 0.5 * (1 + math.erf(value / 2**0.5))


def test_of_groups_every_group_counts_as_one() -> None:
    random = np.random.default_rng(12)
    place = np.repeat(np.arange(40), 20)
    covered: list[tuple[float, float]] = []
    for seed in range(60):
        error = random.normal(0, 1.5, 40)[place] + random.normal(size=800)
        found = prediction_intervals(error, seed=seed, drawn=Drawn("groups", place))
        assert [one.coverage for one in found] == [0.5, 0.8, 0.9]
        last = found[-1]
        scale = 3.25**0.5
        covered.append((_normal(last.below / scale) - _normal(-last.above / scale), last.measured))
    true, said = np.mean(covered, axis=0)
    assert true >= 0.9
    assert said == pytest.approx(true, abs=0.02)


def test_groups_of_one_row_are_rows() -> None:
    error = np.random.default_rng(13).normal(size=199)
    plain = prediction_intervals(error)
    alone = prediction_intervals(error, drawn=Drawn("groups", np.arange(199)))
    assert [(one.below, one.above) for one in alone] == [(one.below, one.above) for one in plain]


def test_of_rows_in_time_the_later_half_is_judged_by_the_earlier() -> None:
    random = np.random.default_rng(14)
    order = random.permutation(400)
    drifting = np.cumsum(random.normal(size=400)) + random.normal(size=400)
    found = prediction_intervals(drifting[order], drawn=Drawn("times", order))
    margin = margin_of(drifting[:200], 0.9)
    late = drifting[200:]
    nine = {one.coverage: one for one in found}[0.9]
    assert nine.rows == 200
    held = np.mean((late <= margin.below) & (late >= -margin.above))
    assert nine.measured == pytest.approx(held)
    shuffled = {one.coverage: one for one in prediction_intervals(drifting)}[0.9]
    assert shuffled.measured > 0.85 > nine.measured
    whole = margin_of(drifting, 0.9)
    assert (nine.below, nine.above) == (whole.below, whole.above)


def test_groups_and_halves_of_time_stay_whole_in_the_tenths() -> None:
    place = np.repeat(np.arange(25), 4)
    for part in tenths_of(100, 0, drawn=Drawn("groups", place)):
        assert all(len(np.unique(part[place == group])) == 1 for group in range(25))
    early, late = tenths_of(100, 0, drawn=Drawn("times", place))
    assert early.tolist() == (place < 13).tolist() or early.tolist() == (place < 12).tolist()
    assert np.array_equal(late, ~early)
