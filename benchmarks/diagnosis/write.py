"""Write a corpus of labelled runs: one CSV a run, and manifest.json with the truth.

python benchmarks/diagnosis/write.py FOLDER --seed 1
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from corpus import corpus
from labelled import Labelled
from logged import Log

__all__ = ["write_corpus", "write_log"]

TOLD = ("classes", "batch", "optimizer", "epochs")


def write_log(log: Log, path: Path) -> None:
    """A CSV in full digits; a cell is empty where a column was not measured."""
    import polars as pl

    frame = pl.DataFrame({name: np.ascontiguousarray(c) for name, c in log.table().items()})
    if "val_loss" in log.columns:
        gap = pl.col("val_loss").is_nan() & pl.lit(np.isfinite(log.loss))
        frame = frame.with_columns(val_loss=pl.when(gap).then(None).otherwise(pl.col("val_loss")))
    frame.write_csv(path)


def entry(name: str, run: Labelled) -> dict[str, Any]:
    """What the manifest says of a run."""
    return {
        "file": f"{name}.csv",
        "label": run.label,
        "accept": list(run.right),
        "healthy": run.healthy,
        "kind": run.kind,
        "context": {told: run.context.get(told) for told in TOLD},
        "note": run.note,
    }


def write_corpus(folder: Path, seed: int, share: float = 1.0) -> list[dict[str, Any]]:
    """All runs of a seed into a folder; gives what is in its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest: list[dict[str, Any]] = []
    for name, run in corpus(seed, share):
        write_log(run.log, folder / f"{name}.csv")
        manifest.append(entry(name, run))
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    return manifest


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0, help="of the usual number of runs")
    words = parser.parse_args()
    print(f"{len(write_corpus(words.folder, words.seed, words.share)):,} runs in {words.folder}")
