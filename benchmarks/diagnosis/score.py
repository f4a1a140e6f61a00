"""Diagnose a corpus of labelled runs, and count how often the top finding is right.

python benchmarks/diagnosis/score.py --seed 1               generated runs
python benchmarks/diagnosis/score.py --seed 1 2 3 --write docs/diagnosis-quality.md
python benchmarks/diagnosis/score.py --folder FOLDER        runs of another hand
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from page import page, printed
from tally import Judged
from write import write_corpus

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.record import Context
from steepest.logs.read_log import read_log

__all__ = ["judge", "judged_folder", "judged_seed"]


def judge(folder: Path, entry: dict[str, Any]) -> Judged:
    """One run of a manifest, read as any log is read."""
    told = {name: value for name, value in entry["context"].items() if value is not None}
    note, verdict, warned = entry.get("note", ""), "crashed", True
    try:
        diagnosis = diagnose(read_log(folder / entry["file"]), Context(**told))
        verdict = diagnosis.verdict
        warned = any(finding.severity != "info" for finding in diagnosis.findings)
    except Exception as error:  # an answer too, and a wrong one; the others still count
        note = f"{type(error).__name__}: {error}. {note}"
    return Judged(
        name=Path(entry["file"]).stem,
        kind=entry["kind"],
        label=entry["label"],
        accept=tuple(entry.get("accept") or (entry["label"],)),
        healthy=entry["healthy"],
        note=note,
        verdict=verdict,
        warned=warned,
    )


def judged_folder(folder: Path) -> list[Judged]:
    """All runs of a manifest."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    return [judge(folder, entry) for entry in manifest]


def judged_seed(seed: int, share: float = 1.0) -> list[Judged]:
    """All runs of a seed, generated and written to a folder that is removed again."""
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(Path(folder), seed, share)
        return judged_folder(Path(folder))


def main(words: Sequence[str] | None = None) -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--share", type=float, default=1.0, help="of the usual number of runs")
    parser.add_argument("--folder", type=Path, help="a written corpus instead of a seed")
    parser.add_argument("--write", type=Path, help="the page of the documentation")
    parser.add_argument("--misses", action="store_true", help="list every run that is missed")
    asked = parser.parse_args(words)
    if asked.folder is not None:
        judged, source = judged_folder(asked.folder), f"folder {asked.folder.name}"
    else:
        judged = [each for seed in asked.seed for each in judged_seed(seed, asked.share)]
        source = f"seeds {', '.join(str(seed) for seed in asked.seed)}"
    print(printed(judged, misses=asked.misses))
    if asked.write is not None:
        asked.write.write_text(page(judged, source), "utf-8")


if __name__ == "__main__":
    main()
