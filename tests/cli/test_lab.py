from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import Result

import steepest.cli.lab as door
from steepest.live import server
from steepest.live.server import Served, listen

Steepest = Callable[..., Result]
LONG = 60.0


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The links that a browser was sent to; nothing is opened, and nothing is served."""
    links: list[str] = []
    monkeypatch.setattr(door, "_browse", links.append)
    monkeypatch.setattr(server, "serve", lambda bench, setup, served: True)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return links


def setup_in(page: Path) -> dict[str, Any]:
    found = re.search(r'id="steepest-setup">(.*?)</script>', page.read_text("utf-8"))
    assert found is not None
    return json.loads(found[1])


def export(steepest: Steepest, *words: object) -> dict[str, Any]:
    result = steepest("lab", *words, "--export", "lab.html")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Page: lab.html\n")
    return setup_in(Path("lab.html"))


def test_without_words_it_is_the_house_demo(steepest: Steepest) -> None:
    setup = export(steepest)
    assert (setup["title"], setup["link"], setup["played"]) == ("houses", "none", None)
    assert setup["table"]["start"] == [-0.1, 900]
    assert setup["setting"]["scale"] == "unit"


def test_options_choose_where_the_page_begins(steepest: Steepest) -> None:
    words = ("--x", "size", "--y", "price", "--learning-rate", "0.3", "--steps", "50")
    setup = export(steepest, "houses", *words, "--scale", "standard", "--start", "-0.2,800")
    setting = setup["setting"]
    assert setting["rate"] == 0.3
    assert setting["steps"] == 50
    assert setting["scale"] == "standard"
    assert setting["start"] == [-0.2, 800]


def test_a_setting_that_the_page_cannot_work_out_is_played(steepest: Steepest) -> None:
    setup = export(steepest, "houses", "--rule", "momentum", "--steps", "9")
    assert setup["played"]["rule"] == "momentum"
    assert setup["played"]["step"][-1] == 9
    several = export(steepest, "iris", "--y", "petal_width", "--x", "sepal_length",
                     "--x", "sepal_width")  # fmt: skip
    assert several["setting"]["features"] == ["sepal_length", "sepal_width"]
    assert several["played"]["fit"]["feature"] is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["houses"], "It computes plain descent on a line and curves by itself"),
        (["--curve", "w**2"], "It computes plain descent on curves by itself"),
        (
            ["houses", "--rule", "adam"],
            "It plays this record back and computes plain descent on a line and curves by itself",
        ),
    ],
)
def test_what_lives_in_the_file_is_said(steepest: Steepest, words: list[str], says: str) -> None:
    assert says in steepest("lab", *words, "--export", "lab.html").stdout


def test_a_curve(steepest: Steepest) -> None:
    setup = export(steepest, "--curve", "w**4 - 3*w**2 + w", "--start", "2")
    assert setup["setting"]["what"] == "curve"
    assert setup["setting"]["expression"] == "w**4 - 3*w**2 + w"
    assert setup["setting"]["start"] == [2]


def test_a_saved_run_by_its_name_and_the_last(steepest: Steepest, fitted: Path) -> None:
    by_name = export(steepest, "houses-1", "--store", fitted)
    assert (by_name["title"], by_name["setting"]["what"]) == ("houses-1", "run")
    assert by_name["played"]["loss"]
    again = steepest("lab", "houses-1", "--store", fitted, "--export", "lab.html")
    assert "plays the record back; nothing in it is computed anew" in again.stdout
    assert export(steepest, "last", "--store", fitted)["title"] == "people-1"


def test_where_a_name_is_a_table_and_a_run_it_is_the_table(
    steepest: Steepest, fitted: Path
) -> None:
    Path("houses-1").write_text("size,price\n1,2\n2,4\n3,5\n")
    result = steepest("lab", "houses-1", "--y", "price", "--store", fitted, "--export", "lab.html")
    assert "taken as the table; there is a run of that name, too" in result.stderr
    assert setup_in(Path("lab.html"))["table"]["x"] == [1, 2, 3]


def test_markup_in_names_is_inert_in_the_file(steepest: Steepest) -> None:
    nasty = "</script><script>alert(1)</script>"
    table = Path("<img src=x onerror=alert(1)>.csv")
    table.write_text(f'"{nasty}",price\n1,2\n2,4\n3,5\n')
    setup = export(steepest, table, "--y", "price")
    assert setup["table"]["x_name"] == nasty
    html = Path("lab.html").read_text("utf-8")
    assert nasty not in html
    assert "<img" not in html


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing.csv"], "nothing.csv"),
        (["houses-9"], "houses-9"),
        (["houses", "--y", "prize"], "prize"),
        (["houses", "--x", "sice", "--y", "price"], "sice"),
        (["houses", "--learning-rate", "0"], "rate is 0"),
        (["houses", "--learning-rate", "nan"], "rate is nan"),
        (["houses", "--steps", "20001"], "steps is 20001"),
        (["houses", "--degree", "10"], "degree is 10"),
        (["houses", "--rule", "fastest"], "fastest"),
        (["houses", "--start", "a,b"], "expected numbers with commas"),
        (["houses", "--start", "1,2,3"], "start"),
        (["houses", "--curve", "w**2"], "needs no table"),
        (["--curve", "__import__('os')"], "__import__"),
        (["--curve", "w**2", "--x", "w"], "needs no table"),
        (["houses", "--port", "70000"], "70,000"),
        (["houses", "--loss", "hinge"], "hinge"),
    ],
)
def test_bad_input_is_one_sentence_and_status_two(
    steepest: Steepest, opened: list[str], words: list[str], says: str
) -> None:
    result = steepest("lab", *words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
    assert opened == []


def test_a_run_is_shown_as_it_went(steepest: Steepest, fitted: Path) -> None:
    result = steepest("lab", "houses-1", "--store", fitted, "--steps", "5", "--no-browser")
    assert result.exit_code == 2
    assert "steps cannot be set for a run" in result.stderr
    unknown = steepest("lab", "houses-7", "--store", fitted, "--no-browser")
    assert unknown.exit_code == 2
    assert "houses-1" in unknown.stderr


def test_the_export_never_takes_the_place_of_the_data_or_the_store(
    steepest: Steepest, fitted: Path
) -> None:
    table = Path("table.csv")
    table.write_text("a,b\n1,2\n2,4\n3,5\n")
    for words in (["table.csv", "--export", "./table.csv"], ["--export", fitted, "--store", fitted],
                  ["--export", f"{fitted}-wal", "--store", fitted]):  # fmt: skip
        result = steepest("lab", *words)
        assert result.exit_code == 2
        assert "which it reads" in result.stderr
    assert table.read_text().startswith("a,b")
    assert steepest("lab", "--export", "no/such/lab.html").exit_code == 2


def test_the_link_is_printed_and_opened_where_there_is_a_screen(
    steepest: Steepest, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert steepest("lab").exit_code == 0
    assert opened == []
    monkeypatch.setenv("DISPLAY", ":0")
    assert steepest("lab", "--no-browser").exit_code == 0
    assert opened == []
    said = steepest("lab").stdout
    (link,) = opened
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", link)
    assert f"The lab is at {link}\nCtrl-C ends it.\n" in said


def test_a_port_in_use_is_one_sentence_and_status_two(steepest: Steepest) -> None:
    taken: Served = listen(0)
    try:
        result = steepest("lab", "--no-browser", "--port", taken.port)
        assert result.exit_code == 2
        assert f"the port {taken.port} cannot be had" in result.stderr
        assert result.stdout == ""
    finally:
        taken.listener.close()


def test_help_has_examples(steepest: Steepest) -> None:
    assert steepest("lab", "--help").stdout.count("\n    steepest lab") == 5


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_it_serves_until_ctrl_c(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "steepest.cli.main", "lab", "--no-browser", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env=environment,
    )  # fmt: skip
    assert child.stdout is not None
    link = urlsplit(child.stdout.readline().split()[-1])
    connection = http.client.HTTPConnection(link.netloc, timeout=LONG)
    connection.request("GET", f"{link.path}?{link.query}")
    page = connection.getresponse().read().decode()
    assert "<title>houses" in page
    setting = re.search(r'"setting":(\{.*?\}),"choices"', page)
    assert setting is not None
    question = {"ask": "record", "setting": {**json.loads(setting[1]), "steps": 3}}
    headers = {
        "Origin": f"http://{link.netloc}",
        "X-Steepest-Token": link.query.removeprefix("token="),
        "Content-Type": "application/json",
    }
    connection.request("POST", "/ask", json.dumps(question).encode(), headers)
    (line,) = connection.getresponse().read().splitlines()
    assert json.loads(line)["record"]["params"][0] == [-100, 900]
    child.send_signal(signal.SIGINT)
    said, error = child.communicate(timeout=LONG)
    connection.close()
    assert (child.returncode, error) == (0, "")
    assert said.endswith("The lab has ended.\n")
    assert list(tmp_path.iterdir()) == []
