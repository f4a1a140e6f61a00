"""What an earlier steepest saved in format 1 opens, predicts and is shown."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from steepest.cli.main import main
from steepest.exporting.export import export
from steepest.model import Model
from steepest.saved import load_model, load_run
from steepest.store import Store
from steepest.views.report import write_report

HERE = Path(__file__).parent / "fixtures" / "format-1"
SAID = json.loads((HERE / "predictions.json").read_text(encoding="utf-8"))
TARGETS = ("price", "dear", "band")

each_target = pytest.mark.parametrize("target", TARGETS)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A copy of the store that may be written to."""
    path = tmp_path / "runs.db"
    path.write_bytes(gzip.decompress((HERE / "runs.db.gz").read_bytes()))
    return Store(path)


def check(model: Model, answer: dict[str, Any]) -> None:
    assert np.array(model.predict(SAID["rows"])) == pytest.approx(
        np.array(answer["predictions"]), rel=1e-12
    )
    if answer["decisions"] is not None:
        assert model.decide(SAID["rows"]) == answer["decisions"]


@each_target
def test_a_model_of_its_json_predicts_the_same(target: str) -> None:
    model = Model.from_json((HERE / f"{target}.json").read_bytes())
    assert model.target == target
    check(model, SAID["answers"][target])
    assert Model.from_json(model.to_json()) == model


@each_target
def test_a_run_of_the_store_is_whole(target: str, store: Store) -> None:
    answer = SAID["answers"][target]
    run = load_run(store, answer["run"])
    check(run.model, answer)
    check(load_model(store, answer["run"]), answer)
    assert run.trace.last_loss == answer["last_loss"]
    assert run.trace.step.tolist() == list(range(41))
    assert run.verdict == answer["verdict"]
    assert run.study is None
    assert run.contract.columns[0].unit == ""
    assert (run.request.split, run.request.costs, run.request.threshold) == ("auto", "", "0.5")


@each_target
def test_it_is_shown_reported_and_exported(target: str, store: Store, tmp_path: Path) -> None:
    run = SAID["answers"][target]["run"]
    for words in (["show", run], ["show", run, "--json"], ["diagnose", run], ["runs"]):
        result = CliRunner().invoke(main, [*words, "--store", str(store.path)])
        assert result.exit_code == 0, result.output
    page = write_report(load_run(store, run), tmp_path / "run.html")
    assert target in page.read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(export(load_run(store, run), tmp_path / "run.py").read_text("utf-8"), names)  # noqa: S102
    row = {name: values[0] for name, values in SAID["rows"].items()}
    said = SAID["answers"][target]["predictions"][0]
    given = names["predict"](row)
    assert (list(given.values()) if target == "band" else given) == pytest.approx(said, rel=1e-12)
