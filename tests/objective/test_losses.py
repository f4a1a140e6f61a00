"""Every loss in the registry: slopes, curvatures, boundaries, and others' numbers."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from sklearn._loss import loss as peers

from steepest.errors import InputError
from steepest.objective.losses import HUBER, LOGISTIC, LOSSES, SOFTMAX, Loss, huber, loss_named

SCORES = np.array([-800.0, -30.0, -1.5, 0.0, 1e-9, 2.0, 40.0, 800.0])
ALL = (*LOSSES, huber(0.3))
PEERS = {
    "squared": peers.HalfSquaredError,
    "logistic": peers.HalfBinomialLoss,
    "softmax": lambda: peers.HalfMultinomialLoss(n_classes=3),
    "poisson": peers.HalfPoissonLoss,
    "huber": lambda: peers.HuberLoss(delta=1.0),
}
# what scikit-learn leaves out of the Poisson loss for speed is nothing: both are e^z - y z


@pytest.fixture(params=ALL, ids=lambda loss: loss.name)
def loss(request: pytest.FixtureRequest) -> Loss:
    return request.param


def table(loss: Loss, spread: float = 2.0, rows: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Scores and targets of which none lies on a kink of the curvature."""
    rng = np.random.default_rng(1)
    shape = (rows, 3) if loss.scores == "classes" else (rows,)
    most = 2 if loss.name == "logistic" else 3
    return spread * rng.normal(size=shape), rng.integers(0, most, rows).astype(float)


def quotient(function, z: np.ndarray, direction: np.ndarray) -> np.ndarray:
    h = 1e-5
    return (function(z + h * direction) - function(z - h * direction)) / (2 * h)


def test_slope_is_the_difference_quotient_of_the_value(loss: Loss) -> None:
    z, y = table(loss)
    directions = [np.ones_like(z)] if z.ndim == 1 else [np.eye(3)[k] + 0 * z for k in range(3)]
    slope = loss.slope(z, y)
    columns = [slope] if z.ndim == 1 else list(slope.T)
    for column, direction in zip(columns, directions, strict=True):
        wanted = quotient(lambda at: loss.value(at, y), z, direction)
        np.testing.assert_allclose(column, wanted, atol=1e-7)


def test_turn_is_the_difference_quotient_of_the_slope(loss: Loss) -> None:
    z, y = table(loss)
    dz = np.random.default_rng(2).normal(size=z.shape)
    wanted = quotient(lambda at: loss.slope(at, y), z, dz)
    np.testing.assert_allclose(loss.turn(z, dz, y), wanted, atol=1e-7)


def test_curvature_gives_the_turn_and_keeps_to_its_bound(loss: Loss) -> None:
    z, y = table(loss)
    dz = np.random.default_rng(2).normal(size=z.shape)
    curvature = loss.curvature(z, y)
    turned = curvature * dz if z.ndim == 1 else np.einsum("ikl,il->ik", curvature, dz)
    np.testing.assert_allclose(turned, loss.turn(z, dz, y), atol=1e-14)
    if loss.largest_curvature is not None:
        largest = curvature if z.ndim == 1 else np.linalg.eigvalsh(curvature)[:, -1]
        assert np.all(largest <= loss.largest_curvature * (1 + 1e-12))


def test_self_concordance_bounds_the_third_derivative(loss: Loss) -> None:
    if loss.self_concordance is None:
        pytest.skip("claims none")
    z, y = table(loss)
    third = quotient(lambda at: loss.curvature(at, y), z, np.ones_like(z))
    assert np.all(np.abs(third) <= loss.self_concordance * loss.curvature(z, y) + 1e-8)


@pytest.mark.parametrize("name", PEERS)
def test_agrees_with_scikit_learn(name: str) -> None:
    ours, peer = loss_named(name), PEERS[name]()
    z, y = table(ours, spread=6.0)
    value, slope = peer.loss_gradient(y_true=y, raw_prediction=z)
    np.testing.assert_allclose(ours.value(z, y), value, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ours.slope(z, y), slope, rtol=1e-11, atol=1e-14)
    wanted = peer.link.inverse(z)
    np.testing.assert_allclose(ours.prediction(z), wanted, rtol=1e-12)


def test_every_loss_has_a_peer() -> None:
    assert set(PEERS) == {loss.name for loss in LOSSES}


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_scores_of_800(loss: Loss, target: float) -> None:
    z = SCORES if loss.scores == "one" else np.stack([SCORES, -SCORES, 0 * SCORES], axis=1)
    y = np.full(len(SCORES), target)
    for part in (loss.value, loss.slope, loss.curvature):
        found = part(z, y)
        held = found[SCORES < 700] if loss.name == "poisson" else found
        assert np.all(np.isfinite(held))
        assert not np.any(np.isnan(found))


@pytest.mark.parametrize("z", [-40.0, -3.0, 0.5, 25.0, 40.0, 700.0])
@pytest.mark.parametrize("y", [0, 1])
def test_logistic_keeps_its_digits_where_the_model_is_sure(z: float, y: int) -> None:
    with mpmath.workdps(60):
        value = mpmath.log(1 + mpmath.exp(z)) - y * z
        slope = 1 / (1 + mpmath.exp(-mpmath.mpf(z))) - y
    at = np.array([z]), np.array([float(y)])
    # the value loses what the difference of two near equal large numbers loses
    assert LOGISTIC.value(*at)[0] == pytest.approx(float(value), rel=1e-14)
    assert LOGISTIC.slope(*at)[0] == pytest.approx(float(slope), rel=1e-14)


@pytest.mark.parametrize("top", [2.0, 40.0, 300.0])
@pytest.mark.parametrize("y", [0, 1, 2])
def test_softmax_keeps_its_digits_where_the_model_is_sure(top: float, y: int) -> None:
    z = [top, 0.5, -1.0]
    with mpmath.workdps(200):
        powers = [mpmath.exp(mpmath.mpf(score)) for score in z]
        value = mpmath.log(sum(powers)) - z[y]
        slope = [power / sum(powers) - (k == y) for k, power in enumerate(powers)]
    at = np.array([z]), np.array([float(y)])
    assert SOFTMAX.value(*at)[0] == pytest.approx(float(value), rel=1e-14)
    np.testing.assert_allclose(SOFTMAX.slope(*at)[0], [float(s) for s in slope], rtol=1e-14)


def test_softmax_of_two_classes_is_logistic() -> None:
    z, y = table(LOGISTIC)
    pair = np.stack([0 * z, z], axis=1)
    np.testing.assert_allclose(SOFTMAX.value(pair, y), LOGISTIC.value(z, y), rtol=1e-13)
    np.testing.assert_allclose(SOFTMAX.slope(pair, y)[:, 1], LOGISTIC.slope(z, y), rtol=1e-13)


def test_no_rows(loss: Loss) -> None:
    z = np.zeros((0, 3)) if loss.scores == "classes" else np.zeros(0)
    y = np.zeros(0)
    loss.check(y)
    assert loss.value(z, y).shape == (0,)
    assert loss.slope(z, y).shape == z.shape
    assert loss.prediction(z).shape == z.shape


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("logistic", 2.0, "0 or 1"),
        ("softmax", 0.5, "codes"),
        ("softmax", -1.0, "codes"),
        ("poisson", -0.1, "from 0 up"),
        ("squared", np.nan, "finite"),
        ("huber", np.inf, "finite"),
    ],
)
def test_targets_that_do_not_fit_are_refused_with_the_row(name, wrong: float, said: str) -> None:
    with pytest.raises(InputError, match=rf"{said}.*row 1 has"):
        loss_named(name).check(np.array([0.0, wrong, 1.0]))


def test_a_loss_is_found_by_the_name_it_gives() -> None:
    for loss in LOSSES:
        assert loss_named(loss.name) is loss
    for delta in (0.1, 1 / 3, 1e-5, 250.0):
        assert loss_named(huber(delta).name).bend == delta
    assert huber(1).name == HUBER.name


@pytest.mark.parametrize("name", ["hinge", "huber(x)", "huber(-1)", "huber(nan)"])
def test_unknown_losses_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"squared, logistic|delta"):
        loss_named(name)
