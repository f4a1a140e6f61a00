"""What layers put out: their contract, and units that no longer answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from steepest.watching.pytorch import contract
from steepest.watching.pytorch.feeding import some_of
from steepest.watching.watch import watch
from steepest.watching.watching import Watching

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
nn = torch.nn
TorchDispatchMode = pytest.importorskip("torch.utils._python_dispatch").TorchDispatchMode

AT = 60


def _net(activation: type[Any] = nn.ReLU) -> Any:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(8, 16), activation(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3)
    )


def _watched(
    net: Any,
    before: Callable[[int, Any], Any] = lambda step, x: x,
    *,
    steps: int = 90,
    half: Any = None,
) -> Watching:
    torch.manual_seed(1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    with watch(net, optimizer, store=False, quiet=True, activations=True) as watching:
        for step in range(steps):
            x = before(step, torch.randn(32, 8))
            with torch.autocast("cpu", dtype=half or torch.bfloat16, enabled=half is not None):
                answer = net(x).float()
            loss = nn.functional.cross_entropy(answer, x[:, :3].argmax(1))
            watching.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert watching.failed is None
    assert not any(m._forward_pre_hooks or m._forward_hooks for m in net.modules())
    return watching


def _found(watching: Watching, code: str) -> list[Any]:
    return [finding for finding in watching.findings if finding.code == code]


def test_inputs_of_another_scale_are_seen_at_the_first_layer() -> None:
    (found,) = _found(
        _watched(_net(), lambda step, x: x * 100 if step >= AT else x), "layer_contract"
    )
    assert found.layers == ("0",)
    assert AT <= found.evidence["step"] < AT + 25
    assert "the output of layer 0 was float32 of shape (any, 16)" in found.because


def test_weights_that_were_overwritten_are_seen_at_their_layer() -> None:
    net = _net()

    def before(step: int, x: Any) -> Any:
        if step == AT:
            with torch.no_grad():
                net[2].weight.mul_(200)
        return x

    (found,) = _found(_watched(net, before), "layer_contract")
    assert found.layers == ("2",)


def test_a_sound_loop_keeps_its_contract() -> None:
    watching = _watched(_net())
    assert watching.findings == ()
    scales = watching.trace.measures["output_scale/0"]
    assert np.isfinite(scales).sum() > 5
    assert np.nanmax(watching.trace.measures["dead_units/2"]) < 0.5


def test_dead_units_are_counted_by_layer() -> None:
    net = _net()
    with torch.no_grad():
        net[2].bias.fill_(-20.0)
    (found,) = _found(_watched(net, steps=20), "dead_units")
    assert found.layers == ("2",)
    assert "100 % of the units of layer 2" in found.because


def test_saturated_units_are_counted_by_layer() -> None:
    net = _net(nn.Tanh)
    with torch.no_grad():
        net[0].bias.fill_(20.0)
    (found,) = _found(_watched(net, steps=20), "saturated_units")
    assert found.layers == ("0",)


def test_the_end_of_half_precision_comes_near() -> None:
    net = _net()
    with torch.no_grad():
        net[2].weight.zero_()
        net[2].bias.fill_(40_000.0)
        net[4].weight.mul_(1e-5)
    (found,) = _found(_watched(net, steps=6, half=torch.float16), "half_precision")
    assert found.layers == ("2",)
    assert "reaches 40,000" in found.because


def test_a_compiled_model_gets_no_hooks_inside() -> None:
    net = torch.compile(_net(), backend="eager")
    watching = _watched(net, steps=12)
    assert not any(name.startswith("output_scale/") for name in watching.trace.measures)


def test_of_a_large_output_in_half_precision_no_copy_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contract, "LARGE", 64)
    large = torch.zeros(256, 256, dtype=torch.float16)
    large[:, 3::7] = -49_984.0
    with Sizes() as sizes:
        ends = contract._largest(large)
        assert float(contract._largest(large[:4, :4]).abs().max()) == 49_984.0
    assert float(ends.abs().max()) == 49_984.0
    assert max(sizes.made) <= 64


def test_a_sample_of_what_does_not_lie_in_a_row_copies_little() -> None:
    weight = torch.randn(64, 64, 3, 3).to(memory_format=torch.channels_last)
    with Sizes() as sizes:
        taken = some_of(weight, 100)
        few = some_of(weight.transpose(0, 1)[:2, :2], 100)
    assert 25 <= len(taken) <= 100
    assert len(few) == 36
    assert max(sizes.made) <= 400
    assert set(taken.tolist()) <= set(weight.reshape(-1).tolist())


class Sizes(TorchDispatchMode):
    """How many numbers each new tensor has; views are not new."""

    def __init__(self) -> None:
        super().__init__()
        self.made = [0]

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        given = {t.untyped_storage().data_ptr() for t in args if isinstance(t, torch.Tensor)}
        result = operation(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (list, tuple)) else [result]:
            fresh = isinstance(tensor, torch.Tensor)
            if fresh and tensor.untyped_storage().data_ptr() not in given:
                self.made.append(tensor.numel())
        return result
