"""How good watching is: what it finds, what it costs, what it holds.

python benchmarks/watching/all.py --seed 11 12 13 --write docs/watching-quality.md
python benchmarks/watching/all.py --only overhead --figures FOLDER --write docs/watching-quality.md
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

__all__ = ["SECTIONS", "page"]

SECTIONS = ("score", "steps", "overhead", "memory")
"""The files of this folder with a function `section(seeds, quick)`, in the page's order."""

OPENING = """\
# How good watching is

`steepest.watch` beside other people's training loops: whether it names a fault that was planted,
early and with its layer; whether it leaves healthy trainings alone; whether it changes a single
bit of them; and what it takes, in time and memory. Real small trainings: scikit-learn's digits and
other tables, and characters of the docstrings of Python's standard library, for perceptrons,
convolutional nets, transformers and recurrent nets, each at a rate that was found to be good for
it. To see it for yourself, on seeds that nobody has seen yet:

```
python benchmarks/watching/score.py --seed 12345
```
"""


def page(seeds: Sequence[int], names: Sequence[str], figures: Path, *, quick: bool = False) -> str:
    """The whole page as Markdown; of sections that are not asked for, what is kept of them."""
    figures.mkdir(parents=True, exist_ok=True)
    parts = [OPENING]
    for name in SECTIONS:
        kept = figures / f"{name}.md"
        if name in names:
            print(f"{name} ...", file=sys.stderr, flush=True)
            text = importlib.import_module(name).section(seeds, quick=quick)
            kept.write_text(text, "utf-8")
        if kept.exists():
            parts.append(kept.read_text("utf-8"))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def main(words: Sequence[str] | None = None) -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--only", default=",".join(SECTIONS), help="some of the sections")
    parser.add_argument("--figures", type=Path, help="folder where the sections are kept")
    parser.add_argument("--quick", action="store_true", help="to see that it runs")
    parser.add_argument("--write", type=Path, help="the page of the documentation")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        figures = asked.figures or Path(folder)
        text = page(asked.seed, asked.only.split(","), figures, quick=asked.quick)
    if asked.write is None:
        print(text)
    else:
        asked.write.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
