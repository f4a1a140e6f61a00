"""How far a logged number can be from the one that was computed: half a unit of its last digit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array

__all__ = ["resolution"]

SAMPLE = 400
DIFFERENT = 5  # fewer values than that may be short by themselves
SHORT = 8  # digits that float32 always holds
EXACT = 14  # digits from which on a number was not rounded for the log
DOUBLE = 4 * 2.0**-53
SINGLE = 4 * 2.0**-24


def resolution(values: Array, beside: Array | None = None) -> Array:
    """A bound on the rounding of each value, of the same shape (k,) or (k, p).

    Four units of rounding where the numbers have all digits of float64, or of float32 where
    all of them are float32 numbers; else half a unit of the last digit that was logged, by a
    fixed number of digits or of decimals, whichever the numbers show.

    Fewer than five different values may be short by themselves, and count as exact, unless
    the columns `beside` them (k, q) take more: a loss that is the same to the last digit
    while its parameters move was cut, at least to as many digits as those.

    >>> resolution(np.array([1.2512, 0.3125, 12.7531, 0.187, 3.5214]))  # four decimals
    array([5.e-05, 5.e-05, 5.e-05, 5.e-05, 5.e-05])
    >>> resolution(np.array([1.234, 0.05678, 123.4, 0.009876, 4.321]))  # four digits
    array([5.e-04, 5.e-06, 5.e-02, 5.e-07, 5.e-04])
    >>> stalled = np.array([1.779, 1.002, 1.001, 1.001, 1.001])
    >>> resolution(stalled, beside=np.array([0.1234, 5.678, 2.346, 7.891, 3.457]))
    array([0.0005, 0.0005, 0.0005, 0.0005, 0.0005])
    """
    size = np.abs(values)
    finite = size[np.isfinite(size) & (size > 0)]
    if len(finite) == 0:
        return np.zeros_like(size)
    sample = finite[:: max(1, len(finite) // SAMPLE)]
    digits, decimals = _written(sample)
    most = int(digits.max())
    if len(np.unique(sample)) < DIFFERENT:
        most = max(most, _digits(beside))
    if most >= EXACT or (most > SHORT and _single(sample)):
        return _binary(size, sample)
    whole = np.floor(np.log10(sample)).astype(int) + 1
    fixed = _full(decimals) > _full(digits)
    if fixed and np.ptp(whole) > 0:
        return np.full_like(size, 0.5 * 10.0 ** -int(decimals.max()))
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.floor(np.log10(np.where(size > 0, size, np.nan)))
    step = 0.5 * 10.0 ** (exponent - (most - 1))
    return np.where(np.isfinite(step), step, 0.0)


def _digits(beside: Array | None) -> int:
    """How many digits those columns show: EXACT where they are missing or take few values,
    and none where they have all digits, which then says nothing of others."""
    if beside is None:
        return EXACT
    size = np.abs(beside)
    sample = size[np.isfinite(size) & (size > 0)]
    sample = sample[:: max(1, len(sample) // SAMPLE)]
    if len(np.unique(sample)) < DIFFERENT:
        return EXACT
    most = int(_written(sample)[0].max())
    return most if most < EXACT else 0


def _full(counts: NDArray[np.int64]) -> int:
    """How many of the counts are the largest of all."""
    return int(np.count_nonzero(counts == counts.max()))


def _binary(size: Array, sample: Array) -> Array:
    if size.ndim == 2:  # the entries of a row come from one sum: the largest sets the rounding
        size = np.broadcast_to(np.max(size, axis=1, keepdims=True), size.shape)
    return size * (SINGLE if _single(sample) else DOUBLE)


def _single(sample: Array) -> bool:
    """Whether all numbers are float32 numbers: large ones have fewer decimal digits."""
    with np.errstate(over="ignore"):
        return np.array_equal(sample.astype(np.float32).astype(np.float64), sample)


def _written(sample: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Significant digits and decimals of the shortest text of each number."""
    digits: list[int] = []
    decimals: list[int] = []
    for value in sample.tolist():
        mantissa, _, exponent = f"{value!r}".partition("e")
        _, _, behind = mantissa.partition(".")
        behind = "" if behind == "0" else behind
        decimals.append(max(0, len(behind) - int(exponent or 0)))
        digits.append(max(1, len(mantissa.removesuffix(".0").replace(".", "").strip("0"))))
    return np.array(digits, dtype=np.int64), np.array(decimals, dtype=np.int64)
