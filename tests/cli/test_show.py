import json
from pathlib import Path

import pytest

from steepest.run_json import run_to_json
from steepest.saved import load_run
from steepest.store import Store


def test_a_killed_run_shows_what_was_flushed_and_its_diagnosis(steepest, killed: Path) -> None:
    answer = steepest("show", "killed-1", "--store", killed)
    assert answer.exit_code == 0
    assert "houses: 50 rows with a target." in answer.stdout
    assert "is interrupted: its process (" in answer.stdout
    assert "30 steps were flushed; at the last, step 29, the cost was" in answer.stdout
    assert "Diverging: the steps are too large." in answer.stdout


def test_a_killed_run_as_json(steepest, killed: Path) -> None:
    answer = json.loads(steepest("show", "killed-1", "--store", killed, "--json").stdout)
    assert (answer["run"], answer["status"], answer["verdict"]) == (
        "killed-1",
        "interrupted",
        "diverging",
    )
    assert (answer["steps"], answer["recorded_steps"]) == (29, 30)
    assert answer["loss"] == pytest.approx(100 * 1.2**58)
    assert answer["stop"]["reason"] == "interrupted"
    assert answer["findings"][0]["remedies"]


def test_a_killed_run_without_a_step(steepest, killed: Path) -> None:
    assert "No step was flushed." in steepest("show", "last", "--store", killed).stdout
    answer = json.loads(steepest("show", "last", "--store", killed, "--json").stdout)
    assert (answer["run"], answer["verdict"], answer["steps"]) == ("killed-2", None, None)


def test_a_killed_run_has_no_report(steepest, killed: Path) -> None:
    answer = steepest("show", "killed-1", "--store", killed, "--report", "x.html")
    assert answer.exit_code == 2
    assert answer.stderr.startswith("Error: the run killed-1 (interrupted) holds no model: 30")
    assert list(Path.cwd().iterdir()) == []


def test_a_run_as_json_is_what_fit_printed(steepest, fitted: Path) -> None:
    answer = json.loads(steepest("show", "houses-1", "--store", fitted, "--json").stdout)
    assert answer == json.loads(json.dumps(run_to_json(load_run(Store(fitted), "houses-1"))))
    assert answer["run"] == "houses-1"
    assert answer["coefficients"]["size"] == pytest.approx(
        answer["minimum"]["coefficients"]["size"]
    )


def test_a_run_is_shown_as_fit_shows_it(steepest, fitted: Path) -> None:
    answer = steepest("show", "last", "--store", fitted)
    assert answer.exit_code == 0
    assert "ill" in answer.stdout
    assert "held out" in answer.stdout


def test_the_report_is_written_where_asked(steepest, fitted: Path) -> None:
    answer = steepest("show", "houses-1", "--store", fitted, "--report", "houses.html", "--json")
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["report"] == "houses.html"
    assert "<html" in Path("houses.html").read_text()


def test_an_unknown_run_is_refused_with_the_nearest(steepest, fitted: Path) -> None:
    answer = steepest("show", "house-1", "--store", fitted)
    assert answer.exit_code == 2
    assert "there is no run 'house-1' in the store" in answer.stderr
    assert "the nearest: houses-1, houses-2" in answer.stderr


def test_a_report_overwrites_nothing_else(steepest, fitted: Path) -> None:
    Path("diary.html").write_text("dear diary")
    before = fitted.read_bytes()
    for place, said in ((fitted, "overwrite the store"), ("diary.html", "no report of steepest")):
        answer = steepest("show", "houses-1", "--store", fitted, "--report", place)
        assert answer.exit_code == 2
        assert said in answer.stderr
        assert answer.stdout == ""
    assert fitted.read_bytes() == before
    assert Path("diary.html").read_text() == "dear diary"


def test_a_report_of_ours_may_be_written_again(steepest, fitted: Path) -> None:
    for run in ("houses-1", "houses-2"):
        words = ("show", run, "--store", fitted, "--report", "houses.html")
        assert steepest(*words).exit_code == 0
        assert f"{run} of steepest</title>" in Path("houses.html").read_text()


def test_a_report_as_markdown_on_the_screen_and_in_a_file(steepest, fitted: Path) -> None:
    words = ("show", "houses-1", "--store", fitted, "--markdown")
    answer = steepest(*words)
    assert answer.exit_code == 0
    assert answer.stdout.startswith("<!-- a report of steepest -->\n# ")
    written = steepest(*words, "--out", "houses.md")
    assert written.stdout == "Report: houses.md\n"
    assert Path("houses.md").read_text("utf-8") == answer.stdout
    again = steepest("show", "houses-1", "--store", fitted, "--report", "other.md")
    assert again.exit_code == 0
    assert Path("other.md").read_text("utf-8") == answer.stdout


def test_markdown_overwrites_nothing_else(steepest, fitted: Path) -> None:
    Path("diary.md").write_text("dear diary")
    answer = steepest("show", "houses-1", "--store", fitted, "--markdown", "--out", "diary.md")
    assert answer.exit_code == 2
    assert "no report of steepest" in answer.stderr
    assert Path("diary.md").read_text() == "dear diary"


def test_options_that_contradict_each_other_are_refused(steepest, fitted: Path) -> None:
    for more, said in (
        (("--out", "a.md"), "--out says where --markdown goes"),
        (("--markdown", "--json"), "--json something else"),
        (("--markdown", "--report", "a.html"), "--report something else"),
    ):
        answer = steepest("show", "houses-1", "--store", fitted, *more)
        assert answer.exit_code == 2
        assert said in answer.stderr


def test_a_killed_run_has_no_markdown(steepest, killed: Path) -> None:
    answer = steepest("show", "killed-1", "--store", killed, "--markdown")
    assert answer.exit_code == 2
    assert "holds no model" in answer.stderr


PASS = {
    "what": "looking at every row", "number": 3, "pieces": 4, "of_pieces": 10, "size": 210 * 10**6,
    "of_size": 270 * 10**6, "seconds": 7.5, "rows": 12_300_000, "of_rows": 31_000_000,
}  # fmt: skip
WORKER = {
    "name": "worker 1", "pieces": 5, "rows": 6, "size": 7, "seconds": 1.5,
    "heartbeat": "2026-11-21T20:00:00.000+00:00", "state": "lost", "restarts": 2,
}  # fmt: skip


def by_pieces(place: Path, *, named: bool = True) -> None:
    """A run by pieces that was left before its first step."""
    import msgspec

    from steepest.run import Request
    from steepest.scaling.origin import Origin

    origin = Origin(Request("far.parquet", "y"), "zeros", "far", named)
    told = {"pass": PASS, "engine": "ray", "workers": [WORKER, WORKER]}
    documents = {"origin": origin.to_json(), "workers": msgspec.json.encode(told).decode()}
    with Store(place).begin("far", documents):
        pass


def test_a_run_by_pieces_that_was_cut_off(steepest, tmp_path: Path) -> None:
    by_pieces(tmp_path / "s.db")
    answer = steepest("show", "last", "--store", "s.db")
    assert answer.stdout.splitlines()[1:] == [
        "No step was flushed.",
        "Pass 3: 12.3M of 31M rows, 210 of 270 MB (looking at every row); 2 workers.",
        "`steepest fit --resume far-1` goes on where it was cut off.",
    ]
    answer = json.loads(steepest("show", "last", "--store", "s.db", "--json").stdout)
    assert (answer["pass"], answer["engine"], answer["resumable"]) == (PASS, "ray", True)
    assert answer["workers"] == [WORKER, WORKER]


def test_rows_that_have_to_be_handed_over_again(steepest, tmp_path: Path) -> None:
    by_pieces(tmp_path / "s.db", named=False)
    answer = steepest("show", "last", "--store", "s.db")
    assert "`steepest.resume('far-1', data=...)` goes on where it was cut off." in answer.stdout


def test_a_killed_run_in_memory_has_no_pass(steepest, killed: Path) -> None:
    answer = steepest("show", "killed-1", "--store", killed)
    assert "goes on" not in answer.stdout
    answer = json.loads(steepest("show", "killed-1", "--store", killed, "--json").stdout)
    assert not answer.keys() & {"pass", "workers", "resumable"}


def test_a_run_that_lacked_memory_goes_on_with_more(steepest, tmp_path: Path) -> None:
    from steepest.run import Request
    from steepest.scaling.origin import Origin

    origin = Origin(Request("far.parquet", "y"), "zeros", "far", named=True)
    begun = Store(tmp_path / "s.db").begin("far", {"origin": origin.to_json()})
    with pytest.raises(MemoryError), begun:
        raise MemoryError("out of memory")
    answer = steepest("show", "last", "--store", tmp_path / "s.db")
    assert "`steepest fit --resume far-1 --memory SIZE`" in answer.stdout
