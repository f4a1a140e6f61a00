"""Lanczos: the extremes of a spectrum within the stated error, with few products."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.descent.lanczos import Extremes, extreme_curvatures

RNG = np.random.default_rng(11)
SPECTRA = {
    "random": RNG.normal(size=120),
    "clustered": np.concatenate([np.full(50, 1.0), np.full(50, 1.0001), np.full(20, -3.0), [7.0]]),
    "indefinite": np.concatenate([[-5.0], 0.1 * RNG.normal(size=100), [4.0]]),
    "ill-conditioned": np.logspace(-12, 3, 90),
    "hardly apart": np.append(np.linspace(0.0, 1.0, 150), 1.001),
    "twice the largest": np.append(np.linspace(0.0, 1.0, 60), [3.0, 3.0]),
    "negative": -np.linspace(1.0, 2.0, 40),
    "huge": 1e12 * np.linspace(1.0, 2.0, 40),
    "tiny": 1e-12 * np.linspace(1.0, 2.0, 40),
}


def matrix_of(spectrum: np.ndarray, seed: int = 0) -> np.ndarray:
    axes, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(spectrum),) * 2))
    H = (axes * spectrum) @ axes.T
    return 0.5 * (H + H.T)


def extremes_of(H: np.ndarray, **how) -> Extremes:
    found = extreme_curvatures(lambda v: H @ v, len(H), **how)
    assert found is not None
    return found


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("steps", [8, 20, 64, 1000])
def test_an_eigenvalue_is_within_the_stated_error(name: str, steps: int) -> None:
    H = matrix_of(SPECTRA[name])
    found, truth = extremes_of(H, steps=steps), np.linalg.eigvalsh(H)
    noise = 1e-13 * np.abs(truth).max()
    assert np.abs(truth - found.largest).min() <= found.largest_error + noise
    assert np.abs(truth - found.smallest).min() <= found.smallest_error + noise
    # Ritz values lie inside the spectrum
    assert truth[0] - noise <= found.smallest <= found.largest <= truth[-1] + noise
    assert found.products <= min(steps, len(H))


@pytest.mark.parametrize("name", SPECTRA)
def test_with_as_many_products_as_dimensions_it_is_exact(name: str) -> None:
    H = matrix_of(SPECTRA[name])
    found, truth = extremes_of(H, steps=len(H), tolerance=0.0), np.linalg.eigvalsh(H)
    scale = np.abs(truth).max()
    assert found.largest == pytest.approx(truth[-1], abs=1e-12 * scale)
    assert found.smallest == pytest.approx(truth[0], abs=1e-12 * scale)
    assert max(found.largest_error, found.smallest_error) < 1e-10 * scale


@pytest.mark.parametrize("name", ["random", "clustered", "indefinite", "twice the largest"])
def test_where_it_stops_early_it_is_right(name: str) -> None:
    H = matrix_of(SPECTRA[name])
    found, truth = extremes_of(H, tolerance=1e-8), np.linalg.eigvalsh(H)
    assert found.products < len(H)
    assert found.largest == pytest.approx(truth[-1], rel=1e-9)
    assert found.smallest == pytest.approx(truth[0], abs=1e-9 * found.scale)


def test_the_vector_is_the_eigenvector() -> None:
    H = matrix_of(SPECTRA["indefinite"])
    found = extremes_of(H)
    np.testing.assert_allclose(H @ found.largest_vector, 4.0 * found.largest_vector, atol=1e-7)
    np.testing.assert_allclose(H @ found.smallest_vector, -5.0 * found.smallest_vector, atol=1e-7)
    assert np.linalg.norm(found.largest_vector) == pytest.approx(1.0, rel=1e-14)


def test_a_start_near_the_eigenvectors_saves_products() -> None:
    H = matrix_of(np.append(np.linspace(0.0, 1.0, 300), [1.2, -0.2]))
    cold = extremes_of(H, tolerance=1e-5, steps=200)
    near = H + 1e-6 * matrix_of(RNG.normal(size=len(H)), seed=3)
    warm = extremes_of(
        near, tolerance=1e-5, steps=200, start=cold.largest_vector + 0.5 * cold.smallest_vector
    )
    assert warm.products < cold.products
    assert warm.largest == pytest.approx(np.linalg.eigvalsh(near)[-1], abs=1e-5)


def test_an_eigenvector_as_start_hides_no_other() -> None:
    H = np.diag(np.concatenate([[1.0], np.zeros(500), [9.0]]))
    found = extremes_of(H, start=np.eye(502)[0])
    assert found.largest == pytest.approx(9.0, rel=1e-12)
    assert found.products < 20


@pytest.mark.parametrize("start", [np.zeros(4), np.full(4, np.nan)])
def test_a_useless_start_is_none(start: np.ndarray) -> None:
    assert extremes_of(np.diag([1.0, 2.0, 3.0, 4.0]), start=start).largest == pytest.approx(4.0)


@pytest.mark.parametrize("factor", [0.0, 3.0, -2.0])
def test_a_multiple_of_the_identity_takes_three_products(factor: float) -> None:
    found = extremes_of(factor * np.eye(200))
    assert found.products == 3
    assert (found.largest, found.smallest) == pytest.approx((factor, factor), rel=1e-13)
    assert found.largest_error < 1e-12


def test_one_dimension_is_one_product() -> None:
    found = extremes_of(np.array([[-4.0]]))
    assert (found.largest, found.smallest, found.products) == (-4.0, -4.0, 1)
    assert found.complete


def test_the_same_seed_gives_the_same_answer() -> None:
    H = matrix_of(SPECTRA["random"])
    one, two, other = (extremes_of(H, steps=12, seed=seed) for seed in (1, 1, 2))
    assert one.largest == two.largest
    assert one.largest != other.largest


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
def test_products_that_are_not_finite_give_none(bad: float) -> None:
    assert extreme_curvatures(lambda v: np.full_like(v, bad), 5) is None
