"""`steepest fit` at the door: what it prints, writes, and refuses."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest.cli.main import main
from steepest.errors import InputError
from steepest.store import Store


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STEEPEST_STORE", raising=False)
    return tmp_path


def steepest(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


def test_it_fits_saves_and_reports(here: Path) -> None:
    result = steepest("fit", "houses", "--target", "price")
    assert result.exit_code == 0
    assert "Converged" in result.stdout
    assert "Saved as houses-1" in result.stdout
    report = here / "steepest-reports" / "houses-1.html"
    assert report.exists()
    assert "<html" in report.read_text()[:500]
    assert [run.id for run in Store(here / "steepest.db").runs()] == ["houses-1"]


def test_json_is_one_object_and_nothing_else(here: Path) -> None:
    result = steepest("fit", "houses", "--target", "price", "--json")
    plain = json.loads(result.stdout)
    assert plain["verdict"] == "converged"
    assert plain["run"] == "houses-1"
    assert Path(plain["report"]).exists()


def test_a_report_where_one_wants_it(here: Path) -> None:
    assert steepest("fit", "houses", "--target", "price", "--report", "r.html").exit_code == 0
    assert (here / "r.html").exists()
    assert not (here / "steepest-reports").exists()


def test_no_report(here: Path) -> None:
    assert steepest("fit", "houses", "--target", "price", "--no-report").exit_code == 0
    assert {path.name for path in here.iterdir()} == {"steepest.db"}


def test_a_report_of_ours_may_be_written_again(here: Path) -> None:
    words = ["fit", "houses", "--target", "price", "--report", "r.html"]
    assert steepest(*words).exit_code == 0
    assert steepest(*words).exit_code == 0
    assert "houses-2 of steepest</title>" in (here / "r.html").read_text()


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("houses.csv", "would overwrite the data"),
        ("./also.csv", "would overwrite the data"),
        ("steepest.db", "would overwrite the store"),
        ("steepest.db-wal", "would overwrite the store"),
        ("steepest.db-shm", "would overwrite the store"),
        ("diary.html", "is no report of steepest"),
        ("empty.html", "is no report of steepest"),
    ],
)
@pytest.mark.parametrize("kept", [True, False], ids=["a store", "no store yet"])
def test_a_report_overwrites_nothing_else(here: Path, report: str, said: str, kept: bool) -> None:
    table = write(here, "houses.csv", "size,price\n" + "".join(f"{i},{2 * i}\n" for i in range(20)))
    (here / "also.csv").symlink_to(table)
    write(here, "diary.html", "<!doctype html>\n<title>my diary</title>")
    write(here, "empty.html", "")
    if kept:
        assert steepest("fit", table, "--target", "price", "--no-report").exit_code == 0
    before = {path.name: path.read_bytes() for path in here.iterdir()}
    result = steepest("fit", table, "--target", "price", "--report", report)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert {path.name: path.read_bytes() for path in here.iterdir()} == before


@pytest.mark.skipif(
    sys.platform != "linux", reason="needs /proc, which takes no file, even of root"
)
def test_a_report_in_a_locked_folder_is_refused_before_the_work(here: Path) -> None:
    result = steepest("fit", "houses", "--target", "price", "--report", "/proc/x.html")
    assert result.exit_code == 2
    assert "the report's folder /proc cannot be written to" in result.stderr
    assert not list(here.iterdir())


@pytest.mark.parametrize("as_json", [True, False])
def test_a_report_that_fails_after_the_fit_loses_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    def full(*_: object) -> Path:
        raise InputError("the disk is full")

    monkeypatch.setattr("steepest.views.report.write_report", full)
    result = steepest("fit", "houses", "--target", "price", *(["--json"] if as_json else []))
    assert result.exit_code == 1
    assert "houses-1 was saved, but its report is missing: the disk is full" in result.stderr
    if as_json:
        plain = json.loads(result.stdout)
        assert (plain["run"], plain["report"]) == ("houses-1", None)
    else:
        assert "Saved as houses-1" in result.stdout
        assert "Report:" not in result.stdout
    assert Store(here / "steepest.db").runs()[0].status == "done"


def write(here: Path, name: str, content: str | bytes) -> str:
    path = here / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


BAD_DATA = {
    "missing": (None, "no file"),
    "empty": ("", "empty"),
    "header only": ("a,b,y\n", "no rows"),
    "binary": (bytes(range(256)) * 20, "t"),
    "ragged long": ("a,y\n1,2\n3,4,5\n6,7\n", "row 2"),
    "ragged short": ("a,b,y\n1,2,3\n4,5\n6,7,8\n", "row 2"),
    "text in the target": ("a,y\n1,2\n2,3\n3,oops\n4,5\n5,6\n6,7\n7,8\n8,9\n9,9\n9,10\n", "oops"),
    "infinite": ("a,y\n1,2\ninf,3\n3,4\n4,5\n", "row 2"),
    "no target": ("a,b\n1,2\n2,3\n", "y"),
    "target twice": ("y,y\n1,2\n2,3\n", "y"),
}


@pytest.mark.parametrize("kind", BAD_DATA)
def test_bad_data_is_one_plain_sentence(here: Path, kind: str) -> None:
    content, words = BAD_DATA[kind]
    path = str(here / "none.csv") if content is None else write(here, "bad.csv", content)
    result = steepest("fit", path, "--target", "y")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert not (here / "steepest.db").exists()
    assert not (here / "steepest-reports").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--learning-rate", "0"],
        ["--learning-rate", "-1"],
        ["--learning-rate", "nan"],
        ["--learning-rate", "fast"],
        ["--tolerance", "-1"],
        ["--steps", "-5"],
        ["--batch", "0"],
        ["--batch", "some"],
        ["--batch", "4000"],
        ["--holdout", "1.5"],
        ["--degree", "0"],
        ["--degree", "4000"],
        ["--max-levels", "0"],
        ["--loss", "hinge"],
        ["--loss", "logistic"],
        ["--rule", "adm"],
        ["--features", "sise"],
        ["--features", "price"],
        ["--start", "1,2,3"],
        ["--seed", "-1"],
        ["--report", "nowhere/r.html"],
        ["--store", "nowhere/s.db"],
    ],
    ids=" ".join,
)
def test_arguments_that_make_no_sense(here: Path, options: list[str]) -> None:
    result = steepest("fit", "houses", "--target", "price", *options)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert not list(here.iterdir())


def test_a_store_that_is_none_is_left_alone(here: Path) -> None:
    other = write(here, "s.db", b"not a database at all, but somebody's file\n" * 9)
    before = Path(other).read_bytes()
    result = steepest("fit", "houses", "--target", "price", "--store", other)
    assert result.exit_code == 2
    assert Path(other).read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_keeps_what_was_recorded_and_says_so(here: Path) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, 2))
    y = (X.sum(axis=1) + rng.logistic(size=20_000) > 0).astype(int)
    rows = "\n".join(f"{a:.3f},{b:.3f},{c}" for (a, b), c in zip(X, y, strict=True))
    path = write(here, "rows.csv", f"a,b,y\n{rows}\n")
    words = ["fit", path, "--target", "y", "--learning-rate", "1e-5", "--tolerance", "0"]
    child = subprocess.Popen(
        [sys.executable, "-m", "steepest", *words],
        cwd=here,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    store = Store(here / "steepest.db")
    for _ in range(600):
        with suppress(InputError):  # not there yet
            if store.runs() and store.runs()[0].recorded > 0:
                break
        time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=120)
    assert child.returncode == 130, err
    assert "Interrupted at step" in err
    assert "Saved as rows-1" in out
    assert store.runs()[0].status == "interrupted"
    assert len(store.trace("last")) > 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--folds", "2.5"), "--folds is '2.5'; expected a whole number"),
        (("--batch", "x"), "--batch is 'x'; expected full or a whole number"),
        (("--key", ","), "key names no column"),
        (("--key", "size,size"), "key holds 'size' twice"),
        (("--split", "group=size"), 'the split takes "size", and no column is left to predict'),
        (("--split", "time=size"), 'the split takes "size", and no column is left to predict'),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(
    here: Path, words: tuple[str, ...], said: str
) -> None:
    result = steepest("fit", "houses", "--target", "price", *words)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert not list(here.iterdir())
