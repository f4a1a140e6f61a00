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

from corpus import corpus
from labelled import Labelled
from page import page, printed
from remedies import trials
from tally import Judged
from write import entry, write_log

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.record.record import Context
from steepest.logs.read_log import read_log

__all__ = ["judge", "judged_folder", "judged_seed"]


def judge(folder: Path, told: dict[str, Any], run: Labelled | None = None) -> Judged:
    """One run of a manifest, read as any log is read.

    run: what was written, where it is known: the remedy of the top finding is tried on it.
    """
    context = {name: value for name, value in told["context"].items() if value is not None}
    note, verdict, warned, tried = told.get("note", ""), "crashed", True, ()
    try:
        diagnosis = diagnose(read_log(folder / told["file"]), Context(**context))
        verdict = diagnosis.verdict
        warned = any(finding.severity != "info" for finding in diagnosis.findings)
        if run is not None and diagnosis.findings:
            tried = trials(diagnosis.findings[0], run)
    except Exception as error:  # an answer too, and a wrong one; the others still count
        note = f"{type(error).__name__}: {error}. {note}"
    return Judged(
        name=Path(told["file"]).stem,
        kind=told["kind"],
        label=told["label"],
        accept=tuple(told.get("accept") or (told["label"],)),
        healthy=told["healthy"],
        note=note,
        verdict=verdict,
        warned=warned,
        tried=tried,
    )


def judged_folder(folder: Path) -> list[Judged]:
    """All runs of a manifest."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    return [judge(folder, told) for told in manifest]


def judged_seed(seed: int, share: float = 1.0, only: str = "") -> list[Judged]:
    """All runs of a seed: generated, written to a folder that is removed again, and judged."""
    judged: list[Judged] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for name, run in corpus(seed, share, only):
            write_log(run.log, folder / f"{name}.csv")
            judged.append(judge(folder, entry(name, run), run))
            (folder / f"{name}.csv").unlink()
    return judged


def main(words: Sequence[str] | None = None) -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--share", type=float, default=1.0, help="of the usual number of runs")
    parser.add_argument("--only", default="", help='kinds, as "full" or "losses/plateau"')
    parser.add_argument("--folder", type=Path, help="a written corpus instead of a seed")
    parser.add_argument("--write", type=Path, help="the page of the documentation")
    parser.add_argument("--misses", action="store_true", help="list every run that is missed")
    asked = parser.parse_args(words)
    if asked.folder is not None:
        judged, source = judged_folder(asked.folder), f"folder {asked.folder.name}"
    else:
        judged = [
            each for seed in asked.seed for each in judged_seed(seed, asked.share, asked.only)
        ]
        source = f"seeds {', '.join(str(seed) for seed in asked.seed)}"
    print(printed(judged, misses=asked.misses))
    if asked.write is not None:
        asked.write.write_text(page(judged, source), "utf-8")


if __name__ == "__main__":
    main()
