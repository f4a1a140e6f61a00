"""What may be asked of `fit`: every setting as what it should be, before anything is read."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from steepest.arguments import flag, real, shown, texts, whole
from steepest.data.units import units_from
from steepest.descent.choice import asked_rate
from steepest.descent.descend import settled_settings
from steepest.descent.rules import rule_named
from steepest.errors import InputError
from steepest.evaluation.policies.costs import costs_from
from steepest.evaluation.policies.policy import policy_from
from steepest.evaluation.splits.split import asked_split
from steepest.objective.losses import LOSSES
from steepest.objective.parallel import thread_count
from steepest.objective.penalty import Penalty
from steepest.run import Request
from steepest.store import Store
from steepest.training import threads_of

__all__ = ["check", "check_engine", "column", "columns_named", "pairs_text", "store_at"]

MOST_REPEATS = 1_000
ENGINES = ("auto", "local", "ray")
LARGEST_SEED = 2**32 - 1  # of scikit-learn, which splits the rows


def check(request: Request) -> Request:
    """The request with every number of the kind that it should be, before anything is read.

    Raises InputError for settings that make no sense.
    """
    for name, value, known in (
        ("loss", request.loss, ("auto", *(loss.name for loss in LOSSES))),
        ("scale", request.scale, ("standard", "none")),
        ("missing", request.missing, ("impute", "drop", "refuse")),
    ):
        if all(value != word for word in known):
            raise InputError(f"{name} is {shown(value)}; expected one of {', '.join(known)}")
    rule_named(request.rule)
    thread_count(threads_of(request))
    settings = settled_settings(
        0 if request.steps is None else request.steps,
        request.batch,
        request.tolerance,
        request.seed,
        request.average,
        request.full_loss_every,
    )
    penalty = Penalty(request.l2, request.l1, np.ones(1, dtype=np.bool_))
    return replace(
        request,
        learning_rate=checked_rate(request.learning_rate),
        steps=None if request.steps is None else settings.steps,
        batch=settings.batch,
        tolerance=settings.tolerance,
        degree=whole("degree", request.degree, 1),
        intercept=flag("intercept", request.intercept),
        holdout=real("holdout", request.holdout, "a share of the rows from 0 to 0.9", _is_share),
        max_levels=whole("max_levels", request.max_levels, 1),
        seed=whole("seed", settings.seed, 0, LARGEST_SEED),
        l2=penalty.l2,
        l1=penalty.l1,
        huber_delta=checked_delta(request.huber_delta, request.loss),
        average=settings.average,
        full_loss_every=settings.full_loss_every,
        folds=None if request.folds is None else whole("folds", request.folds, 2),
        repeats=whole("repeats", request.repeats, 1, MOST_REPEATS),
        units=pairs_text("units", units_from(request.units)),
        split=checked_split(request),
        costs=pairs_text("costs", request.costs if costs_from(request.costs) else ""),
        threshold=policy_from(request.threshold).text,
    )


def check_engine(request: Request) -> None:
    """Raise InputError for an engine that there is not, and for wishes that are for another.

    >>> check_engine(Request("homes.csv", "price", engine="ray", workers=2))
    """
    if all(request.engine != known for known in ENGINES):
        raise InputError(f"engine is {shown(request.engine)}; expected one of {', '.join(ENGINES)}")
    for name, given in (("workers", request.workers), ("ray_address", request.ray_address)):
        if given and request.engine != "ray":
            raise InputError(
                f"{name} is {shown(given)}, but {name} is for the engine ray, and the engine is "
                f"{request.engine}; give the engine ray, or leave {name} out"
            )


def checked_split(request: Request) -> str:
    """The way to split as it is written down; InputError for none, and for the target's column."""
    kind, column = asked_split(request.split)
    if column and column == request.target:
        raise InputError(
            f'split is {request.split}, but "{column}" is the target: rows cannot be split by what '
            "is to be predicted; name another column"
        )
    if kind == "time" and request.repeats > 1:
        raise InputError(
            f"repeats is {request.repeats:,}, but a split by time cannot be repeated: the rows "
            "have one order in time; take repeats 1"
        )
    return f"{kind}={column}" if column else kind


def checked_rate(learning_rate: float | str) -> float | str:
    """A number, or the text of a rate that there is; InputError for neither."""
    if not isinstance(learning_rate, str):
        expected = "a number above 0, 'auto', or a schedule as text, as 'step:0.1,every=30'"
        return real("the learning rate", learning_rate, expected, lambda number: number > 0)
    asked_rate(learning_rate)
    return learning_rate


def checked_delta(delta: float | None, loss: str) -> float | None:
    """Where Huber's loss turns straight; InputError for another loss, or what is no length."""
    if delta is None:
        return None
    if loss != "huber":
        raise InputError(f"huber_delta is for the loss huber, and the loss is {loss}")
    return real("huber_delta", delta, "a number above 0", lambda number: number > 0)


def _is_share(number: float) -> bool:
    return 0.0 <= number <= 0.9


def column(role: str, name: str) -> str:
    """The name of a column; InputError for what is no text."""
    if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"{role} is {shown(name)}; expected the name of a column")
    return name


def columns_named(
    names: str | Sequence[str] | None, role: str = "features"
) -> tuple[str, ...] | None:
    """The names of the columns of that role; a text is the one name, None stays."""
    if names is None:
        return None
    if isinstance(names, (list, tuple)) and names and all(name == "" for name in names):
        raise InputError(f"{role} names no column; expected names of columns, as a,b")
    return (names,) if isinstance(names, str) else texts(role, names)


def pairs_text(name: str, pairs: str | Mapping[str, Any] | None) -> str:
    """Pairs as the text "name=value,name=value" that the command line takes; "" for none."""
    if pairs is None or isinstance(pairs, str):
        return pairs or ""
    if not isinstance(pairs, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"{name} is {shown(pairs)}; expected name=value pairs")
    return ",".join(f"{key}={value}" for key, value in pairs.items())


def store_at(store: str | Path | Store) -> Store:
    """The store, or the one at a path; InputError for what is neither."""
    if isinstance(store, Store):
        return store
    if not isinstance(store, (str, os.PathLike)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"store is {shown(store)}; expected the path of a file, or a Store")
    return Store(store)
