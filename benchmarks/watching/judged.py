"""One planted fault, or one healthy training, judged: what was told, when, and how right it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from healthy import Healthy
from loop import Parts, Told, Watched, watched
from planted import Planted
from rates import late

__all__ = ["Alarms", "Caught", "catch", "is_named", "let_be"]

SHARE = 5
WORSE, FARTHER = 1.2, 0.1


@dataclass(frozen=True)
class Caught:
    """One run with a fault.

    step:      at which the right code with the right layers was told first; None: never in the run
    within:    the steps of the first fifth
    before:    wrong codes told before it, or, where it never came, at all
    layers:    those that were told with the first right code
    unnamed:   the right code was told, without the right layers
    late:      the right code came at the end only
    suffers:   whether the loss ends clearly above the healthy twin's; None where not asked
    same:      whether every number is the same as without watching; None where not tried
    """

    fault: str
    setting: str
    seed: int
    within: int
    step: int | None
    before: tuple[str, ...]
    layers: tuple[str, ...]
    unnamed: bool
    late: bool
    suffers: bool | None
    same: bool | None
    told: tuple[Told, ...]
    failed: str | None

    @property
    def counts(self) -> bool:
        """Whether there is a fault to be seen at all."""
        return self.suffers is not False

    @property
    def right(self) -> bool:
        """In time, with the layers, and nothing wrong before."""
        return self.step is not None and self.step < self.within and not self.before


@dataclass(frozen=True)
class Alarms:
    """One healthy run: the warnings and errors told during it, and those at its end."""

    name: str
    seed: int
    during: tuple[Told, ...]
    after: tuple[Told, ...]
    same: bool | None
    failed: str | None


def is_named(told: Told, planted: Planted) -> bool:
    """Whether a finding names the layers: these and no others, or where one will do, one of them.

    A layer counts as named by what it is part of or by its parts, or in the words of the finding.
    """
    wanted = planted.layers
    if not wanted:
        return True
    if not told.layers:
        return all(f"{layer}" in told.because for layer in wanted)
    met = [any(_touch(name, layer) for name in told.layers) for layer in wanted]
    if planted.one_of:
        return any(met)
    return all(met) and all(any(_touch(name, layer) for layer in wanted) for name in told.layers)


def _touch(name: str, layer: str) -> bool:
    return name == layer or name.startswith(f"{layer}.") or layer.startswith(f"{name}.")


def catch(planted: Planted, seed: int, *, compare: bool = False, patient: bool = False) -> Caught:
    """Run one fault, watched; `compare`: and once more, to see that nothing was changed;
    `patient`: with time for watching without end."""

    def make(seed: int) -> Parts:
        return planted.make(seed, True)

    def healthy(seed: int) -> Parts:
        return planted.make(seed, False)

    end = watched(make, seed, Watched(patient=patient))
    suffers = None
    if planted.suffers:
        suffers = _worse(end.losses, watched(healthy, seed, None).losses)
    loud = [told for told in end.told if told.severity != "info"]
    during = [told for told in loud if told.step is not None]
    right = [told for told in during if told.code in planted.accept]
    first = next((told for told in right if is_named(told, planted)), None)
    earlier = during if first is None else during[: during.index(first)]
    fine = {*planted.accept, *planted.beside}
    return Caught(
        planted.fault,
        planted.setting,
        seed,
        len(end.losses) // SHARE,
        None if first is None else first.step,
        tuple(told.code for told in earlier if told.code not in fine),
        right[0].layers if right else (),
        bool(right) and first is None,
        first is None and any(told.code in planted.accept for told in loud if told.step is None),
        suffers,
        end.state == watched(make, seed, None).state if compare else None,
        tuple(loud),
        end.failed,
    )


def let_be(healthy: Healthy, seed: int, *, compare: bool = False, patient: bool = False) -> Alarms:
    """Run one healthy training, watched; `compare` and `patient` as in `catch`."""
    end = watched(healthy.make, seed, Watched(patient=patient))
    loud = [told for told in end.told if told.severity != "info"]
    return Alarms(
        healthy.name,
        seed,
        tuple(told for told in loud if told.step is not None),
        tuple(told for told in loud if told.step is None),
        end.state == watched(healthy.make, seed, None).state if compare else None,
        end.failed,
    )


def _worse(losses: Sequence[float], twins: Sequence[float]) -> bool:
    """Whether the loss late in the run is clearly above the healthy twin's."""
    mine, usual = late(list(losses)), late(list(twins))
    return not math.isfinite(mine) or mine > max(WORSE * usual, usual + FARTHER)
