"""A run that was cut off, gone on with: by a kill, by Ctrl-C, by a machine that went away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast

from steepest.arguments import shown, whole
from steepest.asking import check_engine, store_at
from steepest.descent.recorder import Row
from steepest.errors import InputError
from steepest.fitting import fit_as_asked
from steepest.passes.asking import Progress
from steepest.run import Request, Run
from steepest.saved import load_needed, summary_of
from steepest.scaling.choice import pieces_of
from steepest.scaling.fitting import Going, fit_by_pieces
from steepest.scaling.memory import memory_bytes
from steepest.scaling.origin import Origin, can_be_read, origin_of, refuse_other_rows
from steepest.store import RunRow, Store, refuse_whole

__all__ = ["HARMLESS", "asked_of", "is_by_pieces", "resume"]

HARMLESS = ("threads", "engine", "memory", "workers", "ray_address")
"""Settings that may be others when a run is gone on with: the results are the same to the bit."""


def resume(
    run: str | Run,
    data: object = None,
    *,
    store: str | Path | Store | None = None,
    threads: int | Literal["all"] | None = None,
    engine: Literal["auto", "local", "ray"] | None = None,
    memory: str | int | None = None,
    workers: int | None = None,
    ray_address: str | None = None,
    on_step: Callable[[Row], None] | None = None,
    on_part: Callable[[int, int], None] | None = None,
    on_pass: Callable[[Progress], None] | None = None,
) -> Run:
    """Go on with a run that was killed or interrupted, as if it had never been.

    run:    its id in the store, or "last"
    data:   as `fit` was given it; None: read again from where the run read it
    store:  where the run is; None: `default_store`

    The others are as those of `fit`, and may be others than before: None leaves them as they
    were. A run whose rows came piece by piece goes on from the last pieces that were answered;
    one whose rows were in memory is fitted again from its start. The id, and every bit of the
    result, is that of a run never cut off. Raises InputError for a run that is done, is still
    running, failed with its rows in memory, or was only watched, and for data that changed.
    """
    place = Store() if store is None else store_at(store)
    row = place.row(_id(run))
    _refuse_no_fit(row)
    going = Going(row.id, datetime.fromisoformat(row.created).isoformat(timespec="seconds"))
    origin = origin_of(place, row.id)
    changes = _changes(threads, engine, memory, workers, ray_address)
    if origin is None:
        request = _again(place, row)
        if "threads" in changes:
            request = replace(request, threads=changes["threads"])
        return fit_as_asked(
            _table(request, row, data),
            request,
            store=place,
            on_step=on_step,
            on_part=on_part,
            going=going,
        )
    request = replace(origin.request, **changes)
    source = pieces_of(_data(origin, row, data), _in_pieces(request))
    if source is None:
        raise InputError(f"{origin.request.source} cannot be read piece by piece any more")
    refuse_other_rows(row.id, origin.identity, source)
    return fit_by_pieces(
        source,
        request,
        start=origin.start,
        store=place,
        on_step=on_step,
        on_pass=on_pass,
        named=origin.named,
        going=going,
    )


def asked_of(store: Store, run_id: str) -> Request:
    """What was asked of a run that is to be gone on with; InputError for one that never fitted."""
    row = store.row(run_id)
    _refuse_no_fit(row)
    origin = origin_of(store, row.id)
    return load_needed(store, row.id, "request", Request) if origin is None else origin.request


def is_by_pieces(store: Store, run_id: str) -> bool:
    """Whether its rows came piece by piece, so that it goes on from where it was."""
    return origin_of(store, run_id) is not None


def _id(run: str | Run) -> str:
    if isinstance(run, str):
        return run
    if not isinstance(run, Run) or run.id is None:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"run is {shown(run)}; expected the id of a run in the store, as houses-1")
    return run.id


def _changes(
    threads: int | str | None,
    engine: str | None,
    memory: str | int | None,
    workers: int | None,
    ray_address: str | None,
) -> dict[str, Any]:
    """The settings of the request that are others now."""
    given = {
        "threads": threads,
        "engine": engine,
        "memory": None if memory is None else memory_bytes(memory),
        "workers": None if workers is None else whole("workers", workers, 1),
        "ray_address": ray_address,
    }
    if engine is not None:
        check_engine(Request("", "", engine=cast("Any", engine)))
    return {name: value for name, value in given.items() if value is not None}


def _in_pieces(request: Request) -> Request:
    """So that the rows come in pieces, as they did, though they might fit into memory now."""
    return replace(request, engine="local") if request.engine == "auto" else request


def _refuse_no_fit(row: RunRow) -> None:
    summary = summary_of(row)
    if summary is not None and summary.watched:
        raise InputError(
            f"the run {row.id} is a loop that was watched: only what trained it can go on with it; "
            f"`steepest show {row.id}` shows its record"
        )
    refuse_whole(row)


def _again(store: Store, row: RunRow) -> Request:
    if row.status == "failed":
        raise InputError(
            f"the run {row.id} failed ({row.message}), and would fail again; mend that, and fit "
            "it anew with `steepest fit`"
        )
    return load_needed(store, row.id, "request", Request)


def _table(request: Request, row: RunRow, data: object) -> object:
    source = request.source
    if data is not None:
        return data
    if can_be_read(source):
        return source
    raise InputError(_hand_over(row, source))


def _data(origin: Origin, row: RunRow, data: object) -> object:
    if data is not None:
        return data
    if origin.named:
        return origin.request.source
    raise InputError(_hand_over(row, f"a {origin.request.source}"))


def _hand_over(row: RunRow, source: str) -> str:
    return (
        f"the run {row.id} was fitted to {source}, which cannot be read again; hand it over: "
        f"steepest.resume({row.id!r}, data=...)"
    )
