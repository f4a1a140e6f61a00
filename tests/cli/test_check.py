"""`steepest check`: what may be named, exit statuses, and one sentence for what goes wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest.cli.main import main

MODEL = """
import numpy as np
print("loaded")
X = np.linspace(-1, 2, 90).reshape(30, 3)
y = X @ [1.0, 2.0, 3.0] + 0.5
def loss(w):
    return np.mean((X @ w - y) ** 2)
def loss_gradient(w):
    return 2 * X.T @ (X @ w - y) / 30
def summed(w):
    return 2 * X.T @ (X @ w - y)
def both(w):
    return loss(w), loss_gradient(w)
def setup():
    return loss, summed, [1.0, 2.0, 4.0]
def alone():
    return loss, summed
class Cost:
    names = ("a", "b", "c")
    def value_and_gradient(self, w):
        return both(w)
cost = Cost()
class Space:
    loss = staticmethod(loss)
def lonely(w):
    return loss(w)
def broken(w):
    return [][0]
number = 3
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "costs_to_check.py").write_text(MODEL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("costs_to_check", None)


def check(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", *arguments])


def named(name: str) -> str:
    return f"costs_to_check.py:{name}"


@pytest.mark.parametrize(
    "arguments",
    [
        [named("loss"), "--params", "3"],
        [named("loss"), "--params", "1,2,3.5"],
        [named("loss"), "--params", "[1, 2, 3.5]"],
        [named("both"), "--params", "3"],
        [named("Cost")],
        [named("cost"), "--params", "1,2,3"],
        [named("Space.loss"), "--params", "3", "--gradient", "loss_gradient"],
        ["costs_to_check:loss", "--params", "3", "--gradient", named("loss_gradient")],
    ],
)
def test_a_right_gradient_by_every_door(place: Path, arguments: list[str]) -> None:
    done = check(*arguments)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("The gradient is right")
    assert "loaded" not in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [named("setup")],
        [named("alone"), "--params", "3"],
        [named("loss"), "--gradient", "summed", "--params", "3"],
    ],
)
def test_a_wrong_gradient_exits_with_1_and_says_what(place: Path, arguments: list[str]) -> None:
    done = check(*arguments, "--rows", "30")
    assert done.exit_code == 1, done.output
    assert done.stdout.startswith("gradient_scale: the gradient of every coordinate is 30 times")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert len(done.stdout.splitlines()) < 24


def test_json_is_one_object_and_nothing_else(place: Path) -> None:
    done = check(named("setup"), "--json", "--points", "1")
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert answer["ok"] is False
    assert answer["verdict"] == "gradient_scale"
    assert answer["findings"][0]["evidence"]["factor"] == 30.0
    assert (answer["parameters"], answer["points"]) == (3, 1)
    assert json.loads(check(named("Cost"), "--json").stdout)["verdict"] == "right"


@pytest.mark.parametrize("ending", [".json", ".csv", ".txt", ".npy"])
def test_params_from_a_file(place: Path, ending: str) -> None:
    path = place / f"params{ending}"
    numbers = np.array([1.0, 2.0, 4.0])
    if ending == ".npy":
        np.save(path, numbers)
    else:
        path.write_text({".json": "[1, 2, 4]", ".csv": "1,2,4", ".txt": "1 2 4"}[ending])
    done = check(named("both"), "--params", f"@{path}")
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["loss"], "expected MODULE:FUNCTION"),
        (["nowhere.py:loss"], "there is no file nowhere.py"),
        (["no_such_module_here:loss"], "no module no_such_module_here to import"),
        ([named("los"), "--params", "3"], "did you mean loss?"),
        ([named("loss")], "give --params"),
        ([named("alone")], "give --params"),
        ([named("lonely"), "--params", "3"], "there is no lonely_gradient beside it"),
        ([named("number"), "--params", "3"], "expected a function or an objective"),
        ([named("broken"), "--params", "3"], "IndexError"),
        ([named("loss"), "--params", "4"], "could not be checked: ValueError"),
        ([named("loss"), "--params", "1,x"], "cannot be read as numbers"),
        ([named("loss"), "--params", "0"], "expected 1 to"),
        ([named("loss"), "--params", "@none.json"], "cannot be read"),
        ([named("loss"), "--params", "3", "--points", "0"], "points is 0"),
    ],
)
def test_bad_input_exits_with_2_in_one_sentence(
    place: Path, arguments: list[str], said: str
) -> None:
    done = check(*arguments)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_code_that_cannot_be_read_is_one_sentence(place: Path) -> None:
    (place / "torn.py").write_text("def loss(w:\n")
    done = check("torn.py:loss", "--params", "3")
    assert done.exit_code == 2
    assert "SyntaxError" in done.stderr
