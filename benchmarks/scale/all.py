"""The tables of docs/scaling.md: constants measured here, the model checked, what it says, peers.

python benchmarks/scale/all.py                                    print them
python benchmarks/scale/all.py --write docs/scaling.md            put them in their places there
python benchmarks/scale/all.py --only peers --file BIG.parquet --other-python VENV/bin/python

A section is what is between <!-- NAME --> and <!-- end of NAME --> on the page. Constants are kept
in --figures, so that what the model says can be written again without measuring.
"""

from __future__ import annotations

import argparse
import pickle
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

__all__ = ["SECTIONS", "main", "put"]

SECTIONS = ("rates", "checked", "clusters", "outofcore", "peers")


def main(words: Sequence[str] | None = None) -> None:
    """Measure what is asked for, and print or write it."""
    asked = _asked(words)
    with tempfile.TemporaryDirectory() as folder:
        found = _measured(asked, Path(folder))
    page = None if asked.write is None else asked.write.read_text("utf-8")
    for name, text in found.items():
        if page is None:
            print(f"## {name}\n\n{text}")
        else:
            page = put(page, name, text)
    if page is not None:
        asked.write.write_text(page, "utf-8")


def put(page: str, name: str, text: str) -> str:
    """The page with that section replaced; LookupError where it has none of that name.

    >>> put("a <!-- x -->old<!-- end of x --> b", "x", "new").splitlines()
    ['a <!-- x -->', '', 'new', '', '<!-- end of x --> b']
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(page):
        raise LookupError(f"the page has no section {begin} ... {end}")
    return pattern.sub(lambda _: f"{begin}\n\n{text.strip()}\n\n{end}", page)


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    parser.add_argument("--quick", action="store_true", help="small tables, to see that it runs")
    parser.add_argument("--figures", type=Path, help="folder where the constants are kept")
    parser.add_argument("--write", type=Path, help="the page of the documentation")
    parser.add_argument("--file", type=Path, help="for the last two: a table of made_table.py")
    parser.add_argument("--size", type=float, default=2e8, help="bytes of one that is made")
    parser.add_argument("--other-python", help="a Python with dask, dask-ml or pyspark")
    return parser.parse_args(words)


def _measured(asked: argparse.Namespace, folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    if {"rates", "checked", "clusters"} & set(asked.only):
        found |= _model(asked, folder)
    if "outofcore" in asked.only:
        print("out of core ...", file=sys.stderr, flush=True)
        found["outofcore"] = _out_of_core(asked, folder)
    if "peers" in asked.only:
        print("peers ...", file=sys.stderr, flush=True)
        found["peers"] = _peers(asked, folder)
    return found


def _model(asked: argparse.Namespace, folder: Path) -> dict[str, str]:
    import checked
    import clusters
    import measured_page
    import rates

    sys.path.insert(0, str(Path(__file__).parents[1]))
    from measure import Watch

    watch = Watch()
    kept = None if asked.figures is None else asked.figures / "rates.pickle"
    if kept is not None and kept.exists() and "rates" not in asked.only:
        constants = pickle.loads(kept.read_bytes())  # noqa: S301  # of this script's own making
    else:
        print("rates ...", file=sys.stderr, flush=True)
        constants = rates.measure(folder, quick=asked.quick)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(pickle.dumps(constants))
    found: dict[str, str] = {}
    if "rates" in asked.only:
        found["rates"] = measured_page.rates_table(constants)
    if "checked" in asked.only:
        print("checked ...", file=sys.stderr, flush=True)
        data = [rates.data_of(folder, width, quick=asked.quick) for width in rates.WIDTHS]
        checks = checked.check_all(constants, data, folder)
        found["checked"] = measured_page.checks_table(checks, watch.conditions())
    if "clusters" in asked.only:
        found["clusters"] = clusters.section(constants)
    return found


def _out_of_core(asked: argparse.Namespace, folder: Path) -> str:
    import out_of_core

    return out_of_core.section(_file(asked, folder), 1 if asked.quick else 3)


def _peers(asked: argparse.Namespace, folder: Path) -> str:
    import peers

    pythons = [sys.executable, *filter(None, [asked.other_python])]
    return peers.section(_file(asked, folder), pythons)


def _file(asked: argparse.Namespace, folder: Path) -> Path:
    """The table that was named, or one that is made."""
    from made_table import make_table

    path = asked.file or folder / "made.parquet"
    if not path.exists():
        make_table(path, 5e6 if asked.quick else asked.size)
    return path


if __name__ == "__main__":
    main()
