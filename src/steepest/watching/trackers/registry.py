"""The trackers by name, and by the class of what a user hands over."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, cast

from steepest.errors import InputError
from steepest.watching.trackers.tracker import Tracker

__all__ = ["TRACKERS", "Kind", "asked_for", "tracker_of"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A tracker that is known.

    name:     what a user calls it
    objects:  package and class of what may be handed over in its place
    made_by:  its module here, and its class there
    """

    name: str
    objects: tuple[tuple[str, str], ...]
    made_by: tuple[str, str]


TRACKERS = (
    Kind("wandb", (("wandb", "Run"),), ("wandb", "WeightsAndBiases")),
    Kind("mlflow", (("mlflow", "Run"), ("mlflow", "ActiveRun")), ("mlflow", "MLflow")),
    Kind(
        "tensorboard",
        (("torch", "SummaryWriter"), ("tensorboardX", "SummaryWriter")),
        ("tensorboard", "TensorBoard"),
    ),
)


def asked_for(report_to: Any) -> tuple[tuple[Kind, Any], ...]:
    """Which trackers, each with its object or None; InputError for what is none.

    >>> [kind.name for kind, _ in asked_for(("wandb", "mlflow"))]
    ['wandb', 'mlflow']
    """
    if report_to is None:
        return ()
    several = isinstance(report_to, (list, tuple))
    parts = list(cast("list[Any]", report_to)) if several else [report_to]
    return tuple(_known(part) for part in parts)


def _known(part: Any) -> tuple[Kind, Any]:
    for kind in TRACKERS:
        if part == kind.name if isinstance(part, str) else _is_one(part, kind):
            return kind, None if isinstance(part, str) else part
    names = ", ".join(f'"{kind.name}"' for kind in TRACKERS)
    what = repr(part) if isinstance(part, str) else f"a {type(part).__name__}"
    raise InputError(
        f"report_to is {what}; expected {names}, a wandb or MLflow run, or a SummaryWriter"
    )


def _is_one(part: Any, kind: Kind) -> bool:
    kinds: tuple[Any, ...] = type(part).__mro__
    return any(
        (found.__module__.partition(".")[0], found.__name__) in kind.objects for found in kinds
    )


def tracker_of(kind: Kind, thing: Any) -> Tracker:
    """The tracker itself; its framework comes in here. InputError where that is not installed."""
    module, name = kind.made_by
    make = getattr(importlib.import_module(f"steepest.watching.trackers.{module}"), name)
    return make(thing)
