"""Planted faults are named, healthy trainings let be: some of `benchmarks/watching`, in short."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

FOLDER = Path(__file__).parents[2] / "benchmarks" / "watching"

pytestmark = [
    pytest.mark.skipif(not FOLDER.exists(), reason="the benchmarks are not here"),
    pytest.mark.filterwarnings("ignore"),
]

FAULTS = {
    "missing zero_grad": "MLP, SGD",
    "wrong parameters": "conv net, SGD; without the convolutions",
    "rate ten times too high": "MLP, SGD",
    "loss detached": "MLP, SGD; features",
    "softmax twice": "MLP, Adam; before the loss",
    "labels shuffled": "MLP, SGD",
    "layer frozen": "MLP, SGD; second",
    "exploding recurrent net": "digits by four pixels, relu, momentum",
    "overflow in float16": "deep net in half",
    "evaluation mode left on": "MLP with norm; after validation",
    "data unscaled": "wine in its own units; MLP, SGD",
}
SOUND = (
    "digits, MLP, momentum",
    "digits, MLP with dropout and validation",
    "diabetes, MLP, Adam",
    "fine-tuning, frozen backbone with norm in eval",
    "a ring, adversarial, two optimizers",
    "digits, MLP, loss logged late, as a number",
    "diabetes, linear, full batch",
    "a line through points",
    "digits, MLP, log-softmax and its loss",
)


@pytest.fixture(scope="module")
def load() -> Iterator[object]:
    """Modules of the benchmark by name; they lie beside each other, outside the package."""
    sys.path.insert(0, str(FOLDER))
    names = {path.stem for path in FOLDER.glob("*.py")}
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield importlib.import_module
    torch.set_num_threads(threads)
    sys.path.remove(str(FOLDER))
    for name in names:
        sys.modules.pop(name, None)
    sys.modules.update(before)


def test_every_fault_has_settings_and_a_test(load) -> None:
    planted = load("planted").PLANTED
    settings = [each.setting for each in planted if each.fault in FAULTS]
    assert {each.fault for each in planted} == set(FAULTS)
    assert len(settings) >= 3 * len(FAULTS)
    assert len({(each.fault, each.setting) for each in planted}) == len(planted)
    assert set(SOUND) <= {each.name for each in load("healthy").HEALTHY}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named_in_time(load, fault: str) -> None:
    """In the first fifth, with its layer, and nothing wrong before."""
    planted = next(
        each
        for each in load("planted").PLANTED
        if (each.fault, each.setting) == (fault, FAULTS[fault])
    )
    found = load("judged").catch(planted, seed=7, patient=True)
    assert found.counts
    assert found.right, load("pages").printed(found)
    assert found.failed is None


@pytest.mark.parametrize("name", SOUND)
def test_a_healthy_training_is_let_be(load, name: str) -> None:
    healthy = next(each for each in load("healthy").HEALTHY if each.name == name)
    found = load("judged").let_be(healthy, seed=7, compare=True, patient=True)
    assert not found.during, load("pages").printed(found)
    assert not found.after, load("pages").printed(found)
    assert found.same
    assert found.failed is None


def test_a_layer_is_named_by_its_parts_and_by_no_other(load) -> None:
    judged, told = load("judged"), load("loop").Told
    wanted = next(
        each for each in load("planted").PLANTED if each.setting == "transformer, AdamW; blocks.0"
    )
    assert judged.is_named(told("c", "error", ("blocks.0.qkv", "blocks.0.up"), "", 1), wanted)
    assert judged.is_named(told("c", "error", (), "nothing moves in blocks.0", 1), wanted)
    assert not judged.is_named(told("c", "error", ("blocks.0.qkv", "head"), "", 1), wanted)
    assert not judged.is_named(told("c", "error", (), "something is wrong", 1), wanted)


def test_a_wrong_word_before_the_right_one_is_a_miss(load) -> None:
    caught = load("judged").Caught
    first = caught("f", "s", 1, 80, 12, (), ("a",), False, False, None, True, (), None)
    assert first.right
    after = caught("f", "s", 1, 80, 12, ("plateau",), ("a",), False, False, None, True, (), None)
    late = caught("f", "s", 1, 80, 80, (), ("a",), False, False, None, True, (), None)
    assert not after.right
    assert not late.right
    page = load("pages").page([first, after, late], [], [1])
    assert "| f | 3 | 33 % | 67 % | 12 | 0 | 1 |" in page


def test_the_judge_sees_a_changed_bit(load) -> None:
    loop, healthy = load("loop"), load("healthy").HEALTHY
    make = next(each.make for each in healthy if each.name == "a line through points")
    assert loop.watched(make, 3, None).state == loop.watched(make, 3, None).state
    assert loop.watched(make, 3, None).state != loop.watched(make, 4, None).state
