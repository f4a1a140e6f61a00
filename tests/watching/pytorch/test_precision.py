"""Gradient scalers: a few skips are how they work; one after the other is a fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from steepest.watching.watch import watch

torch = pytest.importorskip("torch")
nn = torch.nn


def trained(overflows: Callable[[int], bool], steps: int = 40, parts: int = 1) -> Any:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=65536.0)
    with watch(model, optimizer, scaler=scaler, store=False, quiet=True, every=1) as watching:
        for step in range(steps):
            optimizer.zero_grad()
            for _ in range(parts):
                X, y = torch.randn(16, 8), torch.randint(0, 3, (16,))
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    loss = nn.functional.cross_entropy(model(X).float(), y)
                watching.log(loss=loss)
                scaler.scale(loss / parts).backward()
            if overflows(step):
                model[0].weight.grad[0, 0] = float("inf")
            scaler.step(optimizer)
            scaler.update()
    assert watching.failed is None
    return watching


def codes(watching: Any) -> list[str]:
    return [finding.code for finding in watching.findings]


@pytest.mark.parametrize("parts", [1, 4])
def test_a_scaler_that_finds_its_scale(parts: int) -> None:
    watching = trained(lambda step: step < 3, parts=parts)
    assert codes(watching) == []
    assert watching.trace.number("skipped_steps") == 3
    assert watching.trace.number("skipped_in_a_row") == 3
    assert watching.trace.number("updates_made") == 37
    assert watching.trace.measures["loss_scale"][0] == 65536 / 8


def test_no_scale_that_is_small_enough() -> None:
    watching = trained(lambda step: step >= 10)
    told = [each.because for each in watching.findings if each.code == "skipped_steps"]
    assert "in a row, and 10 were made" in told[0]
    assert watching.trace.number("skipped_steps") == 30


def test_not_one_update_is_made() -> None:
    watching = trained(lambda step: True)
    assert "skipped_steps" in codes(watching)
    assert watching.trace.number("updates_made") == 0
    assert len(watching.trace) == 1


def test_nothing_overflows() -> None:
    watching = trained(lambda step: False)
    assert codes(watching) == []
    assert "skipped_steps" not in watching.trace.facts


def test_a_scaler_that_is_off() -> None:
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    with watch(model, optimizer, scaler=scaler, store=False, quiet=True) as watching:
        for _ in range(4):
            loss = model(torch.ones(2, 4)).square().mean()
            watching.log(loss=loss)
            loss.backward()
            scaler.step(optimizer)
    assert watching.failed is None
    assert "loss_scale" not in watching.trace.measures


@pytest.mark.parametrize("first_left_out", [False, True])
def test_the_scale_is_read_rarely(first_left_out: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    original = torch.amp.GradScaler.get_scale

    def counted(scaler: Any) -> float:
        reads.append(1)
        return float(original(scaler))

    monkeypatch.setattr(torch.amp.GradScaler, "get_scale", counted)
    watching = trained(lambda step: first_left_out and step == 0, steps=100, parts=8)
    assert len(reads) < 16
    assert watching.trace.facts.get("skipped_steps") is not None or not first_left_out


def test_every_other_step_left_out_is_counted_and_still_read_rarely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads: list[int] = []
    original = torch.amp.GradScaler.get_scale

    def counted(scaler: Any) -> float:
        reads.append(1)
        return float(original(scaler))

    monkeypatch.setattr(torch.amp.GradScaler, "get_scale", counted)
    watching = trained(lambda step: step % 2 == 0, steps=200)
    assert watching.trace.number("skipped_steps") == 100
    assert len(reads) < 40
