import json
from pathlib import Path

import pytest

from steepest.saved import load_run
from steepest.store import Store


def test_runs_stand_side_by_side(steepest, fitted: Path) -> None:
    answer = steepest("compare", "houses-1", "houses-2", "--store", fitted)
    assert answer.exit_code == 0
    lines = [line.split() for line in answer.stdout.splitlines() if line.strip()]
    assert lines[0] == ["houses-1", "houses-2"]
    assert ["asked:", "scale", "standard", "none"] in lines
    assert ["asked:", "steps", "default", "500"] in lines
    assert ["verdict", "converged", "ill", "conditioned"] in lines
    assert any(line[0] == "size" for line in lines)
    assert not any(line[:2] == ["asked:", "target"] for line in lines)
    assert "All were evaluated on the same rows (10 of 50 rows held out" in answer.stdout


def test_a_comparison_as_json(steepest, fitted: Path) -> None:
    answer = steepest("compare", "houses-1", "houses-2", "--store", fitted, "--json")
    said = json.loads(answer.stdout)
    first, second = (load_run(Store(fitted), name) for name in ("houses-1", "houses-2"))
    assert said["runs"] == ["houses-1", "houses-2"]
    assert said["asked"].keys() == {"learning_rate", "steps", "scale"}
    assert said["steps"] == [int(run.trace.step[-1]) for run in (first, second)]
    assert said["coefficients"]["size"] == [run.coefficients["size"] for run in (first, second)]
    scores = said["scores"]["mean_absolute_error"]
    assert [score["value"] for score in scores] == [
        run.evaluation.scores[0].value for run in (first, second)
    ]
    assert said["same_rows"] is True


def test_runs_of_different_targets_cannot_be_compared_by_score(steepest, fitted: Path) -> None:
    answer = steepest("compare", "houses-1", "people-1", "last", "--store", fitted, "--json")
    said = json.loads(answer.stdout)
    assert said["runs"] == ["houses-1", "people-1", "people-1"]
    assert said["same_rows"] is False
    assert said["rows"].startswith(
        "They predict different targets, so their scores cannot be compared."
    )
    assert said["scores"]["log_loss"][0] is None
    assert said["coefficients"]["age"][0] is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["houses-1"], "comparing takes two runs or more; 1 was named"),
        (["houses-1", "house-9"], "there is no run 'house-9'"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_compared_is_refused(steepest, fitted: Path, words, sentence) -> None:
    answer = steepest("compare", *words, "--store", fitted)
    assert answer.exit_code == 2
    assert sentence in answer.stderr


def test_a_killed_run_cannot_be_compared(steepest, killed: Path) -> None:
    answer = steepest("compare", "killed-1", "killed-1", "--store", killed)
    assert answer.exit_code == 2
    assert "holds no model" in answer.stderr


def test_the_better_one_is_told_or_that_the_rows_cannot_tell(steepest) -> None:
    for degree in (1, 2):
        assert steepest("fit", "houses", "--target", "price", "--degree", degree).exit_code == 0
    answer = steepest("compare", "houses-1", "houses-2")
    assert "10 rows that both held out" in " ".join(answer.stdout.split())
    said = json.loads(steepest("compare", "houses-1", "houses-2", "--json").stdout)
    (test,) = said["paired"]
    assert (test["rows"], test["score"], test["first"]) == (10, "r2", "houses-1")
    assert 0 < test["p"] <= 1
    data = json.loads(
        steepest("compare", "houses-1", "houses-2", "--data", "houses", "--json").stdout
    )
    assert data["paired"] == said["paired"]
    answer = steepest("compare", "houses-1", "houses-2", "--data", "nothing.csv")
    assert answer.exit_code == 2
