"""The probe: against Hessians and slopes in closed form, and without a trace of it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from steepest.watching.pytorch import probe as home
from steepest.watching.pytorch.aside import put_aside
from steepest.watching.pytorch.refusing import Refused, refusing
from steepest.watching.watch import watch

torch = pytest.importorskip("torch")
nn = torch.nn


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probe every fourth step, whatever it costs."""
    monkeypatch.setattr(home, "PAUSE", 4)
    monkeypatch.setattr(home.Probe, "_affords", lambda probe, forwards: True)


def watched(
    model: Any,
    rate: float = 0.05,
    steps: int = 20,
    between: Callable[[Any], None] | None = None,
    loss_of: Any = None,
    batch: int = 16,
) -> Any:
    """Least squares by default; `between` comes between the backward pass and the step."""
    generator = torch.Generator().manual_seed(3)
    optimizer = torch.optim.SGD(model.parameters(), rate)
    loss_of = nn.MSELoss() if loss_of is None else loss_of
    with watch(model, optimizer, store=False, quiet=True, every=1) as watching:
        for _ in range(steps):
            X = torch.randn(batch, 6, generator=generator)
            y = X[:, :1] * 2 - X[:, 1:2] + 0.1

            def closure(X: Any = X, y: Any = y) -> Any:
                return loss_of(model(X), y)

            loss = closure()
            watching.log(loss=loss, closure=closure)
            optimizer.zero_grad()
            loss.backward()
            if between is not None:
                between(model)
            optimizer.step()
    assert watching.failed is None
    return watching


def seen(watching: Any, name: str) -> np.ndarray:
    column = watching.trace.measures[name]
    return column[np.isfinite(column)]


@pytest.mark.usefixtures("often")
def test_the_sharpness_is_that_of_the_hessian() -> None:
    torch.manual_seed(0)
    model = nn.Linear(6, 1).double()
    torch.set_default_dtype(torch.float64)
    try:
        watching = watched(model)
        generator = torch.Generator().manual_seed(3)
        batches = [torch.randn(16, 6, generator=generator) for _ in range(20)]
    finally:
        torch.set_default_dtype(torch.float32)
    steps = np.flatnonzero(np.isfinite(watching.trace.measures["probe_sharpness"]))
    assert len(steps) >= 4
    for step in steps:
        X = np.column_stack([batches[step].numpy(), np.ones(16)])
        largest = np.linalg.eigvalsh(2 * X.T @ X / 16)[-1]
        assert watching.trace.measures["probe_sharpness"][step] == pytest.approx(largest, rel=1e-6)
    limit = watching.trace.number("step_size_limit")
    assert limit == pytest.approx(2 / watching.trace.measures["probe_sharpness"][steps[-1]])


@pytest.mark.usefixtures("often")
def test_the_line_along_the_step_and_its_curvature() -> None:
    torch.manual_seed(0)
    watching = watched(nn.Linear(6, 1), rate=0.1)
    shares, losses = watching.trace.facts["probe_line"].array
    np.testing.assert_array_equal(shares, [-1, -0.5, 0, 0.5, 1, 1.5, 2])
    parabola = np.polyfit(shares, losses, 2)
    np.testing.assert_allclose(np.polyval(parabola, shares), losses, rtol=1e-4, atol=1e-5)
    used = -2 * parabola[0] / parabola[1]
    assert seen(watching, "probe_step_curvature")[-1] == pytest.approx(used, rel=1e-3)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("factor", [1.0, 2.0, 65536.0, 0.1])
def test_the_gradient_against_the_slope(factor: float) -> None:
    def scaled(model: Any) -> None:
        for parameter in model.parameters():
            parameter.grad *= factor

    torch.manual_seed(0)
    watching = watched(nn.Linear(6, 1), rate=0.01 / factor, between=scaled)
    np.testing.assert_allclose(seen(watching, "slope_ratio"), factor, rtol=0.02)
    told = [each.severity for each in watching.findings if each.code == "gradient_scale"]
    assert told == (["warning"] if factor > 1 else [])


@pytest.mark.usefixtures("often")
def test_a_loss_that_is_drawn_anew_is_not_compared() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.5), nn.Linear(8, 1))
    watching = watched(model)
    assert "slope_ratio" not in watching.trace.measures
    assert len(seen(watching, "probe_sharpness")) > 2


class Once(torch.autograd.Function if hasattr(torch, "autograd") else object):
    """A square whose slope has no slope of its own, as fused kernels have none."""

    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        context.save_for_backward(x)
        return x * x

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(context: Any, gradient: Any) -> Any:
        (x,) = context.saved_tensors
        return 2 * x * gradient


@pytest.mark.usefixtures("often")
def test_without_second_derivatives_by_differences() -> None:
    torch.manual_seed(0)
    model = nn.Linear(6, 1)
    watching = watched(model, loss_of=lambda out, y: Once.apply(out - y).mean())
    torch.manual_seed(0)
    twice = watched(nn.Linear(6, 1))
    ours, theirs = seen(watching, "probe_sharpness"), seen(twice, "probe_sharpness")
    np.testing.assert_allclose(ours, theirs, rtol=0.02)
    assert "differences" in watching.trace.facts["step_size_limit"].how


@pytest.mark.usefixtures("often")
def test_a_closure_that_fails_ends_the_probe_and_nothing_else() -> None:
    model = nn.Linear(6, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)

    def closure() -> Any:
        raise KeyError("gone")

    with watch(model, optimizer, store=False, quiet=True) as watching:
        for _ in range(20):
            loss = model(torch.ones(3, 6)).square().mean()
            watching.log(loss=loss, closure=closure)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert watching.failed is None
    assert len(watching.trace) == 20
    assert "KeyError" in str(watching.trace.facts["probe_trouble"].value)


def random_states() -> list[Any]:
    return [
        random.getstate(),
        np.random.get_state()[1].tolist(),  # noqa: NPY002
        torch.get_rng_state().tolist(),
    ]


def trained(probed: bool, *, backward: bool = False) -> tuple[Any, list[Any]]:
    """Dropout, batch norm, momentum, and a closure that uses every random state there is."""
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    model = nn.Sequential(
        nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 1)
    )
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)
    states: list[Any] = []
    watching = watch(model, optimizer, store=False, quiet=True)

    def loop(watching: Any) -> None:
        for _ in range(30):
            X = torch.randn(16, 6)

            def closure(X: Any = X) -> Any:
                noise = random.random() + float(np.random.rand())  # noqa: NPY002, S311
                loss = (model(X) - X[:, :1] + 0.01 * noise).square().mean()
                if backward:
                    optimizer.zero_grad(set_to_none=False)
                    loss.backward()
                return loss

            loss = closure()
            if watching is not None:
                watching.log(loss=loss, closure=closure)
            if not backward:
                optimizer.zero_grad()
                loss.backward()
            optimizer.step()
            states.append([p.grad.clone() for p in model.parameters()])

    if probed:
        with watching:
            loop(watching)
        assert watching.failed is None
        assert backward or len(seen(watching, "probe_sharpness")) > 3
        assert backward or len(seen(watching, "probe_step_curvature")) > 3
        assert backward is ("probe_trouble" in watching.trace.facts)
    else:
        loop(None)
    return model, [random_states(), states]


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("backward", [False, True])
def test_nothing_is_left_behind(backward: bool) -> None:
    alone, [states, gradients] = trained(False, backward=backward)
    probed, [states_too, gradients_too] = trained(True, backward=backward)
    for name, tensor in alone.state_dict().items():
        assert torch.equal(tensor, probed.state_dict()[name]), name
    assert states == states_too
    for one, other in zip(gradients, gradients_too, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    assert all(module.training for module in probed.modules())


@pytest.mark.usefixtures("often")
def test_parameters_keep_their_memory_and_their_version() -> None:
    model = nn.Linear(6, 1)
    places = [parameter.data_ptr() for parameter in model.parameters()]
    versions = [parameter._version for parameter in model.parameters()]
    watched(model, steps=12)
    assert [parameter.data_ptr() for parameter in model.parameters()] == places
    assert [p._version - 12 for p in model.parameters()] == versions


def test_it_is_kept_within_its_share() -> None:
    watching = watched(nn.Linear(6, 1), steps=60)
    assert len(watching.trace.measures.get("probe_sharpness", [])) in (0, 60)
    assert not watching.adapter.optimizers[0]._optimizer_step_post_hooks


class Margin(nn.Module):
    """A loss with parameters of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([1.5]))

    def forward(self, answers: Any, y: Any) -> Any:
        return (answers * self.weight - y).square().mean()


def beside(probed: bool, harm: str) -> list[Any]:
    """Three modules, of which one is watched, another only in the optimizer, the third in neither;
    and a closure that writes into gradients."""
    torch.manual_seed(0)
    model, margin, other = nn.Linear(6, 1), Margin(), nn.Linear(6, 1)
    optimizer = torch.optim.SGD([*model.parameters(), *margin.parameters()], 0.05)
    apart = torch.optim.SGD(other.parameters(), 0.05)
    watching = watch(model, optimizer, store=False, quiet=True)

    def loop(watching: Any) -> None:
        for _ in range(12):
            X = torch.randn(16, 6)

            def closure(X: Any = X) -> Any:
                loss = margin(model(X) + other(X), X[:, :1])
                if harm == "zero_grad":
                    apart.zero_grad()
                if harm == "zero_grad of a module":
                    other.zero_grad()
                if harm == "backward":
                    loss.backward()
                return loss

            optimizer.zero_grad()
            apart.zero_grad()
            loss = margin(model(X) + other(X), X[:, :1])
            loss.backward()
            if watching is not None:
                watching.log(loss=loss, closure=closure)
            optimizer.step()
            apart.step()

    if probed:
        with watching:
            loop(watching)
        assert watching.failed is None
        assert "Refused" in str(watching.trace.facts["probe_trouble"].value)
    else:
        loop(None)
    everything = [*model.parameters(), *margin.parameters(), *other.parameters()]
    return [tensor.clone() for p in everything for tensor in (p.detach(), p.grad)]


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("harm", ["backward", "zero_grad", "zero_grad of a module"])
def test_a_closure_that_writes_into_gradients_does_no_harm(harm: str) -> None:
    before = torch.autograd.backward, torch.optim.Optimizer.zero_grad, nn.Module.zero_grad
    for one, other in zip(beside(False, harm), beside(True, harm), strict=True):
        assert torch.equal(one, other)
    after = torch.autograd.backward, torch.optim.Optimizer.zero_grad, nn.Module.zero_grad
    assert after == before


def test_gradients_of_all_that_is_known_are_put_aside() -> None:
    model, margin = nn.Linear(6, 1), Margin()
    held = torch.ones(1)
    margin.weight.grad = held
    X = torch.randn(4, 6)
    params = [model.weight]
    with put_aside(model, params, lambda: margin(model(X), 1.0), margin.parameters()) as place:
        place.graph().backward()
        assert model.bias.grad is not None
    assert model.weight.grad is model.bias.grad is None
    assert margin.weight.grad is held


def test_other_threads_may_go_on_meanwhile() -> None:
    weight = torch.ones(3, requires_grad=True)
    with refusing():
        thread = threading.Thread(target=lambda: (weight * 2).sum().backward())
        thread.start()
        thread.join()
        with pytest.raises(Refused):
            (weight * 2).sum().backward()
        assert torch.autograd.grad((weight * 2).sum(), weight)[0].tolist() == [2, 2, 2]
    assert weight.grad.tolist() == [2, 2, 2]
