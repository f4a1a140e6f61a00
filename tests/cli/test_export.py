import json
import subprocess
import sys
from pathlib import Path

import pytest

from steepest.exporting.json_file import model_from_json_file
from steepest.saved import load_model
from steepest.store import Store


def test_the_three_forms(steepest, fitted: Path) -> None:
    for name, more in (("m.py", ()), ("m.json", ()), ("m.onnx", ()), ("m.txt", ("--to", "json"))):
        answer = steepest("export", "houses-1", "--out", name, *more, "--store", fitted)
        assert answer.stdout == f"The model of houses-1 for price is in {name}.\n"
    model = load_model(Store(fitted), "houses-1")
    assert model_from_json_file(Path("m.json").read_bytes()) == model
    assert Path("m.txt").read_bytes() == Path("m.json").read_bytes()
    code = "import m; print(repr(m.predict({'size': 1500})))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, '.'); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) == pytest.approx(float(model.predict({"size": [1500.0]})[0]))
    assert "the run houses-1 of 20" in Path("m.py").read_text("utf-8")


def test_as_json(steepest, fitted: Path) -> None:
    answer = steepest("export", "last", "--out", "m.py", "--store", fitted, "--json")
    said = json.loads(answer.stdout)
    assert said["form"] == "python"
    assert said["file"] == "m.py"
    assert said["bytes"] == Path("m.py").stat().st_size


def test_an_export_is_written_again_and_nothing_else_is(steepest, fitted: Path) -> None:
    words = ("export", "houses-1", "--store", fitted, "--out")
    steepest(*words, "m.py")
    steepest(*words, "m.py")
    Path("mine.py").write_text("mine")
    answer = steepest(*words, "mine.py")
    assert answer.exit_code == 2
    assert "no python export of steepest; it was left as it is" in answer.stderr
    assert Path("mine.py").read_text() == "mine"
    steepest(*words, "mine.py", "--force")
    assert "predict" in Path("mine.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("houses-1", "--out", "m.txt"), "tells no form to export to; name one of json, python"),
        (("houses-1", "--out", "m.py", "--to", "pmml"), "there is no form 'pmml'"),
        (("houses-1", "--out", "none/m.py"), "the export's folder none does not exist"),
        (("houses-1", "--out", ".", "--to", "json"), "is a folder"),
        (("hoses-1", "--out", "m.py"), "houses-1"),
    ],
)
def test_bad_input_is_one_sentence(steepest, fitted: Path, words, sentence: str) -> None:
    answer = steepest("export", *words, "--store", fitted)
    assert answer.exit_code == 2
    assert answer.stderr.startswith("Error: ")
    assert sentence in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert not Path("m.py").exists()


def test_the_store_is_never_overwritten(steepest, fitted: Path) -> None:
    answer = steepest(
        "export", "houses-1", "--store", fitted, "--out", fitted, "--to", "json", "--force"
    )
    assert answer.exit_code == 2
    assert "would overwrite the store" in answer.stderr
    load_model(Store(fitted), "houses-1")


def test_without_onnx_it_says_how_to_get_it(
    steepest, fitted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    answer = steepest("export", "houses-1", "--store", fitted, "--out", "m.onnx")
    assert answer.exit_code == 2
    assert 'pip install "steepest[onnx]"' in answer.stderr
