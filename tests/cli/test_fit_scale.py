"""`steepest fit` on rows that come piece by piece: its options, its progress, and --resume."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import Result
from rich.console import Console

from steepest.cli import progress as progresses
from steepest.cli.progress import DescentProgress
from steepest.descent.recorder import Row
from steepest.passes.asking import Progress
from steepest.passes.worker import Worker
from steepest.store import Store

Steepest = Callable[..., Result]


@pytest.fixture
def rows(steepest: Steepest) -> str:
    """A Parquet file of eight row groups in the working folder."""
    rng = np.random.default_rng(6)
    a, b = rng.normal(size=400), rng.normal(2.0, 3.0, size=400)
    y = 1.0 + 2.0 * a - 0.5 * b + 0.3 * rng.normal(size=400)
    sort = np.where(y + rng.normal(size=400) > 0, "up", "down")
    pl.DataFrame({"a": a, "b": b, "y": y, "sort": sort}).write_parquet(
        "rows.parquet", row_group_size=50
    )
    return "rows.parquet"


def cut(monkeypatch: pytest.MonkeyPatch, steepest: Steepest, *words: object) -> Result:
    """The command, stopped by Ctrl-C in its first walk."""
    real = Worker.rows
    with monkeypatch.context() as broken:

        def rows(self: Worker, piece: Any, *more: Any) -> Any:
            if piece.place > 3:
                raise KeyboardInterrupt
            return real(self, piece, *more)

        broken.setattr(Worker, "rows", rows)
        return steepest("fit", *words, "--engine", "local", "--no-report")


def test_json_says_who_walked(steepest: Steepest, rows: str) -> None:
    answer = steepest("fit", rows, "--target", "y", "--memory", "2GB", "--no-report", "--json")
    assert answer.exit_code == 0, answer.output
    plain = json.loads(answer.stdout)
    assert plain["engine"] == "local"
    assert plain["request"]["memory"] == 2_000_000_000
    assert "resumed" not in plain


def test_ctrl_c_and_on(steepest: Steepest, rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = cut(monkeypatch, steepest, rows, "--target", "y", "--l2", "0.1")
    assert answer.exit_code == 130
    assert answer.stdout == ""
    assert "`steepest fit --resume rows-1` goes on from there" in answer.stderr
    assert steepest("show", "last").exit_code == 0
    for option, value, words in (
        ("--l2", "0.2", "--l2 asks for something else than the run rows-1"),
        ("--target", "a", "--target asks for"),
        ("--features", "a", "--features asks for"),
        ("--no-intercept", None, "--no-intercept asks for"),
        ("--learning-rate", "0.5", "--learning-rate asks for"),
        ("--key", "a", "--key asks for"),
        ("--query", "SELECT 1", "--query asks for"),
    ):
        refused = steepest("fit", "--resume", "last", *[w for w in (option, value) if w])
        assert refused.exit_code == 2, option
        assert words in refused.stderr
        assert "Traceback" not in refused.stderr
    fine = ("--l2", "0.1", "--target", "y", "--threads", 1, "--seed", 0, "--memory", "2GB")
    done = steepest("fit", rows, "--resume", "last", *fine, "--no-report", "--json")
    assert done.exit_code == 0, done.output
    plain = json.loads(done.stdout)
    assert (plain["run"], plain["resumed"], plain["converged"]) == ("rows-1", True, True)
    again = json.loads(
        steepest("fit", rows, "--target", "y", "--l2", "0.1", "--engine", "local", "--no-report",
                 "--json").stdout
    )  # fmt: skip
    assert again["coefficients"] == plain["coefficients"]
    over = steepest("fit", "--resume", "rows-1")
    assert over.exit_code == 2
    assert "is done" in over.stderr


def test_a_table_in_memory_says_that_it_begins_again(
    steepest: Steepest, rows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("steepest.fitting.judge", lambda *a: (_ for _ in ()).throw(RuntimeError))
        with pytest.raises(RuntimeError):
            steepest("fit", rows, "--target", "y", "--no-report")
    with Store("steepest.db").begin("left", {"request": json.dumps(
        {"source": rows, "target": "y"}
    )}):  # fmt: skip
        pass
    answer = steepest("fit", "--resume", "left-1", "--no-report", "--json")
    assert answer.exit_code == 0, answer.output
    assert "fitted again from its start" in answer.stderr
    assert json.loads(answer.stdout)["run"] == "left-1"
    failed = steepest("fit", "--resume", "rows-1")
    assert (failed.exit_code, "rows-1 failed" in failed.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--target", "y"], "Missing argument 'DATA'"),
        (["rows.parquet"], "Missing option '--target'"),
        (["rows.parquet", "--target", "y", "--memory", "4 loads"], "memory is '4 loads'"),
        (["rows.parquet", "--target", "y", "--workers", "0"], "workers is 0"),
        (["rows.parquet", "--target", "y", "--workers", "two"], "--workers is 'two'"),
        (["rows.parquet", "--target", "y", "--engine", "spark"], "'spark' is not one of"),
        (["--resume", "nobody"], "no run"),
        (["--resume", "nobody", "--find-learning-rate"], "--resume has no use"),
    ],
)
def test_bad_values_are_one_sentence(
    steepest: Steepest, rows: str, words: list[str], said: str
) -> None:
    Store("steepest.db").begin("one", {}).__exit__(None, None, None)
    answer = steepest("fit", *words)
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
    assert [row.id for row in Store("steepest.db").runs()] == ["one-1"]


def test_rates_and_remedies_by_pieces(steepest: Steepest, rows: str) -> None:
    by = ("--engine", "local", "--no-report", "--json")
    tried = steepest("fit", rows, "--target", "y", *by, "--find-learning-rate")
    assert tried.exit_code == 0, tried.output
    assert json.loads(tried.stdout)["suggestion"] > 0
    mended = steepest(
        "fit", rows, "--target", "y", "--learning-rate", "3", "--steps", "200", *by,
        "--apply-remedies",
    )  # fmt: skip
    assert mended.exit_code == 0, mended.output
    plain = json.loads(mended.stdout)
    assert plain["verdict"] == "converged"
    assert plain["remedies_applied"][0]["before"] == "rows-1"
    assert plain["engine"] == "local"
    studied = steepest("study", "last")
    assert studied.exit_code == 2
    assert "came piece by piece" in studied.stderr
    compared = " ".join(steepest("compare", "rows-1", "last").stdout.split())
    assert "came piece by piece, and which of them it held out is not known" in compared


def test_help_names_what_there_is(steepest: Steepest) -> None:
    said = steepest("fit", "--help").output
    for option in ("--engine", "--memory", "--workers", "--ray-address", "--query", "--resume"):
        assert option in said
    assert "steepest fit --resume visits-1" in said


def test_nothing_is_cut_off_on_a_narrow_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [100.0]
    monkeypatch.setattr(progresses, "time", SimpleNamespace(monotonic=lambda: moment[0]))
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80, color_system=None)
    what = "looking whether the classes can be told apart"
    with DescentProgress(1_000_000, console) as progress:
        for number, named in ((1, what), (12, "descending"), (13, what)):
            for pieces in (0, 5):
                progress.walk(Progress(named, number, pieces, 10, pieces, 10, pieces, 10))
                moment[0] += 2.0
            progress._bar.refresh()  # pyright: ignore[reportPrivateUsage]
            for step in (0, 123_456):
                progress(Row(step, 0.123456789, np.ones(2), np.full(2, 1.2e-5), 0.1))
                moment[0] += 2.0
    said = screen.getvalue()
    assert "\N{HORIZONTAL ELLIPSIS}" not in said
    assert "pass 1: 50 %" in said
    assert "step 123,456" in said


def test_progress_in_rows_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [100.0]
    monkeypatch.setattr(progresses, "time", SimpleNamespace(monotonic=lambda: moment[0]))
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=160)

    def walked(number: int, pieces: int, what: str = "looking at every row") -> Progress:
        rows = (pieces * 3_100_000, 31_000_000)
        return Progress(what, number, pieces, 10, pieces * 500_000_000, 5_000_000_000, *rows)

    with DescentProgress(50, console) as progress:
        for pieces in (0, 1, 4):
            progress.walk(walked(1, pieces))
            moment[0] += 1.5
        progress._bar.refresh()  # pyright: ignore[reportPrivateUsage]
        said = screen.getvalue()
        assert "looking at every row" in said
        assert "12.4M of 31M rows" in said
        assert "2 of 5 GB" in said
        assert "667 MB/s" in said
        progress.walk(walked(1, 10))
        here = len(screen.getvalue())
        for pieces in (0, 5, 10):
            progress.walk(walked(2, pieces, "descending"))
            moment[0] += 0.3
        assert "descending" not in screen.getvalue()[here:]
        for step in (0, 1):
            progress(Row(step, 0.5, np.ones(2), np.ones(2), 0.1))
            moment[0] += 2.0
        progress.walk(walked(3, 0, "descending"))
        moment[0] += 2.0
        progress.walk(walked(3, 5, "descending"))
        progress._bar.refresh()  # pyright: ignore[reportPrivateUsage]
    said = screen.getvalue()[here:]
    assert "step 1" in said
    assert "loss 0.5" in said
    assert "pass 3: 15.5M of 31M rows  2.5 of 5 GB" in said
