"""Gradients of the step before, where they are and where they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from steepest.watching.pytorch import kept_gradients
from steepest.watching.watch import watch
from steepest.watching.watching import Watching

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
nn = torch.nn
ROWS = torch.randn(40, 5, generator=torch.Generator().manual_seed(0))
GOALS = ROWS @ torch.tensor([[1.0], [-1.0], [0.5], [0.0], [2.0]])

Turn = Callable[[Any, Any, Callable[[], Any]], None]


def once(optimizer: Any, loss_of: Callable[[], Any], *, none: bool = True) -> None:
    optimizer.zero_grad(set_to_none=none)
    loss_of().backward()
    optimizer.step()


def zeroed_after(model: Any, optimizer: Any, loss_of: Callable[[], Any]) -> None:
    loss_of().backward()
    optimizer.step()
    model.zero_grad()


def zeroed_in_between(model: Any, optimizer: Any, loss_of: Callable[[], Any]) -> None:
    loss = loss_of()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def accumulated(model: Any, optimizer: Any, loss_of: Callable[[], Any]) -> None:
    for _ in range(4):
        (loss_of() / 4).backward()
    optimizer.step()
    optimizer.zero_grad()


def never(model: Any, optimizer: Any, loss_of: Callable[[], Any]) -> None:
    loss_of().backward()
    optimizer.step()


SOUND: dict[str, Turn] = {
    "before": lambda m, o, f: once(o, f),
    "to zeros": lambda m, o, f: once(o, f, none=False),
    "after": zeroed_after,
    "in between": zeroed_in_between,
    "accumulated": accumulated,
}


def model_of() -> Any:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 1), nn.Identity())


def trained(turn: Turn, steps: int = 60, optimizer_of: Any = None) -> Watching:
    model = model_of()
    make = optimizer_of or (lambda p: torch.optim.SGD(p, lr=1e-3))
    optimizer = make(model.parameters())
    with watch(model, optimizer, store=False, quiet=True) as watching:
        watching.session.budget.credit = 5.0  # what is seen shall not depend on the machine
        for _ in range(steps):
            turn(model, optimizer, lambda: (model(ROWS) - GOALS).pow(2).mean())
    assert watching.failed is None
    assert not any(p._backward_hooks for p in model.parameters())
    return watching


def test_gradients_that_are_never_zeroed() -> None:
    watching = trained(never)
    finding = next(f for f in watching.findings if f.code == "accumulating_gradients")
    assert finding.severity == "error"
    assert watching.trace.facts["kept_gradient"].value == "step 1"


@pytest.mark.parametrize("name", SOUND)
def test_gradients_that_are_zeroed_somewhere(name: str) -> None:
    assert "kept_gradient" not in trained(SOUND[name]).trace.facts


@pytest.mark.parametrize("kind", ["Adam", "SGD", "RMSprop"])
def test_every_optimizer_is_looked_at_alike(kind: str) -> None:
    def make(parameters: Iterator[Any]) -> Any:
        return getattr(torch.optim, kind)(parameters, lr=1e-3)

    assert "kept_gradient" in trained(never, 12, make).trace.facts
    assert "kept_gradient" not in trained(SOUND["before"], 12, make).trace.facts


def test_a_closure_that_zeroes() -> None:
    def turn(model: Any, optimizer: Any, loss_of: Callable[[], Any]) -> None:
        def closure() -> Any:
            optimizer.zero_grad()
            loss = loss_of()
            loss.backward()
            return loss

        optimizer.step(closure)

    watching = trained(turn, 12, lambda p: torch.optim.LBFGS(p, lr=0.1))
    assert "kept_gradient" not in watching.trace.facts


def test_zeroing_that_stops_on_the_way_is_seen_later() -> None:
    steps = iter(range(1000))

    def turn(model: Any, optimizer: Any, loss_of: Callable[[], Any]) -> None:
        (SOUND["before"] if next(steps) < 30 else never)(model, optimizer, loss_of)

    assert "kept_gradient" in trained(turn, 120).trace.facts


@pytest.mark.parametrize("first", [0, 1])
def test_what_another_loss_leaves_behind_is_zeroed_in_time(first: int) -> None:
    torch.manual_seed(0)
    maker, judge = nn.Linear(5, 5), nn.Linear(5, 1)
    both = nn.ModuleList([maker, judge])
    optimizers = [torch.optim.SGD(part.parameters(), lr=1e-3) for part in both]
    order = optimizers if first == 0 else optimizers[::-1]
    with watch(both, order, store=False, quiet=True) as watching:
        for _ in range(40):
            optimizers[1].zero_grad()
            (judge(maker(ROWS).detach()).mean() - judge(ROWS).mean()).backward()
            optimizers[1].step()
            optimizers[0].zero_grad()
            (-judge(maker(ROWS)).mean()).backward()
            optimizers[0].step()
    assert "kept_gradient" not in watching.trace.facts


def test_a_watched_model_is_saved_without_a_warning(tmp_path: Any) -> None:
    model = model_of()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    with watch(model, optimizer, store=False, quiet=True):
        for _ in range(3):
            once(optimizer, lambda: (model(ROWS) - GOALS).pow(2).mean())
        torch.save(model.state_dict(), tmp_path / "state.pt")
        assert any(p._backward_hooks for p in model.parameters())


@pytest.mark.parametrize("turn", [never, *SOUND.values()])
def test_the_numbers_are_the_same_with_and_without(turn: Turn) -> None:
    ends = []
    for watched in (True, False):
        model = model_of()
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

        def run(model: Any = model, optimizer: Any = optimizer) -> None:
            for _ in range(20):
                turn(model, optimizer, lambda: (model(ROWS) - GOALS).pow(2).mean())

        if watched:
            with watch(model, optimizer, store=False, quiet=True):
                run()
        else:
            run()
        ends.append([p.detach().clone() for p in model.parameters()])
    assert all(torch.equal(one, other) for one, other in zip(*ends, strict=True))


def test_of_large_gradients_a_sample_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    original = torch.Tensor.any

    def counted(tensor: Any, *args: Any) -> Any:
        seen.append(tensor.numel())
        return original(tensor, *args)

    monkeypatch.setattr(torch.Tensor, "any", counted)
    monkeypatch.setattr(kept_gradients, "LARGE", 100)
    some, none = torch.ones(4000), torch.zeros(64, 8, 3, 3).to(memory_format=torch.channels_last)
    assert kept_gradients._any_of([none, some]) == [False, True]
    assert kept_gradients._any_of([]) == []
    assert max(seen) <= 100
