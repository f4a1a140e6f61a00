"""Generalised linear models: every loss, weighted, penalised, dense and sparse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, sparse

from steepest.data.blocks import InMemory
from steepest.data.sparse import CSR
from steepest.errors import InputError
from steepest.objective.function import central_gradient
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.losses import LOSSES, Loss, huber

FIRST = np.random.default_rng(11).normal(size=(90, 3)) * [1.0, 2.0, 0.5]


@pytest.fixture(params=(*LOSSES, huber(0.4)), ids=lambda loss: loss.name)
def loss(request: pytest.FixtureRequest) -> Loss:
    return request.param


def target(loss: Loss) -> np.ndarray:
    rng = np.random.default_rng(12)
    return rng.integers(0, 2 if loss.name == "logistic" else 3, len(FIRST)).astype(float)


def somewhere(objective: GeneralizedLinear) -> np.ndarray:
    return 0.5 * np.random.default_rng(13).normal(size=len(objective.names))


def weights() -> np.ndarray:
    weight = np.random.default_rng(14).random(len(FIRST))
    weight[::7] = 0.0
    return weight


def minimum_of(objective: GeneralizedLinear) -> np.ndarray:
    params = np.zeros(len(objective.names))
    for _ in range(60):
        _, gradient = objective.smooth(params)
        params = params - np.linalg.lstsq(objective.hessian(params), gradient, rcond=1e-12)[0]
    return params


@pytest.mark.parametrize("intercept", [True, False])
def test_gradient_is_the_slope_of_the_cost(loss: Loss, intercept: bool) -> None:
    objective = GeneralizedLinear(
        FIRST, target(loss), loss=loss, intercept=intercept, weight=weights(), l2=0.3, l1=0.2
    )
    params = somewhere(objective)
    wanted = central_gradient(lambda p: objective.value_and_gradient(p)[0], params)
    np.testing.assert_allclose(objective.value_and_gradient(params)[1], wanted, atol=1e-8)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("layout", ["dense", "sparse", "float32"])
def test_hessian_and_its_products(loss: Loss, intercept: bool, layout: str) -> None:
    X = np.round(FIRST * 64) / 64
    design = {"dense": X, "sparse": sparse.csr_array(X), "float32": X.astype(np.float32)}[layout]
    objective = GeneralizedLinear(
        design, target(loss), loss=loss, intercept=intercept, weight=weights(), l2=0.3
    )
    params = somewhere(objective)
    hessian = objective.hessian(params)
    product = objective.hessian_vector(params)
    columns = np.array([product(unit) for unit in np.eye(len(params))])
    np.testing.assert_allclose(columns, hessian, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(hessian, hessian.T, atol=1e-15)
    slopes = [
        central_gradient(lambda p, j=j: objective.value_and_gradient(p)[1][j], params)
        for j in range(len(params))
    ]
    if not loss.name.startswith("huber"):  # whose slope has kinks
        np.testing.assert_allclose(hessian, np.array(slopes), atol=1e-7)


def test_whole_weights_are_repeated_rows(loss: Loss) -> None:
    times = np.random.default_rng(1).integers(0, 4, len(FIRST))
    y = target(loss)
    weighted = GeneralizedLinear(FIRST, y, loss=loss, weight=times.astype(float), l2=0.1)
    X, repeated = np.repeat(FIRST, times, axis=0), np.repeat(y, times)
    plain = GeneralizedLinear(X, repeated, loss=loss, l2=0.1)
    params = somewhere(plain)
    assert weighted.value_and_gradient(params)[0] == pytest.approx(
        plain.value_and_gradient(params)[0], rel=1e-12
    )
    np.testing.assert_allclose(weighted.hessian(params), plain.hessian(params), rtol=1e-10)
    mine, theirs = weighted.powers(), plain.powers()
    assert set(mine.facts) == set(theirs.facts)
    for name in set(mine.facts) - {"column_mean", "column_spread"}:
        assert mine.facts[name].number == pytest.approx(theirs.facts[name].number, rel=1e-9)
    np.testing.assert_allclose(mine.facts["column_spread"].array, X.std(axis=0), rtol=1e-9)
    gradient = plain.value_and_gradient(params)[1]
    bounds = [o.distance_bound(params, gradient) for o in (weighted, plain)]
    assert (bounds[0] is None) == (bounds[1] is None)


def test_the_penalty_leaves_the_intercept_alone() -> None:
    y = target(LOSSES[0])
    objective = GeneralizedLinear(FIRST, y, loss="squared", l2=2.0, l1=3.0)
    plain = GeneralizedLinear(FIRST, y, loss="squared")
    params = np.array([1.0, -2.0, 0.5, 7.0])
    extra = objective.value_and_gradient(params)[0] - plain.value_and_gradient(params)[0]
    assert extra == pytest.approx(0.5 * 2.0 * 5.25 + 3.0 * 3.5, rel=1e-12)


def test_softmax_penalises_the_weights_of_every_class() -> None:
    X, y = FIRST[:3], np.array([0.0, 1.0, 2.0])
    params = np.arange(12.0)
    plain = GeneralizedLinear(X, y, loss="softmax").value_and_gradient(params)[0]
    ridge = GeneralizedLinear(X, y, loss="softmax", l2=1.0).value_and_gradient(params)[0]
    free = params.reshape(3, 4)[:, :3]
    assert ridge - plain == pytest.approx(0.5 * np.sum(free**2), rel=1e-12)


def test_the_parts_around_the_kinks() -> None:
    objective = GeneralizedLinear(FIRST, target(LOSSES[1]), l2=0.1, l1=0.4)
    parts = objective.powers().proximal
    assert parts is not None
    params = np.array([0.0, 1.0, -2.0, 0.5])
    smooth, slope = parts.smooth(params)
    value, gradient = objective.value_and_gradient(params)
    assert smooth + parts.value(params) == pytest.approx(value, rel=1e-14)
    np.testing.assert_array_equal(parts.subgradient(params, slope), gradient)
    assert parts.prox(params, 1.0).tolist() == [0.0, 0.6, -1.6, 0.5]
    assert GeneralizedLinear(FIRST, target(LOSSES[1])).powers().proximal is None


def test_classes_have_names() -> None:
    y = np.array([0.0, 1.0, 0.0])
    objective = GeneralizedLinear(
        FIRST[:3], y, loss="softmax", names=("a", "b", "c"), classes=("no", "yes")
    )
    assert objective.names[:4] == ("no:a", "no:b", "no:c", "no:intercept")
    assert objective.names[4] == "yes:a"
    unnamed = GeneralizedLinear(FIRST[:3], 2 * y, loss="softmax", intercept=False)
    assert unnamed.names[-1] == "2:x2"
    with pytest.raises(InputError, match="class 2; expected codes from 0 to 1"):
        GeneralizedLinear(FIRST[:3], 2 * y, loss="softmax", classes=("no", "yes"))


def test_from_zeros_softmax_stays_where_the_classes_cancel() -> None:
    y = target(LOSSES[2])
    objective = GeneralizedLinear(FIRST, y, loss="softmax", weight=weights())
    params = np.zeros(12)
    for _ in range(20):
        params = params - 0.5 * objective.value_and_gradient(params)[1]
    np.testing.assert_allclose(params.reshape(3, 4).sum(axis=0), 0.0, atol=1e-14)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_nothing_is_copied(order: str, dtype: type) -> None:
    X = np.asarray(FIRST, dtype=dtype, order=order)
    objective = GeneralizedLinear(X, target(LOSSES[1]))
    before = objective.value_and_gradient(np.ones(4))[0]
    X *= 2  # what no objective's owner should do, but a copy would not see it
    assert objective.value_and_gradient(np.ones(4))[0] != before


def test_blocks_from_anywhere(loss: Loss) -> None:
    y, weight = target(loss), weights()
    whole = GeneralizedLinear(FIRST, y, loss=loss, weight=weight, l2=0.1, l1=0.1)
    held = InMemory(FIRST, y, weight=weight, rows=13)

    class Elsewhere:
        names = held.names

        def __iter__(self):
            return iter(held)

    params = somewhere(whole)
    wanted, gradient = whole.value_and_gradient(params)
    for blocks in (held, Elsewhere()):
        objective = GeneralizedLinear.from_blocks(blocks, loss=loss, l2=0.1, l1=0.1)
        value, slope = objective.value_and_gradient(params)
        assert value == pytest.approx(wanted, rel=1e-13)
        np.testing.assert_allclose(slope, gradient, rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(
            objective.hessian(params), whole.hessian(params), rtol=1e-11, atol=1e-14
        )


@pytest.mark.parametrize("columns", [3, 260])
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_the_curvature_keeps_below_its_bound(loss: Loss, columns: int, kind: str) -> None:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(len(FIRST), columns)) + 1
    design = X if kind == "dense" else CSR.of(sparse.csr_array(X))
    objective = GeneralizedLinear(design, target(loss), loss=loss, l2=0.5, weight=weights())
    facts = objective.powers().facts
    if loss.largest_curvature is None:
        assert "sharpness_bound" not in facts
        return
    bound = facts["sharpness_bound"].number
    classes = len(objective.names) // (columns + 1)
    sharpest = np.linalg.eigvalsh(objective.hessian(np.zeros(classes * (columns + 1))))[-1]
    assert sharpest <= bound * (1 + 1e-12)
    if loss.name == "squared":
        assert bound <= 1.3 * sharpest


@pytest.mark.parametrize("name", ["logistic", "poisson", "squared"])
@pytest.mark.parametrize("l2", [0.0, 0.2])
@pytest.mark.parametrize("intercept", [True, False])
def test_the_bound_on_the_distance_holds(name: str, l2: float, intercept: bool) -> None:
    loss = next(loss for loss in LOSSES if loss.name == name)
    objective = GeneralizedLinear(
        FIRST, target(loss), loss=name, l2=l2, intercept=intercept, weight=weights()
    )
    minimum = minimum_of(objective)
    assert np.linalg.norm(objective.value_and_gradient(minimum)[1]) < 1e-13
    rng, known = np.random.default_rng(3), 0
    for size in (1e-6, 1e-3, 1e-2, 1.0):
        params = minimum + size * rng.normal(size=len(minimum))
        bound = objective.distance_bound(params, objective.value_and_gradient(params)[1])
        if bound is not None:
            known += 1
            assert np.linalg.norm(params - minimum) <= bound * (1 + 1e-6)
            assert size > 1e-3 or bound < 100 * np.linalg.norm(params - minimum)
    assert known >= 2


def test_where_no_bound_on_the_distance_can_be_had() -> None:
    y = target(LOSSES[1])
    for options in ({"l1": 0.1}, {"loss": "softmax"}, {"loss": "huber"}):
        objective = GeneralizedLinear(FIRST, y, **options)
        params = np.zeros(len(objective.names))
        assert objective.distance_bound(params, params + 1e-9) is None
    ridge = GeneralizedLinear(FIRST, y, loss="huber", l2=0.5, intercept=False)
    assert ridge.distance_bound(np.zeros(3), np.array([0.0, 3.0, 4.0])) == 10.0


def test_separability_is_proven_only_where_it_matters() -> None:
    X, y = np.array([[-2.0], [-1.0], [1.0], [3.0]]), np.array([0.0, 0.0, 1.0, 1.0])
    powers = GeneralizedLinear(X, y).powers()
    assert powers.unbounded is not None
    assert powers.unbounded_along is not None
    assert "all 4 rows" in str(powers.unbounded(np.array([1.0, 0.0])))
    assert powers.unbounded(np.array([-1.0, 0.0])) is None
    for options in ({"l2": 0.1}, {"l1": 0.1}, {"loss": "squared"}):
        assert GeneralizedLinear(X, y, **options).powers().unbounded is None
    newcomer = replace(LOSSES[0], name="hinge", separable=True, compiled=None)
    assert GeneralizedLinear(X, y, loss=newcomer).powers().unbounded is not None


@pytest.mark.parametrize("loss_name", ["squared", "huber", "poisson", "logistic", "softmax"])
def test_the_minimum_is_scipys(loss_name: str) -> None:
    loss = next(loss for loss in LOSSES if loss.name == loss_name)
    objective = GeneralizedLinear(FIRST, target(loss), loss=loss, l2=0.05, weight=weights())
    start = np.zeros(len(objective.names))
    found = optimize.minimize(objective.value_and_gradient, start, jac=True, tol=1e-12)
    assert np.linalg.norm(objective.value_and_gradient(found.x)[1]) < 1e-5
    if not loss_name.startswith("huber"):
        lowest = objective.value_and_gradient(minimum_of(objective))[0]
        assert found.fun == pytest.approx(lowest, rel=1e-9)


def test_one_class_only() -> None:
    X = FIRST[:5]
    for name, classes in (("logistic", None), ("softmax", None), ("softmax", ("a", "b", "c"))):
        objective = GeneralizedLinear(X, np.zeros(5), loss=name, classes=classes)
        value, gradient = objective.value_and_gradient(np.zeros(len(objective.names)))
        assert value == pytest.approx(np.log(len(classes) if classes else 2))
        assert np.all(np.isfinite(gradient))
        assert objective.unbounded_column() is not None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"l2": -1.0}, "l2 is -1"),
        ({"l1": np.nan}, "l1 is nan"),
        ({"threads": 0}, "threads is 0"),
        ({"loss": "hinge"}, "there is no loss"),
        ({"loss": "poisson"}, "from 0 up"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict, said: str) -> None:
    y = -np.ones(len(FIRST)) if options.get("loss") == "poisson" else target(LOSSES[1])
    with pytest.raises(InputError, match=said):
        GeneralizedLinear(FIRST, y, **options)


@pytest.mark.parametrize("size", [1e150, 1e-150])
def test_numbers_whose_squares_are_none_are_refused(size: float) -> None:
    with pytest.raises(InputError, match="other units"):
        GeneralizedLinear(FIRST * size, target(LOSSES[1]))


def test_threads_do_not_change_a_bit() -> None:
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(3_000, 600)), rng.integers(0, 3, 3_000).astype(float)
    found = set()
    for threads in (1, 2, 3, 4):
        objective = GeneralizedLinear(X[:, :500], y, loss="squared", threads=threads)
        params = np.linspace(-0.1, 0.1, 501)
        value, gradient = objective.value_and_gradient(params)
        product = objective.hessian_vector(params)(gradient)
        softmax = GeneralizedLinear(X, y, loss="softmax", threads=threads)
        turned = softmax.hessian_vector(np.zeros(1_803))(np.linspace(-1, 1, 1_803))
        long = np.tile(X[:, :30], (20, 1))
        small = GeneralizedLinear(long, np.tile(y, 20), loss="softmax", threads=threads)
        parts = (gradient, product, turned, small.hessian(np.linspace(-1, 1, 93)))
        found.add(np.float64(value).tobytes() + b"".join(part.tobytes() for part in parts))
    assert len(found) == 1
