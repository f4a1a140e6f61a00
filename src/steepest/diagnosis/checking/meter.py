"""A loss and a gradient of the user, called with copies, counted, and held to what they are."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.arguments import function, shown
from steepest.errors import InputError
from steepest.readable import counted, readable
from steepest.trace import Array

__all__ = ["Meter"]

EPS = float(np.finfo(np.float64).eps)
SPACINGS = (1e-10, 1e-8, 1e-6, 1e-4, 1e-2)
WIDER = 31.7
POINTS = 8
DISTINCT = 5
LOOSEST = 1e-3
# Errors of Python's own arithmetic where NumPy would give NaN or infinity.
ARITHMETIC = (ValueError, ZeroDivisionError, OverflowError, FloatingPointError)


class Meter:
    """The user's loss and gradient as functions of flat parameters (p,), float64.

    evaluations: how often the loss was called
    """

    def __init__(
        self, loss: Callable[[Any], Any], gradient: Callable[[Any], Any], params: ArrayLike
    ) -> None:
        function("loss", loss, "the parameters")
        function("gradient", gradient, "the parameters")
        table = _numbers("params", params)
        if table.size == 0:
            raise InputError("params is empty; a gradient needs at least one parameter")
        if not np.all(np.isfinite(table)):
            place = int(np.argmin(np.isfinite(table)))
            worst = shown(table.ravel()[place])
            raise InputError(f"params holds {worst} at place {place}; expected finite numbers")
        self._loss, self._gradient, self.shape = loss, gradient, table.shape
        self.start: Array = table.reshape(-1)
        self.evaluations = 0
        self.single = False  # whether the gradient comes in fewer digits than float64

    def loss(self, flat: Array) -> float:
        """The loss at flat parameters (p,); NaN where its arithmetic breaks down there."""
        try:
            with np.errstate(all="ignore"):
                return self._number(self._call(self._loss, flat, "loss"))
        except ARITHMETIC:
            return float("nan")

    def first_loss(self, flat: Array) -> float:
        """The loss where it must be a finite number, twice the same.

        What the loss raises there is the user's, and comes through.
        """
        with np.errstate(all="ignore"):
            values = [self._number(self._call(self._loss, flat, "loss")) for _ in range(2)]
        if not np.all(np.isfinite(values)):
            raise InputError(
                f"the loss is {readable(values[0])} at the parameters given; name parameters "
                "where it is a finite number"
            )
        _refuse_chance("loss", values[0], values[1], max(abs(values[0]), abs(values[1])))
        return values[0]

    def complex_loss(self, flat: NDArray[np.complex128]) -> complex | None:
        """The loss of complex parameters, or None where it takes none."""
        self.evaluations += 1
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("error")  # a dropped imaginary part is only warned of
            try:
                value = np.asarray(self._loss(flat.reshape(self.shape).copy()))
                number = complex(value.reshape(()))
            except Exception:  # a loss of real numbers may fail in any way
                return None
        return number if np.isfinite(number) else None

    def gradient(self, flat: Array) -> Array:
        """The gradient (p,) at flat parameters, as the user's function gives it.

        Raises InputError where it has another shape, or is drawn at random.
        """
        first, again = self._slopes(flat), self._slopes(flat)
        both = np.isfinite(first) & np.isfinite(again)
        if np.any(both):
            apart = np.abs(first[both] - again[both])
            worst = int(np.argmax(apart))
            size = float(np.max(np.abs(first[both])))
            _refuse_chance("gradient", first[both][worst], again[both][worst], size)
        return first

    def noise(self, point: Array, along: Array, value: float) -> float:
        """The absolute noise of the loss around a point: the size of its rounding errors.

        From a table of differences of eight values in a row, as close together as the loss
        can tell them apart: rounding of order 1e-16 in float64, 1e-7 in float32. More and
        Wild 2011, "Estimating computational noise".
        """
        least = 0.5 * EPS * abs(value)
        values = np.array([value])
        for spacing in SPACINGS:
            values = self._row(point, spacing * along)
            if len(np.unique(values)) >= DISTINCT or not np.all(np.isfinite(values)):
                # twice, for what is rounded to few digits may fall into step with the row
                wider = self._row(point, WIDER * spacing * along)
                return max(least, _spread(values), _spread(wider))
        return max(least, float(np.ptp(values)))

    def _row(self, point: Array, move: Array) -> Array:
        return np.array([self.loss(point + k * move) for k in range(POINTS)])

    def _slopes(self, flat: Array) -> Array:
        with np.errstate(all="ignore"):
            value = self._call(self._gradient, flat, "gradient")
        self.single |= str(getattr(value, "dtype", "")).endswith(("float32", "float16"))
        table = _numbers("the gradient that the function returned", value)
        squeezed = tuple(size for size in self.shape if size != 1)
        if tuple(size for size in table.shape if size != 1) != squeezed:
            raise InputError(
                f"the gradient has shape {table.shape} for parameters of shape {self.shape}; "
                "return one slope for each parameter, in their shape"
            )
        return table.reshape(-1)

    def _call(self, called: Callable[[Any], Any], flat: Array, name: str) -> Any:
        self.evaluations += name == "loss"
        given = flat.reshape(self.shape).copy()
        value = called(given)
        if not np.array_equal(given.reshape(-1), flat):
            raise InputError(
                f"the {name} changes the parameters that it is given, in place; let it work on "
                "a copy (params = params.copy()), or every later step starts elsewhere"
            )
        return value

    def _number(self, value: Any) -> float:
        array = _numbers("the loss that the function returned", value)
        if array.size != 1:
            raise InputError(
                f"the loss has shape {array.shape} ({counted(array.size, 'number')}); expected "
                "one number, such as the mean over the rows"
            )
        return float(array.reshape(()))


def _numbers(what: str, value: Any) -> Array:
    """Numbers of our own, float64; InputError for what are no real numbers."""
    try:
        array = np.asarray(value)
        if array.dtype.kind in "biuf":
            return np.array(array, dtype=np.float64)
        if array.dtype.kind == "O":
            flat = [float(number) for number in array.ravel().tolist()]
            return np.array(flat).reshape(array.shape)
    except (TypeError, ValueError, RuntimeError):
        pass
    raise InputError(f"{what} is {shown(value)}; expected real numbers in one array")


def _refuse_chance(name: str, one: float, other: float, size: float) -> None:
    if abs(one - other) > LOOSEST * 1e-3 * size:
        raise InputError(
            f"the {name} gave {readable(one, 6)} and then {readable(other, 6)} at the same "
            "parameters; one that is drawn at random (dropout, a random batch) cannot be "
            "checked: fix the seed, or take the same rows each time"
        )


def _spread(values: Array) -> float:
    """The noise: the median of what the higher differences say it is; 0 for too few values."""
    values = values[np.isfinite(values)]
    if len(values) < DISTINCT:
        return 0.0
    sizes: list[float] = []
    weight, differences = 1.0, values
    for order in range(1, len(values)):
        differences = np.diff(differences)
        weight *= order / (2 * (2 * order - 1))  # (k!)²/(2k)!
        if order >= 3:
            sizes.append(float(np.sqrt(weight * np.mean(differences**2))))
    return float(np.median(sizes))
