"""The first number that is not finite: which operation, which layer, or whose data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from steepest.diagnosis.finding import Finding
from steepest.watching.watch import watch

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
nn = torch.nn
functional = torch.nn.functional


class Net(nn.Module):
    """Three layers; `stretch` multiplies what the first one puts out."""

    stretch = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(8, 16), nn.Linear(16, 16), nn.Linear(16, 3)

    def forward(self, x: Any) -> Any:
        """Scores of three classes."""
        hidden = torch.relu(self.fc1(x)) * self.stretch
        return self.fc3(torch.relu(self.fc2(hidden)))


Loss = Callable[[Any, Any, Any, int], Any]


def _entropy(net: Any, x: Any, y: Any, step: int) -> Any:
    return functional.cross_entropy(net(x), y)


def _found(loss: Loss, *, spoil: int | None = None, rate: float = 0.1, steps: int = 8) -> Finding:
    torch.manual_seed(0)
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=rate)
    with watch(net, optimizer, store=False, quiet=True, every=1) as watching:
        for step in range(steps):
            x, y = torch.randn(32, 8), torch.randint(0, 3, (32,))
            if step == spoil:
                x[3, 2] = float("nan")
            value = loss(net, x, y, step)
            watching.log(loss=value)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
    assert watching.failed is None
    return next(each for each in watching.findings if each.code == "non_finite")


def test_a_logarithm_out_of_its_domain_and_the_layer_before_it() -> None:
    found = _found(lambda net, x, y, step: torch.log(net(x).mean(1)).mean())
    assert found.layers == ("fc3",)
    assert "a logarithm behind layer fc3 (its argument is 0 or below in " in found.because


def test_a_division_by_zero() -> None:
    found = _found(lambda net, x, y, step: (net(x) / x.new_tensor(3.0 - step)).mean())
    assert found.evidence["step"] == 3
    assert "a division behind layer fc3 (its divisor is 0 in 1 of 1 places)" in found.because


def test_data_are_told_from_the_model() -> None:
    found = _found(_entropy, spoil=4)
    assert found.evidence["step"] == 4
    assert "the input of layer fc1 is already not finite: 1 of 256" in found.because
    assert "missing" in found.remedies[0].sentence


@pytest.mark.parametrize("by_hand", [False, True])
def test_so_are_targets(by_hand: bool) -> None:
    def loss(net: Any, x: Any, y: Any, step: int) -> Any:
        target = y.float()
        if step == 4:
            target[3] = float("inf")
        answer = net(x)[:, 0]
        return ((answer - target) ** 2).mean() if by_hand else functional.mse_loss(answer, target)

    found = _found(loss)
    assert found.evidence["step"] == 4
    assert "target" in found.because
    assert "targets" in found.remedies[0].sentence


def test_parameters_that_were_broken_between_steps() -> None:
    def loss(net: Any, x: Any, y: Any, step: int) -> Any:
        if step == 5:
            with torch.no_grad():
                net.fc2.weight[0, 0] = float("nan")
        return _entropy(net, x, y, step)

    found = _found(loss)
    assert found.layers == ("fc2",)
    assert "the parameters of layer fc2 were not finite any more before this step" in found.because


def test_growth_is_told_and_so_is_the_rate() -> None:
    found = _found(
        lambda net, x, y, step: functional.mse_loss(net(x)[:, 0], y.float()), rate=300.0, steps=20
    )
    assert "learning rate" in found.remedies[0].sentence


def test_a_gradient_that_is_not_finite_though_the_loss_is() -> None:
    def loss(net: Any, x: Any, y: Any, step: int) -> Any:
        shares = torch.softmax(net(x) * (1 if step < 5 else 5000), 1)
        return -torch.log(shares).max(1).values.mean()

    found = _found(loss)
    assert "the gradient of layer fc3, and with it of fc2, fc1" in found.because
    assert "a logarithm behind layer fc3 has no finite slope" in found.because


@pytest.mark.parametrize("stretched", [False, True])
def test_overflow_of_half_precision(stretched: bool) -> None:
    def loss(net: Any, x: Any, y: Any, step: int) -> Any:
        far = step == 4
        net.stretch = 1e6 if far and stretched else 1.0
        with torch.autocast("cpu", dtype=torch.float16):
            return functional.cross_entropy(
                net(x * (1e6 if far and not stretched else 1)).float(), y
            )

    found = _found(loss)
    assert found.evidence["step"] == 4
    assert "left the range of float16" in found.because
    assert found.layers == ("fc1",)
    assert "bfloat16" in found.remedies[0].sentence


def test_a_checkpoint_is_not_computed_again() -> None:
    from torch.utils.checkpoint import checkpoint

    passes: list[int] = []

    def loss(net: Any, x: Any, y: Any, step: int) -> Any:
        def block(hidden: Any) -> Any:
            passes.append(step)
            return torch.exp(net.fc1(hidden) * (1e4 if step == 4 else 1))

        hidden = checkpoint(block, x, use_reentrant=False)
        return functional.cross_entropy(net.fc3(hidden), y)

    assert _found(loss, steps=5).evidence["step"] == 4
    assert len(passes) == 10  # forward and backward, nothing else
