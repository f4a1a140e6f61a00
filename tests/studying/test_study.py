from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from steepest.data import datasets
from steepest.errors import InputError
from steepest.evaluation.studies.study import Study
from steepest.fitting import fit
from steepest.ready import make_ready
from steepest.run import Request, Run
from steepest.stopwatch import Stopwatch
from steepest.studying.progress import Progress
from steepest.studying.read_again import rows_again, trials_of
from steepest.studying.study import merged, study
from steepest.studying.within_fit import study_of_fit


def frame(rows: int = 240, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, rows))
    town = rng.choice(["u", "v", "w"], rows)
    y = 2 * a + a * b + (town == "u") + rng.normal(0.0, 0.5, rows)
    return pl.DataFrame({"a": a, "b": b, "town": town, "y": y, "g": np.arange(rows) // 4})


@pytest.fixture(scope="module")
def run() -> Run:
    return fit(frame(), "y", features=["a", "b", "town"], threads=1)


def test_everything_at_once(run: Run) -> None:
    told: list[Progress] = []
    found = study(run, frame(), on_progress=told.append)
    assert (found.score, found.better) == ("r2", "higher")
    assert found.value == pytest.approx(run.evaluation.score("r2").value)
    assert {worth.column for worth in found.columns} == {"a", "b", "town"}
    assert found.columns[0].column == "a"
    assert [peer.name for peer in found.peers] == ["Ridge", "HistGradientBoostingRegressor"]
    assert found.learning_curve is not None
    assert found.learning_curve.points[-1].held_out == pytest.approx(found.value, rel=1e-6)
    degree, l2 = found.validation_curves
    assert (degree.over, degree.best, l2.over) == ("degree", 2.0, "l2")
    assert "try --degree 2" in degree.sentence
    asked = next(point for point in l2.points if point.at == 0.0)
    assert asked.held_out == pytest.approx(found.value, rel=1e-6)
    assert [step.done for step in told] == list(range(told[-1].total + 1))
    assert told[0].doing.startswith(f"{told[-1].total} trainings on up to 192 rows with 5 param")
    assert found.seconds is not None
    assert found.seconds > 0
    assert all(worth.verdict for worth in found.columns)
    assert not found.interrupted
    again = study(run, frame())
    assert again.columns == found.columns
    assert again.learning_curve == found.learning_curve
    assert study(run, frame(), columns=False, peers=False, seed=1).learning_curve != (
        found.learning_curve
    )


def test_what_is_not_wanted_is_left_out(run: Run) -> None:
    found = study(run, frame(), columns=False, curves=False)
    assert (found.columns, found.learning_curve, found.validation_curves) == ((), None, ())
    assert len(found.peers) == 2


@pytest.mark.parametrize(
    ("options", "rows"),
    [({"folds": 4}, 240), ({"split": "group=g"}, 48), ({"split": "time=g"}, 48)],
)
def test_the_runs_own_split_judges(options: dict, rows: int) -> None:
    run = fit(frame(), "y", features=["a", "town"], threads=1, **options)
    target = frame()["y"].to_numpy()
    trials, sampled = trials_of(run, frame(), target)
    assert not sampled
    assert len(trials.judging) == rows
    group = frame()["g"].to_numpy()
    if "split" in options:
        ((train, judge),) = trials.parts
        assert not set(group[train]) & set(group[judge])
    found = study(run, frame(), peers=False, curves=False)
    if "folds" in options:
        assert trials.widen == pytest.approx(np.sqrt(1 + 240 / 180))
        assert found.value == pytest.approx(run.evaluation.score("r2").value, rel=1e-4)


def test_of_large_tables_some_rows_are_drawn(run: Run) -> None:
    rows, target = rows_again(run, frame())
    trials, sampled = trials_of(run, rows, target, most=30)
    assert sampled
    ((train, judge),) = trials.parts
    assert (len(train), len(judge)) == (30, 30)
    assert set(train) <= set(run.split.train.tolist())
    assert set(judge) <= set(run.split.held_out)
    other, _ = trials_of(run, rows, target, most=30, seed=1)
    assert other.parts[0][0].tolist() != train.tolist()


def test_ctrl_c_keeps_what_is_done(run: Run) -> None:
    def press(progress: Progress) -> None:
        if progress.done == 2:
            raise KeyboardInterrupt

    found = study(run, frame(), on_progress=press)
    assert found.interrupted
    assert [worth.column for worth in found.columns] == ["a"]
    assert found.peers == ()
    assert "interrupted" in found.sentences[-1]


def test_a_table_that_changed_is_refused(run: Run) -> None:
    with pytest.raises(InputError, match=r"239 usable rows, and the run was fitted to 240"):
        study(run, frame()[1:])
    with pytest.raises(InputError, match=r"the target y of .* is not what it was"):
        study(run, frame().with_columns(y=pl.col("y") + 1))
    with pytest.raises(InputError, match=r"has no column .a."):
        study(run, frame().drop("a"))
    with pytest.raises(InputError, match="in another order, so that their numbers no longer tell"):
        study(run, frame()[::-1])
    with pytest.raises(InputError, match=r"are not those .* values have changed since"):
        study(run, frame().with_columns(a=pl.col("a").reverse()))


def test_a_run_that_scores_otherwise_than_it_did_is_refused(run: Run) -> None:
    """Of a run that took no fingerprint of its rows, where their target stays on average."""
    old = replace(run, contract=replace(run.contract, fingerprint=None))
    with pytest.raises(InputError, match=r"has R² .*, and it was .* when it was fitted"):
        study(old, frame()[::-1], peers=False, curves=False)
    assert study(old, frame(), peers=False, curves=False).columns


def test_what_the_model_does_not_learn_from_may_change(run: Run) -> None:
    other = frame().with_columns(pl.col("b").cast(pl.Float64), more=1, g=0)
    rows, _ = rows_again(run, other)
    assert rows.height == 240


def test_the_column_that_rows_are_split_by_may_not_change() -> None:
    run = fit(frame(), "y", features=["a"], split="group=g", threads=1)
    assert rows_again(run, frame())[0].height == 240
    with pytest.raises(InputError, match="values have changed since"):
        rows_again(run, frame().with_columns(pl.col("g") // 2))


def test_a_run_without_a_fingerprint_is_read_again_as_before(run: Run) -> None:
    old = replace(run, contract=replace(run.contract, fingerprint=None))
    assert rows_again(old, frame()[::-1])[0].height == 240


def test_a_table_in_memory_has_to_be_handed_over(run: Run) -> None:
    with pytest.raises(InputError, match="cannot be read again; hand the table over"):
        study(run)


def test_a_run_that_diverged_has_nothing_to_study() -> None:
    run = fit("houses", "price", learning_rate=1e200, steps=50)
    with pytest.raises(InputError, match="diverged, so that there is no model to study"):
        study(run)


def test_a_run_of_a_file_is_read_again(tmp_path: Path) -> None:
    frame().write_csv(tmp_path / "t.csv")
    run = fit(tmp_path / "t.csv", "y", features=["a"], threads=1)
    found = study(run, peers=False, curves=False)
    assert found.columns[0].gain == pytest.approx(run.evaluation.score("r2").value)


def test_an_unfinished_descent_is_repeated_as_it_was() -> None:
    run = fit(frame(), "y", features=["a", "b"], steps=3, learning_rate=0.1, threads=1)
    found = study(run, frame(), columns=False, peers=False)
    assert found.value is not None
    assert found.learning_curve is not None
    assert found.learning_curve.points[-1].held_out == pytest.approx(found.value, abs=1e-12)
    least = study(fit(frame(), "y", features=["a", "b"], threads=1), frame(), peers=False)
    assert least.value is not None
    assert found.value < least.value - 0.1


@pytest.mark.parametrize(
    ("data", "target", "loss", "score"),
    [
        ("iris", "species", "softmax", "log_loss"),
        ("houses", "price", "huber", "mean_absolute_error"),
        ("houses", "size", "poisson", "mean_poisson_deviance"),
    ],
)
def test_every_loss_has_its_study(data: str, target: str, loss: str, score: str) -> None:
    run = fit(data, target, loss=loss, l2=0.0 if loss == "huber" else 0.01, threads=1)
    found = study(run, peers=False, curves=False)
    assert found.score == score
    assert found.columns[0].gain > 0


def studied_by_fit(data: object, request: Request) -> tuple[Run, Study]:
    from steepest.fitting import fit_as_asked

    run = fit_as_asked(data, request)
    rows, training = make_ready(data, request, "zeros", Stopwatch())
    return run, study_of_fit(run.model, rows, training, run.trace)


def test_fit_measures_the_columns_where_it_is_cheap(run: Run) -> None:
    request = Request("t", "y", features=("a", "b", "town"), threads=1)
    own, found = studied_by_fit(frame(), request)
    later = study(own, frame(), peers=False, curves=False)
    for one, other in zip(found.columns, later.columns, strict=True):
        assert one == other
    assert found.value is None


def test_fit_says_why_it_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request("t", "y", features=("a", "b"), steps=2, learning_rate=0.1, threads=1)
    _, found = studied_by_fit(frame(), request)
    assert found.columns == ()
    assert found.columns_method.startswith(
        "What each column buys was not measured: the descent did not converge"
    )
    assert found.columns_method.endswith("`steepest study RUN` does it.")
    monkeypatch.setattr("steepest.studying.within_fit.CHEAP", 10.0)
    _, found = studied_by_fit(frame(), replace(request, steps=None, learning_rate="auto"))
    assert "training 2 times more, on 192 rows with 3 parameters" in found.columns_method


def test_a_study_of_some_parts_keeps_the_others(run: Run) -> None:
    before = study(run, frame(), peers=False, curves=False)
    after = study(run, frame(), columns=False, curves=False)
    whole = merged(before, after)
    assert whole.columns == before.columns
    assert whole.peers == after.peers
    assert merged(None, after) == after
    assert merged(replace(before, score="log_loss"), after) == after


def test_perfectly_told_classes_are_said_to_have_no_minimum() -> None:
    iris = datasets.load("iris").filter(pl.col("species") != "virginica")
    run = fit(iris, "species", features=["petal_length"], threads=1)
    assert run.trace.stop.reason == "unbounded"
    found = study(run, iris, peers=False, curves=False)
    assert any("no minimum" in sentence for sentence in found.sentences)
    run = fit(iris, "species", threads=1)
    found = study(run, iris, peers=False, curves=False)
    assert len(found.columns) == 4
    assert not any("drop" in worth.sentence for worth in found.columns)
    assert {worth.verdict for worth in found.columns} == {"unsure"}
