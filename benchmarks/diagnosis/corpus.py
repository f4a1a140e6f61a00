"""What there is: how each kind of run is made, and how many of them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import broken_numbers
import data_faults
import full_faults
import full_healthy
import gradient_faults
import loss_faults
import loss_healthy
import loss_plateaus
import numpy as np
from labelled import Labelled

__all__ = ["MADE", "Made", "corpus", "draws"]

Maker = Callable[[np.random.Generator], Labelled | None]
TRIES = 400


@dataclass(frozen=True, slots=True)
class Made:
    """A maker, by name, and how many runs of it a corpus holds."""

    name: str
    maker: Maker
    count: int


MADE: tuple[Made, ...] = (
    # parameters and gradients
    Made("full/converged", full_healthy.converged, 18),
    Made("full/unfinished", full_healthy.unfinished, 18),
    Made("full/healthy", full_healthy.shaped, 42),
    Made("full/diverging", full_faults.diverging, 14),
    Made("full/oscillating", full_faults.oscillating, 8),
    Made("full/overshooting", full_faults.overshooting, 12),
    Made("full/crawling", full_faults.crawling, 12),
    Made("full/ill_conditioned", full_faults.ill_conditioned, 14),
    Made("full/gradient_sign", gradient_faults.sign, 14),
    Made("full/gradient_scale", gradient_faults.scale, 16),
    Made("full/gradient_missing_term", gradient_faults.missing_term, 16),
    Made("full/sequential_update", gradient_faults.sequential, 14),
    Made("full/accumulating_gradients", gradient_faults.accumulating, 12),
    Made("full/frozen_parameters", full_faults.frozen, 8),
    Made("full/non_finite", broken_numbers.non_finite, 14),
    Made("full/noise_floor", full_faults.noise_floor, 14),
    Made("full/saddle", full_faults.saddle, 10),
    Made("full/plateau", full_faults.plateau, 10),
    Made("full/separable", full_faults.separable_classes, 10),
    # losses alone
    Made("losses/healthy", loss_healthy.healthy, 56),
    Made("losses/diverging", loss_faults.diverging, 14),
    Made("losses/crawling", loss_faults.crawling, 12),
    Made("losses/noise_floor", loss_faults.noise_floor, 10),
    Made("losses/overfitting", loss_faults.overfitting, 14),
    Made("losses/accumulating_gradients", loss_faults.accumulating, 12),
    Made("losses/frozen_parameters", loss_faults.frozen, 10),
    Made("losses/dead_units", loss_faults.dead_units, 14),
    Made("losses/shuffled_labels", data_faults.shuffled_labels, 14),
    Made("losses/double_softmax", data_faults.double_softmax, 14),
    Made("losses/label_leak", data_faults.label_leak, 12),
    Made("losses/scale_drift", data_faults.scale_drift, 14),
    Made("losses/non_finite", loss_faults.non_finite, 12),
    Made("losses/plateau", loss_plateaus.plateau, 8),
)


def draws(made: Made, seed: int, count: int | None = None) -> list[Labelled]:
    """So many runs of one kind; what does not show its fault is drawn again.

    Every draw has a generator of its own, from the seed, the name and its number: a change of
    one maker changes no other run.
    """
    wanted, found = made.count if count is None else count, list[Labelled]()
    for number in range(TRIES * max(wanted, 1)):
        if len(found) == wanted:
            return found
        generator = np.random.default_rng([seed, zlib.crc32(made.name.encode()), number])
        with np.errstate(all="ignore"):  # runaways overflow
            drawn = made.maker(generator)
        if drawn is not None:
            found.append(drawn)
    if len(found) == wanted:
        return found
    raise RuntimeError(f"only {len(found)} of {wanted} runs of {made.name}")


def corpus(seed: int, share: float = 1.0, only: str = "") -> Iterator[tuple[str, Labelled]]:
    """Name and run, kind after kind; `share` of the usual number of each, at least one.

    only: how the names of the makers wanted begin, as "full" or "losses/plateau".
    """
    for made in MADE:
        if not made.name.startswith(only):
            continue
        runs = draws(made, seed, max(round(share * made.count), 1))
        for i, run in enumerate(runs):
            yield f"{made.name.replace('/', '-')}-{i:02d}", run
