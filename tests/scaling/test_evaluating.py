from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from steepest.data.contract import Contract
from steepest.data.sources.parquet import parquet_source
from steepest.data.table import target_values
from steepest.data.trained_rows import TrainedRows
from steepest.errors import InputError
from steepest.evaluation.evaluate import evaluate
from steepest.evaluation.splits.split import Split
from steepest.fitting import fit
from steepest.passes.asking import Ask
from steepest.passes.local import LocalEngine
from steepest.passes.worker import Worker
from steepest.run import Run
from steepest.scaling.evaluating import EvaluatedRows, Finished, evaluate_by_pieces
from steepest.scaling.later_rows import later_layout

ROWS = 2_000


def table(rows: int = ROWS, seed: int = 5) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame({name: rng.normal(size=rows) for name in "abc"})
    noise = rng.normal(size=rows)
    size = np.exp(0.3 * frame["a"].to_numpy())
    return frame.with_columns(
        town=pl.Series(rng.choice(["x", "y", "z"], rows)),
        site=pl.Series(rng.integers(0, 50, rows)),
        price=frame["a"] * 3 + frame["b"] + noise,
        visits=pl.Series(rng.poisson(size)),
        kind=pl.Series(np.where(noise > 1, "dog", np.where(frame["b"] > 0, "cat", "hen"))),
        ill=pl.Series(np.where(noise + frame["a"].to_numpy() > 0, "yes", "no")),
    )


LOSSES = {"price": "auto", "visits": "poisson", "kind": "auto", "ill": "auto"}
Judge = Callable[..., EvaluatedRows]


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    features = [*"abc", "town"]
    return {
        target: fit(table(400, 1), target, steps=30, features=features, loss=loss)
        for target, loss in LOSSES.items()
    }


def baseline_of(run: Run) -> float | tuple[float, ...]:
    if run.contract.target == "kind":
        return (0.4, 0.2, 0.4)
    return 0.45 if run.contract.target == "ill" else 0.5


@pytest.fixture
def judge(tmp_path) -> Judge:
    def of(
        run: Run,
        frame: pl.DataFrame,
        *,
        draw: int = 20_000,
        threads: int = 2,
        split: Split | None = None,
        known: TrainedRows | None = None,
        missing: str = "impute",
    ) -> EvaluatedRows:
        path = str(tmp_path / "later.parquet")
        frame.write_parquet(path, row_group_size=333)
        source = parquet_source([path], "later.parquet")
        request = run.request.changed({"missing": missing})
        asked = Finished(
            run.model, run.contract, request, split or run.split, baseline_of(run), known
        )
        layout = later_layout(run.contract, request, run.model.representation)
        rows = [piece.rows or 0 for piece in source.pieces]
        with LocalEngine(Worker(source, layout), threads) as engine:
            return evaluate_by_pieces(Ask(engine), asked, rows, draw=draw)

    return of


def truth_of(frame: pl.DataFrame, contract: Contract) -> np.ndarray:
    return target_values(frame, contract)


@pytest.mark.parametrize("target", LOSSES)
def test_few_rows_are_evaluated_as_in_memory(
    target: str, runs: dict[str, Run], judge: Judge
) -> None:
    run, frame = runs[target], table()
    found = judge(run, frame)
    in_memory = evaluate(
        run.model,
        frame,
        truth_of(frame, run.contract),
        baseline=baseline_of(run),
        method="2,000 rows of later.parquet",
    )
    # the ends of intervals come from a matrix product, whose last digit is the library's affair
    for one, other in zip(found.evaluation.scores, in_memory.scores, strict=True):
        ends = [one.value, one.low, one.high, one.baseline]
        assert ends == pytest.approx([other.value, other.low, other.high, other.baseline])
    assert found.evaluation.sentences == in_memory.sentences
    assert found.evaluation.method == in_memory.method
    assert found.evaluation.rows == in_memory.rows


@pytest.mark.parametrize("target", LOSSES)
def test_the_scores_are_over_all_rows(target: str, runs: dict[str, Run], judge: Judge) -> None:
    run, frame = runs[target], table()
    found = judge(run, frame, draw=500).evaluation
    whole = evaluate(
        run.model, frame, truth_of(frame, run.contract), baseline=baseline_of(run), method=""
    )
    assert [score.name for score in found.scores] == [score.name for score in whole.scores]
    assert found.rows == ROWS
    assert "500 of them drawn at random" in found.method
    for one, other in zip(found.scores, whole.scores, strict=True):
        if one.name == "roc_auc":
            assert one.value == pytest.approx(other.value, abs=0.06)
            continue
        assert one.value == pytest.approx(other.value, rel=1e-12)
        assert one.baseline == pytest.approx(other.baseline, rel=1e-12)
        width = (other.high or 0) - (other.low or 0)
        # normal means in place of resampled rows
        assert one.low == pytest.approx(other.low, abs=0.15 * width)
        assert one.high == pytest.approx(other.high, abs=0.15 * width)


def test_threads_do_not_matter(runs: dict[str, Run], judge: Judge) -> None:
    one, other = (judge(runs["ill"], table(), draw=400, threads=t).evaluation for t in (1, 4))
    assert one == other


def test_of_groups_the_interval_holds_the_score(runs: dict[str, Run], judge: Judge) -> None:
    split = Split("group", 0.2, 0, 400, (), column="site")
    for target in ("price", "ill"):
        for score in judge(runs[target], table(), draw=600, split=split).evaluation.scores:
            assert score.low is not None
            assert score.high is not None
            assert score.low <= score.value <= score.high


def test_rows_without_a_target_are_not_judged(runs: dict[str, Run], judge: Judge) -> None:
    gap = pl.when(pl.int_range(pl.len()) % 4 == 0).then(None).otherwise(pl.col("price"))
    assert judge(runs["price"], table().with_columns(price=gap)).evaluation.rows == 1_500
    with pytest.raises(InputError, match="so that no row is left"):
        judge(runs["price"], table().with_columns(price=pl.lit(None, dtype=pl.Float64)))


def test_a_row_with_a_gap_is_named_where_gaps_are_refused(
    runs: dict[str, Run], judge: Judge
) -> None:
    gap = pl.when(pl.int_range(pl.len()) == 1_234).then(None).otherwise(pl.col("a"))
    frame = table().with_columns(a=gap)
    with pytest.raises(InputError, match='column "a" has no value in data row 1,235'):
        judge(runs["price"], frame, missing="refuse")
    assert judge(runs["price"], frame, missing="drop").evaluation.rows == ROWS - 1
    assert '"a" is missing in 1 row' in judge(runs["price"], frame).notes[0]


def test_rows_that_trained_are_counted(runs: dict[str, Run], judge: Judge) -> None:
    from steepest.data.trained_rows import trained_rows

    run, before = runs["price"], table(400, 1)
    known = trained_rows(before, run.contract, truth_of(before, run.contract), np.arange(300))
    found = judge(run, before, known=known)
    assert found.seen is not None
    assert (found.seen.asked, found.seen.found) == (400, 300)
    assert "of which 300 trained the model" in found.evaluation.method
    assert "the scores flatter it" in found.notes[0]
