"""How a worker is lost, and what it leaves as its last words."""

from __future__ import annotations

import re

from steepest.cluster.doors import ray_module

__all__ = ["fatal", "lost_errors", "said"]


def lost_errors() -> tuple[type[BaseException], ...]:
    """Errors by which Ray says that a worker is gone, not that its work went wrong."""
    errors = ray_module("ray.exceptions")
    return (
        errors.RayActorError,
        errors.ObjectLostError,
        errors.WorkerCrashedError,
        errors.NodeDiedError,
        errors.OutOfMemoryError,
    )


def fatal(error: BaseException, name: str) -> str:
    """Why a successor would fare no better; "" where it may.

    >>> fatal(ValueError("its node went away"), "worker 1")
    ''
    """
    text = str(error)
    if "creation task" not in text:
        return ""
    last = [line.strip() for line in text.splitlines() if line.strip()][-1]
    return (
        f"{name} could not begin ({last}); every machine of the cluster needs the same Python, "
        'and the same version of "steepest[ray]", as this one'
    )


def said(error: BaseException) -> str:
    """The sentence of Ray's account that says why.

    >>> said(ValueError("The actor died.\\n\\tclass_name: A\\nThe worker was killed. More."))
    'The worker was killed'
    """
    lines = [line.strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not re.match(r"\w+: ", line)]
    return told[-1].partition(". ")[0].rstrip(".") if told else type(error).__name__
