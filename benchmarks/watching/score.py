"""Plant every fault, let every healthy training run, and count what the watcher says.

python benchmarks/watching/score.py --seed 1 2 3          both, and every miss
python benchmarks/watching/score.py --only "softmax"      faults, settings and names with a word
python benchmarks/watching/score.py --compare             and whether every bit is the same
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

import torch
from healthy import HEALTHY, Healthy
from judged import Alarms, Caught, catch, let_be
from loop import Watched, watched
from pages import page, printed
from planted import PLANTED, Planted

__all__ = ["alarmed", "caught", "section", "twins", "warm_up"]


def warm_up() -> None:
    """What is only slow the first time in a process is not what is judged."""
    for name in ("digits, MLP, Adam", "a line through points"):
        make = next(each.make for each in HEALTHY if each.name == name)
        watched(make, 0, Watched())


def caught(seeds: Sequence[int], only: str = "", compare: bool = False) -> Iterator[Caught]:
    """Every fault in every setting, once a seed."""
    for planted in PLANTED:
        if only in f"{planted.fault}: {planted.setting}":
            for seed in seeds:
                yield catch(planted, seed, compare=compare)


def twins() -> tuple[Healthy, ...]:
    """The same trainings without their faults."""

    def sound(planted: Planted) -> Healthy:
        name = f"twin of {planted.fault}: {planted.setting}"
        return Healthy(name, lambda seed: planted.make(seed, False))

    return tuple(sound(planted) for planted in PLANTED if planted.twin)


def alarmed(
    seeds: Sequence[int], only: str = "", compare: bool = False, twin_seeds: int = 1
) -> Iterator[Alarms]:
    """Every healthy training once a seed, and the twins of the planted with some of the seeds."""
    for held, taken in ((HEALTHY, seeds), (twins(), seeds[:twin_seeds])):
        for healthy in held:
            if only in healthy.name:
                for seed in taken:
                    yield let_be(healthy, seed, compare=compare)


def section(seeds: Sequence[int], *, quick: bool = False) -> str:
    """The part of the page about faults and false alarms."""
    torch.set_num_threads(1)
    warm_up()
    taken = seeds[:1] if quick else seeds
    found = list(caught(taken, compare=not quick))
    return page(found, list(alarmed(taken, compare=not quick)), taken)


def main(words: Sequence[str] | None = None) -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--only", default="", help="faults, settings, names with this in them")
    parser.add_argument("--compare", action="store_true", help="each once more, unwatched")
    parser.add_argument("--all", action="store_true", help="list what was right as well")
    asked = parser.parse_args(words)
    torch.set_num_threads(1)
    warm_up()
    found: list[Caught] = []
    for each in caught(asked.seed, asked.only, asked.compare):
        found.append(each)
        if asked.all or not each.right or each.same is False or each.failed:
            print(printed(each), flush=True)
    alarms: list[Alarms] = []
    for alarm in alarmed(asked.seed, asked.only, asked.compare):
        alarms.append(alarm)
        if asked.all or alarm.during or alarm.after or alarm.same is False or alarm.failed:
            print(printed(alarm), flush=True)
    print(page(found, alarms, asked.seed), file=sys.stdout)


if __name__ == "__main__":
    main()
