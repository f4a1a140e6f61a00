"""A file larger than memory by `memory="400MB"`, held against reading and decoding it alone.

python benchmarks/scale/out_of_core.py --file BIG.parquet     a table of `made_table.py`
python benchmarks/scale/out_of_core.py --size 5.2e9           one that is made for it

Cold: what the page cache holds of the file is let go of before. Each in a process of its own, one
after the other, again and again; the median counts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from made_table import make_table
from peers import CONTESTANTS, Result, run
from rates import cold

sys.path.insert(0, str(Path(__file__).parents[1]))
from measure import Watch
from table import figures, time_in_words

__all__ = ["section"]

RAW, DECODE, OURS = CONTESTANTS[:3]
ASKED = ((RAW, True), (OURS, True), (RAW, False), (DECODE, False), (OURS, False))


def section(path: Path, times: int) -> str:
    """The table as Markdown."""
    watch = Watch()
    found: dict[int, list[Result]] = {place: [] for place in range(len(ASKED))}
    for _ in range(times):
        for place, (contestant, from_disk) in enumerate(ASKED):
            if from_disk:
                cold(path)
            print(f"  {contestant.program}, {_state(from_disk)} ...", file=sys.stderr, flush=True)
            found[place].append(run(contestant, path, [sys.executable]))
    seconds = [
        median([result.found["seconds"] for result in found[place]]) for place in range(len(ASKED))
    ]
    memory = max(result.found["memory"] for place in (1, 4) for result in found[place])
    conditions = watch.conditions()
    lines = [
        f"| {contestant.shown} | {_state(from_disk)} | {time_in_words(seconds[place])} |"
        for place, (contestant, from_disk) in enumerate(ASKED)
    ]
    return "\n".join(
        [
            f"A Parquet file of {figures(path.stat().st_size / 1e9)} GB (15 columns of numbers and "
            f"the target are read), two threads, median of {times}.\n",
            "| | the file is | time |",
            "| --- | --- | ---: |",
            *lines,
            "",
            f"Cold, the whole fit takes {figures(seconds[1] / seconds[0])} times a raw read of the "
            f"file; warm, {figures(seconds[4] / seconds[3])} times decoding its columns. Its "
            f"process had at most {memory / 1e6:,.0f} MB resident. Load average "
            f"{conditions.load[0]:.1f} at the start, {conditions.load[1]:.1f} at the end. "
            f"{conditions.warning or ''}".strip(),
        ]
    )


def _state(from_disk: bool) -> str:
    return "cold" if from_disk else "warm"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--file", type=Path, help="a table of made_table.py")
    parser.add_argument("--size", type=float, default=5.2e9, help="bytes of one that is made")
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.file or Path(folder) / "made.parquet"
        if asked.file is None:
            make_table(path, asked.size)
        print(section(path, asked.times))


if __name__ == "__main__":
    main()
