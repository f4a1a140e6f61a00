"""Rates, gradients that explode or vanish: planted in small trainings, and left out of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from steepest.diagnosis.finding import Finding
from steepest.watching.watch import watch

torch = pytest.importorskip("torch")
nn = torch.nn

STEPS = 60  # a fifth of a run of 300
Optimizer = Callable[[Any], Any]


@pytest.fixture(scope="module")
def digits() -> tuple[Any, Any]:
    X, y = load_digits(return_X_y=True)
    return torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)


def network(depth: int = 1, unit: Any = nn.ReLU, *, normal: bool = False) -> Any:
    layers: list[Any] = []
    for at in range(depth):
        layers += [nn.Linear(64, 64), unit()]
        layers += [nn.BatchNorm1d(64), nn.Dropout(0.2)] if normal and at == 0 else []
    return nn.Sequential(*layers, nn.Linear(64, 10))


class Pixels(nn.Module):
    """The pixels of a digit one after the other, through a recurrent layer."""

    def __init__(self, radius: float) -> None:
        super().__init__()
        self.rnn = nn.RNN(1, 32, batch_first=True)
        self.head = nn.Linear(32, 10)
        with torch.no_grad():
            matrix = torch.randn(32, 32)
            matrix *= radius / torch.linalg.eigvals(matrix).abs().max()
            self.rnn.weight_hh_l0.copy_(matrix)

    def forward(self, rows: Any) -> Any:
        return self.head(self.rnn(rows[:, :, None])[0][:, -1])


def trained(
    make: Callable[[], Any],
    optimizer: Optimizer,
    digits: tuple[Any, Any],
    seed: int = 0,
    batch: int = 32,
) -> Any:
    torch.manual_seed(seed)
    model = make()
    steps, loss_of = optimizer(model.parameters()), nn.CrossEntropyLoss()
    X, y = digits
    with watch(model, steps, store=False, quiet=True, every=1) as watching:
        for _ in range(STEPS):
            rows = torch.randint(0, len(X), (batch,))
            loss = loss_of(model(X[rows]), y[rows])
            watching.log(loss=loss)
            steps.zero_grad()
            loss.backward()
            steps.step()
    assert watching.failed is None
    return watching


def sgd(rate: float, momentum: float = 0.0) -> Optimizer:
    return lambda params: torch.optim.SGD(params, rate, momentum=momentum)


def adam(rate: float) -> Optimizer:
    return lambda params: torch.optim.Adam(params, rate)


def found(watching: Any, code: str) -> Finding:
    assert code in [finding.code for finding in watching.findings]
    return next(each for each in watching.findings if each.code == code)


TOO_LARGE = {
    "sgd at ten times": (network, sgd(3.0)),
    "momentum at 1": (network, sgd(1.0, 0.9)),
    "adam at 0.1": (network, adam(0.1)),
    "adam at 1": (network, adam(1.0)),
    "two hidden layers": (lambda: network(2), sgd(3.0)),
}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_rate_that_is_too_high(name: str, seed: int, digits: tuple[Any, Any]) -> None:
    make, optimizer = TOO_LARGE[name]
    finding = found(trained(make, optimizer, digits, seed), "large_steps")
    lower = finding.remedies[0].set["learning_rate"]
    assert isinstance(lower, float)
    mended = trained(make, lambda params: _at(optimizer(params), lower), digits, seed)
    assert not mended.findings
    assert np.median(mended.trace.loss[-10:]) < mended.trace.loss[0]


def _at(optimizer: Any, rate: float) -> Any:
    for group in optimizer.param_groups:
        group["lr"] = rate
    return optimizer


def test_a_recurrent_layer_that_explodes(digits: tuple[Any, Any]) -> None:
    finding = found(trained(lambda: Pixels(2.5), adam(1e-3), digits), "exploding_gradients")
    assert finding.layers == ("rnn",)
    assert "clip" in finding.remedies[0].sentence


def test_sigmoids_one_after_the_other(digits: tuple[Any, Any]) -> None:
    finding = found(
        trained(lambda: network(9, nn.Sigmoid), sgd(0.1), digits), "vanishing_gradients"
    )
    assert finding.layers[:3] == ("0", "2", "4")


HEALTHY = {
    "sgd": (network, sgd(0.1)),
    "sgd, high": (network, sgd(0.3)),
    "momentum": (network, sgd(0.05, 0.9)),
    "adam": (network, adam(1e-3)),
    "adam, high": (network, adam(1e-2)),
    "dropout and batch norm": (lambda: network(2, normal=True), adam(1e-3)),
    "deep rectifiers": (lambda: network(6), adam(1e-3)),
    "three sigmoids": (lambda: network(3, nn.Sigmoid), adam(3e-3)),
    "recurrent": (lambda: Pixels(1.0), adam(1e-3)),
    "logistic regression": (lambda: nn.Linear(64, 10), sgd(0.5)),
}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_loops_get_no_warning(name: str, seed: int, digits: tuple[Any, Any]) -> None:
    assert [each.because for each in trained(*HEALTHY[name], digits, seed).findings] == []


def test_tiny_batches_are_no_fault(digits: tuple[Any, Any]) -> None:
    assert not trained(network, sgd(0.01), digits, batch=2).findings
