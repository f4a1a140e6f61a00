"""What the cost model says of tables and clusters that are not here."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from cost_model import (
    Cluster,
    Costs,
    Rows,
    best_fan_in,
    best_workers,
    each_answer,
    held_share,
    looking,
    reload_share,
    row_seconds,
    slowest,
    step,
    survey,
    survey_answers,
    survey_traffic,
    tree_step,
)
from rates import WIDTHS, Rates

sys.path.insert(0, str(Path(__file__).parents[1]))
from table import figures

__all__ = ["ASSUMED", "costs_of", "duration", "section", "size_in_words"]

SIZES = (1e9, 1e12)
WORKERS = (10, 100, 1_000)
STEPS = 100
ROUND_TRIP = 2e-4  # s between machines of one hall
OBJECT = 0.03 / 16  # s to a footer in object storage, of which sixteen are asked for at a time
DAY = 86_400.0
ASSUMED = Cluster(
    workers=1, cores=1, memory=4e9, storage=2e8, stream=1e10, network=3e9
)  # a sixteenth of a machine of 16 cores, 128 GB and a link of 25 Gbit/s


def costs_of(rates: Rates, width: int) -> Costs:
    """The constants of this machine at a width, and the assumed round trips."""
    assert rates.ray is not None
    return Costs(
        read=(width + 1) * rates.decode[width, 1],
        survey=rates.survey[width, 1],
        loss=rates.loss[width, 1],
        merge=rates.merge[width],
        fixed=rates.fixed[width],
        footer=rates.footer + OBJECT,
        call=rates.ray.call + ROUND_TRIP,
        answer=rates.ray.answer,
    )


def duration(seconds: float) -> str:
    """To three figures, in the unit that people would use.

    >>> duration(0.0123), duration(90), duration(90_000), duration(1e9)
    ('12.3 ms', '90 s', '25 h', '31.7 years')
    """
    for size, unit in ((365.25 * DAY, "years"), (3 * DAY, "days"), (7_200, "h"), (120, "min")):
        if seconds >= size:
            return (
                f"{figures(seconds / {'days': DAY, 'h': 3_600, 'min': 60}.get(unit, size))} {unit}"
            )
    if seconds >= 1:
        return f"{figures(seconds)} s"
    return f"{figures(seconds * 1e3)} ms" if seconds >= 1e-3 else f"{figures(seconds * 1e6)} µs"


def size_in_words(size: float) -> str:
    """Bytes to three figures.

    >>> size_in_words(1.68e14), size_in_words(4000)
    ('168 TB', '4 kB')
    """
    for unit, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{figures(size / unit)} {name}"
    return f"{figures(size)} B"


def section(rates: Rates) -> str:
    """All tables as Markdown."""
    if rates.ray is None:
        return (
            "Ray is not installed where this page was written, so that its latency is not known.\n"
        )
    parts = [
        _assumed(),
        "### Least squares: one pass",
        _surveys(rates),
        "### Logistic regression: a pass a step",
        _steps(rates),
        "### Where more workers stop paying",
        _ends(rates),
        "### Stragglers",
        _stragglers(rates),
        "### Workers that die",
        _deaths(rates),
    ]
    return "\n\n".join(parts) + "\n"


def _assumed() -> str:
    return (
        f"A worker is one core of the speed measured here, with {size_in_words(ASSUMED.memory)} of "
        f"memory for rows, {size_in_words(ASSUMED.storage)} a second from storage and "
        f"{size_in_words(ASSUMED.stream)} a second from memory: a sixteenth of a machine of 16 "
        f"cores. The driver's link carries {size_in_words(ASSUMED.network)} a second; a round trip "
        f"between machines takes {duration(ROUND_TRIP)}; the data are files of "
        f"{size_in_words(ASSUMED.file)} in row groups of {size_in_words(ASSUMED.piece)}, float64 "
        f"with all their digits, in object storage. These are assumptions, not measurements: "
        f"`ASSUMED` in `benchmarks/scale/clusters.py`. 1e9 rows of 20 features are "
        f"{size_in_words(Rows(1e9, 20).size)}, 1e12 rows are {size_in_words(Rows(1e12, 20).size)}; "
        f"of 100 features {size_in_words(Rows(1e9, 100).size)} and "
        f"{size_in_words(Rows(1e12, 100).size)}."
    )


def _each() -> list[tuple[Rows, Cluster]]:
    return [
        (Rows(m, d), replace(ASSUMED, workers=W)) for m in SIZES for d in WIDTHS for W in WORKERS
    ]


def _surveys(rates: Rates) -> str:
    lines = [
        "| rows | d | workers | rows of each worker | driver | footers | look and account "
        "| in all | to the driver | what takes longest |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for rows, cluster in _each():
        costs = costs_of(rates, rows.width)
        parts = survey(rows, cluster, costs)
        _, nodes = survey_answers(rows, cluster, costs)
        named = {
            "rows": _limit(rows, cluster, costs, parts["rows"]),
            "driver": "the driver's merging",
            "footers": "opening the files",
            "fixed": "the first look and the account",
        }
        worst = named[max(parts, key=lambda key: parts[key])]
        cells = [duration(parts[key]) for key in ("rows", "driver", "footers", "fixed")]
        lines.append(
            f"| {_count(rows.rows)} | {rows.width} | {cluster.workers:,} | {' | '.join(cells)} "
            f"| {duration(sum(parts.values()))} | {size_in_words(survey_traffic(rows, nodes))} "
            f"| {worst} |"
        )
    return "\n".join(lines) + "\n\n" + _serial(rates)


def _limit(rows: Rows, cluster: Cluster, costs: Costs, seconds: float) -> str:
    if seconds > looking(rows, cluster, costs):
        return "the driver's merging"
    computing = rows.rows * (costs.read + costs.survey) / cluster.cores
    return "cores" if computing > rows.size / cluster.storage else "storage"


def _serial(rates: Rates) -> str:
    small, width = Rows(1e9, 20), 20
    costs = costs_of(rates, width)
    one = survey(small, replace(ASSUMED, workers=1), costs)
    serial = one["footers"] + one["fixed"]
    most = sum(one.values()) / serial
    return (
        f"What no worker shares bounds the speed-up (Amdahl 1967): of 1e9 rows of 20 features, "
        f"{duration(serial)} of {duration(sum(one.values()))} by one worker, so that no number of "
        f"workers is more than {figures(most)} times as fast. What is shared has no such bound: "
        f"beside the rows that are drawn for pictures and the judgement, a node of the tree is two "
        f"triangles of {size_in_words(8 * small.columns**2)}, however many rows are below it."
    )


def _steps(rates: Rates) -> str:
    lines = [
        f"| rows | d | workers | rows held | rows of each worker | latency | driver | a step "
        f"| {STEPS} steps | what takes longest |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for rows, cluster in _each():
        costs = costs_of(rates, rows.width)
        parts, held = step(rows, cluster, costs), held_share(rows, cluster)
        worst = max(parts, key=lambda key: parts[key])
        named = {"latency": "latency", "driver": "the driver's answers"}
        doing = "arithmetic" if held == 1 else "reading again what has no room"
        cells = " | ".join(duration(parts[key]) for key in ("rows", "latency", "driver"))
        whole = sum(parts.values())
        lines.append(
            f"| {_count(rows.rows)} | {rows.width} | {cluster.workers:,} | {_percent(held)} "
            f"| {cells} | {duration(whole)} | {duration(STEPS * whole)} "
            f"| {named.get(worst, doing)} |"
        )
    return "\n".join(lines) + "\n\n" + _room()


def _count(rows: float) -> str:
    return f"{rows:.0e}".replace("e+0", "e").replace("e+", "e")


def _percent(share: float) -> str:
    return f"{figures(100 * share)} %"


def _room() -> str:
    needs = [
        f"{_count(rows.rows)} x {rows.width}: {rows.size / ASSUMED.memory:,.0f}"
        for rows in (Rows(m, d) for m in SIZES for d in WIDTHS)
    ]
    return "Workers from which on all rows have room in memory, S / M: " + "; ".join(needs) + "."


def _ends(rates: Rates) -> str:
    lines = [
        "| rows | d | A | L | h | W* | a step there | half of it overhead at | tree of reducers, "
        "best f | a step by it at 10,000 workers | without |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for m in SIZES:
        for d in WIDTHS:
            rows, costs = Rows(m, d), costs_of(rates, d)
            ample = replace(ASSUMED, memory=rows.size, workers=10_000)
            A, h = row_seconds(rows, ample, costs), each_answer(rows, ample, costs)
            W, least = best_workers(rows, ASSUMED, costs)
            f = best_fan_in(costs.call, h)
            lines.append(
                f"| {_count(m)} | {d} | {duration(A)} | {duration(costs.call)} | {duration(h)} "
                f"| {figures(W)} | {duration(least)} | {figures(_half(A, costs.call, h))} | {f} "
                f"| {duration(tree_step(rows, ample, costs, f))} "
                f"| {duration(A / 10_000 + costs.call + 10_000 * h)} |"
            )
    return "\n".join(lines) + "\n\n" + _meeting(rates)


def _meeting(rates: Rates) -> str:
    """Where S / M = W*: m = (M / 8 (d + 1))² c / h."""
    said = []
    for d in WIDTHS:
        costs = costs_of(rates, d)
        one = Rows(1, d)
        each = row_seconds(one, replace(ASSUMED, memory=one.size), costs)
        m = (ASSUMED.memory / one.size) ** 2 * each / each_answer(one, ASSUMED, costs)
        workers = figures(one.size * m / ASSUMED.memory)
        said.append(f"at d = {d} with {_count(m)} rows on {workers} workers")
    return (
        "The workers that all rows need to have room, S / M, become more than W*, up to which "
        f"workers pay, {' and '.join(said)}. So far do held rows and one driver reach."
    )


def _half(A: float, L: float, h: float) -> float:
    """W at which A/W = L + h W."""
    return ((L * L + 4 * A * h) ** 0.5 - L) / (2 * h)


def _stragglers(rates: Rates) -> str:
    lines = [
        "| workers | the slowest of them, times the mean | a step meets one of 1 in 100 that is "
        "slow |",
        "| ---: | ---: | ---: |",
    ]
    lines += [
        f"| {W:,} | {slowest(W, rates.spread):.2f} | {_percent(1 - 0.99**W)} |" for W in WORKERS
    ]
    said = f"The spread of a pass over rows in memory is {rates.spread:.1%} of its mean here."
    return said.replace("%", " %") + "\n\n" + "\n".join(lines)


def _deaths(rates: Rates) -> str:
    lines = [
        f"| rows | d | workers | between two deaths of any | deaths in {STEPS} steps of logistic "
        "regression | a shard is | reloads take, of the run |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for rows, cluster in _each():
        costs, W = costs_of(rates, rows.width), cluster.workers
        run = STEPS * sum(step(rows, cluster, costs).values())
        held = min(rows.size, W * cluster.memory)
        lost = replace(rows, rows=rows.rows * held / rows.size)
        share = reload_share(lost, cluster.storage, 30 * DAY)
        lines.append(
            f"| {_count(rows.rows)} | {rows.width} | {W:,} | {duration(30 * DAY / W)} "
            f"| {figures(run * W / (30 * DAY))} | {size_in_words(held / W)} "
            f"| {_percent(share)} |"
        )
    return "\n".join(lines)
