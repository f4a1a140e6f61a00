from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from steepest.trace import Stop, Trace
from steepest.views.log_view import show_losses, show_reading


def log_of(loss: np.ndarray, **more: object) -> Trace:
    rows = len(loss)
    rates = more.pop("rates", np.full(rows, np.nan))
    return Trace(np.arange(rows), loss, rates, "unknown", (), Stop("budget", "the log ends here"),
                 loss_of="unknown", **more)  # type: ignore[arg-type]  # fmt: skip


def console(encoding: str = "utf-8") -> tuple[Console, io.TextIOWrapper]:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    return Console(file=out, width=80), out


def reading(trace: Trace, columns: dict[str, str], *remarks: str) -> str:
    terminal, out = console()
    show_reading("log.csv: CSV, 9 rows", columns, remarks, trace, terminal)
    out.seek(0)
    return " ".join(out.read().split())


def losses(trace: Trace, encoding: str = "utf-8") -> str:
    terminal, out = console(encoding)
    show_losses(trace, terminal)
    out.seek(0)
    return out.read()


def test_columns_by_meaning_and_by_name() -> None:
    trace = log_of(np.ones(9), rates=np.full(9, 0.1))
    text = reading(trace, {"loss": "train/loss", "epoch": "epoch", "learning_rate": "lr",
                           "measures": "accuracy"}, "a remark")  # fmt: skip
    assert "Log log.csv: CSV, 9 rows, steps 0 to 8." in text
    assert "Loss (train/loss), epoch, learning rate 0.1 (lr); also accuracy; no val loss" in text
    assert "parameters, gradients or their norm." in text
    assert "Note A remark." in text


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        (np.full(4, 0.1), "learning rate 0.1"),
        (np.array([0.4, 0.2, 0.1, np.nan]), "from 0.4 to 0.1"),
        (np.array([0.1, 0.4, 0.2, 0.1]), "from 0.1, up to 0.4, to 0.1"),
        (np.full(4, np.nan), "in no row"),
    ],
)
def test_the_learning_rate_in_words(rates: np.ndarray, said: str) -> None:
    text = reading(log_of(np.ones(4), rates=rates), {"loss": "loss", "learning_rate": "lr"})
    assert said in text


def test_remarks_are_not_listed_without_end() -> None:
    text = reading(log_of(np.ones(4)), {"loss": "loss"}, *(f"remark {i}" for i in range(6)))
    assert "Remark 2." in text
    assert "And 3 remarks more" in text


def test_the_picture_is_small_and_shows_the_validation_loss() -> None:
    down = np.exp(-np.arange(50) / 10)
    alone = losses(log_of(down)).splitlines()
    assert len(alone) <= 8
    assert "loss" in alone[-1]
    assert "val loss" not in alone[-1]
    both = losses(log_of(down, measures={"val_loss": down + 0.1}))
    assert "val loss" in both
    assert max(map(len, both.splitlines())) <= 80
    assert losses(log_of(down), "ascii").isascii()


@pytest.mark.parametrize(
    "loss",
    [
        [1.0, 2.0],
        [np.nan] * 5,
        [1.0, 1e200, 1e308, np.inf, np.nan],
        [1.0, 1.0, 1.0, 1.0],
        [-1.0, 0.0, -1e308, 1e308],
        [0.0, 0.0, 0.0],
        [5e-324, 0.0, 5e-324, 1e308],
    ],
)
def test_losses_of_all_kinds_are_drawn_or_left_out(loss: list[float]) -> None:
    drawn = losses(log_of(np.array(loss)))
    assert (drawn == "") == (np.isfinite(loss).sum() < 3)
    held_out = np.array(loss)[::-1].copy()
    losses(log_of(np.array(loss), measures={"val_loss": held_out}))
