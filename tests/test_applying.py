"""Remedies tried on runs that fail: what they set, whether it helped, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from steepest.applying import apply, best_of, mend, nothing_tried
from steepest.diagnosis.finding import Diagnosis, Finding, Remedy
from steepest.errors import InputError
from steepest.fitting import fit
from steepest.run import Request, Run
from steepest.saved import load_run
from steepest.store import Store

FAULTS: dict[str, dict[str, object]] = {
    "diverging": {"learning_rate": 2.5, "steps": 300},
    "oscillating": {"learning_rate": 2.0, "steps": 200},
    "overshooting": {"learning_rate": 1.9, "steps": 10},
    "crawling": {"learning_rate": 1e-5, "steps": 200},
    "ill_conditioned": {"scale": "none", "learning_rate": 1e-7, "steps": 2000},
}


def separated() -> pl.DataFrame:
    X = np.random.default_rng(0).normal(size=(60, 2))
    names = np.where(X[:, 0] + X[:, 1] > 0, "yes", "no")
    return pl.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": names})


@pytest.mark.parametrize("fault", FAULTS)
def test_the_first_remedy_of_a_fault_mends_it(fault: str) -> None:
    run = fit("houses", "price", **FAULTS[fault])  # type: ignore[arg-type]
    assert run.verdict == fault
    mended = apply(run, run.diagnosis.findings[0].remedies[0])
    assert mended.verdict == "converged"
    assert mended.split == run.split
    assert mended.remedied is not None
    assert mended.remedied.finding == fault
    assert mended.remedied.run is None
    assert mended.trace.last_loss <= run.trace.last_loss


def test_a_rate_goes_with_the_scale_it_was_for() -> None:
    run = fit("houses", "price", **FAULTS["ill_conditioned"])  # type: ignore[arg-type]
    mended = apply(run, Remedy("standardise", {"scale": "standard"}))
    assert mended.request.learning_rate == "auto"
    both = apply(run, Remedy("standardise", {"scale": "standard", "learning_rate": 0.5}))
    assert both.request.learning_rate == 0.5
    same = apply(run, Remedy("more steps", {"steps": 2500}))
    assert (same.request.learning_rate, same.request.steps) == (1e-7, 2500)


def test_a_start_in_numbers_goes_with_it_too() -> None:
    asked = Request("houses", "price", start="0.1,200", scale="none")
    assert asked.changed({"scale": "standard"}).start == "zeros"
    assert asked.changed({"steps": 7}).start == "0.1,200"
    assert replace(asked, start="random").changed({"scale": "standard"}).start == "random"


def test_a_table_in_memory_has_to_be_handed_over() -> None:
    table = separated()
    run = fit(table, "y", steps=500)
    assert run.verdict == "separable"
    ridge = next(remedy for remedy in run.diagnosis.findings[0].remedies if remedy.set)
    with pytest.raises(InputError, match="data=table"):
        apply(run, ridge)
    mended = apply(run, ridge, data=table)
    assert mended.verdict == "converged"
    assert mended.request.l2 == ridge.set["l2"]


def test_a_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "houses.csv"
    rng = np.random.default_rng(1)
    size = rng.uniform(50, 200, 40)
    pl.DataFrame({"size": size, "price": 3 * size + rng.normal(size=40)}).write_csv(path)
    run = fit(path, "price", learning_rate=5.0, steps=50)
    assert apply(run, run.diagnosis.findings[0].remedies[0]).verdict == "converged"


@pytest.mark.parametrize(
    ("remedy", "said"),
    [
        (Remedy("look at the data", {}), "no value that `fit` could be given"),
        (Remedy("use more", {"horses": 3}), "sets horses"),
        (Remedy("another", {"target": "size"}), "sets target"),
        (Remedy("none", {"learning_rate": -1.0}), "the learning rate is -1"),
        ("raise it", "expected a Remedy"),
    ],
)
def test_what_cannot_be_applied_is_refused_in_a_sentence(remedy: Remedy, said: str) -> None:
    run = fit("houses", "price", steps=5)
    with pytest.raises(InputError, match=said):
        apply(run, remedy)


def test_each_is_saved_with_the_one_it_came_from(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs.db")
    run = fit("houses", "price", store=store, **FAULTS["diverging"])  # type: ignore[arg-type]
    remedy = run.diagnosis.findings[0].remedies[0]
    mended = apply(run, remedy, store=store)
    assert (run.id, mended.id) == ("houses-1", "houses-2")
    loaded = load_run(store, "houses-2").remedied
    assert loaded is not None
    assert (loaded.run, loaded.finding) == ("houses-1", "diverging")
    assert loaded.remedy == remedy
    assert load_run(store, "houses-1").remedied is None


class TestMend:
    def test_goes_on_while_it_helps(self) -> None:
        run = fit("houses", "price", scale="none", learning_rate=1e-3, steps=2000)
        attempts = mend(run)
        assert [attempt.finding for attempt in attempts] == ["diverging", "ill_conditioned"]
        assert all(attempt.kept for attempt in attempts)
        assert dict(attempts[1].changed) == {"learning_rate": "auto", "scale": "standard"}
        assert best_of(run, attempts).verdict == "converged"
        assert attempts[1].before is attempts[0].after
        assert len(mend(run, rounds=1)) == 1

    def test_leaves_a_healthy_run_alone(self) -> None:
        run = fit("houses", "price")
        assert mend(run) == ()
        assert best_of(run, ()) is run
        assert nothing_tried(run) == "No remedy was tried: converged is no fault."

    def test_of_two_costs_it_compares_none(self) -> None:
        table = separated()
        (attempt,) = mend(fit(table, "y", steps=500), data=table)
        assert attempt.kept
        assert attempt.because == "from separable to converged"

    def test_does_not_keep_what_does_not_help(self) -> None:
        run = told(fit("houses", "price", steps=0), {"learning_rate": 3.0, "steps": 50})
        (attempt,) = mend(run)
        assert not attempt.kept
        assert "the verdict got worse" in attempt.because
        assert best_of(run, [attempt]) is run

    def test_does_not_keep_what_changes_nothing(self) -> None:
        done = told(fit("houses", "price"), {"steps": 900}, severity="error")
        assert mend(done)[0].kept  # a fault without cause is gone
        run = told(fit("houses", "price", learning_rate=2.5, steps=300), {"seed": 0, "l2": 0.0})
        assert mend(run) == ()
        assert "sets anything that fit takes" in nothing_tried(run)

    def test_does_not_keep_a_higher_cost(self) -> None:
        run = told(fit("houses", "price"), {"learning_rate": 0.01, "steps": 5}, severity="error")
        (attempt,) = mend(run)
        assert (attempt.kept, attempt.after.trace.stop.reason) == (False, "budget")
        assert "the cost rose" in attempt.because or "got worse" in attempt.because

    @pytest.mark.parametrize(
        ("rate", "said"),
        [(2.4, "and the cost ended higher than it began"), (2.8, "and the cost rose")],
    )
    def test_a_fault_that_stays_goes_with_a_higher_cost(self, rate: float, said: str) -> None:
        run = fit("houses", "price", learning_rate=2.5, steps=300)
        remedy = Remedy("Take another rate.", {"learning_rate": rate})
        top = replace(run.diagnosis.findings[0], remedies=(remedy,))
        run = replace(run, diagnosis=replace(run.diagnosis, findings=(top,)))
        (attempt,) = mend(run)
        assert not attempt.kept
        assert attempt.because.startswith(f"still diverging, {said}")

    def test_does_not_try_the_same_twice(self) -> None:
        run = fit("houses", "price", degree=6, steps=2000)
        sets = [tuple(attempt.remedy.set.items()) for attempt in mend(run)]
        assert len(sets) == len(set(sets)) > 0


def told(run: Run, settings: dict[str, float | int | str], severity: str = "warning") -> Run:
    """The run with a finding that it does not have."""
    finding = Finding("made_up", severity, "", "", {}, (Remedy("", settings),))  # type: ignore[arg-type]
    return replace(run, diagnosis=Diagnosis("made_up", (finding,), (), {}))
