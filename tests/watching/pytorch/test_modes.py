"""Evaluation mode, left on and on purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from steepest.watching.watch import watch
from steepest.watching.watching import Watching

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
nn = torch.nn
ROWS = torch.randn(48, 6, generator=torch.Generator().manual_seed(0))
CLASSES = torch.arange(48) % 3


class Net(nn.Module):
    """Batch norm and dropout in the body, dropout before the head."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(
            nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 16)
        )
        self.drop, self.head = nn.Dropout(0.5), nn.Linear(16, 3)

    def forward(self, rows: Any) -> Any:
        return self.head(self.drop(torch.relu(self.body(rows))))


def trained(
    model: Any, before: Callable[[int], object] | None = None, steps: int = 30, forward: Any = None
) -> Watching:
    optimizer = torch.optim.Adam(model.parameters())
    with watch(model, optimizer, store=False, quiet=True) as watching:
        watching.session.budget.credit = 5.0  # what is seen shall not depend on the machine
        for step in range(steps):
            if before is not None:
                before(step)
            loss = nn.functional.cross_entropy((forward or model)(ROWS), CLASSES)
            watching.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert watching.failed is None
    assert not model._forward_pre_hooks
    return watching


def left(watching: Watching) -> tuple[str, ...] | None:
    found = [f.layers for f in watching.findings if f.code == "evaluation_mode"]
    return found[0] if found else None


def test_training_mode_is_clear() -> None:
    watching = trained(Net())
    assert left(watching) is None
    assert "evaluation_mode" in watching.diagnosis.clear


def test_evaluation_mode_from_the_start() -> None:
    assert left(trained(Net().eval(), steps=8)) == ("body.3", "drop", "body.1")


def test_evaluation_mode_left_on_after_an_evaluation() -> None:
    model = Net()

    def evaluate(step: int) -> None:
        if step == 10:
            model.eval()

    assert left(trained(model, evaluate)) is not None


@pytest.mark.parametrize("graph", [True, False])
def test_evaluations_that_go_back_to_training_are_clear(graph: bool) -> None:
    model = Net()

    def evaluate(step: int) -> None:
        if step % 3 == 0:
            model.eval()
            with torch.set_grad_enabled(graph):
                model(ROWS)
            model.train()

    assert left(trained(model, evaluate)) is None


def test_an_evaluation_between_backward_and_update_is_clear() -> None:
    model = Net()

    class Late(torch.optim.SGD):
        """Evaluates right before every update."""

        def zero_grad(self, set_to_none: bool = True) -> None:
            super().zero_grad(set_to_none)
            model.eval()

    optimizer = Late(model.parameters(), lr=0.1)
    with watch(model, optimizer, store=False, quiet=True) as watching:
        for _ in range(20):
            model.train()
            loss = nn.functional.cross_entropy(model(ROWS), CLASSES)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert watching.failed is None
    assert left(watching) is None


def test_batch_norm_alone_may_be_held_fixed() -> None:
    model = Net()
    model.body[1].eval()
    assert left(trained(model)) is None


def test_frozen_parts_may_be_in_evaluation_mode() -> None:
    model = Net()
    model.body.eval().requires_grad_(False)
    model.drop.p = 0.0
    assert left(trained(model)) is None
    model.eval()
    assert left(trained(model)) is None


def test_dropout_that_is_off_in_a_model_in_training_mode() -> None:
    model = Net()
    model.body.eval()
    assert left(trained(model)) is None  # some of it is on
    model.drop.eval()
    assert left(trained(model)) == ("body.3", "drop")


def test_a_model_without_such_parts_may_be_in_any_mode() -> None:
    model = nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.Linear(8, 3), nn.Dropout(0.0))
    assert left(trained(model.eval())) is None


def test_parts_called_one_by_one_are_seen_by_their_mode() -> None:
    model = Net().eval()
    watching = trained(model, forward=lambda rows: model.head(model.drop(model.body(rows))))
    assert left(watching) is not None


def test_dropout_of_a_recurrent_network() -> None:
    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gru, self.head = nn.GRU(6, 8, 2, dropout=0.3), nn.Linear(8, 3)

        def forward(self, rows: Any) -> Any:
            return self.head(self.gru(rows.unsqueeze(0))[0].squeeze(0))

    assert left(trained(Recurrent())) is None
    assert left(trained(Recurrent().eval())) == ("gru",)
