"""A learning-rate range test on the terminal: the curve, the suggestion, and the true limit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console

from steepest.descent.range_test import RangeTest
from steepest.readable import readable
from steepest.views.terminal_plot import draw

__all__ = ["range_to_json", "range_words", "show_range"]


@dataclass(frozen=True, slots=True)
class _Curve:
    x: list[float]
    y: list[float]
    mark: str = "line"
    label: str = ""


def show_range(found: RangeTest, console: Console) -> None:
    """Print the curve of the test and what follows from it."""
    width = min(console.width, 100)
    kept = np.isfinite(found.losses) & (found.losses <= found.losses[0] * 1.5 + 1e-300)
    across = np.log10(found.rates[kept])
    curve = _Curve(across.tolist(), found.losses[kept].tolist())
    console.print(
        draw(
            [curve],
            width=width,
            height=12,
            x_label="log₁₀ of the learning rate",
            y_label="J",
        )
    )
    console.print()
    for sentence in range_words(found):
        console.print(sentence, highlight=False)


def range_words(found: RangeTest) -> list[str]:
    """What the test says, in sentences."""
    words = [
        f"{len(found.rates)} steps, each with a rate a tenth larger than the one before, from "
        f"{readable(found.rates[0])} to {readable(found.rates[-1])}.",
        f"The loss was lowest at the rate {readable(found.lowest_at)}. Suggested: a tenth of "
        f"that, {readable(found.suggestion)}.",
    ]
    share = found.share_of_limit
    if share is None or found.limit is None:
        return [*words, f"It cannot be held against a true limit: {found.limit_how}."]
    held = f"The true limit is {readable(found.limit)} ({found.limit_how}): the suggestion is "
    if share >= 1.0:
        held += (
            f"{readable(share)} times that. Halve it if the loss rises, or take "
            f"{readable(0.5 * found.limit)}, half of the limit."
        )
    else:
        held += f"{readable(100 * share)} % of it."
    return [*words, held]


def range_to_json(found: RangeTest) -> dict[str, Any]:
    """The test as one JSON object; a loss that overflowed is null."""
    return {
        "suggestion": found.suggestion,
        "lowest_at": found.lowest_at,
        "largest_stable_learning_rate": found.limit,
        "limit_how": found.limit_how,
        "share_of_limit": found.share_of_limit,
        "learning_rates": found.rates.tolist(),
        "losses": [loss if math.isfinite(loss) else None for loss in found.losses.tolist()],
    }
