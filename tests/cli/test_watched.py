"""A watched loop on the command line: listed, shown, diagnosed; refused where a model is needed."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from steepest.saved import context_of
from steepest.store import Store
from steepest.trace import Fact, Stop, Trace
from steepest.watching.watch import watch

STEPS = 60
LAYERS = [f"block.{number}" for number in range(20)]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A store with a loop by hand that goes down a bowl, and one with many layers."""
    store = Store(tmp_path / "runs.db")
    w = np.array([3.0, 2.0])
    with watch(store=store, quiet=True, name="bowl") as watching:
        for _ in range(STEPS):
            watching.log(
                loss=float(w @ w),
                params={"w": w[0], "b": w[1]},
                gradient={"w": 2 * w[0], "b": 2 * w[1]},
                learning_rate=0.1,
            )
            w = w - 0.1 * 2 * w
    writer = store.begin("Net", _documents("Net", "Adam"), loss_of="unknown")
    writer.finish(network(), _documents("Net", "Adam"))
    return store.path


def _documents(source: str, target: str) -> dict[str, str]:
    about = {"source": source, "target": target}
    return {"summary": json.dumps({**about, "watched": True}), "watched": json.dumps(about)}


def network() -> Trace:
    loss = 2.0 * np.exp(-np.arange(STEPS) / 20)
    every = np.ones(STEPS)
    measures = {"gradient_norm": every, "update_to_weight": 1e-3 * every}
    for place, name in enumerate(LAYERS):
        measures[f"gradient_norm/{name}"] = np.where(np.arange(STEPS) % 2, 0.5, np.nan)
        measures[f"weight_norm/{name}"] = 4.0 * every
        measures[f"update_norm/{name}"] = 4e-3 * (place + 1) * every
    facts = {
        "layers": Fact(", ".join(LAYERS), "in the order of the model"),
        "framework": Fact("PyTorch 2", "its own version"),
        "classes": Fact(10.0, "counted"),
        "batch_size": Fact(32.0, "counted"),
    }
    stop = Stop("budget", f"the loop ended after {STEPS} steps")
    return Trace(
        np.arange(STEPS),
        loss,
        0.01 * every,
        "unknown",
        (),
        stop,
        loss_of="unknown",
        measures=measures,
        facts=facts,
    )


def test_runs_say_what_was_trained_by_what(steepest, kept: Path) -> None:
    told = steepest("runs", "--store", kept)
    assert told.exit_code == 0
    lines = [line.split() for line in told.stdout.splitlines() if line.strip()][2:]
    assert lines[0][0] == "Net-1"
    assert lines[0][3:] == ["Net", "by", "Adam", "done", "59"]
    assert lines[1][3:6] == ["loop", "done", "59"]
    net, bowl = json.loads(steepest("runs", "--store", kept, "--json").stdout)["runs"]
    assert (net["source"], net["target"], net["watched"]) == ("Net", "Adam", True)
    assert bowl["verdict"] is not None


def test_show_tells_losses_findings_and_layers(steepest, kept: Path) -> None:
    told = steepest("show", "Net-1", "--store", kept)
    assert told.exit_code == 0
    assert "Net by Adam, PyTorch 2" in told.stdout
    assert "the loop ended after 60 steps" in told.stdout
    assert "2 at first, 0.1047 at last" in told.stdout
    assert "learning rate 0.01." in told.stdout
    lines = [line.split() for line in told.stdout.splitlines()]
    assert ["block.0", "0.5", "0.001", "4"] in lines
    assert ["block.9", "0.5", "0.01", "4"] in lines
    assert "And 4 layers more" in told.stdout


def test_show_as_json(steepest, kept: Path) -> None:
    told = json.loads(steepest("show", "Net-1", "--store", kept, "--json").stdout)
    assert (told["source"], told["target"], told["watched"]) == ("Net", "Adam", True)
    assert [layer["name"] for layer in told["layers"]] == LAYERS
    assert told["layers"][1] == {
        "name": "block.1",
        "gradient_norm": 0.5,
        "update_to_weight": pytest.approx(2e-3),
        "weight_norm": 4.0,
    }
    assert {"verdict", "findings", "stop"} <= told.keys()


def test_show_of_one_that_grows(steepest, tmp_path: Path) -> None:
    store = Store(tmp_path / "runs.db")
    with store.begin("Net", _documents("Net", "Adam")) as writer:
        told = steepest("show", "Net-1", "--store", store.path)
        assert "No step was flushed." in told.stdout
        steps = np.arange(30)
        columns = {"step": steps, "loss": 2.0 - steps / 30, "learning_rate": np.full(30, 0.1)}
        writer.extend(columns, {})
        told = steepest("show", "Net-1", "--store", store.path)
        assert "Net by Adam: 30 steps so far, still going on." in told.stdout
        assert "running" in steepest("runs", "--store", store.path).stdout


def test_diagnose_reads_it_from_the_store_alone(steepest, kept: Path) -> None:
    told = steepest("diagnose", "Net-1", "--store", kept)
    assert told.exit_code == 0
    assert "block.3" not in told.stdout
    assert "gradient norm of each layer" in told.stdout
    bowl = json.loads(steepest("diagnose", "bowl-1", "--store", kept, "--json").stdout)
    kind = json.loads(steepest("show", "bowl-1", "--store", kept, "--json").stdout)
    assert bowl["verdict"] == kind["verdict"]


def test_what_the_watcher_counted_is_known_to_the_diagnosis() -> None:
    known = context_of(network(), None, None)
    assert (known.classes, known.batch) == (10, 32)
    strange = {"classes": Fact("many", ""), "batch_size": Fact(math.nan, "")}
    trace = network()
    for name, fact in strange.items():
        trace = Trace(
            trace.step, trace.loss, trace.learning_rate, "unknown", (), trace.stop,
            facts={name: fact},
        )  # fmt: skip
        known = context_of(trace, None, None)
        assert (known.classes, known.batch) == (None, None)


@pytest.mark.parametrize(
    "words",
    [
        ("show", "Net-1", "--report", "net.html"),
        ("show", "Net-1", "--markdown"),
        ("predict", "Net-1", "houses"),
        ("export", "Net-1", "--out", "net.py"),
        ("evaluate", "Net-1", "houses"),
        ("study", "Net-1"),
        ("compare", "Net-1", "bowl-1"),
    ],
)
def test_what_needs_a_model_refuses_in_a_sentence(steepest, kept: Path, words) -> None:
    refused = steepest(*words, "--store", kept)
    assert refused.exit_code == 2
    assert "watched loop (Net by Adam)" in refused.stderr
    assert "steepest show Net-1" in refused.stderr
    assert refused.stdout == ""
