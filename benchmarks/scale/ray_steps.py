"""What a step of descent over Ray costs beyond the slowest worker's computing.

    python benchmarks/scale/ray_steps.py --rows 400000 --steps 200

Each step asks all rows for a loss and its gradient. Its overhead is the time on the driver's
clock less the seconds that the slowest worker says it computed: the question's way there, the
answer's way back, and what waits in between. Workers beyond the processors wait for each other
inside of what they count as computing.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from steepest.cluster.ray_engine import RayEngine
from steepest.data.sources.parquet import parquet_source
from steepest.passes.engine import Engine
from steepest.passes.forest import Forest
from steepest.passes.local import LocalEngine
from steepest.passes.loss_sums import LinearLoss, LossSums
from steepest.passes.worker import Worker
from steepest.run import Request
from steepest.scaling.preparing import look_first

__all__ = ["StepTimes", "main", "step_times"]

COLUMNS = 20
PIECE_ROWS = 20_000
FIRST = 10  # steps that read the rows and settle who is asked for how much
ROOM = 10**9


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Milliseconds a step, as medians over the steps; `most`: nine of ten are below it.

    same: whether the gradients are those of the local engine to the bit
    """

    workers: int
    wall: float
    slowest: float
    overhead: float
    most: float
    same: bool


def step_times(path: Path, counts: list[int], steps: int) -> Iterator[StepTimes]:
    """One line for each number of workers; Ray is embedded."""
    request = Request(str(path), "y", loss="logistic", engine="ray")
    source = parquet_source([str(path)], str(path))
    layout = look_first(source, request).layout
    params = np.random.default_rng(0).standard_normal((FIRST + steps, COLUMNS + 1)) / 10
    with LocalEngine(Worker(source, layout, ROOM), 2) as engine:
        known = [timed(engine, row)[2] for row in params[:3]]
    for count in counts:
        with RayEngine(source, layout, count, ROOM) as engine:
            taken = [timed(engine, row) for row in params]
        walls, slowest = np.array([(wall, slow) for wall, slow, _ in taken[FIRST:]]).T * 1e3
        over = walls - slowest
        yield StepTimes(
            count,
            float(np.median(walls)),
            float(np.median(slowest)),
            float(np.median(over)),
            float(np.quantile(over, 0.9)),
            all(np.array_equal(a, b) for a, (_, _, b) in zip(known, taken, strict=False)),
        )


def timed(engine: Engine, params: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Seconds of a step, those of the slowest worker in it, and the loss with its gradient."""
    asked = LossSums(LinearLoss("logistic", None, 1, True), params)
    places = range(len(engine.source.pieces))
    forest = Forest(len(places), asked.merge)
    seconds: dict[str, float] = defaultdict(float)
    began = perf_counter()
    for part in engine.parts(asked, places):
        seconds[part.worker] += part.seconds
        for node, state in part.nodes:
            forest.add(node, state)
    return perf_counter() - began, max(seconds.values()), forest.whole.values


def write_rows(path: Path, rows: int) -> None:
    """Standard normal columns and two classes."""
    generator = np.random.default_rng(0)
    X = generator.standard_normal((rows, COLUMNS))
    y = X @ generator.standard_normal(COLUMNS) + 3 * generator.standard_normal(rows) > 0
    frame = pl.DataFrame({f"x{j}": X[:, j] for j in range(COLUMNS)}).with_columns(
        y=pl.Series(y.astype(np.int64))
    )
    frame.write_parquet(path, row_group_size=PIECE_ROWS)


def main() -> None:
    """Print a line for each number of workers."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        write_rows(path, asked.rows)
        if not asked.json:
            print("| workers | step | slowest worker | overhead | 9 of 10 below | same bits |")
            print("| ---: | ---: | ---: | ---: | ---: | --- |")
        for line in step_times(path, asked.workers, asked.steps):
            if asked.json:
                print(json.dumps(asdict(line)))
                continue
            print(
                f"| {line.workers} | {line.wall:.1f} ms | {line.slowest:.1f} ms | "
                f"{line.overhead:.2f} ms | {line.most:.2f} ms | {'yes' if line.same else 'NO'} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
