"""What the promises about trust are worth, by simulation: rates, each beside its goal.

python benchmarks/trust/all.py                                  print the page
python benchmarks/trust/all.py --seed 7 --write docs/trust-quality.md
python benchmarks/trust/all.py --only drift,intervals --quick
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["SECTIONS", "page"]

SECTIONS = ("drift", "leakage", "intervals", "paired", "estimators")
"""The files of this folder, each with a function `section(seed, quick)`, in the page's order."""

OPENING = """\
# How far the account can be trusted

An interval that should hold the truth 95 times in 100 has to do so, and an alarm that should be
false once in 100 must not be false more often. Both are measured here, on simulated data whose
truth is known. The rates have errors of their own: of n trials, a rate p is known to about
2·√(p(1 - p)/n). To see it for yourself, on draws that nobody has seen yet:

```
python benchmarks/trust/all.py --seed 12345
```
"""


def page(seed: int, names: Sequence[str] = SECTIONS, *, quick: bool = False) -> str:
    """The whole page as Markdown; `quick`: with so few draws that the rates mean nothing."""
    parts = [OPENING, f"Seed {seed}."]
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        parts.append(importlib.import_module(name).section(seed=seed, quick=quick).strip())
    return "\n\n".join(part.strip() for part in parts) + "\n"


def main(words: Sequence[str] | None = None) -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(SECTIONS), help="some of the sections")
    parser.add_argument("--quick", action="store_true", help="few draws, to see that it runs")
    parser.add_argument("--write", type=Path, help="the page of the documentation")
    asked = parser.parse_args(words)
    text = page(asked.seed, asked.only.split(","), quick=asked.quick)
    if asked.write is None:
        print(text)
    else:
        asked.write.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
