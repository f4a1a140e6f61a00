"""Whether a layer still holds random initial values: what training leaves is not as even."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["at_random_start", "looks_random"]

SIDE = 64
LEAST = 32
MANY = 256
SIGMAS = 4.0

Block = NDArray[np.float64]


def at_random_start(parameter: Any) -> bool:
    """Whether the weights of a layer (two dimensions or more) are what an initialiser draws.

    Told from at most 64 x 64 of its entries. False where there are fewer than 32.
    """
    if parameter.dim() < 2 or not parameter.is_floating_point() or parameter.numel() < LEAST:
        return False
    table = parameter.detach().reshape(parameter.shape[0], -1)
    rows, columns = max(1, table.shape[0] // SIDE), max(1, table.shape[1] // SIDE)
    block = table[::rows, ::columns][:SIDE, :SIDE].double().cpu().numpy()
    area = parameter[0][0].numel()
    fan_in, fan_out = table.shape[1], table.shape[0] * area
    return looks_random(block, fan_in, fan_out)


def looks_random(block: Block, fan_in: int, fan_out: int) -> bool:
    """Whether numbers are drawn independently, uniformly or normally, around zero.

    A uniform draw ends sharply: at one of the usual bounds (1/sqrt(fan_in), PyTorch's own; He's
    and Glorot's), or, of 1,024 numbers and more, at sqrt(3) standard deviations. A normal one has
    the kurtosis of a normal one, and the sizes of its rows and columns differ no more than chance
    has them differ: four standard errors each. Training moves values beyond a sharp end within a
    few steps, and makes some rows larger than others.

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
    return _uniform(block, spread, fan_in, fan_out) or _normal(block, spread)


def _uniform(block: Block, spread: float, fan_in: int, fan_out: int) -> bool:
    count, peak = block.size, float(np.abs(block).max())
    allowed = SIGMAS * 0.447 / math.sqrt(count)  # of the spread, relative: kurtosis 1.8
    usual = (1 / fan_in, 6 / fan_in, 6 / fan_out, 6 / (fan_in + fan_out))
    for bound in (math.sqrt(each) for each in usual):
        sharp = 1 - 8 / count <= peak / bound <= 1 + 1e-5
        if sharp and abs(spread * math.sqrt(3) / bound - 1) <= allowed:
            return True
    ratio = peak / (math.sqrt(3) * spread)
    return count >= SIDE * SIDE // 4 and abs(ratio - 1) <= allowed + 8 / count


def _normal(block: Block, spread: float) -> bool:
    if block.size < MANY:
        return False
    square = (block / spread) ** 2
    kurtosis = float(np.mean(square**2))
    if abs(kurtosis - 3) > SIGMAS * math.sqrt(24 / block.size):
        return False
    return all(_even(square.mean(axis), block.shape[axis]) for axis in (0, 1))


def _even(sizes: Block, each: int) -> bool:
    """Whether mean squares of `each` numbers scatter by no more than 2 / each."""
    if len(sizes) < 2:
        return True
    expected = 2.0 / each
    return float(sizes.var(ddof=1)) <= expected * (1 + SIGMAS * math.sqrt(2 / (len(sizes) - 1)))
