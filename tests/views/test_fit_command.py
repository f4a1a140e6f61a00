"""The command that asks for a run again means the same run."""

from __future__ import annotations

import shlex
from typing import Any

import click
import pytest

from steepest.cli.fit import command
from steepest.run import Request
from steepest.views.fit_command import fit_command

REQUESTS = [
    Request("houses", "price"),
    Request("my data/a b.csv", "the price $", features=("size", "a b"), loss="squared"),
    Request("x.parquet", "y", learning_rate=3.4e-7, scale="none", steps=5000, start="w=-0.1,b=900"),
    Request("x.csv", "y", intercept=False, batch=64, degree=3, holdout=0.0, seed=7, tolerance=0.0),
    Request("x.csv", "y", missing="drop", max_levels=9, rule="gradient_descent"),
    Request("x.csv", "y", loss="huber", huber_delta=2.5, weight="how often", l2=0.1, l1=1e-9),
    Request("x.csv", "y", loss="softmax", rule="momentum:0.95", learning_rate="cosine:0.1,steps=9"),
    Request("x.csv", "y", batch=8, average=True, full_loss_every=100, threads="all"),
]


def parsed(line: str) -> dict[str, Any]:
    words = shlex.split(line)
    assert words[:2] == ["steepest", "fit"]
    context: click.Context = command.make_context("fit", words[2:])
    return context.params


def rate(text: float | str) -> float | str:
    """A learning rate as it is read: a number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize("request_", REQUESTS, ids=range(len(REQUESTS)))
def test_the_command_line_reads_back_as_the_request(request_: Request) -> None:
    read = parsed(fit_command(request_))
    features = None if read["features"] is None else tuple(read["features"].split(","))
    assert read["data"] == request_.source
    assert features == request_.features
    assert read["no_intercept"] is not request_.intercept
    assert (None if read["batch"] == "full" else read["batch"]) == request_.batch
    assert rate(read["learning_rate"]) == rate(request_.learning_rate)
    for name in ("target", "loss", "rule", "steps", "tolerance", "start"):
        assert read[name] == getattr(request_, name), name
    for name in ("weight", "l2", "l1", "huber_delta", "average", "full_loss_every", "threads"):
        assert read[name] == getattr(request_, name), name
    for name in ("scale", "degree", "holdout", "missing", "max_levels", "seed"):
        assert read[name] == getattr(request_, name), name


def test_a_remedy_replaces_what_was_asked() -> None:
    asked = Request("houses", "price", learning_rate=1.0, scale="none")
    read = parsed(fit_command(asked, {"learning_rate": 0.1 + 0.2, "scale": "standard"}))
    assert rate(read["learning_rate"]) == 0.1 + 0.2
    assert read["scale"] == "standard"


def test_a_table_in_memory_is_fitted_in_python() -> None:
    line = fit_command(Request("a pandas DataFrame", "price", steps=9), {"learning_rate": 0.5})
    assert line == "steepest.fit(table, 'price', learning_rate=0.5, steps=9)"
