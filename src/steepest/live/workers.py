"""The workers of a fit by pieces as a page shows them: how far the pass is, and who is at it."""

from __future__ import annotations

from datetime import UTC, datetime

from steepest.errors import InputError
from steepest.live.wire import PassNow, WorkerNow, Workers
from steepest.scaling.told import Told, ToldWorker, told_of
from steepest.store import RunRow, Store

__all__ = ["workers_of"]


def workers_of(store: Store, row: RunRow) -> Workers | None:
    """As the store has it now; None for a run whose rows were in memory."""
    told = told_of(store, row.id)
    return None if told is None else _shown(told, row, datetime.now(UTC))


def _shown(told: Told, row: RunRow, now: datetime) -> Workers:
    walk = told.walk
    return Workers(
        engine=told.engine,
        status=row.status,
        now=PassNow(
            what=walk.what,
            number=walk.number,
            pieces=walk.pieces,
            of_pieces=walk.of_pieces,
            rows=walk.rows,
            of_rows=walk.of_rows,
            size=walk.size,
            of_size=walk.of_size,
            seconds=walk.seconds,
        ),
        workers=[_worker(worker, row, now) for worker in told.workers],
    )


def _worker(worker: ToldWorker, row: RunRow, now: datetime) -> WorkerNow:
    return WorkerNow(
        name=worker.name,
        pieces=worker.pieces,
        rows=worker.rows,
        size=worker.size,
        seconds=worker.seconds,
        age=_age(worker, row, now) if row.status == "running" else None,
        state=worker.state,
        restarts=worker.restarts,
    )


def _age(worker: ToldWorker, row: RunRow, now: datetime) -> float | None:
    """Seconds since it was heard of; None for never."""
    if not worker.heartbeat:
        return None
    try:
        heard = datetime.fromisoformat(worker.heartbeat)
        return max(0.0, (now - heard).total_seconds())
    except (ValueError, TypeError) as error:
        raise InputError(f"a heartbeat of the run {row.id} cannot be read: {error}") from error
