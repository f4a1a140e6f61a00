"""Every leak that is planted is found, in numbers and in classes; none where there is none."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

import steepest.evaluation.leakage
from steepest.data.contract import Remark
from steepest.evaluation.leakage.find import CHECKS

SECTIONS = ("Sees", "Matters", "Decides", "When it is wrong", "Try")
NOT_CHECKS = {
    *("__init__", "answer", "evidence", "find", "leakage", "moments", "ordinary", "shared"),
    "twins",
}
WAYS = (
    "rows repeated",
    "rows repeated under a new identifier",
    "rows repeated, rounded",
    "rows entered again with another target",
    "a rare class filled up with copies",
    "the target under another name",
    "the target, bent",
    "the target with noise",
    "the class as text, 1 % wrong",
    "two columns that sum to the target",
    "two columns that multiply to the target",
    "gaps where the target is high",
    "means of the target by town",
    "smoothed means by a text column",
    "means that leave the own row out",
    "standardised over all rows",
    "brought to 0 to 1 over all rows",
    "gaps filled with the mean of all rows",
    "gaps filled with the median of all rows",
    "groups named by text",
    "groups numbered by a feature",
    "a series in time, split at random",
    "the next row's target",
    "rows sorted by the target and numbered",
)


def plant(planted: ModuleType, name: str, kind: str, seed: int = 0) -> pl.DataFrame:
    table = planted.healthy(seed, kind, rows=800)
    return planted.PLANTS[name].plant(table, np.random.default_rng(seed + 7))


def codes(found: tuple[Remark, ...]) -> set[str]:
    return {remark.code for remark in found}


def test_every_way_of_the_benchmark_is_tested(planted: ModuleType) -> None:
    assert set(WAYS) == set(planted.PLANTS)
    ways = {code for way in planted.PLANTS.values() for code in way.found}
    assert ways == {check.__name__ for check in CHECKS}


@pytest.mark.parametrize("kind", ["number", "two", "three"])
@pytest.mark.parametrize("name", WAYS)
def test_what_is_planted_is_found(planted: ModuleType, name: str, kind: str) -> None:
    way = planted.PLANTS[name]
    if kind not in way.kinds:
        kind = way.kinds[0]
    said = planted.look(plant(planted, name, kind)).found
    right = [remark for remark in said if remark.code in way.found]
    assert right, codes(said)
    assert all(remark.severity == "warning" for remark in right)
    assert any(letter.isdigit() for remark in right for letter in remark.sentence)
    assert all(remark.sentence.endswith(".") for remark in right)


@pytest.mark.parametrize("kind", ["number", "count", "two", "three"])
@pytest.mark.parametrize("seed", range(4))
def test_healthy_tables_are_clear(planted: ModuleType, kind: str, seed: int) -> None:
    said = planted.look(planted.healthy(300 + seed, kind, rows=400))
    assert said.found == ()
    every = {*said.clear, *said.cannot_tell}
    assert every == {check.__name__ for check in CHECKS}
    assert not set(said.clear) & set(said.cannot_tell)
    assert all(said.cannot_tell.values())


@pytest.mark.parametrize("name", ["houses", "diabetes", "breast_cancer", "iris", "wine"])
def test_the_built_in_tables_are_clear(planted: ModuleType, name: str) -> None:
    assert planted.look(name, planted.BUILT_IN[name]).found == ()


def test_a_split_by_groups_or_time_clears_what_straddled(planted: ModuleType) -> None:
    table = plant(planted, "groups named by text", "number")
    assert "groups_straddle" in codes(planted.look(table).found)
    assert "groups_straddle" in codes(planted.look(table, folds=4).found)
    assert "groups_straddle" not in codes(planted.look(table, split="group=patient").found)
    assert "groups_straddle" not in codes(planted.look(table, split="group=patient", folds=4).found)
    table = plant(planted, "a series in time, split at random", "number")
    assert "times_straddle" in codes(planted.look(table, folds=4).found)
    assert "times_straddle" not in codes(planted.look(table, split="time=day").found)
    assert "times_straddle" not in codes(planted.look(table, split="time=day", folds=4).found)


def test_copies_on_one_side_are_no_leak(planted: ModuleType) -> None:
    table = planted.healthy(1, "number", rows=400).with_columns(thing=np.arange(400))
    table = pl.concat([table, table.head(100)])
    assert "duplicates" in codes(planted.look(table).found)
    assert "duplicates" not in codes(planted.look(table, split="group=thing").found)


def test_rows_of_few_levels_are_alike_by_chance(planted: ModuleType) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 3, (2000, 3))
    y = (x.sum(axis=1) + rng.normal(size=2000) > 3).astype(int)
    table = pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": y})
    assert planted.look(table, "y").found == ()
    rare = pl.DataFrame({"a": rng.random(900) < 0.02, "b": rng.random(900) < 0.03, "y": y[:900]})
    assert planted.look(rare, "y").found == ()


def test_a_cause_is_no_copy_however_strong(planted: ModuleType) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 2))
    y = 5 * x[:, 0] + 2 * x[:, 1] + 0.2 * rng.normal(size=500)
    table = pl.DataFrame({"strong": x[:, 0], "weak": x[:, 1], "y": y})
    assert np.corrcoef(table["strong"], table["y"])[0, 1] ** 2 > 0.84
    assert planted.look(table, "y").found == ()


def test_an_encoding_from_other_rows_is_allowed(planted: ModuleType) -> None:
    rng = np.random.default_rng(0)
    town = rng.integers(0, 40, 1200)
    level = rng.normal(size=40)
    y = level[town] + rng.normal(size=1200)
    before = level[np.repeat(np.arange(40), 30)] + rng.normal(size=1200)
    past = before.reshape(40, 30).mean(axis=1)
    table = pl.DataFrame({"past": past[town], "x": rng.normal(size=1200), "y": y})
    assert "target_encoding" not in codes(planted.look(table, "y").found)


def test_scaling_by_the_training_rows_is_allowed(planted: ModuleType) -> None:
    table = planted.healthy(2, "number", rows=500).drop("x0")
    from steepest.evaluation.splits.splitting import split_as_asked

    split = split_as_asked(table, table["outcome"].to_numpy(), ())
    own = table["x1"].to_numpy()[split.train]
    scaled = table.with_columns((pl.col("x1") - own.mean()) / own.std())
    assert "scaled_outside" not in codes(planted.look(scaled).found)


def test_nearly_no_rows_are_no_trouble(planted: ModuleType) -> None:
    for rows in (2, 3, 6):
        a = np.arange(rows, dtype=float)
        table = pl.DataFrame({"a": a**2, "b": np.cos(a), "y": np.sin(7 * a)})
        assert planted.look(table, "y").found == ()


def test_every_file_is_a_check_or_serves_them_and_each_explains_itself() -> None:
    folder = Path(steepest.evaluation.leakage.__file__ or "").parent
    names = {path.stem for path in folder.glob("*.py")} - NOT_CHECKS
    assert names == {check.__name__ for check in CHECKS}
    for check in CHECKS:
        source = ast.parse((folder / f"{check.__name__}.py").read_text("utf-8"))
        said = next(
            ast.get_docstring(node)
            for node in source.body
            if isinstance(node, ast.FunctionDef) and node.name == check.__name__
        )
        heads = [line for line in (said or "").splitlines() if line in (*SECTIONS, "Sources")]
        assert tuple(heads[:5]) == SECTIONS, check.__name__
