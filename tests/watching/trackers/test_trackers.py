"""What reaches a tracker, and that none of them gets into a loop's way."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import steepest
from steepest.diagnosis.finding import Finding
from steepest.watching.trackers import reporting
from steepest.watching.trackers.registry import TRACKERS, asked_for
from steepest.watching.trackers.tracker import Row


def falling(w: Any, rate: float = 0.1, steps: int = 60) -> None:
    x = np.ones(3)
    for _ in range(steps):
        w.log(loss=float(x @ x), params=x, gradient=2 * x, learning_rate=rate)
        x = x - rate * 2 * x


class Recording:
    def __init__(self, *, breaks: bool = False) -> None:
        self.got: list[Row] = []
        self.found: list[tuple[str, int]] = []
        self.threads: set[str] = set()
        self.breaks, self.closed = breaks, False

    def rows(self, rows: list[Row]) -> None:
        if self.breaks:
            raise ConnectionError("no route to host")
        self.threads.add(threading.current_thread().name)
        self.got += rows

    def finding(self, finding: Finding, step: int) -> None:
        self.found.append((finding.code, step))

    def close(self) -> None:
        self.closed = True


def handed(monkeypatch: pytest.MonkeyPatch, *trackers: Recording) -> tuple[str, ...]:
    """Names that stand for these trackers."""
    of = dict(zip((kind.name for kind in TRACKERS), trackers, strict=False))
    monkeypatch.setattr(reporting, "tracker_of", lambda kind, thing: of[kind.name])
    return tuple(of)


def test_rows_and_findings_arrive_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = Recording()
    names = handed(monkeypatch, tracker)
    with steepest.watch(store=False, quiet=True, report_to=names) as w:
        falling(w, rate=1.1)
    steps = [row.step for row in tracker.got]
    assert steps == sorted(set(steps))
    assert steps[-1] == 59
    assert {"loss", "learning_rate", "gradient_norm", "update_norm/w"} <= tracker.got[
        0
    ].numbers.keys()
    assert all(np.isfinite(list(row.numbers.values())).all() for row in tracker.got)
    assert "diverging" in dict(tracker.found)
    assert [code for code, _ in tracker.found] == [finding.code for finding in w.findings]
    assert tracker.threads == {"steepest trackers"}
    assert tracker.closed


def test_one_that_fails_is_dropped_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, sound = Recording(breaks=True), Recording()
    names = handed(monkeypatch, broken, sound)
    with steepest.watch(store=False, quiet=True, report_to=names) as w:
        falling(w)
    said = capsys.readouterr().err
    assert said.count("nothing more goes to wandb: ConnectionError: no route to host") == 1
    assert broken.closed
    assert sound.got
    assert w.failed is None
    assert len(w.trace) == 60


def test_a_long_loop_sends_blocks_of_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = Recording()
    names = handed(monkeypatch, tracker)
    with steepest.watch(store=False, quiet=True, report_to=names) as w:
        for _ in range(3000):
            w.log(loss=1.0)
    assert len(tracker.got) < 3000


@pytest.mark.parametrize("strange", ["comet", 3, ("wandb", object())])
def test_what_is_no_tracker_is_refused_at_once(strange: Any) -> None:
    with pytest.raises(steepest.InputError, match="report_to is"):
        steepest.watch(store=False, report_to=strange)


def test_a_tracker_that_is_not_installed_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent(kind: Any, thing: Any) -> Any:
        raise steepest.InputError("wandb is needed for this and is not installed")

    monkeypatch.setattr(reporting, "tracker_of", absent)
    with steepest.watch(store=False, quiet=True, report_to="wandb") as w:
        falling(w)
    assert "nothing more goes to wandb" in capsys.readouterr().err
    assert len(w.trace) == 60


def test_names_are_known() -> None:
    names = [kind.name for kind, _ in asked_for(("tensorboard", "wandb", "mlflow"))]
    assert names == ["tensorboard", "wandb", "mlflow"]
    assert asked_for(None) == ()
