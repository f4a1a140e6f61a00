"""What the lab is opened with: a table, a curve, a saved run, a record, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.errors import InputError
from steepest.live.page import plain_setup
from steepest.readable import listed, readable

if TYPE_CHECKING:
    from steepest.live.bench import Bench
    from steepest.live.setup import TableData
    from steepest.store import Store

__all__ = ["Opened", "open_bench"]

DEMO = "houses"


@dataclass(frozen=True, slots=True)
class Opened:
    """Who answers, and what the page begins with.

    setup:  a `Setup` as plain data; its link is for whoever shows it to say
    note:   what had to be decided, in a sentence, or ""
    """

    bench: Bench
    setup: dict[str, Any]
    note: str = ""


def open_bench(
    source: object = None,
    *,
    x: Sequence[str] = (),
    y: str | None = None,
    curve: str | None = None,
    store: str | Path | Store | None = None,
    beside: str | None = None,
    setting: Mapping[str, Any] | None = None,
) -> Opened:
    """The bench of a source, as `steepest.lab` describes it.

    A text is a table where there is such a file or built-in data set, else a saved run.
    beside:  of a saved run: the id of another one, to lay under it
    setting: where the page begins, as far as it is otherwise than by default

    Raises InputError for what is neither, and for what does not go together.
    """
    bench, note = _bench(source, x, y, curve, _store(store))
    if beside is not None:
        _lay_under(bench, beside, _store(store))
    setup = _begun(bench, dict(setting)) if setting else plain_setup(bench.setup, "none")
    _refuse_outside(setup["setting"])
    return Opened(bench, setup, note)


def _bench(
    source: object, x: Sequence[str], y: str | None, curve: str | None, store: Store
) -> tuple[Bench, str]:
    from steepest.live.bench import Bench

    if curve is not None:
        _refuse_with_curve(source, x, y)
        return Bench.of_curve(curve), ""
    if isinstance(source, str):
        return _named(source, x, y, store)
    return _held(source, x, y, store), ""


def _named(text: str, x: Sequence[str], y: str | None, store: Store) -> tuple[Bench, str]:
    from steepest.data import datasets
    from steepest.live.bench import Bench

    is_table = Path(text).exists() or text in datasets.names()
    is_run = text == "last" or _is_run(store, text)
    if is_table or x or y is not None or not (is_run or _like_a_run(text, store)):
        both = f"{text} is taken as the table; there is a run of that name, too"
        return Bench.of_table(text, x or None, y), both if is_table and is_run else ""
    return Bench.of_run(store.resolve(text), store), ""


def _held(source: object, x: Sequence[str], y: str | None, store: Store) -> Bench:
    from steepest.live.bench import Bench
    from steepest.run import Run
    from steepest.trace import Trace

    if not isinstance(source, (Run, Trace)):
        return Bench.of_table(DEMO if source is None else source, x or None, y)
    if x or y is not None:
        raise InputError("x and y name columns of a table; a run or a trace has its own")
    if isinstance(source, Trace):
        return Bench.of_trace(source)
    if source.id is not None and _is_same(store, source):
        return Bench.of_run(source.id, store)
    return Bench.of_trace(source.trace)


def _lay_under(bench: Bench, run: str, store: Store) -> None:
    """Let the page of a run begin with another run under it."""
    from steepest.live.bench import Bench
    from steepest.live.setup import Beside

    if bench.setup.setting.what != "run":
        raise InputError(
            f"beside is {run!r}: a run is laid under another saved run; here a table or a curve is "
            "shown, whose own runs can be kept on the page"
        )
    other = Bench.of_run(store.resolve(run), store).setup
    if other.played is not None:
        bench.setup = replace(bench.setup, beside=Beside(other.title, other.played))


def _begun(bench: Bench, given: dict[str, Any]) -> dict[str, Any]:
    """The setup of a bench with some of its setting otherwise, played where Python has to."""
    plain = plain_setup(bench.setup, "none")
    if plain["setting"]["what"] == "run":
        raise InputError(
            f"{listed(list(given))} cannot be set for a run: it is shown as it went; leave that "
            "out, or name its table"
        )
    setting = plain["setting"] | given
    *_, last = bench.answer({"ask": "record", "setting": setting})  # refuses what cannot be
    return {
        **plain,
        "setting": setting,
        "played": None if _is_local(setting, bench.setup.table) else last["record"],
    }


def _refuse_outside(setting: Mapping[str, Any]) -> None:
    """Refuse a curve that is no number where it begins: there is no slope to go down."""
    from steepest.objective.curve import Curve

    if setting["what"] != "curve" or not setting["start"]:
        return
    (start, *_), text = setting["start"], setting["expression"]
    height, slope = Curve.of(text).value_and_gradient(np.array([float(start)]))
    if not (np.isfinite(height) and np.isfinite(slope).all()):
        raise InputError(
            f"J = {text} has no value or no slope at the start, {readable(start)}; give another "
            "one with --start"
        )


def _is_local(setting: Mapping[str, Any], table: TableData | None) -> bool:
    """Whether the page works a setting out by itself, as `isLocal` in its `numerics/record.ts`:
    a curve, or the line through the points of the table that it has; by the plain rule."""
    if setting["rule"] != "gradient_descent" or setting["batch"] is not None:
        return False
    if setting["what"] == "curve":
        return True
    own = table is not None and list(setting["features"]) in ([], [table.x_name])
    return own and setting["degree"] == 1 and setting["loss"] == "squared"


def _store(store: str | Path | Store | None) -> Store:
    from steepest.store import Store

    return store if isinstance(store, Store) else Store(store)


def _is_run(store: Store, text: str) -> bool:
    try:
        return any(row.id == text for row in store.runs())
    except InputError:  # no store yet, or none that can be read: `resolve` says so if asked
        return False


def _like_a_run(text: str, store: Store) -> bool:
    """Whether a name that is nothing yet was meant for a run: "houses-3", and a store is there."""
    stem, dash, number = text.rpartition("-")
    return bool(stem and dash and number.isdecimal()) and store.path.exists()


def _is_same(store: Store, run: Any) -> bool:
    """Whether the store holds this very run, and not another one of its name."""
    from steepest.saved import load_run

    try:
        return load_run(store, run.id).created == run.created
    except InputError:
        return False


def _refuse_with_curve(source: object, x: Sequence[str], y: str | None) -> None:
    if source is not None or x or y is not None:
        raise InputError("a curve needs no table: leave out the data, x and y, or the curve")
