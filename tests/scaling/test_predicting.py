import io
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from steepest.data.sources.parquet import parquet_source
from steepest.data.table import read_table
from steepest.data.unfamiliar import unfamiliar
from steepest.fitting import fit
from steepest.model import Model
from steepest.passes.asked import Pass
from steepest.passes.engine import Part
from steepest.passes.local import LocalEngine
from steepest.passes.predicted_rows import predicted_rows
from steepest.passes.worker import Worker
from steepest.run import Request
from steepest.scaling.later_rows import later_layout, unstated_contract
from steepest.scaling.predicting import frame_of, no_predictions, predict_by_pieces

ROWS = 1_501


def table(rows: int = ROWS) -> pl.DataFrame:
    rng = np.random.default_rng(5)
    frame = pl.DataFrame({name: rng.normal(size=rows) for name in "abcde"})
    noise = rng.normal(size=rows)
    return frame.with_columns(
        town=pl.Series(rng.choice(["x", "y", "z"], rows)),
        price=frame["a"] * 3 + frame["b"] + noise,
        visits=pl.Series(rng.poisson(2, rows)),
        kind=pl.Series(rng.choice(["dog", "cat", "hen"], rows)),
        ill=pl.Series(np.where(noise + frame["a"].to_numpy() > 0, "yes", "no")),
    )


TARGETS = {"price": "auto", "visits": "poisson", "kind": "auto", "ill": "auto"}


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    def of(target: str) -> Model:
        features = [*"abcde", "town"]
        options = {"steps": 30, "features": features, "loss": TARGETS[target]}
        return fit(table(300), target, **options).model

    return {target: of(target) for target in TARGETS}


def later() -> pl.DataFrame:
    """Rows with gaps and a level that is new."""
    place = pl.int_range(pl.len())
    return table().with_columns(
        a=pl.when(place % 11 == 3).then(None).otherwise(pl.col("a")),
        town=pl.when(place % 401 == 400).then(pl.lit("moon")).otherwise(pl.col("town")),
    )


class Backwards(LocalEngine):
    """An engine whose last pieces come first."""

    def parts(self, asked: Pass[object], places: Sequence[int]) -> Iterator[Part]:
        yield from reversed(list(super().parts(asked, places)))


@pytest.fixture
def engine_of(tmp_path) -> Callable[..., LocalEngine]:
    def make(
        model: Model,
        rows: int = 97,
        threads: int = 2,
        kind: type[LocalEngine] = LocalEngine,
        frame: pl.DataFrame | None = None,
    ) -> LocalEngine:
        path = str(tmp_path / f"{rows}.parquet")
        (later() if frame is None else frame).write_parquet(path, row_group_size=rows)
        source = parquet_source([path], path)
        stated = unstated_contract(model.target)
        layout = later_layout(stated, Request(path, model.target), model.representation)
        return kind(Worker(source, layout), threads)

    return make


def pieces_rows(engine: LocalEngine) -> list[int]:
    return [piece.rows or 0 for piece in engine.source.pieces]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("rows", [1, 97, 5_000])
def test_pieces_are_predicted_as_the_whole_table(
    target: str, rows: int, models: dict[str, Model], engine_of
) -> None:
    model, frame = models[target], later() if rows > 1 else later().head(60)
    margin = next(iter(model.margins), None)
    whole = predicted_rows(model, frame, margin)
    written = io.BytesIO()
    frames: list[pl.DataFrame] = []
    with engine_of(model, rows, frame=frame) as engine:
        counts = pieces_rows(engine)
        told = predict_by_pieces(engine, model, margin, counts, written.write)
        predict_by_pieces(
            engine, model, margin, counts, lambda b: frames.append(frame_of(b)), form="arrow"
        )
    assert pl.concat(frames).equals(whole)
    text = no_predictions(model, margin).write_csv().encode() + written.getvalue()
    assert text == whole.write_csv().encode()
    assert told.rows == whole.height
    assert told.notes == unfamiliar(model.representation, frame)
    assert len(told.notes) == (2 if rows > 1 else 1)


@pytest.mark.parametrize("kind", [LocalEngine, Backwards])
@pytest.mark.parametrize("memory", [0, 1])
def test_order_threads_and_memory_do_not_matter(
    kind: type[LocalEngine], memory: int, models: dict[str, Model], engine_of
) -> None:
    model = models["ill"]
    texts: list[bytes] = []
    for threads in (1, 3):
        written = io.BytesIO()
        with engine_of(model, 97, threads, kind) as engine:
            predict_by_pieces(
                engine, model, None, pieces_rows(engine), written.write, memory=memory
            )
        texts.append(written.getvalue())
    assert all(one == other for one, other in pairwise(texts))
    numbers = [int(line.split(b",")[0]) for line in texts[0].splitlines()]
    assert numbers == list(range(1, ROWS + 1))


def test_progress_is_told_to_the_end(models: dict[str, Model], engine_of) -> None:
    seen: list[tuple[int, int | None]] = []
    with engine_of(models["price"]) as engine:
        predict_by_pieces(
            engine,
            models["price"],
            None,
            pieces_rows(engine),
            lambda _: None,
            tell=lambda progress: seen.append((progress.pieces, progress.rows)),
        )
        assert seen[-1] == (len(engine.source.pieces), ROWS)
    assert seen == sorted(seen)


def test_a_model_predicts_a_row_the_same_in_every_frame(models: dict[str, Model]) -> None:
    frame = read_table(later()).frame
    for model in models.values():
        whole = model.predict(frame)
        for step in (1, 3, 64):
            parts = [model.predict(frame[i : i + step]) for i in range(0, 192, step)]
            assert np.concatenate(parts).tobytes() == whole[:192].tobytes()
