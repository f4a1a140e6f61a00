"""The record of a watched loop as the page gets it: its layers, its trend, what is left out."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.errors import InputError
from steepest.live.bench import Bench
from steepest.live.layers import MOST_COLUMNS, layers_of, trend_of
from steepest.store import Store
from steepest.trace import Fact, Stop, Trace
from steepest.watching.watch import watch

NAMES = [f"block.{number}" for number in range(12)]
ABOUT = {"source": "Net", "target": "Adam"}
DOCUMENTS = {"summary": json.dumps({**ABOUT, "watched": True}), "watched": json.dumps(ABOUT)}


def network(rows: int = 3_000, layers: list[str] = NAMES, every: int = 1, seed: int = 0) -> Trace:
    """A noisy loss, and layers that are looked at every so manyth row; the third stands still."""
    random = np.random.default_rng(seed)
    loss = (2.0 * np.exp(-np.arange(rows) / 500) + 0.1) * np.exp(0.3 * random.normal(size=rows))
    looked = np.arange(rows) % every == 0
    measures: dict[str, Any] = {}
    for place, name in enumerate(layers):
        measures[f"gradient_norm/{name}"] = np.where(looked, 10.0 ** -(place / 4), np.nan)
        measures[f"weight_norm/{name}"] = np.where(looked, 5.0, np.nan)
        moved = 0.0 if place == 2 else 5e-3 * (place + 1)
        measures[f"update_norm/{name}"] = np.where(looked, moved, np.nan)
    return Trace(
        2 * np.arange(rows),
        loss,
        np.full(rows, 1e-3),
        "unknown",
        (),
        Stop("budget", "the loop ended"),
        loss_of="unknown",
        measures=measures,
        facts={"layers": Fact(", ".join(layers), "in the order of the model")},
    )


def saved(store: Store, trace: Trace) -> Bench:
    writer = store.begin("Net", DOCUMENTS, loss_of="unknown")
    writer.finish(trace, DOCUMENTS)
    return Bench.of_run(writer.id, store)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs.db")


def test_layers_are_thinned_to_what_is_drawn() -> None:
    layers = layers_of(network())
    assert layers is not None
    assert layers.names == NAMES
    assert len(layers.step) == MOST_COLUMNS
    assert layers.step == sorted(set(layers.step))
    assert layers.step[0] == 0
    assert {len(row) for row in [*layers.ratio, *layers.gradient]} == {MOST_COLUMNS}
    assert layers.ratio[1] == [0.002] * MOST_COLUMNS
    assert layers.ratio[2] == [0.0] * MOST_COLUMNS
    assert layers.gradient[4] == [0.1] * MOST_COLUMNS


def test_where_nobody_looked_there_is_no_column() -> None:
    layers = layers_of(network(rows=40, every=7))
    assert layers is not None
    assert layers.step == [0, 14, 28, 42, 56, 70]


def test_a_look_without_the_one_after_it_keeps_the_last_ratio() -> None:
    trace = network(rows=4)
    for name in NAMES:
        trace.measures[f"update_norm/{name}"][2] = math.nan
    trace.measures["gradient_norm/block.0"][3] = math.inf
    layers = layers_of(trace)
    assert layers is not None
    assert layers.step == [0, 2, 4, 6]
    assert layers.ratio[1] == [0.002] * 4
    assert layers.gradient[0] == [1.0, 1.0, 1.0, None]


def test_columns_are_medians_of_what_is_known() -> None:
    trace = network(rows=4_800, layers=["fc"])
    random = np.random.default_rng(1)
    column = np.where(random.random(4_800) < 0.3, np.nan, random.normal(size=4_800) ** 2)
    trace.measures["gradient_norm/fc"][:] = column
    layers = layers_of(trace)
    assert layers is not None
    parts = column.reshape(MOST_COLUMNS, -1)
    assert layers.gradient[0] == pytest.approx(np.nanmedian(parts, axis=1), rel=5e-3)


def test_a_line_through_noise_and_none_through_a_steady_fall() -> None:
    trace = network()
    line = trend_of(trace)
    assert line is not None
    assert line[0] == trace.loss[0]
    level = 2.0 * np.exp(-np.arange(3_000) / 500) + 0.1
    level *= math.exp(0.3**2 / 2)  # the mean of a log-normal
    assert np.abs(np.log(line[60:] / level[60:])).max() < 0.2
    steady = Trace(
        np.arange(100),
        np.exp(-np.arange(100) / 20),
        np.ones(100),
        "unknown",
        (),
        Stop("budget", ""),
    )
    assert trend_of(steady) is None
    trace.loss[50:52] = math.inf
    broken = trend_of(trace)
    assert broken is not None
    assert np.isnan(broken[50:52]).all()
    assert np.isfinite(np.delete(broken, [50, 51])).all()


def test_the_page_says_what_is_left_out(store: Store) -> None:
    bench = saved(store, network())
    record = bench.setup.played
    assert record is not None
    assert bench.setup.words == "A watched loop, Net by Adam: 5,999 steps, done."
    assert (record.plane, record.fit, record.params, record.known) == (None, None, None, False)
    assert record.trend is not None
    assert len(record.trend) == len(record.loss) == 2_000
    assert record.note.startswith("A watched loop: its rows and its cost are not known here")
    assert "path" not in record.note
    assert not bench.setup.choices.apply
    assert not bench.setup.choices.branch
    with pytest.raises(InputError, match="watched loop"):
        list(bench.answer({"ask": "apply", "setting": {"what": "run"}, "finding": 0, "remedy": 0}))


def test_a_small_model_in_a_bowl_has_all_views(store: Store) -> None:
    w, curvatures = np.array([3.0, 2.0]), np.array([1.0, 4.0])
    with watch(store=store, quiet=True) as watching:
        for _ in range(40):
            slope = curvatures * w
            loss = float(slope @ w) / 2
            watching.log(loss=loss, params=w, gradient=slope, learning_rate=0.1)
            w = w - 0.1 * slope
    bench = Bench.of_run("last", store)
    record = bench.setup.played
    assert record is not None
    assert record.known
    assert record.plane is not None
    assert record.plane.minimum == pytest.approx([0.0, 0.0], abs=1e-9)
    assert record.facts.sharpness == pytest.approx(4.0)
    assert record.layers is not None
    assert record.layers.names == ["w"]
    ask = {"ask": "profile", "setting": {"what": "run"}, "step": 3, "along": 0}
    (part,) = bench.answer(ask)
    assert part["profile"]["slope"] == pytest.approx(3.0 * 0.9**3)


def test_a_page_follows_a_loop_that_grows(store: Store) -> None:
    trace = network(rows=200)
    columns = {"step": trace.step, "loss": trace.loss, "learning_rate": trace.learning_rate}
    columns |= {f"measure:{name}": column for name, column in trace.measures.items()}
    with store.begin("Net", DOCUMENTS, loss_of="unknown") as writer:
        writer.extend({name: column[:50] for name, column in columns.items()}, {})
        bench = Bench.of_run("last", store)
        parts = bench.answer({"ask": "follow"})
        first = next(parts)
        assert first["record"]["growing"]
        assert first["record"]["steps"] == 98
        writer.extend({name: column[50:] for name, column in columns.items()}, {})
        grown = next(part for part in parts if part["part"] == "record")
        assert grown["record"]["step"] == trace.step.tolist()
        assert grown["words"].endswith("running.")
        assert len(grown["record"]["layers"]["step"]) == 200
    last = [part for part in parts if part["part"] == "record"][-1]
    assert not last["record"]["growing"]
