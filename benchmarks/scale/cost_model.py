"""The cost model of docs/scaling.md: time, traffic and memory of a fit, from measured constants.

Pure arithmetic; nothing is measured here. python benchmarks/scale/cost_model.py is the same as
python benchmarks/scale/all.py --only checked clusters, and takes --write docs/scaling.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

__all__ = [
    "NUMBER",
    "Cluster",
    "Costs",
    "Rows",
    "best_fan_in",
    "best_workers",
    "each_answer",
    "held_share",
    "looking",
    "nodes_of",
    "reload_share",
    "row_seconds",
    "slowest",
    "step",
    "survey",
    "survey_answers",
    "survey_operations",
    "survey_traffic",
    "tree_step",
]

NUMBER = 8  # bytes of a float64
DRAWN = 20_000  # rows drawn of either part, see `scaling.preparing`
LIKELY = 16  # times as many are sent at most
PORTION, WHOLE = 0.5, 1.0  # seconds, see `cluster.walk`


@dataclass(frozen=True, slots=True)
class Rows:
    """m rows of d numeric features and a target, as float64 with all their digits."""

    rows: float
    width: int

    @property
    def params(self) -> int:
        """p: a coefficient a feature, and the intercept."""
        return self.width + 1

    @property
    def columns(self) -> int:
        """n of the triangle: ones, the features, the target."""
        return self.width + 2

    @property
    def size(self) -> float:
        """Bytes, in the file and as designs in memory: features and target."""
        return NUMBER * self.rows * (self.width + 1)


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds by one core, at one width.

    read:     s a row to decode
    survey:   s a row to look at
    loss:     s a row for a loss and its gradient, in memory
    merge:    s for two triangles
    fixed:    s of a fit that no worker shares: first look, judgement, report
    footer:   s to look at a file's footer
    call:     s of a step that do not depend on the workers, the network's round trip included
    answer:   s of the driver for each worker's answer
    """

    read: float
    survey: float
    loss: float
    merge: float
    fixed: float
    footer: float
    call: float
    answer: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """W workers that are all alike.

    cores:    of each
    memory:   bytes of each that rows may fill
    storage:  bytes a second that each reads
    stream:   bytes a second that all cores of a worker read from memory
    network:  bytes a second of the driver's link
    piece:    bytes of a row group; file: bytes of a file
    """

    workers: int
    cores: int
    memory: float
    storage: float
    stream: float
    network: float
    piece: float = 128e6
    file: float = 1e9


def survey_operations(rows: Rows) -> float:
    """Multiply-adds of the triangle by sums of squares: m n (n + 1) / 2."""
    return rows.rows * rows.columns * (rows.columns + 1) / 2


def nodes_of(pieces: int, workers: int) -> int:
    """The most whole nodes of the tree that one worker's stretch of pieces has.

    >>> nodes_of(1024, 4), nodes_of(1000, 3), nodes_of(2, 4)
    (1, 5, 1)
    """
    cuts = [_cut(pieces * i // workers, pieces / workers) for i in range(workers)] + [pieces]
    return max(_nodes(begin, end, pieces) for begin, end in pairwise(cuts))


def _cut(cut: int, share: float) -> int:
    """Where a stretch ends: at the nearest large node, see `cluster.sharing`."""
    unit = 1
    while unit * 32 <= share:
        unit *= 2
    return (cut + unit // 2) // unit * unit


def _nodes(begin: int, end: int, leaves: int) -> int:
    """How few whole nodes have those leaves and no others."""
    found = 0
    while begin < end:
        level = 0
        while begin % (2 << level) == 0 and min(begin + (2 << level), leaves) <= end:
            level += 1
            if 1 << level >= leaves:
                break
        begin, found = begin + (1 << level), found + 1
    return found


def survey(rows: Rows, cluster: Cluster, costs: Costs) -> dict[str, float]:
    """Seconds of all that least squares needs, by part.

    Storage and cores work at the same time, so that the slower of the two counts ("rows"); what
    the driver does while others work counts only where it takes longer than they. When they are
    done it takes a last answer of each ("driver"). The files' footers come before ("footers"), and
    what nobody shares before and after ("fixed").
    """
    W = cluster.workers
    answers, nodes = survey_answers(rows, cluster, costs)
    meanwhile = answers * costs.answer + nodes * 2 * costs.merge
    meanwhile += survey_traffic(rows, nodes) / cluster.network
    last = W * (costs.answer + 2 * nodes / answers * costs.merge)
    working = looking(rows, cluster, costs)
    return {
        "rows": max(working, meanwhile - last if answers > W else 0.0),
        "driver": costs.call + (last if answers > W else meanwhile),
        "footers": rows.size / cluster.file * costs.footer,
        "fixed": costs.fixed,
    }


def survey_answers(rows: Rows, cluster: Cluster, costs: Costs) -> tuple[float, float]:
    """How many answers the driver takes, and how many nodes of the tree are in them.

    One answer a worker, of a few nodes; in a pass of more than a second one for each half second,
    and then hardly fewer nodes than there are pieces.
    """
    W, pieces = cluster.workers, max(cluster.workers, math.ceil(rows.size / cluster.piece))
    working, few = looking(rows, cluster, costs), W * nodes_of(pieces, W)
    if working <= WHOLE:
        return W, few
    answers = min(pieces, max(W, W * working / PORTION))
    return answers, max(few, answers)


def survey_traffic(rows: Rows, nodes: float) -> float:
    """Bytes that come to the driver: two triangles a node, and the rows that may be drawn."""
    drawn = min(nodes * 2 * DRAWN, LIKELY * DRAWN, rows.rows) * NUMBER * (rows.width + 1)
    return 2 * nodes * NUMBER * rows.columns**2 + drawn


def looking(rows: Rows, cluster: Cluster, costs: Costs) -> float:
    """Seconds of each worker for the survey of its share, by storage or core."""
    computing = rows.rows * (costs.read + costs.survey) / cluster.cores
    return max(computing, rows.size / cluster.storage) / cluster.workers


def row_seconds(rows: Rows, cluster: Cluster, costs: Costs) -> float:
    """A: s of one pass of the loss over all rows by one worker alone.

    The slowest of arithmetic, memory and storage; the rows that have no room in the memory of all
    workers together are read and decoded again every time.
    """
    again = 1 - held_share(rows, cluster)
    arithmetic = rows.rows * (costs.loss + again * costs.read) / cluster.cores
    return max(arithmetic, rows.size / cluster.stream, again * rows.size / cluster.storage)


def held_share(rows: Rows, cluster: Cluster) -> float:
    """The share of the rows that all workers together have room for."""
    return min(1.0, cluster.workers * cluster.memory / rows.size)


def step(rows: Rows, cluster: Cluster, costs: Costs) -> dict[str, float]:
    """Seconds of a step of descent by part; t = A/W + L + h W.

    A pass of more than a second is asked for in portions of half a second, so that little is lost
    with a worker. Their answers come while others work, yet the driver takes one at a time: no
    long pass is shorter than all of its answers.
    """
    W = cluster.workers
    h = each_answer(rows, cluster, costs)
    working = row_seconds(rows, cluster, costs) / W
    answers = W * working / PORTION if working > WHOLE else 0.0
    return {"rows": max(working, answers * h), "latency": costs.call, "driver": W * h}


def each_answer(rows: Rows, cluster: Cluster, costs: Costs, nodes: int = 1) -> float:
    """h: s of the driver for each worker in each step, its work and its link's."""
    traffic = NUMBER * (rows.params + nodes * (1 + rows.params))
    return costs.answer + traffic / cluster.network


def best_workers(rows: Rows, cluster: Cluster, costs: Costs) -> tuple[float, float]:
    """(W, seconds) where dt/dW = -A/W² + h = 0: beyond √(A/h) a step gets slower.

    For rows that all have room in memory.

    >>> cheap = Costs(0, 0, 1e-6, 0, 0, 0, 1e-3, 1e-3)
    >>> some = Cluster(1, 1, 1e30, 1e30, 1e30, 1e30)
    >>> [round(x, 3) for x in best_workers(Rows(1e8, 20), some, cheap)]
    [316.228, 0.633]
    """
    ample = replace(cluster, memory=rows.size)
    A, h = row_seconds(rows, ample, costs), each_answer(rows, cluster, costs)
    return math.sqrt(A / h), costs.call + 2 * math.sqrt(A * h)


def tree_step(rows: Rows, cluster: Cluster, costs: Costs, fan_in: int) -> float:
    """Seconds of a step whose answers are added up by a tree of reducers.

    t = A/W + (L + f h) log_f W: every level waits for a round trip and f answers.
    """
    A, h = row_seconds(rows, cluster, costs), each_answer(rows, cluster, costs)
    levels = max(1, math.ceil(math.log(cluster.workers, fan_in) - 1e-9))
    return A / cluster.workers + levels * (costs.call + fan_in * h)


def best_fan_in(call: float, answer: float) -> int:
    """The f for which (L + f h) / ln f is least.

    >>> best_fan_in(0.0, 1.0), best_fan_in(10.0, 1.0)
    (3, 9)
    """
    return min(range(2, 4097), key=lambda f: (call + f * answer) / math.log(f))


def slowest(workers: int, spread: float) -> float:
    """How many times the mean the slowest of W takes: 1 + s √(2 ln W).

    If passes vary like a normal of that relative spread; √(2 ln W) bounds the expected greatest of
    W standard normals from above, and is near for many (Vershynin 2018, exercise 2.5.10).

    >>> round(slowest(100, 0.05), 3)
    1.152
    """
    return 1 + spread * math.sqrt(2 * math.log(max(1, workers)))


def reload_share(rows: Rows, storage: float, between: float) -> float:
    """The share of a run that goes into reading lost shards again, whatever W is.

    W workers that each fail once in `between` seconds lose W t / between shards in t seconds;
    each is size / W bytes to read at `storage` bytes a second while all wait.
    """
    return rows.size / storage / between


if __name__ == "__main__":
    import sys

    from all import main

    main(["--only", "rates", "checked", "clusters", *sys.argv[1:]])
