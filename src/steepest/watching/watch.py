"""`steepest.watch`: the same record and the same diagnosis for a loop that is not ours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from steepest.errors import InputError
from steepest.store import Store
from steepest.watching.adapters import adapter_for
from steepest.watching.telling import OnFinding
from steepest.watching.watching import Watching

__all__ = ["store_of", "watch"]


def watch(
    model: Any = None,
    optimizer: Any = None,
    *,
    criterion: Any = None,
    scaler: Any = None,
    activations: bool = False,
    on_finding: OnFinding = "tell",
    every: int | None = None,
    store: str | os.PathLike[str] | Store | bool | None = None,
    name: str | None = None,
    report_to: Any = None,
    quiet: bool = False,
) -> Watching:
    """Watch a training loop: record it, say what goes wrong and where, and change nothing.

    model:        a PyTorch module; None for a hand-written loop, which logs every step
    optimizer:    the optimizer that steps, or several of them; the first one's steps count
    criterion:    a module that gives the loss; else the model's own loss, or `w.log(loss=loss)`
    scaler:       the gradient scaler of mixed precision
    activations:  also count dead and saturated units
    on_finding:   "tell" says it; "stop" leaves the `with` block, "raise" raises FindingError, and
                  a function is called with the Finding
    every:        look closely at every so manyth step; None: as often as 0.6 % of it allows
    store:        file of the runs; None: STEEPEST_STORE or steepest.db; False: keep nothing
    name:         what the run is called in the store, with a number
    report_to:    "wandb", "mlflow", "tensorboard", or a run or writer of theirs, or several of
                  them: get measures and findings, through their own clients
    quiet:        say nothing on standard error

    Returns a context manager; see `Watching`. Raises InputError for what cannot be watched. What
    goes wrong afterwards never reaches the loop: it is said once, and watching steps aside.

    >>> w = 10.0
    >>> with watch(store=False, quiet=True) as watching:
    ...     for step in range(30):
    ...         watching.log(loss=w**2, params=w, gradient=2 * w, learning_rate=1.1)
    ...         w -= 1.1 * 2 * w
    >>> watching.diagnosis.verdict
    'diverging'
    """
    whole = isinstance(every, int) and not isinstance(every, bool)
    if every is not None and not (whole and every >= 1):
        raise InputError(f"every is {every!r}; expected a whole number of steps, 1 or more")
    more = {"criterion": criterion, "scaler": scaler, "activations": activations or None}
    given = {word: value for word, value in more.items() if value is not None}
    return Watching(
        adapter_for(model, optimizer, **given),
        on_finding=on_finding,
        every=every,
        store=store_of(store),
        name=name,
        report_to=report_to,
        quiet=quiet,
    )


def store_of(store: str | os.PathLike[str] | Store | bool | None) -> Store | None:
    """Where a run is kept: a file, the usual one for None, nowhere for False."""
    if store is False:
        return None
    if isinstance(store, Store):
        return store
    return Store(None if store is None or store is True else Path(store))
