"""`steepest fit --apply-remedies`: before and after, and what the command then answers."""

from __future__ import annotations

import json
from collections.abc import Callable

from click.testing import Result

from steepest.store import Store

HIGH = ("fit", "houses", "--target", "price", "--learning-rate", "3", "--steps", "300")


def test_the_mended_run_is_the_answer(steepest: Callable[..., Result]) -> None:
    answer = json.loads(steepest(*HIGH, "--apply-remedies", "--no-report", "--json").stdout)
    assert answer["verdict"] == "converged"
    assert (answer["run"], answer["remedied_from"]) == ("houses-2", "houses-1")
    (tried,) = answer["remedies_applied"]
    assert tried["finding"] == "diverging"
    assert tried["kept"] is True
    assert (tried["before"], tried["after"]) == ("houses-1", "houses-2")
    assert (tried["verdict_before"], tried["verdict_after"]) == ("diverging", "converged")
    assert set(tried["set"]) == {"learning_rate"}
    assert [row.id for row in Store().runs()] in (
        ["houses-2", "houses-1"],
        ["houses-1", "houses-2"],
    )
    shown = json.loads(steepest("show", "houses-2", "--json").stdout)
    assert shown["remedied_from"] == "houses-1"


def test_the_screen_shows_before_and_after(steepest: Callable[..., Result]) -> None:
    said = steepest(*HIGH, "--apply-remedies", "--no-report").stdout
    assert "Remedy 1: --learning-rate 1" in said
    assert "against diverging. Kept: from" in said
    rows = {line.split("  ")[0]: line for line in said.splitlines()}
    for name in ("verdict", "cost", "steps", "learning rate", "condition number"):
        assert name in rows
    assert rows["verdict"].split()[1:] == ["diverging", "converged"]
    assert rows["run"].split()[1:] == ["houses-1", "houses-2"]
    assert "Saved as houses-2" in said
    assert "houses-1, found diverging: --learning-rate 1" in said
    assert "found diverging" in steepest("show", "houses-2").stdout
    assert "found diverging" not in steepest("show", "houses-1").stdout


def test_a_healthy_fit_needs_none_and_says_so(steepest: Callable[..., Result]) -> None:
    done = steepest("fit", "houses", "--target", "price", "--apply-remedies", "--no-report")
    assert done.exit_code == 0
    assert "No remedy was tried: converged is no fault." in done.stdout
    assert len(Store().runs()) == 1


def test_without_the_flag_nothing_is_tried(steepest: Callable[..., Result]) -> None:
    answer = json.loads(steepest(*HIGH, "--no-report", "--json").stdout)
    assert (answer["verdict"], answer["remedied_from"]) == ("diverging", None)
    assert answer["remedies_applied"] == []


def test_it_has_no_use_where_nothing_is_fitted(steepest: Callable[..., Result]) -> None:
    done = steepest(*HIGH, "--apply-remedies", "--find-learning-rate")
    assert done.exit_code == 2
    assert "fits nothing" in done.stderr
