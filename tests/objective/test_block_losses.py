"""The loops that stand for exp and log1p: every digit but the last two."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from steepest.objective.block_losses import BLOCK, LOGISTIC, exp_block, loss_block, sum_of_log1p


def scratch() -> tuple[np.ndarray, np.ndarray]:
    memory = np.empty((3, BLOCK))
    return memory, memory.view(np.int64)


def exponentials(x: np.ndarray) -> np.ndarray:
    memory, bits = scratch()
    out = np.empty(BLOCK)
    padded = np.zeros(BLOCK)
    padded[: len(x)] = x
    exp_block(padded, out, memory[2], bits[2], len(x))
    return out[: len(x)].copy()


def test_exp_to_two_units_in_the_last_place() -> None:
    rng = np.random.default_rng(0)
    for x in (
        np.linspace(-708, 0, BLOCK),
        -(10.0 ** rng.uniform(-18, 2.8, BLOCK)),
        rng.uniform(-1, 1, BLOCK),
        rng.uniform(0, 709, BLOCK),
    ):
        with mpmath.workdps(40):
            exact = [mpmath.exp(mpmath.mpf(float(value))) for value in x]
            error = [
                abs(mpmath.mpf(float(found)) - true) / mpmath.mpf(float(np.spacing(float(true))))
                for found, true in zip(exponentials(x), exact, strict=True)
            ]
        assert max(error) <= 2


def test_exp_at_its_ends() -> None:
    ends = np.array([-np.inf, -800.0, -708.1, 0.0, -0.0, 709.1, 800.0, np.inf, np.nan])
    found = exponentials(ends)
    np.testing.assert_array_equal(found[:8], [0, 0, 0, 1, 1, np.inf, np.inf, np.inf])
    assert np.isnan(found[8])


@pytest.mark.parametrize("rows", [0, 1, 3, 255, 256])
@pytest.mark.parametrize("size", [1.0, 1e-3, 1e-300])
def test_sum_of_logarithms(rows: int, size: float) -> None:
    e = np.zeros(BLOCK)
    e[:rows] = size * np.random.default_rng(rows).random(rows)
    with mpmath.workdps(40):
        wanted = float(sum((mpmath.log1p(mpmath.mpf(float(value))) for value in e), mpmath.mpf(0)))
    assert sum_of_log1p(e, rows, 1) == pytest.approx(wanted, rel=1e-14, abs=0)


@pytest.mark.parametrize("even", [True, False])
def test_logistic_loss_of_a_block(even: bool) -> None:
    rng = np.random.default_rng(7)
    z, y = rng.normal(size=BLOCK) * 4, (rng.random(BLOCK) < 0.5).astype(float)
    weight = np.ones(BLOCK) if even else rng.random(BLOCK)
    with mpmath.workdps(40):
        rows = zip(weight, z, y, strict=True)
        wanted = float(sum(w * (mpmath.log1p(mpmath.exp(a)) - b * a) for w, a, b in rows))
    total = loss_block(LOGISTIC, 0.0, z, y, weight, even, *scratch(), BLOCK)
    assert total == pytest.approx(wanted, rel=1e-14)
