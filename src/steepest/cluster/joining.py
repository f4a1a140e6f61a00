"""A Ray to work with: the one that is there, a cluster that is joined, or one of our own."""

from __future__ import annotations

import logging
import os
import socket
import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from steepest.cluster.afterwards import Watcher
from steepest.cluster.doors import ray_module
from steepest.cluster.ending import end_as_before, end_in_order
from steepest.cluster.token import forget_token, take_token
from steepest.errors import InputError
from steepest.scratch_folder import folder_for, remove_folder

__all__ = ["Embedded", "Joined", "join", "leave"]

STORE = 150_000_000
GONE_SECONDS = 10.0
REACH_SECONDS = 10.0
PREFIX = "s-ray-"


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """A Ray of our own.

    folder:    for its sockets, logs and token
    watcher:   which ends it where this process is killed
    settings:  that stood before it, see `take_token`
    sigterm:   what SIGTERM did before it
    children:  its processes
    """

    folder: Path
    watcher: Watcher
    settings: dict[str, str | None]
    sigterm: Any
    children: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """A Ray that answers.

    kind:        "embedded": begun by us; "joined": a cluster; "found": the process had it already
    processors:  that it has to give
    own:         what there is of an embedded one; None of others
    """

    kind: str
    processors: float
    own: Embedded | None = None


def join(address: str, workers: int, shared: int) -> Joined:
    """The Ray of this process, else that of `address` or RAY_ADDRESS, else one of our own.

    workers:  that the embedded one should have room for
    shared:   bytes that it should be able to keep in shared memory

    Raises InputError where Ray is not installed or no cluster answers there.
    """
    ray = ray_module()
    if ray.is_initialized():
        return Joined("found", _processors(ray))
    where = address or os.environ.get("RAY_ADDRESS", "")
    _tell_deaths(False)
    try:
        return _begun(ray, workers, shared) if where in ("", "local") else _joined(ray, where)
    except BaseException:
        _tell_deaths(True)
        raise


def leave(joined: Joined) -> None:
    """Let go of it; an embedded one is ended, and has no process or file left afterwards."""
    if joined.kind == "found":
        return
    ray_module().shutdown()
    _tell_deaths(True)
    if joined.own is not None:
        _ended(joined.own, at_once=True)


def _begun(ray: Any, workers: int, shared: int) -> Joined:
    # sockets lie in it, whose paths may have 107 letters at most
    short = Path("/tmp")  # noqa: S108
    where = short if short.is_dir() else Path(tempfile.gettempdir())
    folder = folder_for(PREFIX, where)
    own = Embedded(folder, Watcher(folder), take_token(folder), end_in_order())
    before = set(_children())
    try:
        with _quiet():
            ray.init(
                address="local",
                num_cpus=workers,
                num_gpus=0,
                object_store_memory=STORE + shared,
                include_dashboard=False,
                log_to_driver=False,
                configure_logging=False,
                _temp_dir=str(folder),
            )
    except BaseException as error:
        ray.shutdown()
        _ended(own, at_once=False)
        if isinstance(error, (RuntimeError, OSError, ConnectionError)):
            raise InputError(f"Ray did not begin on this machine: {_first(error)}") from error
        raise
    end_in_order()  # Ray has set its own
    own = replace(own, children=tuple(set(_children()) - before))
    return Joined("embedded", float(workers), own)


def _ended(own: Embedded, *, at_once: bool) -> None:
    """What is left to do once Ray was shut down."""
    end = monotonic() + GONE_SECONDS
    while any(_lives(child) for child in own.children) and monotonic() < end:
        sleep(0.02)
    own.watcher.end(at_once=at_once)
    remove_folder(own.folder)
    forget_token(own.settings)
    end_as_before(own.sigterm)


def _joined(ray: Any, address: str) -> Joined:
    try:
        _reach(address)
        with _quiet():
            ray.init(address=address, log_to_driver=False, configure_logging=False)
    except (RuntimeError, OSError, ValueError, ImportError) as error:
        ray.shutdown()
        raise InputError(
            f"no Ray cluster answers at {address!r} ({_first(error)}); expected host:port, "
            "ray://host:port or auto in --ray-address or RAY_ADDRESS, and RAY_AUTH_MODE=token "
            "for a cluster that asks for a token"
        ) from error
    return Joined("joined", _processors(ray))


def _reach(address: str) -> None:
    """OSError at once where nobody listens at host:port; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():
        with socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS):
            pass


def _processors(ray: Any) -> float:
    return float(ray.cluster_resources().get("CPU", 0.0))


def _first(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__


def _tell_deaths(told: bool) -> None:
    """Whether Ray prints the death of a worker, on standard output, whatever it is begun with."""
    worker = ray_module("ray._private.worker")
    if hasattr(worker, "_worker_logs_enabled"):
        worker._worker_logs_enabled = told


@contextmanager
def _quiet() -> Generator[None]:
    """Ray's own account of how it begins goes nowhere, and neither do its warnings."""
    logger = logging.getLogger("ray")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _children() -> list[int]:
    """Processes that this one has begun, where the system tells."""
    try:
        listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return []
    return [int(number) for number in listed.split()]


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    status = Path(f"/proc/{process}/status")
    return not status.exists() or "\nState:\tZ" not in status.read_text()
