"""Least squares on one file, by steepest and by others that read it piece by piece.

python benchmarks/scale/peers.py --file BIG.parquet              a table of `made_table.py`
python benchmarks/scale/peers.py --size 5e8                      one that is made for it
python benchmarks/scale/peers.py --file BIG.parquet --other-python VENV/bin/python

The last is a Python that has dask, dask-ml or pyspark (and pyarrow), where this one has not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from made_table import make_table

sys.path.insert(0, str(Path(__file__).parents[1]))
from measure import Watch
from table import figures, time_in_words

__all__ = ["CONTESTANTS", "Contestant", "Result", "run", "section"]

PROGRAMS = Path(__file__).parent / "peer_programs.py"
LONGEST = 240  # seconds that one may take


@dataclass(frozen=True, slots=True)
class Contestant:
    """A program of `peer_programs.py`.

    needs:  the module without which it cannot run; "" for ours
    """

    program: str
    shown: str
    needs: str = ""


CONTESTANTS = (
    Contestant("raw_read", "limit: a raw read of the file"),
    Contestant("decode", "limit: decoding its columns, 2 threads"),
    Contestant("steepest", '**steepest**, the whole fit, `memory="400MB"`'),
    Contestant("numpy_sums", "pyarrow and NumPy by hand: normal equations"),
    Contestant("sgd", "scikit-learn `SGDRegressor.partial_fit`, one epoch", "sklearn"),
    Contestant("duckdb_sums", "DuckDB: sums of products, normal equations", "duckdb"),
    Contestant("duckdb_slopes", "DuckDB: `regr_slope` on each column alone", "duckdb"),
    Contestant("dask_tsqr", "Dask: `dask.array.linalg.lstsq` (TSQR)", "dask"),
    Contestant("dask_ml", "dask-ml `LinearRegression`, gradient descent", "dask_ml"),
    Contestant("spark", "Spark ML `LinearRegression`, normal equations", "pyspark"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What one took; `found` is empty and `trouble` says why where it did not run."""

    contestant: Contestant
    found: dict[str, Any]
    trouble: str = ""


def run(contestant: Contestant, path: Path, pythons: Sequence[str]) -> Result:
    """In a process of its own, by the first Python that has what it needs."""
    for python in pythons:
        probe = f"import pyarrow, {contestant.needs or 'numpy'}"
        if subprocess.run([python, "-c", probe], capture_output=True).returncode == 0:
            return _ran(contestant, path, python)
    return Result(contestant, {}, f"{contestant.needs} is not installed")


def _ran(contestant: Contestant, path: Path, python: str) -> Result:
    words = [python, str(PROGRAMS), contestant.program, str(path)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return Result(contestant, {}, f"not done after {LONGEST} s")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        return Result(contestant, {}, f"did not run: {lines[-1][:160]}")
    return Result(contestant, json.loads(done.stdout.strip().splitlines()[-1]))


def section(path: Path, pythons: Sequence[str]) -> str:
    """The table as Markdown."""
    watch = Watch()
    results = []
    run(CONTESTANTS[0], path, pythons)  # so that the page cache holds the file for all alike
    for contestant in CONTESTANTS:
        print(f"  {contestant.program} ...", file=sys.stderr, flush=True)
        results.append(run(contestant, path, pythons))
    ours = next(result for result in results if result.contestant.program == "steepest")
    conditions = watch.conditions()
    size = path.stat().st_size / 1e9
    columns = len(ours.found.get("coefficients", {}))
    text = [
        f"A Parquet file of {figures(size)} GB, of which {columns} columns of numbers and the "
        "target are read, by two threads each, one contestant after the other, each in a process "
        "of its own, once. The largest difference is of a coefficient times its column's standard "
        "deviation, over the target's.\n",
        "| contestant | time | times that of steepest | peak memory | largest difference |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(_line(result, ours) for result in results),
        "",
        f"Measured in {conditions.seconds:.0f} s; load average {conditions.load[0]:.1f} at the "
        f"start, {conditions.load[1]:.1f} at the end. {conditions.warning or ''}".strip(),
    ]
    return "\n".join(text) + "\n"


def _line(result: Result, ours: Result) -> str:
    if not result.found:
        return f"| {result.contestant.shown} | | | | {result.trouble} |"
    seconds = result.found["seconds"]
    times = figures(seconds / ours.found["seconds"]) if ours.found else ""
    memory = f"{result.found['memory'] / 1e6:,.0f} MB"
    cells = (time_in_words(seconds), times, memory, _apart(result.found, ours.found))
    return f"| {result.contestant.shown} | " + " | ".join(cells) + " |"


def _apart(found: dict[str, Any], ours: dict[str, Any]) -> str:
    if "coefficients" not in found or not ours:
        return "no model of all columns"
    stds = dict(ours["stds"])
    scale = next(std for name, std in stds.items() if name not in ours["coefficients"])
    apart = max(
        abs(found["coefficients"][name] - value) * stds[name] / scale
        for name, value in ours["coefficients"].items()
    )
    return "0" if found is ours else f"{apart:.0e}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--file", type=Path, help="a table of made_table.py")
    parser.add_argument("--size", type=float, default=2e8, help="bytes of one that is made")
    parser.add_argument("--other-python", help="a Python that has dask, dask-ml or pyspark")
    asked = parser.parse_args()
    pythons = [sys.executable, *([asked.other_python] if asked.other_python else [])]
    with tempfile.TemporaryDirectory() as folder:
        path = asked.file or Path(folder) / "made.parquet"
        if asked.file is None:
            make_table(path, asked.size)
        print(section(path, pythons))


if __name__ == "__main__":
    main()
