"""What `steepest check` does once its options are read: find the user's functions, and check."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stdout
from difflib import get_close_matches
from inspect import isclass, signature
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import numpy as np

from steepest.arguments import shown
from steepest.diagnosis.checking.answer import GradientCheck
from steepest.diagnosis.gradient_check import check_gradient
from steepest.errors import InputError
from steepest.trace import Array

__all__ = ["check_as_asked"]

MOST_RANDOM = 100_000_000


def check_as_asked(
    function: str,
    *,
    gradient: str | None,
    params: str | None,
    rows: int | None,
    points: int,
    tolerance: float | None,
    seed: int,
) -> GradientCheck:
    """Import what is named, and hold its gradient against the slope of its loss.

    What the user's code prints goes to standard error; what it raises becomes one sentence.
    """
    with redirect_stdout(sys.stderr), _told_in_one_sentence(function):
        module, found = _found(function)
        start = None if params is None else _params(params, seed)
        loss, slope, own, names = _parts(module, function, found, gradient, start)
        if start is None:
            start = own if own is not None else _random(len(names), seed)
        return check_gradient(
            loss,
            slope,
            start,
            names=names or None,
            rows=rows,
            points=points,
            tolerance=tolerance,
            seed=seed,
        )


Parts = tuple[Callable[[Any], Any], Callable[[Any], Any], Any, tuple[str, ...]]


def _parts(
    module: ModuleType, text: str, found: Any, gradient: str | None, start: Array | None
) -> Parts:
    """Loss, gradient, where to test (None: not known) and names, from what was named."""
    found = _called(found)
    own, names = None, ()
    if isinstance(found, tuple):
        given = cast("tuple[Any, ...]", found)
        if len(given) not in (2, 3) or not all(callable(one) for one in given[:2]):
            raise InputError(
                f"{text} returns {shown(given)}; expected (loss, gradient, params), two functions "
                "and where to test them"
            )
        return given[0], given[1], _needed(given[2] if len(given) == 3 else start), ()
    pair = getattr(found, "value_and_gradient", None)
    if pair is not None:
        names = tuple(str(name) for name in getattr(found, "names", ()))
        if not names:
            _needed(start)
    elif not callable(found):
        raise InputError(f"{text} is {shown(found)}; expected a function or an objective")
    else:
        own = _needed(start)
        if gradient is not None or not _is_pair(found, own):
            return found, _gradient_of(module, text, gradient), own, names
        pair = found
    both = cast("Callable[[Any], Any]", pair)
    return lambda w: both(w)[0], lambda w: both(w)[1], own, names


def _called(found: Any) -> Any:
    """What a class or a function without arguments makes; everything else as it is."""
    if not callable(found) or (hasattr(found, "value_and_gradient") and not isclass(found)):
        return found
    try:
        wanted = signature(found).parameters
    except (TypeError, ValueError):  # some compiled functions do not say
        return found
    return found if wanted else found()


def _needed(start: Any) -> Any:
    if start is None:
        raise InputError(
            "it is not said where to test; give --params: numbers as 1,2.5 or as JSON, @FILE of "
            "them, or how many, for that many random ones"
        )
    return start


def _is_pair(found: Callable[[Any], Any], start: Any) -> bool:
    with np.errstate(all="ignore"):
        value = found(np.array(start, dtype=np.float64))
    return isinstance(value, (tuple, list)) and len(cast("list[Any]", value)) == 2


def _gradient_of(module: ModuleType, text: str, gradient: str | None) -> Callable[[Any], Any]:
    if gradient is not None:
        return _found(gradient)[1] if ":" in gradient else _named(module, gradient)
    name = text.rpartition(":")[2]
    for likely in (f"{name}_gradient", f"gradient_of_{name}", f"{name}_grad", "gradient", "grad"):
        if callable(getattr(module, likely, None)):
            return getattr(module, likely)
    raise InputError(
        f"{text} returns no pair of loss and gradient, and there is no {name}_gradient beside it; "
        "name the gradient with --gradient"
    )


def _found(text: str) -> tuple[ModuleType, Any]:
    place, _, name = text.rpartition(":")
    if not place or not name:
        raise InputError(
            f"{text!r} names no function; expected MODULE:FUNCTION, such as model.py:loss"
        )
    module = _from_file(Path(place)) if place.endswith(".py") else _imported(place)
    return module, _named(module, name)


def _named(module: ModuleType, name: str) -> Any:
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            near = get_close_matches(part, dir(found), 1)
            also = f"; did you mean {near[0]}?" if near else ""
            raise InputError(f"{module.__name__} has no {name}{also}")
        found = getattr(found, part)
    return found


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    if str(path.parent.resolve()) not in sys.path:
        sys.path.insert(0, str(path.parent.resolve()))  # what it imports from beside it
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path} cannot be imported; expected a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module


def _imported(name: str) -> ModuleType:
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))  # as python -m does
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise InputError(
            f"there is no module {error.name} to import; run this from its folder, or name the "
            "file, such as model.py:loss"
        ) from error


def _params(text: str, seed: int) -> Array:
    try:
        if text.startswith("@"):
            return _from_place(Path(text[1:]))
        if text.strip().isdecimal():
            return _random(int(text), seed)
        if text.lstrip().startswith(("[", "{")):
            return np.array(json.loads(text), dtype=np.float64)
        return np.array([float(part) for part in text.split(",")])
    except (ValueError, TypeError) as error:
        raise InputError(
            f"--params {shown(text)} cannot be read as numbers ({error}); expected numbers as "
            "1,2.5 or as JSON, @FILE of them, or how many"
        ) from error


def _from_place(path: Path) -> Array:
    try:
        if path.suffix == ".npy":
            return np.asarray(np.load(path, allow_pickle=False), dtype=np.float64)
        if path.suffix == ".json":
            return np.array(json.loads(path.read_text(encoding="utf-8")), dtype=np.float64)
        return np.loadtxt(path, delimiter="," if path.suffix == ".csv" else None, ndmin=1)
    except OSError as error:
        raise InputError(f"--params: {path} cannot be read ({error.strerror})") from error


def _random(count: int, seed: int) -> Array:
    if not 1 <= count <= MOST_RANDOM:
        raise InputError(f"--params {count:,} are too many or none; expected 1 to {MOST_RANDOM:,}")
    return np.random.default_rng(seed).normal(size=count)


@contextmanager
def _told_in_one_sentence(text: str) -> Generator[None]:
    """What the user's code raises, as one sentence with the line it came from."""
    try:
        yield
    except (InputError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        words = " ".join(str(error).split())
        raise InputError(
            f"{text} could not be checked: {type(error).__name__}: {words} "
            f"({Path(last.filename).name}, line {last.lineno})"
        ) from error
