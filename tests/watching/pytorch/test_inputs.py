"""What a model is fed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from steepest.watching.watch import watch
from steepest.watching.watching import Watching

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
nn = torch.nn

X, Y = load_digits(return_X_y=True)


def _watched(inputs: Any, model: Any = None, *, rows: int | None = 32, steps: int = 12) -> Watching:
    torch.manual_seed(0)
    x, y = torch.tensor(np.asarray(inputs), dtype=torch.float32), torch.tensor(Y)
    model = nn.Sequential(nn.Linear(x.shape[1], 10)) if model is None else model
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with watch(model, optimizer, store=False, quiet=True) as watching:
        for _ in range(steps):
            some = slice(None) if rows is None else torch.randint(0, len(x), (rows,))
            loss = nn.functional.cross_entropy(model(x[some]), y[some])
            watching.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert watching.failed is None
    assert not any(m._forward_pre_hooks or m._forward_hooks for m in model.modules())
    return watching


def _codes(watching: Watching) -> list[str]:
    return [finding.code for finding in watching.findings]


def test_raw_pixels_are_named_with_their_numbers() -> None:
    watching = _watched(X)
    finding = next(each for each in watching.findings if each.code == "unscaled_inputs")
    assert finding.layers == ("0",)
    assert finding.evidence["scale"] == pytest.approx(np.sqrt(np.mean(X**2)), rel=0.1)
    assert "subtract the mean (about " in finding.remedies[0].sentence


def test_they_are_named_at_the_first_step_and_speak_for_what_they_lead_to() -> None:
    told: list[tuple[str, int]] = []
    torch.manual_seed(0)
    x, y = torch.tensor(255.0 * X, dtype=torch.float32), torch.tensor(Y)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watch(model, optimizer, store=False, quiet=True) as watching:
        watching.listeners.append(lambda finding, step: told.append((finding.code, step)))
        for step in range(20):
            loss = nn.functional.cross_entropy(model(x[32 * step :][:32]), y[32 * step :][:32])
            watching.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert told == [("unscaled_inputs", 0)]
    assert watching.diagnosis.verdict == "unscaled_inputs"


@pytest.mark.parametrize("scaled", ["divided", "standardised"])
def test_scaled_ones_are_fine(scaled: str) -> None:
    spread = np.where(X.std(0) > 0, X.std(0), 1.0)
    inputs = X / 16 if scaled == "divided" else (X - X.mean(0)) / spread
    assert "unscaled_inputs" not in _codes(_watched(inputs))


def test_columns_of_different_scales() -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(len(Y), 6)) * [1, 1, 0.5, 300, 1, 1]
    watching = _watched(table)
    assert watching.trace.number("input_spread") == pytest.approx(300, rel=0.3)
    assert "unscaled_inputs" in _codes(watching)


def test_a_far_offset() -> None:
    table = 3 + 0.2 * np.random.default_rng(0).normal(size=(len(Y), 6))
    assert _watched(table).trace.number("input_offset") == pytest.approx(15, rel=0.1)


def test_a_first_layer_that_normalises_clears() -> None:
    watching = _watched(X, nn.Sequential(nn.BatchNorm1d(64), nn.Linear(64, 10)))
    assert watching.trace.facts["input_normalised"].value == "0"
    assert "unscaled_inputs" not in _codes(watching)


def test_what_the_model_does_before_its_first_layer_counts() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(64, 10)

        def forward(self, x: Any) -> Any:
            return self.layer(x / 16)

    assert "unscaled_inputs" not in _codes(_watched(X, Scaled()))


def test_tokens_are_not_looked_at() -> None:
    class Words(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding, self.head = nn.Embedding(20, 8), nn.Linear(8, 10)

        def forward(self, x: Any) -> Any:
            return self.head(self.embedding(x.long()).mean(1))

    assert "input_scale" not in _watched(X, Words()).trace.facts


def test_a_compiled_model_is_seen_from_outside_only() -> None:
    layer = nn.Linear(64, 10)
    watching = _watched(X, torch.compile(layer, backend="eager"))
    assert "unscaled_inputs" in _codes(watching)


@pytest.mark.parametrize(("rows", "batches"), [(None, "full"), (32, "mini")])
def test_whether_it_is_the_same_batch_every_time(rows: int | None, batches: str) -> None:
    facts = _watched(X / 16, rows=rows).trace.facts
    assert facts["batches"].value == batches
    assert facts["batch_size"].number == (rows or len(X))
