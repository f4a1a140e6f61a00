import json
from fractions import Fraction
from itertools import product
from math import prod
from pathlib import Path

import numpy as np
import pytest

from steepest.errors import InputError
from steepest.objective.minimum import agreeing_digits, least_squares_minimum

NIST = json.loads((Path(__file__).parent / "nist_strd.json").read_text())["sets"]


def as_written(value):
    return Fraction(repr(float(value)))


def solved_in_fractions(columns, target, *, intercept, powers=None, read=Fraction):
    """The minimum in rational arithmetic: Gauss and Jordan on the normal equations."""
    rows = [[read(v) for v in row] for row in columns]
    if powers is not None:
        rows = [[prod(map(pow, row, e), start=Fraction(1)) for e in powers] for row in rows]
    rows = [
        [*row, *[Fraction(1)] * intercept, read(t)] for row, t in zip(rows, target, strict=True)
    ]
    system = [
        [sum(r[i] * r[j] for r in rows) for j in range(len(rows[0]))]
        for i in range(len(rows[0]) - 1)
    ]
    for k, i in product(range(len(system)), repeat=2):
        if i != k:
            share = system[i][k] / system[k][k]
            system[i] = [a - share * b for a, b in zip(system[i], system[k], strict=True)]
    return [row[-1] / row[k] for k, row in enumerate(system)]


def true_digits(params, exact):
    errors = [
        abs(Fraction(float(c)) - e) / (abs(e) or 1) for c, e in zip(params, exact, strict=True)
    ]
    return 17.0 if max(errors) == 0 else float(np.clip(-np.log10(float(max(errors))), 0.0, 17.0))


def moved(values, rng):
    """Every value half a unit in its last place up or down, as the worst of roundings would."""
    signs = rng.choice([-1, 1], size=values.shape)
    shift = np.vectorize(lambda v, s: Fraction(v) * (1 + Fraction(int(s), 2**53)), otypes=[object])
    return shift(values, signs)


def graded(rng, kappa, rows=12, columns=4):
    left, _ = np.linalg.qr(rng.normal(size=(rows, columns)))
    right, _ = np.linalg.qr(rng.normal(size=(columns, columns)))
    units = 10.0 ** rng.integers(-5, 6, size=columns)
    return left * np.geomspace(1, 1 / kappa, columns) @ right * units


@pytest.mark.parametrize("name", sorted(NIST))
def test_nist_reference_sets(name):
    known = NIST[name]
    rows = np.array(known["rows"])
    powers = [(n,) for n in range(1, known["degree"] + 1)] if known["degree"] > 1 else None
    minimum = least_squares_minimum(
        rows[:, 1:], rows[:, 0], intercept=known["intercept"], powers=powers
    )
    certified = np.roll(known["certified"], -1 if known["intercept"] else 0)
    truth = agreeing_digits(minimum.params, certified)
    assert truth > 14.0  # the certified values are given to 15
    assert 13.0 <= minimum.digits <= truth
    assert minimum.rank == len(certified)


@pytest.mark.parametrize("residual", [0.0, 1e-6, 1.0, 1e4])
@pytest.mark.parametrize("intercept", [True, False])
def test_digits_hold_however_the_rounding_fell(residual, intercept):
    rng = np.random.default_rng(int(residual) + intercept)
    for kappa in 10.0 ** np.arange(0, 13):
        columns = graded(rng, kappa)
        target = columns @ rng.normal(size=4)
        target += residual * np.linalg.norm(target) * rng.normal(size=12)
        minimum = least_squares_minimum(columns, target, intercept=intercept)
        as_given = solved_in_fractions(columns, target, intercept=intercept)
        assert true_digits(minimum.params, as_given) > 15.6
        truths = [
            true_digits(
                minimum.params,
                solved_in_fractions(moved(columns, rng), moved(target, rng), intercept=intercept),
            )
            for _ in range(3)
        ]
        truths.append(
            true_digits(
                minimum.params,
                solved_in_fractions(columns, target, intercept=intercept, read=as_written),
            )
        )
        assert min(*truths, 14.0) - 3.0 < minimum.digits <= min(truths)


@pytest.mark.parametrize("seed", range(15))
def test_polynomials_in_short_decimals_are_right_read_either_way(seed):
    rng = np.random.default_rng(seed)
    powers = [(n,) for n in range(1, int(rng.integers(2, 9)))]
    x = (rng.normal(size=(20, 1)) + rng.choice([0, 10, 1000])).round(int(rng.integers(1, 8)))
    y = rng.normal(size=20).round(3)
    minimum = least_squares_minimum(x, y, intercept=True, powers=powers)
    truths = [
        true_digits(
            minimum.params, solved_in_fractions(x, y, intercept=True, powers=powers, read=read)
        )
        for read in (as_written, Fraction)
    ]
    # never above the truth; and at most five digits too careful (4.7 at the worst of these)
    assert min(*truths, 14.0) - 5.0 < minimum.digits <= min(truths)


def test_columns_multiplied_out_beforehand_cannot_be_mended_and_say_so():
    rows = np.array(NIST["filip"]["rows"])
    powers = np.arange(1, 11)
    minimum = least_squares_minimum(rows[:, 1:] ** powers, rows[:, 0], intercept=True)
    truth = agreeing_digits(minimum.params, np.roll(NIST["filip"]["certified"], -1))
    assert truth - 3.0 < minimum.digits <= truth < 9.0


@pytest.mark.parametrize("grading", [0, 3, 8])
@pytest.mark.parametrize("residual", [0.0, 1e3])
def test_many_columns_in_float64_do_not_promise_too_much(grading, residual):
    """[B; B] c = [Bd + r; Bd - r] has its minimum at d, whatever r: a closed form at any size."""
    rng = np.random.default_rng(grading)
    half = rng.integers(-9, 10, size=(300, 160)).astype(float)
    half[:, 1:] += 2.0**grading * half[:, :1]  # nearly parallel columns, still whole numbers
    truth = rng.integers(1, 10, size=160) * rng.choice([-1.0, 1.0], size=160)
    off = np.rint(residual * rng.normal(size=300))
    target = np.concatenate([half @ truth + off, half @ truth - off])
    minimum = least_squares_minimum(np.vstack([half, half]), target, intercept=False)
    assert "float64" in minimum.method
    assert 1.0 < minimum.digits <= agreeing_digits(minimum.params, truth)


def least_norm(columns, target, *, intercept):
    """In standardised columns, by NumPy's singular values."""
    means = columns.mean(axis=0) * intercept
    spreads = np.linalg.norm(columns - means, axis=0)
    spreads[spreads < 1e-12] = 1.0
    level = target.mean() * intercept
    shares = np.linalg.lstsq((columns - means) / spreads, target - level, rcond=1e-10)[0]
    params = shares / spreads
    return np.append(params, level - means @ params) if intercept else params


RNG = np.random.default_rng(5)
TABLE = RNG.normal(size=(20, 3))
COLLINEAR = {
    "a sum, rounded": (np.column_stack([TABLE, TABLE[:, 0] + TABLE[:, 1]]), 3),
    "a multiple, exact": (np.column_stack([TABLE.round(2), 300 * TABLE[:, 0].round(2)]), 3),
    "twice the same": (np.column_stack([TABLE, TABLE[:, 2]]), 3),
    "zeros": (np.column_stack([TABLE, np.zeros(20)]), 3),
    "more columns than rows": (RNG.normal(size=(20, 30)), 20),
    "very many columns": (RNG.normal(size=(20, 200)), 20),
}


@pytest.mark.parametrize("name", COLLINEAR)
@pytest.mark.parametrize("intercept", [True, False])
def test_collinear_columns_get_the_smallest_coefficients_and_no_digits(name, intercept):
    columns, rank = COLLINEAR[name]
    target = np.random.default_rng(0).normal(size=20)
    minimum = least_squares_minimum(columns, target, intercept=intercept)
    expected = least_norm(columns, target, intercept=intercept)
    np.testing.assert_allclose(minimum.params, expected, rtol=1e-8, atol=1e-12)
    assert minimum.digits == 0.0
    assert minimum.rank == min(rank + intercept, 20)
    assert "not determined" in minimum.method


def test_a_constant_column_beside_an_intercept_gets_nothing():
    columns = np.column_stack([TABLE, np.full(20, 0.1 + 0.2)])
    minimum = least_squares_minimum(columns, TABLE[:, 0], intercept=True)
    assert minimum.params[3] == 0.0
    assert (minimum.digits, minimum.rank) == (0.0, 4)


def test_coefficients_that_are_zero_come_out_as_zero():
    x = np.random.default_rng(2).normal(size=(30, 1)).round(9)
    minimum = least_squares_minimum(x, x[:, 0], intercept=True, powers=[(1,), (2,), (3,), (4,)])
    assert minimum.params.tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert minimum.digits > 13.0


def test_the_order_of_rows_and_columns_does_not_change_a_bit():
    rng = np.random.default_rng(3)
    columns, target = graded(rng, 1e9, rows=5000), rng.normal(size=5000)
    one = least_squares_minimum(columns, target, intercept=True)
    order = rng.permutation(5000)
    other = least_squares_minimum(columns[order][:, ::-1], target[order], intercept=True)
    assert other.params[:-1][::-1].tolist() == one.params[:-1].tolist()
    assert other.params[-1] == one.params[-1]
    assert other.digits == pytest.approx(one.digits, abs=1e-6)


@pytest.mark.parametrize("scale", [2.0**-900, 2.0**900])
def test_extreme_units_cost_nothing(scale):
    target = TABLE @ [1.0, 2.0, 3.0] + 0.1 * RNG.normal(size=20)
    plain = least_squares_minimum(TABLE, target, intercept=True)
    scaled = least_squares_minimum(TABLE * [scale, 1.0, 1.0], target, intercept=True)
    assert scaled.params.tolist() == (plain.params / [scale, 1.0, 1.0, 1.0]).tolist()
    assert scaled.digits == pytest.approx(plain.digits, abs=1e-6)


def test_a_coefficient_too_large_for_float64_has_no_digits():
    minimum = least_squares_minimum(TABLE * 1e-300, TABLE[:, 0] * 1e300, intercept=False)
    assert minimum.params[0] == np.inf
    assert minimum.digits == 0.0


def test_no_columns_leave_the_mean():
    minimum = least_squares_minimum(np.empty((4, 0)), np.array([1.0, 2, 3, 4]), intercept=True)
    assert minimum.params.tolist() == [2.5]
    assert (minimum.digits, minimum.rank) == (14.0, 1)


@pytest.mark.parametrize(
    ("columns", "target", "powers", "words"),
    [
        (TABLE, TABLE[:3, 0], None, r"\(20, 3\) and the target \(3,\)"),
        (TABLE[:0], TABLE[:0, 0], None, "at least one row"),
        (TABLE[:, 0], TABLE[:, 0], None, r"table of columns \(m, k\)"),
        (np.array([[np.nan]]), np.ones(1), None, "finite"),
        (np.ones((1, 1)), np.array([np.inf]), None, "finite"),
        (TABLE, TABLE[:, 0], [(1, 0)], "one exponent of 0 or more for each of 3 columns"),
        (TABLE, TABLE[:, 0], [(1, 0, -1)], "one exponent of 0 or more"),
    ],
)
def test_what_cannot_be_solved_is_refused(columns, target, powers, words):
    with pytest.raises(InputError, match=words):
        least_squares_minimum(columns, target, intercept=True, powers=powers)


def test_agreeing_digits_counts_the_worst_value():
    reference = np.array([1.0, -200.0, 0.0])
    assert agreeing_digits(reference, reference) == 17.0
    assert agreeing_digits(np.array([1.0, -202.0, 0.0]), reference) == pytest.approx(2.0)
    assert agreeing_digits(np.array([1.0, -200.0, 1e-6]), reference) == pytest.approx(6.0)
    assert agreeing_digits(np.array([3.0, -200.0, 0.0]), reference) == 0.0
    assert agreeing_digits(np.array([np.nan, -200.0, 0.0]), reference) == 0.0
    assert agreeing_digits(np.array([np.inf, -200.0, 0.0]), reference) == 0.0
