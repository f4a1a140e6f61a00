"""`steepest diagnose` as a person, a script and a build server use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from steepest.diagnosis.diagnose import RULES, diagnose
from steepest.diagnosis.finding import Diagnosis, Finding, Remedy

Steepest = Callable[..., Result]
BROKEN = "epoch,loss,val_loss\n" + "".join(f"{i},{2 * 0.8**i},{3 * 0.8**i}\n" for i in range(12))
BROKEN += "12,nan,nan\n13,nan,nan\n"


@pytest.fixture
def broken(steepest: Steepest) -> str:
    """A log in the working folder whose loss becomes NaN."""
    Path("broken.csv").write_text(BROKEN)
    return "broken.csv"


def test_the_screen_says_what_was_read_what_is_wrong_and_what_to_do(
    steepest: Steepest, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = steepest("diagnose", broken)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "Log       broken.csv: CSV, 14 rows, steps 0 to 13."
    assert lines[1].startswith("Read      Loss, epoch, val loss; no learning rate")
    assert "Not finite" in result.output
    assert "  Do  " in result.output
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80


def test_json_is_one_object_with_the_log_and_every_rule(steepest: Steepest, broken: str) -> None:
    result = steepest("diagnose", broken, "--json")
    answer = json.loads(result.stdout)
    assert answer["verdict"] == "non_finite"
    assert answer["findings"][0]["remedies"]
    assert answer["log"]["path"] == "broken.csv"
    assert answer["log"]["rows"] == 14
    assert answer["log"]["columns"] == {"loss": "loss", "epoch": "epoch", "val_loss": "val_loss"}
    told = {*answer["clear"], *answer["cannot_tell"], *(f["code"] for f in answer["findings"])}
    assert len(told) >= len(RULES)


@pytest.mark.parametrize("form", [[], ["--json"], ["--github"]])
def test_the_exit_code_is_asked_for(steepest: Steepest, broken: str, form: list[str]) -> None:
    assert steepest("diagnose", broken, *form).exit_code == 0
    assert steepest("diagnose", broken, *form, "--exit-code").exit_code == 1
    Path("one.csv").write_text("step,loss\n0,1\n")
    assert steepest("diagnose", "one.csv", *form, "--exit-code").exit_code == 0


def test_annotations_are_workflow_commands_alone(steepest: Steepest, broken: str) -> None:
    result = steepest("diagnose", broken, "--github")
    first, *others = result.output.splitlines()
    assert first.startswith("::error file=broken.csv,title=Not finite")
    assert all(line.startswith("::") for line in others)
    refused = steepest("diagnose", broken, "--github", "--json")
    assert refused.exit_code == 2


def test_what_the_user_says_reaches_the_rules(
    steepest: Steepest, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []

    def spy(trace: object, context: object) -> Diagnosis:
        seen.append(context)
        return diagnose(trace, context)  # type: ignore[arg-type]

    monkeypatch.setattr("steepest.diagnosis.diagnose.diagnose", spy)
    steepest("diagnose", broken, "--classes", 10, "--batch", 32, "--optimizer", "Adam",
             "--epochs", 5)  # fmt: skip
    context = seen[0]
    assert (context.classes, context.batch) == (10, 32)  # type: ignore[attr-defined]
    assert (context.optimizer, context.epochs) == ("adam", 5)  # type: ignore[attr-defined]


def test_columns_by_hand(steepest: Steepest) -> None:
    Path("own.csv").write_text("n,value_of_j,rate_used\n5,1,0.1\n6,0.5,0.1\n")
    refused = steepest("diagnose", "own.csv")
    assert refused.exit_code == 2
    assert "--columns" in refused.output
    by_hand = steepest("diagnose", "own.csv", "--columns", "loss=value_of_j, step=n",
                       "--columns", "lr=rate_used", "--json")  # fmt: skip
    log = json.loads(by_hand.stdout)["log"]
    assert log["columns"] == {"loss": "value_of_j", "step": "n", "learning_rate": "rate_used"}
    for wrong in ("loss", "=x", "loss="):
        assert "expected ROLE=COLUMN" in steepest("diagnose", "own.csv", "--columns", wrong).output


def test_a_saved_run_is_diagnosed_with_its_facts(steepest: Steepest, fitted: Path) -> None:
    result = steepest("diagnose", "houses-2", "--store", fitted)
    assert result.exit_code == 0
    assert "the run houses-2" in result.output
    assert "Ill-conditioned" in result.output
    assert "steepest fit houses --target price" in result.output
    answer = json.loads(steepest("diagnose", "last", "--store", fitted, "--json").stdout)
    assert answer["verdict"] == "converged"
    assert answer["log"]["run"] == "people-1"


def test_a_file_is_a_file_whatever_runs_there_are(steepest: Steepest, fitted: Path) -> None:
    Path("houses-1").write_text("step,loss\n0,1\n1,nan\n")
    answer = json.loads(steepest("diagnose", "houses-1", "--store", fitted, "--json").stdout)
    assert answer["log"]["path"] == "houses-1"


def test_neither_file_nor_run(steepest: Steepest, fitted: Path) -> None:
    lost = steepest("diagnose", "house-1", "--store", fitted)
    assert lost.exit_code == 2
    assert "there is no file house-1" in lost.output
    assert "houses-1" in lost.output
    assert "no store steepest.db of saved runs" in steepest("diagnose", "house-1").output
    assert "there is no file log.csv" in steepest("diagnose", "log.csv").output
    by_hand = steepest("diagnose", "houses-1", "--store", fitted, "--columns", "loss=x")
    assert "--columns is for logs" in by_hand.output


@pytest.mark.parametrize("option", ["--classes", "--batch", "--epochs"])
def test_counts_that_make_no_sense_are_refused(
    steepest: Steepest, broken: str, option: str
) -> None:
    refused = steepest("diagnose", broken, option, 0)
    assert refused.exit_code == 2
    assert f"{option} is 0; expected a whole number" in refused.output


def test_one_screen_however_much_is_found(
    steepest: Steepest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    words = "the loss " + "rose and then fell and " * 7 + "stayed"
    found = [
        Finding(f"fault_{i}", "warning", f"Fault {i}: a title of some words", words,
                {f"number_{k}_of_it": float(k) for k in range(12)},
                tuple(Remedy(words, {"learning_rate": 0.5}) for _ in range(2)))
        for i in range(9)
    ]  # fmt: skip
    codes = [f"rule_number_{i}" for i in range(14)]
    diagnosis = Diagnosis(
        "fault_0", tuple(found), tuple(codes), {c: f"parameters at {c}" for c in codes}
    )
    monkeypatch.setattr("steepest.diagnosis.diagnose.diagnose", lambda *_: diagnosis)
    losses = np.exp(-np.arange(40) / 9)
    Path("log.csv").write_text(
        "step,loss,val_loss\n" + "".join(f"{i},{x},{x + 0.1}\n" for i, x in enumerate(losses))
    )
    lines = steepest("diagnose", "log.csv").output.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
