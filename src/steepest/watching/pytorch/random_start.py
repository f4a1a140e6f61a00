"""Whether a layer still holds random initial values: what training leaves is not as even."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ENOUGH", "at_random_start", "looks_random"]

SIDE = 64
LEAST = 32
ENOUGH = 128
"""Of so many weights some leave the bounds of their start when training moves them by a tenth."""
MANY = 256
VERY_MANY = 1024
GATES = 8
LARGE = 1 << 18
SIGMAS = 4.0
SLACK = 8.0  # e^-8: how rarely the largest of n numbers falls short of the bound by 8 / n of it
DISTANCE = 1.95  # of Kolmogorov and Smirnov, over sqrt(n): exceeded once in a thousand times
EDGES = (0.8, 0.9, 0.95, 0.98)
ROUNDING = 1e-5
STARTS = (1.0, 0.02, 0.05, 0.01)  # standard deviations that are set without regard to the shape
CUT = 0.8796256610342398  # the standard deviation of a normal one that is cut off at two
TAIL = 0.02275013194817921  # what lies beyond two deviations, on one side

Block = NDArray[np.float64]


def at_random_start(parameter: Any, biases: Iterable[Any] = (), least: int = LEAST) -> bool:
    """Whether the weights of a layer (two dimensions or more) are what an initialiser draws.

    Told from at most 64 x 64 of its entries, the largest of up to 262,144, and the layer's biases.
    False where there are fewer weights than `least`.
    """
    if parameter.dim() < 2 or not parameter.is_floating_point() or parameter.numel() < least:
        return False
    if hasattr(parameter, "_local_tensor"):
        return False  # spread over processes: to read it, all would have to
    values = parameter.detach()
    table = values.reshape(values.shape[0], -1)
    rows, columns = max(1, table.shape[0] // SIDE), max(1, table.shape[1] // SIDE)
    block = table[::rows, ::columns][:SIDE, :SIDE].double().cpu().numpy()
    area = parameter[0][0].numel()
    fan_in, fan_out = table.shape[1], table.shape[0] * area
    peak = float(values.abs().max()) if values.numel() <= LARGE else 0.0
    beside = [bias.detach().double().cpu().numpy().reshape(-1) for bias in biases]
    return looks_random(block, fan_in, fan_out, beside, peak)


def looks_random(
    block: Block, fan_in: int, fan_out: int, biases: Sequence[Block] = (), peak: float = 0.0
) -> bool:
    """Whether numbers are drawn independently, uniformly or normally, around zero.

    biases: of the same layer; where they are all the same (of eight and more, two values at the
            most, as of gates), nothing has trained it
    peak:   the largest of all numbers of which these are some, where it is known

    A uniform draw ends sharply: at 1/sqrt(fan_in), PyTorch's own, then with biases inside it as
    well; or, of 256 numbers and more or beside equal biases, at the bounds of He, LeCun and Glorot;
    or, of 1,024 and more, at its own largest, with as many numbers near its ends as elsewhere. A
    normal draw only counts beside equal biases, because trained weights look normal too; it has
    one of the usual spreads, and the sizes of its rows and columns differ no more than chance has
    them differ (four standard errors). Either way the distance of Kolmogorov and Smirnov is one
    that chance exceeds once in a thousand times.

    >>> rng = np.random.default_rng(0)
    >>> start = rng.uniform(-0.125, 0.125, (32, 64))
    >>> looks_random(start, 64, 32), looks_random(start + 0.02 * rng.normal(size=(32, 64)), 64, 32)
    (True, False)
    """
    count, spread = block.size, float(block.std())
    if count < LEAST or not spread > 0 or not math.isfinite(spread):
        return False
    if abs(float(block.mean())) > SIGMAS * spread / math.sqrt(count):
        return False
    peak = max(peak, float(np.abs(block).max()))
    even = len(biases) > 0 and all(_alike(bias) for bias in biases)
    default = math.sqrt(1 / fan_in)
    drawn = even or all(_ends_at(bias, float(np.abs(bias).max()), default) for bias in biases)
    if not drawn:
        return False
    if _ends_at(block, peak, default):
        return True
    return _uniform(block, peak, fan_in, fan_out, even) or (
        even and _normal(block, spread, fan_in, fan_out)
    )


def _alike(bias: Block) -> bool:
    return len(np.unique(bias)) <= (2 if len(bias) >= GATES else 1)


def _uniform(block: Block, peak: float, fan_in: int, fan_out: int, even: bool) -> bool:
    squares = (3 / fan_in, 6 / fan_in, 6 / fan_out, 6 / (fan_in + fan_out))
    bounded = any(_ends_at(block, peak, math.sqrt(square)) for square in squares)
    if bounded and (even or block.size >= MANY):
        return True
    return block.size >= VERY_MANY and _sharp(block, peak)


def _ends_at(values: Block, peak: float, bound: float) -> bool:
    """Whether numbers are uniform within a bound that their largest comes close to."""
    reaches = 1 - SLACK / values.size <= peak / bound <= 1 + ROUNDING
    return reaches and _fits(np.sort(values, axis=None) / (2 * bound) + 0.5)


def _sharp(block: Block, peak: float) -> bool:
    """Whether numbers are uniform up to their largest, and no fewer near it than elsewhere."""
    size = np.abs(block) / peak
    for edge in EDGES:
        expected, found = (1 - edge) * block.size, int((size > edge).sum())
        if abs(found - expected) > SIGMAS * math.sqrt(expected * edge):
            return False
    return _fits(np.sort(block, axis=None) / (2 * peak) + 0.5)


def _normal(block: Block, spread: float, fan_in: int, fan_out: int) -> bool:
    """Whether numbers are normal, or normal and cut off at two deviations."""
    if block.size < MANY:
        return False
    shaped = (1 / fan_in, 2 / fan_in, 2 / fan_out, 2 / (fan_in + fan_out))
    usual = (*STARTS, *(math.sqrt(square) for square in shaped))
    allowed = SIGMAS / math.sqrt(2 * block.size)
    if not any(abs(spread / each - 1) <= allowed for one in usual for each in (one, one * CUT)):
        return False
    square = (block / spread) ** 2
    if not all(_even(square.mean(axis), block.shape[axis]) for axis in (0, 1)):
        return False
    rising = np.sort(block, axis=None) / spread
    whole, cut = _below(rising), (_below(rising * CUT) - TAIL) / (1 - 2 * TAIL)
    return _fits(whole) or _fits(cut)


def _below(rising: Block) -> Block:
    """The share of a normal draw below each of the numbers."""
    return np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in rising.tolist()])


def _fits(shares: Block) -> bool:
    """Whether the expected shares below rising numbers are those found."""
    count = len(shares)
    found = np.arange(1, count + 1) / count
    gap = max(float(np.max(found - shares)), float(np.max(shares - found)) + 1 / count)
    return gap <= DISTANCE / math.sqrt(count)


def _even(sizes: Block, each: int) -> bool:
    """Whether mean squares of `each` numbers scatter by no more than 2 / each."""
    if len(sizes) < 2:
        return True
    expected = 2.0 / each
    return float(sizes.var(ddof=1)) <= expected * (1 + SIGMAS * math.sqrt(2 / (len(sizes) - 1)))
