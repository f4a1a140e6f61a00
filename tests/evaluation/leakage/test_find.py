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
    "the target of seven days later",
    "the target in five bands",
    "the class as text, 5 % wrong",
    "smoothed means of towns that are not told",
    "a rare class filled up between its rows",
    "rows copied with noise",
    "standardised, then rounded",
    "brought to -1 to 1 over all rows",
    "groups by number, one missing",
)
HEALTHY = (
    "20 rare words",
    "25 rare counts",
    "12 symptoms, most without any",
    "10 sums, most zero",
    "a series, newest first, with lags",
    "year_built, month, time_of_day, time_in_hospital",
    "customer_age, number_of_visits, staff_number, codes",
    "planned experiments",
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


@pytest.mark.parametrize("name", HEALTHY)
def test_tables_that_are_easily_taken_for_leaks_are_clear(planted: ModuleType, name: str) -> None:
    assert set(HEALTHY) == set(planted.SPECIAL)
    for seed, rows in enumerate((120, 400, 1000)):
        table = planted.SPECIAL[name](np.random.default_rng(seed), rows)
        assert planted.look(table).found == ()


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


def test_copies_are_found_where_most_rows_are_zero(planted: ModuleType) -> None:
    rng = np.random.default_rng(0)
    spent = np.where(rng.random(1000) < 0.3, 1.0, 0.0)[:, None] * rng.gamma(2, 20, (1000, 8))
    table = pl.DataFrame({f"spent{i}": spent[:, i].round(2) for i in range(8)})
    table = table.with_columns(y=pl.Series(np.where(rng.random(1000) < 0.2, "yes", "no")))
    assert planted.look(table, "y").found == ()
    bought = table.filter(pl.col("spent0") > 0)
    said = planted.look(pl.concat([table, bought.head(150)]), "y").found
    assert codes(said) == {"duplicates"}
    judged = int(said[0].sentence.split()[0])
    assert 20 <= judged <= 120  # and not the zeros


def test_a_class_that_repeats_is_filled_up_only_if_it_was_rare(planted: ModuleType) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(900, 4)).round(1)
    ill = rng.random(900) < 0.2
    x[~ill] = x[~ill][rng.integers(0, 360, int((~ill).sum()))]  # the common class comes again
    table = pl.DataFrame({f"x{i}": x[:, i] for i in range(4)})
    table = table.with_columns(y=pl.Series(np.where(ill, "ill", "well")))
    assert "oversampled" not in codes(planted.look(table, "y").found)


def series(rows: int = 600, memory: float = 0.7) -> pl.DataFrame:
    """Days in their order, each with the value of the day before."""
    rng = np.random.default_rng(0)
    y = np.zeros(rows + 1)
    for i in range(1, rows + 1):
        y[i] = memory * y[i - 1] + rng.normal()
    days = np.datetime64("2020-01-01") + np.arange(rows)
    return pl.DataFrame({"day": days, "last": y[:-1], "x": rng.normal(size=rows), "y": y[1:]})


def test_the_last_value_is_no_future_whichever_way_the_table_stands(planted: ModuleType) -> None:
    table = series()
    for given in (table, table.reverse(), table.sample(fraction=1, shuffle=True, seed=0)):
        for asked in ({}, {"split": "time=day"}, {"features": ("last", "x"), "split": "time=day"}):
            assert "future_rows" not in codes(planted.look(given, "y", **asked).found)
    numbered = table.with_columns(day=pl.int_range(pl.len())).rename({"day": "t"})
    said = planted.look(numbered.reverse(), "y", split="time=t", features=("last", "x"))
    assert "future_rows" not in codes(said.found)


def test_the_next_value_is_the_future_whichever_way_the_table_stands(planted: ModuleType) -> None:
    table = series().with_columns(last=pl.col("y").shift(-6)).head(590)
    for given in (table, table.reverse(), table.sample(fraction=1, shuffle=True, seed=0)):
        said = {r.code: r for r in planted.look(given, "y", split="time=day").found}
        assert "the row 6 after it in the order of day" in said["future_rows"].sentence


def test_without_a_time_both_readings_are_said(planted: ModuleType) -> None:
    table = series().drop("day")
    assert "future_rows" not in codes(planted.look(table, "y").found)
    said = {r.code: r.sentence for r in planted.look(table.reverse(), "y").found}["future_rows"]
    assert "If the oldest row stands first" in said
    assert "If the newest stands first" in said


def test_what_comes_again_each_year_is_no_future(planted: ModuleType) -> None:
    month = np.arange(400)
    rng = np.random.default_rng(0)
    y = np.sin(month * np.pi / 6) + 0.01 * rng.normal(size=400)
    table = pl.DataFrame({"lag3": np.roll(y, 3), "x": rng.normal(size=400), "y": y}).slice(12)
    assert "future_rows" not in codes(planted.look(table, "y").found)


def test_a_name_with_a_word_for_groups_in_it_is_a_measurement(planted: ModuleType) -> None:
    rng = np.random.default_rng(0)
    own = rng.integers(18, 80, 1000)
    y = 0.03 * (own - 45.0) ** 2 + rng.normal(0, 8, 1000)
    for name in ("customer_age", "customer_number", "customerId", "user_id"):
        table = pl.DataFrame({name: own, "x": rng.normal(size=1000), "y": y})
        assert planted.look(table, "y").found == (), name
    effect = rng.normal(0, 10, 80)[own]  # neighbours have nothing in common
    for name, groups in (("customer_age", False), ("customerId", True), ("user_id", True)):
        table = pl.DataFrame({name: own, "x": rng.normal(size=1000), "y": y + effect})
        assert ("groups_straddle" in codes(planted.look(table, "y").found)) is groups, name


def test_a_year_of_a_thing_is_no_time_of_the_row(planted: ModuleType) -> None:
    rng = np.random.default_rng(0)
    built = rng.integers(1900, 2020, 1000)
    bent = 0.02 * (built - 1960.0) ** 2 + rng.normal(0, 15, 1000)
    table = pl.DataFrame({"x": rng.normal(size=1000), "y": bent})
    born = pl.Series([f"{year}-06-01" for year in built])
    for own in ({"year_built": pl.Series(built)}, {"price_at_sale": pl.Series(built)}):
        assert planted.look(table.with_columns(**own), "y").found == ()
    assert planted.look(table.with_columns(birth_date=born), "y").found == ()
    # the same numbers as the dates of the rows are times
    said = planted.look(table.with_columns(seen=born), "y").found
    assert codes(said) == {"times_straddle"}


def test_a_second_measurement_is_called_so(planted: ModuleType) -> None:
    said = [
        planted.look(planted.redundant_sensors(np.random.default_rng(seed), 800)).found
        for seed in range(6)
    ]
    sentences = [one.sentence for found in said for one in found]
    assert sentences
    assert all("a second measurement of the same thing" in sentence for sentence in sentences)


def test_bands_apart_are_tariffs_and_no_bins(planted: ModuleType) -> None:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 600)
    price = np.array([10.0, 40.0, 160.0])[kind] + rng.uniform(0, 2, 600)
    table = pl.DataFrame({"plan": np.array(list("abc"))[kind], "x": rng.normal(size=600)})
    said = planted.look(table.with_columns(y=pl.Series(price)), "y").found
    assert "binned_target" not in codes(said)


def test_rows_on_lines_in_every_class_were_not_made(planted: ModuleType) -> None:
    rng = np.random.default_rng(0)
    one = rng.normal(size=600)
    table = pl.DataFrame({"celsius": one, "fahrenheit": 1.8 * one + 32, "kelvin": one + 273.15})
    y = np.where(one + rng.normal(size=600) > 1, "ill", "well")
    assert "synthetic_rows" not in codes(
        planted.look(table.with_columns(y=pl.Series(y)), "y").found
    )


def test_what_was_looked_at_of_a_large_table_is_said(planted: ModuleType) -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=50_100)
    table = pl.DataFrame({"copy": y + 1e-3 * rng.normal(size=len(y)), "x": rng.normal(size=len(y))})
    said = planted.look(table.with_columns(y=pl.Series(y)), "y").found
    assert "a random sample of the 50,100 rows" in said[0].sentence
    said = planted.look(table.head(500).with_columns(y=pl.Series(y[:500])), "y").found
    assert "sample" not in said[0].sentence
    wide = pl.DataFrame({f"x{i}": rng.normal(size=400) for i in range(310)})
    wide = wide.with_columns(copy=2 * pl.Series(y[:400]), y=pl.Series(y[:400]))
    said = planted.look(wide.select("copy", pl.exclude("copy")), "y").found
    assert "the first 300 features" in said[0].sentence


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
