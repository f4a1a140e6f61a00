"""Training steps of JAX: seen by the optimizer's state, or sent out of the step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import steepest
from steepest.watching.watching import Watching

jax = pytest.importorskip("jax")
optax = pytest.importorskip("optax")
jnp = jax.numpy

ROWS = np.random.default_rng(0).normal(size=(256, 8)).astype(np.float32)
CLASSES = (ROWS[:, 0] + ROWS[:, 1] > 0).astype(np.int32)


def network(width: int = 16) -> dict[str, Any]:
    first, second = jax.random.split(jax.random.key(0))
    return {
        "hidden": {"w": 0.3 * jax.random.normal(first, (8, width)), "b": jnp.zeros(width)},
        "output": {"w": 0.3 * jax.random.normal(second, (width, 2)), "b": jnp.zeros(2)},
    }


def loss_of(params: Any, x: Any, y: Any) -> Any:
    hidden = jnp.tanh(x @ params["hidden"]["w"] + params["hidden"]["b"])
    scores = hidden @ params["output"]["w"] + params["output"]["b"]
    return optax.softmax_cross_entropy_with_integer_labels(scores, y).mean()


def watched(**more: Any) -> Watching:
    return steepest.watch(store=False, quiet=True, **more)


def train(
    optimizer: Any,
    w: Watching | None,
    *,
    steps: int = 100,
    say: str = "loss, state",
    params: Any = None,
    donate: bool = False,
    cost: Any = loss_of,
) -> tuple[Any, list[float]]:
    """Mini-batches of 64 rows; what the loop says of itself is in `say`."""
    params = network() if params is None else params
    state = optimizer.init(params)

    def step(params: Any, state: Any, x: Any, y: Any) -> Any:
        loss, gradient = jax.value_and_grad(cost)(params, x, y)
        extra = {"value": loss} if "value" in say else {}
        updates, state = optimizer.update(gradient, state, params, **extra)
        return optax.apply_updates(params, updates), state, loss

    compiled = jax.jit(step, donate_argnums=(0, 1) if donate else ())
    losses: list[float] = []
    for at in range(steps):
        rows = (np.arange(64) + 64 * at) % len(ROWS)
        params, state, loss = compiled(params, state, ROWS[rows], CLASSES[rows])
        losses.append(float(loss))
        if w is not None and "state" in say:
            w.log(state=state, **({"loss": loss} if "loss" in say else {}))
        elif w is not None and "loss" in say:
            w.log(loss=loss)
    jax.block_until_ready(params)
    jax.effects_barrier()
    return params, losses


def observed(optimizer: Any, w: Watching, **more: Any) -> Any:
    from steepest.watching.optax import observed as seen

    return seen(optimizer, w, **more)


def same(one: Any, other: Any) -> bool:
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("say", ["loss, state", "value, state", "loss", "value"])
def test_training_is_the_same_and_is_seen(say: str) -> None:
    optimizer = optax.adam(1e-2)
    alone, losses = train(optimizer, None)
    with watched() as w:
        params, _ = train(observed(optimizer, w, callback="state" not in say), w, say=say)
    assert same(alone, params)
    assert w.failed is None
    rows = len(w.trace)
    assert rows == 100 or (say == "value" and rows > 80)
    np.testing.assert_allclose(w.trace.loss, losses[:rows], rtol=1e-6)
    seen = np.isfinite(w.trace.measures["gradient_norm"])
    assert seen[:60].all()
    assert 0 < seen[66:].sum() < 20
    assert {"gradient_norm/hidden", "update_norm/output"} <= w.trace.measures.keys()
    assert w.findings == ()


def test_gradients_and_updates_are_what_they_are() -> None:
    with watched() as w:
        optimizer = observed(optax.sgd(0.1), w, learning_rate=0.1)
        _, _ = train(optimizer, w, steps=8)
    measures = w.trace.measures
    np.testing.assert_allclose(
        measures["update_norm"][:-1], 0.1 * measures["gradient_norm"][:-1], rtol=1e-4
    )
    np.testing.assert_allclose(w.trace.learning_rate, 0.1, rtol=1e-6)
    gradient = jax.grad(loss_of)(network(), ROWS[:64], CLASSES[:64])
    square = sum(float(jnp.sum(leaf**2)) for leaf in jax.tree.leaves(gradient))
    assert measures["gradient_norm"][0] == pytest.approx(square**0.5, 1e-5)


def test_a_small_model_is_recorded_whole() -> None:
    def cost(params: Any, x: Any, y: Any) -> Any:
        return jnp.mean((x @ params["w"] + params["b"] - y) ** 2)

    with watched() as w:
        optimizer = observed(optax.sgd(0.05), w)
        start = {"w": jnp.zeros(8), "b": jnp.zeros(())}
        params, _ = train(optimizer, w, steps=100, params=start, cost=cost)
    trace = w.trace
    assert trace.params is not None
    assert trace.gradient is not None
    assert trace.names[:2] == ("b", "w[0]")
    moved = np.diff(trace.params, axis=0)
    np.testing.assert_allclose(moved, -0.05 * trace.gradient[:-1], atol=1e-6)
    after = trace.params[-1] - 0.05 * trace.gradient[-1]
    np.testing.assert_allclose(after[1:], params["w"], atol=1e-6)


def test_a_state_that_is_given_away_is_read_in_time() -> None:
    with watched() as w:
        train(observed(optax.adam(1e-2), w), w, donate=True)
    assert len(w.trace) == 100
    assert w.failed is None


def test_injected_and_scheduled_learning_rates() -> None:
    schedule = optax.linear_schedule(0.1, 0.0, 50)
    injected = optax.inject_hyperparams(optax.sgd)(learning_rate=schedule)
    expected = [float(schedule(step)) for step in range(50)]
    for optimizer, said in ((injected, None), (optax.sgd(schedule), schedule)):
        with watched() as w:
            train(observed(optimizer, w, learning_rate=said), w, steps=50)
        np.testing.assert_allclose(w.trace.learning_rate, expected, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("inside", [True, False])
def test_gradients_that_are_accumulated(inside: bool) -> None:
    with watched() as w:
        if inside:
            multi = optax.MultiSteps(observed(optax.adam(1e-2), w), 4)
            optimizer = multi.gradient_transformation()
        else:
            optimizer = observed(optax.MultiSteps(optax.adam(1e-2), 4), w)
        _, losses = train(optimizer, w, steps=96)
    assert w.failed is None
    if inside:  # a row is an update, its loss the mean of its micro-batches
        assert len(w.trace) == 24
        np.testing.assert_allclose(w.trace.loss, np.reshape(losses, (24, 4)).mean(1), rtol=1e-5)
    else:
        assert len(w.trace) == 96


def test_a_link_of_a_chain_sees_the_gradients_at_its_place() -> None:
    from steepest.watching.optax import observe

    with watched() as w:
        chain = optax.chain(optax.clip_by_global_norm(0.01), observe(w), optax.adam(1e-2))
        train(chain, w, steps=40)
    norms = w.trace.measures["gradient_norm"]
    np.testing.assert_allclose(norms[np.isfinite(norms)], 0.01, rtol=1e-4)


def test_what_is_not_finite_is_named_with_its_layer() -> None:
    def cost(params: Any, x: Any, y: Any) -> Any:
        hidden = x @ params["first"] * jnp.where(params["count"] > 20, jnp.inf, 1.0)
        return jnp.mean(hidden**2) + jnp.mean(params["last"] ** 2) + 0.0 * params["count"]

    start = {"count": jnp.zeros(()), "first": jnp.ones((8, 16)), "last": jnp.ones(100)}
    with watched() as w:
        seen = observed(optax.sgd(1e-3), w)

        def update(updates: Any, state: Any, params: Any = None) -> Any:
            out, state = seen.update(updates, state, params)
            return {**out, "count": jnp.ones(())}, state

        train(optax.GradientTransformation(seen.init, update), w, params=start, cost=cost)
    (finding,) = [f for f in w.findings if f.code == "non_finite"]
    assert finding.layers == ("first",)
    assert finding.evidence["step"] == 21


def test_losses_of_a_scan_come_together() -> None:
    with watched() as w:
        optimizer = observed(optax.adam(1e-2), w)
        params = network()
        state = optimizer.init(params)

        def body(carry: Any, rows: Any) -> Any:
            params, state = carry
            loss, gradient = jax.value_and_grad(loss_of)(params, *rows)
            updates, state = optimizer.update(gradient, state, params)
            return (optax.apply_updates(params, updates), state), loss

        parts = jnp.asarray(ROWS).reshape(4, 64, 8), jnp.asarray(CLASSES).reshape(4, 64)
        epoch = jax.jit(lambda carry: jax.lax.scan(body, carry, parts))
        for _ in range(16):
            (params, state), losses = epoch((params, state))
            w.log(loss=losses, state=state)
    assert len(w.trace) == 64
    assert w.failed is None


def test_stops_at_a_finding() -> None:
    with watched(on_finding="stop") as w:
        optimizer = observed(optax.sgd(1e8), w)
        train(optimizer, w, steps=200)
        raise AssertionError("it went on")
    assert w.stopped is not None
    assert len(w.trace) <= 64


def test_a_state_of_another_optimizer_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    with watched() as w:
        observed(optax.adam(1e-2), w).init(network())
        train(optax.adam(1e-2), w)
    assert capsys.readouterr().err.count("not of the observed optimizer") == 1


def test_the_state_is_asked_for_once(capsys: pytest.CaptureFixture[str]) -> None:
    with watched() as w:
        train(observed(optax.adam(1e-2), w), w, say="loss", steps=200)
    assert capsys.readouterr().err.count("hand over the state as well") == 1


def test_watched_by_the_optimizer_itself() -> None:
    with watched(optimizer=optax.adam(1e-2)) as w:
        train(observed(optax.adam(1e-2), w), w, steps=40)
    assert len(w.trace) == 40
    assert str(w.trace.facts["framework"].value).startswith("JAX")
