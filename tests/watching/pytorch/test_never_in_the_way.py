"""What a user does with model, optimizer and log while they are watched."""

from __future__ import annotations

import copy
import io
import pickle
import sys
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from steepest.watching.watch import watch  # noqa: E402


def made(lr: Any = 0.1) -> tuple[Any, Any]:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))
    return model, torch.optim.SGD(model.parameters(), lr=lr)


def without_head() -> tuple[Any, Any]:
    model, _ = made()
    return model, torch.optim.SGD(model[0].parameters(), lr=0.1)


def step(model: Any, optimizer: Any, w: Any = None, **more: Any) -> Any:
    x, y = torch.randn(8, 4), torch.randint(0, 3, (8,))
    loss = torch.nn.functional.cross_entropy(model(x), y)
    if w is not None:
        w.log(loss=loss)
    optimizer.zero_grad()
    loss.backward(**more)
    optimizer.step()
    return loss


def hooks_of(model: Any) -> int:
    modules = list(model.modules())
    count = sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in modules)
    return count + sum(len(p._backward_hooks or ()) for p in model.parameters())


@pytest.mark.parametrize("steps", [0, 1, 3, 30])
def test_a_model_can_be_saved_and_copied_meanwhile_and_its_copies_are_clean(steps: int) -> None:
    model, optimizer = made()
    with watch(model, optimizer, store=False, quiet=True) as w:
        for _ in range(steps):
            step(model, optimizer, w)
        buffer = io.BytesIO()
        torch.save(model, buffer)
        best = copy.deepcopy(model)
        thawed = pickle.loads(pickle.dumps(model))  # noqa: S301
        for other in (best, thawed):
            for _ in range(3):
                other(1000.0 * torch.ones(8, 4))
        step(model, optimizer, w)
    assert w.failed is None
    assert not any(finding.code == "unscaled_inputs" for finding in w.findings)
    torch.save(best, io.BytesIO())
    assert hooks_of(model) == 0
    assert sum(p.grad is not None for p in best.parameters()) in (0, 4)


def test_an_error_inside_never_comes_out_of_the_optimizer() -> None:
    model, optimizer = made()
    with watch(model, optimizer, store=False, quiet=True) as w:
        later = optimizer.register_step_pre_hook(lambda *_: None)
        step(model, optimizer, w)
        w.session.begin = None  # type: ignore[assignment]
        step(model, optimizer, w)
        step(model, optimizer, w)
        assert w.failed is not None
        later.remove()
    assert len(optimizer._optimizer_step_pre_hooks) == 0


def test_it_may_be_closed_from_inside_a_hook() -> None:
    model, optimizer = without_head()

    with watch(
        model, optimizer, store=False, quiet=True, on_finding=lambda _finding: w.close()
    ) as w:
        optimizer.register_step_pre_hook(lambda *_: None)
        for _ in range(20):
            step(model, optimizer, w)
    assert [finding.code for finding in w.findings] == ["outside_optimizer"]
    assert len(optimizer._optimizer_step_pre_hooks) == 1


def test_stop_ends_the_block_of_the_watching_that_asked_for_it() -> None:
    first, second = without_head(), made()
    after = False
    with watch(*first, store=False, quiet=True, on_finding="stop") as outer:
        with watch(*second, store=False, quiet=True) as inner:
            for _ in range(30):
                step(*first, outer)
                step(*second, inner)
        after = True
    assert outer.stopped is not None
    assert inner.stopped is None
    assert not after


def test_two_watchings_of_one_model_and_closures() -> None:
    model, optimizer = made()
    x, y = torch.randn(8, 4), torch.randint(0, 3, (8,))

    def again() -> Any:
        return torch.nn.functional.cross_entropy(model(x), y)

    with (
        watch(model, optimizer, store=False, quiet=True) as one,
        watch(model, optimizer, store=False, quiet=True) as two,
    ):
        for _ in range(40):
            loss = again()
            one.log(loss=loss, closure=again)
            two.log(loss=loss, closure=again)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert one.failed is None
    assert two.failed is None
    assert hooks_of(model) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"loss": None},
        {"loss": "0.3"},
        {"loss": "low"},
        {"loss": torch.ones(3)},
        {"loss": [1.0]},
        {"loss": 10**400},
        {"val_loss": None},
        {"note": "warmup"},
        {"confusion": np.eye(2)},
    ],
    ids=str,
)
def test_a_slip_in_what_is_logged_costs_only_itself(
    wrong: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    model, optimizer = made()
    with watch(model, optimizer, store=False) as w:
        for _ in range(5):
            w.log(**wrong)
            step(model, optimizer, w)
    assert w.failed is None
    assert len(w.trace) == 5
    assert capsys.readouterr().err.count("this is left out") <= 1


def test_it_may_be_logged_before_and_after_the_block() -> None:
    model, optimizer = made()
    w = watch(model, optimizer, store=False, quiet=True)
    w.log(loss=1.0)
    with w:
        step(model, optimizer, w)
    w.log(loss=1.0)
    assert len(w.trace) == 1
    never = watch(model, optimizer, store=False, quiet=True)
    never.close()


def test_an_angry_stream_does_not_end_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    class Angry(io.StringIO):
        def write(self, _text: str) -> int:
            raise RuntimeError("no")

    monkeypatch.setattr(sys, "stderr", Angry())
    model, optimizer = without_head()
    with watch(model, optimizer, store=False) as w:
        for _ in range(10):
            step(model, optimizer, w)
    assert w.failed is None
    assert w.findings


@pytest.mark.filterwarnings("ignore")
def test_a_function_that_is_compiled_as_a_whole() -> None:
    model, optimizer = made()

    @torch.compile(fullgraph=True, backend="eager")
    def cost(x: Any, y: Any) -> Any:
        return torch.nn.functional.cross_entropy(model(x), y)

    with watch(model, optimizer, store=False, quiet=True) as w:
        for _ in range(6):
            loss = cost(torch.randn(8, 4), torch.randint(0, 3, (8,)))
            w.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert w.failed is None
    assert len(w.trace) == 6


def test_the_rate_of_a_restored_optimizer_is_read() -> None:
    model, optimizer = made()
    state = copy.deepcopy(optimizer.state_dict())
    state["param_groups"][0]["lr"] = 0.001
    with watch(model, optimizer, store=False, quiet=True) as w:
        for at in range(6):
            if at == 3:
                optimizer.load_state_dict(state)
            step(model, optimizer, w)
    assert w.trace.learning_rate.tolist() == [0.1] * 3 + [0.001] * 3


def test_gradients_that_can_be_differentiated_again() -> None:
    model, optimizer = made()
    with watch(model, optimizer, store=False, quiet=True) as w:
        for _ in range(4):
            loss = torch.nn.functional.cross_entropy(
                model(torch.randn(8, 4)), torch.zeros(8).long()
            )
            w.log(loss=loss)
            slopes = torch.autograd.grad(loss, list(model.parameters()), create_graph=True)
            for parameter, slope in zip(model.parameters(), slopes, strict=True):
                parameter.grad = slope
            optimizer.step()
    assert w.failed is None


def test_what_is_complex_or_not_made_yet_is_left_out() -> None:
    model = torch.nn.Module()
    model.turn = torch.nn.Parameter(torch.ones(2, dtype=torch.complex64))
    model.scale = torch.nn.Parameter(torch.ones(3))
    optimizer = torch.optim.SGD([model.turn, model.scale], lr=0.1)
    with watch(model, optimizer, store=False, quiet=True) as w:
        for _ in range(5):
            loss = (model.turn.abs() ** 2).sum() + (model.scale**2).sum()
            w.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert w.failed is None
    assert w.trace.names == ("scale[0]", "scale[1]", "scale[2]")


def test_a_frozen_giant_and_a_sparse_one_cost_no_memory_of_their_size() -> None:
    import tracemalloc

    table = torch.nn.Embedding(400_000, 16, sparse=True)
    frozen = torch.nn.Embedding(400_000, 16)
    frozen.weight.requires_grad_(False)
    head = torch.nn.Linear(16, 1)
    model = torch.nn.ModuleList([table, frozen, head])
    sparse, dense = torch.optim.SGD(table.parameters(), lr=0.1), torch.optim.SGD(head.parameters())
    with watch(model, [sparse, dense], store=False, quiet=True) as w:
        before = torch.zeros(1)
        for _ in range(12):
            rows = torch.randint(0, 400_000, (32,))
            loss = (head(table(rows) + frozen(rows)) ** 2).mean()
            w.log(loss=loss)
            sparse.zero_grad()
            dense.zero_grad()
            loss.backward()
            sparse.step()
            dense.step()
        held = sum(
            value.numel()
            for value in vars(w.adapter._staging).values()  # type: ignore[attr-defined]
            if isinstance(value, torch.Tensor)
        )
    assert w.failed is None
    assert held + before.numel() < 10_000
    assert np.isfinite(w.trace.measures["gradient_norm"]).all()
    assert not tracemalloc.is_tracing()
