"""Run every table in its own process, and write the page.

    python benchmarks/all.py --write docs/benchmarks.md
    python benchmarks/all.py --figures FOLDER --only stochastic --write docs/benchmarks.md

The second keeps the figures in a folder and measures some tables anew.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TABLES = (
    "least_squares",
    "batch_step",
    "logistic",
    "stochastic",
    "recording",
    "command_line",
    "first_call",
    "lab",
)
HEAD = """\
# Benchmarks

Written by `python benchmarks/all.py --write docs/benchmarks.md`; every number comes from a
run. The contestants of a table take turns in one process, round after round; a time is the
median of the rounds, a ratio the median of the ratios within a round, with the least and the
greatest in parentheses. A ratio is the contestant's time over that of the first line of its
problem: above 1, steepest is faster. A limit is what the hardware needs at the least: one
read of the data by as many threads as the contestants have (two), or its arithmetic. What
compiles is compiled before it is timed (the last table has what that costs). The results of
the contestants are compared too; a table in which they disagree is not written."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Run every table and write the page.")
    parser.add_argument("--quick", action="store_true", help="small problems, to try it out")
    parser.add_argument("--write", type=Path, help="the page; without it, standard output")
    parser.add_argument("--figures", type=Path, help="a folder that keeps the figures as JSON")
    parser.add_argument("--only", nargs="+", choices=TABLES, help="measure only these anew")
    wishes = parser.parse_args()
    if wishes.only and not wishes.figures:
        parser.error("--only needs --figures FOLDER, where the other tables are")
    with tempfile.TemporaryDirectory() as temporary:
        folder = wishes.figures or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name in wishes.only or TABLES:
            measure(name, folder, wishes.quick)
        text = page([json.loads((folder / f"{name}.json").read_text()) for name in TABLES])
    if wishes.write:
        wishes.write.write_text(text, encoding="utf-8")
    else:
        print(text)


def measure(name: str, folder: Path, quick: bool) -> None:
    """Run one table; its figures go to the folder."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    words = [sys.executable, str(HERE / f"{name}.py"), "--json", str(folder / f"{name}.json")]
    subprocess.run(
        words + ["--quick"] * quick, check=True, cwd=HERE.parent, stdout=subprocess.DEVNULL
    )


def page(tables: Sequence[dict[str, Any]]) -> str:
    """The whole page."""
    body = [table["markdown"].strip() for table in tables]
    return "\n\n".join([HEAD, machine(tables), losses(tables), *body]) + "\n"


def machine(tables: Sequence[dict[str, Any]]) -> str:
    """Where and with what it was measured, and whether it had the machine to itself."""
    here = tables[0]["conditions"]
    versions = ", ".join(f"{name} {number}" for name, number in here["versions"].items())
    seconds = sum(table["conditions"]["seconds"] for table in tables)
    said = (
        f"Machine: {here['processor']}, {here['cores']} cores, {here['memory']:.0f} GiB of memory. "
        f"Versions: {versions}. All tables together took {seconds / 60:.1f} minutes."
    )
    busy = [t["title"] for t in tables if "busy machine" in t["markdown"]]
    if busy:
        said += f" Other processes disturbed: {', '.join(busy)}; see under each table."
    if any(table["quick"] for table in tables):
        said += " **Quick runs on small problems: the times mean nothing.**"
    return f"## The machine\n\n{said}"


def losses(tables: Sequence[dict[str, Any]]) -> str:
    """Every peer that is faster and every goal that is missed, by table."""
    parts = ["## Where steepest loses"]
    for table in tables:
        if table["losses"]:
            points = "\n".join(f"- {loss}" for loss in table["losses"])
            parts.append(f"{table['title']}:\n\n{points}")
    if len(parts) == 1:
        parts.append("Nowhere in these tables.")
    return "\n\n".join(parts)


if __name__ == "__main__":
    main()
