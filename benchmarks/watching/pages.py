"""What was judged, as tables, and as lines for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from judged import Alarms, Caught
from loop import Told

__all__ = ["page", "printed"]

PLANTED = """\
## Planted faults

Each fault in several settings: a network, its data and its optimizer at a good rate, and one thing
wrong. A run counts as right if, within the first fifth of its steps, the right code was told, with
the right layers where one is to be named, and no wrong warning before it. Of a rate ten times too
high only runs count whose loss ends clearly above that of the healthy twin.
"""
HEALTHY = """\
## Healthy trainings

Nothing is wrong with these, though some look odd: a frozen backbone in evaluation mode, two
optimizers, four backward passes to a step, a fifth of the labels wrong. Each warning or error told
is a false alarm, during the run or at its end. The twins are the trainings above without their
faults.
"""


def page(caught: Sequence[Caught], alarms: Sequence[Alarms], seeds: Sequence[int]) -> str:
    """Markdown of all that was judged."""
    parts = [PLANTED, f"Seeds {', '.join(map(str, seeds))}.\n"]
    parts += [
        _by_fault(caught),
        _by_setting(caught),
        HEALTHY,
        _by_name(alarms),
        _bits(caught, alarms),
    ]
    return "\n".join(parts)


def printed(each: Caught | Alarms) -> str:
    """One run in a line, and what was told below it."""
    if isinstance(each, Alarms):
        head = f"{each.name}, seed {each.seed}: {len(each.during)} during, {len(each.after)} after"
        told = (*each.during, *each.after)
    else:
        verdict = "right" if each.right else "MISSED" if each.counts else "does not suffer"
        head = (
            f"{verdict}: {each.fault}: {each.setting}, seed {each.seed}: told at {each.step} "
            f"of {each.within}, before {list(each.before)}, layers {list(each.layers)}"
            f"{', without the layers' if each.unnamed else ''}{', at the end' if each.late else ''}"
        )
        told = each.told
    trouble = [f"   FAILED {each.failed}"] if each.failed else []
    trouble += ["   NOT THE SAME BITS"] if each.same is False else []
    return "\n".join([head, *trouble, *(_told(one) for one in told)])


def _told(told: Told) -> str:
    when = "at the end" if told.step is None else f"step {told.step}"
    return f"   {when}: {told.severity} {told.code} {list(told.layers)}: {told.because[:240]}"


def _by_fault(caught: Sequence[Caught]) -> str:
    lines = [
        "| fault | runs | right | named in time | median step | without layers | wrong before |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    faults = dict.fromkeys(each.fault for each in caught)
    rows = [(fault, [c for c in caught if c.fault == fault and c.counts]) for fault in faults]
    rows.append(("**all**", [c for c in caught if c.counts]))
    for fault, runs in rows:
        if not runs:
            continue
        steps = [each.step for each in runs if each.step is not None]
        timely = sum(each.step is not None and each.step < each.within for each in runs)
        lines.append(
            f"| {fault} | {len(runs)} | {_share(sum(c.right for c in runs), len(runs))} | "
            f"{_share(timely, len(runs))} | {f'{median(steps):.0f}' if steps else '-'} | "
            f"{sum(c.unnamed for c in runs)} | {sum(bool(c.before) for c in runs)} |"
        )
    return "\n".join(lines) + "\n"


def _by_setting(caught: Sequence[Caught]) -> str:
    lines = [
        "| fault | setting | right | told at step | the fifth ends at | otherwise told |",
        "| --- | --- | ---: | --- | ---: | --- |",
    ]
    for fault, setting in dict.fromkeys((each.fault, each.setting) for each in caught):
        every = [c for c in caught if (c.fault, c.setting) == (fault, setting)]
        runs = [c for c in every if c.counts]
        if not runs:
            lines.append(f"| {fault} | {setting} | | the training does not suffer | | |")
            continue
        steps = ", ".join("-" if c.step is None else str(c.step) for c in runs)
        wrong = ", ".join(sorted({f"`{code}`" for c in runs for code in c.before}))
        right = f"{sum(c.right for c in runs)} of {len(runs)}"
        lines.append(f"| {fault} | {setting} | {right} | {steps} | {runs[0].within} | {wrong} |")
    return "\n".join(lines) + "\n"


def _by_name(alarms: Sequence[Alarms]) -> str:
    lines = [
        "| training | runs | with alarms during | with alarms at the end | told |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    kinds = {
        each.name: "the twins" if each.name.startswith("twin") else each.name for each in alarms
    }
    rows = [
        (kind, [a for a in alarms if kinds[a.name] == kind])
        for kind in dict.fromkeys(kinds.values())
    ]
    rows.append(("**all**", list(alarms)))
    for name, runs in rows:
        codes = sorted({f"`{told.code}`" for run in runs for told in (*run.during, *run.after)})
        during, after = sum(bool(a.during) for a in runs), sum(bool(a.after) for a in runs)
        lines.append(f"| {name} | {len(runs)} | {during} | {after} | {', '.join(codes)} |")
    return "\n".join(lines) + "\n"


def _bits(caught: Sequence[Caught], alarms: Sequence[Alarms]) -> str:
    tried = [each for each in (*caught, *alarms) if each.same is not None]
    given_up = sum(each.failed is not None for each in (*caught, *alarms))
    if not tried:
        return f"Watching was given up in {given_up} of {len(caught) + len(alarms)} runs.\n"
    same = sum(each.same is True for each in tried)
    return (
        f"**{same:,} of {len(tried):,} runs are the same to the last bit as without watching**: "
        "every parameter, buffer, gradient and loss, and the state of the generators of random "
        f"numbers of PyTorch, NumPy and Python. Watching was given up in {given_up} of them.\n"
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}".replace("%", " %")
