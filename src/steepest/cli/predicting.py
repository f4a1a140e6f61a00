"""Predictions of rows that come piece by piece, to a file, the screen or one JSON object."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import click

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from steepest.data.breach import ContractCheck
    from steepest.data.contract import Contract
    from steepest.data.sources.source import Source
    from steepest.model import Margin, Model
    from steepest.run import Request

__all__ = ["PiecesPredicted", "predict_pieces"]

Write = Callable[[bytes], None]


@dataclass(frozen=True, slots=True, eq=False)
class PiecesPredicted:
    """What came of it.

    frame:  the predictions, where they were asked for as one table; else None
    check:  how the rows keep to the contract; None for a run without one
    """

    rows: int
    notes: tuple[str, ...]
    frame: pl.DataFrame | None
    check: ContractCheck | None
    engine: str


def predict_pieces(
    source: Source,
    request: Request,
    contract: Contract | None,
    model: Model,
    margin: Margin | None,
    place: Path | None,
    *,
    as_frame: bool,
) -> PiecesPredicted:
    """Hold all rows against the contract, then predict them; raises InputError before anything
    is written where the contract is broken.

    place:     the file to write; None: to the screen
    as_frame:  gather them as one table instead
    """
    from steepest.cli.walking import WalkProgress
    from steepest.data.check_contract import refuse_broken
    from steepest.data.unfamiliar import filled_by
    from steepest.passes.asking import Ask
    from steepest.scaling.checking import check_by_pieces
    from steepest.scaling.engines import begin_engine
    from steepest.scaling.later_rows import later_layout, unstated_contract
    from steepest.scaling.predicting import no_predictions, predict_by_pieces

    stated = unstated_contract(model.target) if contract is None else contract
    layout = later_layout(stated, request, model.representation)
    with WalkProgress() as tell, begin_engine(source, layout, request) as engine:
        found = check_by_pieces(Ask(engine, None, tell), stated, target="ignored")
        refuse_broken(found.check)
        frames: list[pl.DataFrame] = []
        empty = no_predictions(model, margin)
        csv = not as_frame and (place is None or place.suffix.lower() == ".csv")
        with _writing(place, empty) if not as_frame else _gathering(frames) as write:
            told = predict_by_pieces(
                engine,
                model,
                margin,
                found.pieces,
                write,
                form="csv" if csv else "arrow",
                memory=request.memory,
                tell=tell,
                filled=filled_by(contract),
            )
        frame = _together(frames) if as_frame else None
        check = None if contract is None else found.check
        return PiecesPredicted(told.rows, told.notes, frame, check, engine.name)


def _together(frames: list[pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    return pl.concat(frames, rechunk=True)


@contextmanager
def _gathering(frames: list[pl.DataFrame]) -> Generator[Write]:
    from steepest.scaling.predicting import frame_of

    yield lambda body: frames.append(frame_of(body))


@contextmanager
def _writing(place: Path | None, empty: pl.DataFrame) -> Generator[Write]:
    from steepest.errors import InputError
    from steepest.whole_file import writing_whole

    if place is None:
        click.echo(empty.write_csv(), nl=False)
        yield lambda body: click.echo(body, nl=False)
        return
    try:
        with writing_whole(place) as draft:
            write = _csv if place.suffix.lower() == ".csv" else _parquet
            with write(draft, empty) as one:
                yield one
    except OSError as error:
        raise InputError(f"{place} could not be written: {error.strerror or error}") from error


@contextmanager
def _csv(draft: Path, empty: pl.DataFrame) -> Generator[Write]:
    with draft.open("wb") as file:
        file.write(empty.write_csv().encode())

        def write(body: bytes) -> None:
            file.write(body)

        yield write


@contextmanager
def _parquet(draft: Path, empty: pl.DataFrame) -> Generator[Write]:
    from steepest.data.arrow import arrow_module
    from steepest.scaling.predicting import frame_of

    parquet = arrow_module("pyarrow.parquet")
    schema = _arrow(empty).schema
    with parquet.ParquetWriter(draft, schema, compression="zstd") as writer:
        yield lambda body: writer.write_table(_arrow(frame_of(body)).cast(schema))


def _arrow(frame: pl.DataFrame) -> Any:
    """The frame as Arrow, which has no types to check."""
    return cast("Any", frame.to_arrow())  # pyright: ignore[reportUnknownMemberType]
