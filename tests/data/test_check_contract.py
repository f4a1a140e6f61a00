"""Thirty kinds and more of a table that is not as its contract has it, one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.data.breach import Breach, ContractCheck
from steepest.data.check_contract import check_contract, refuse_broken
from steepest.data.contract import Contract
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.errors import InputError

ROWS = 600
PLACES = ["sea", "hill", "valley", "town"]


def table(seed: int, rows: int = ROWS) -> pl.DataFrame:
    """Flats: every kind of column, and a price that follows from them."""
    random = np.random.default_rng(seed)
    size, rooms = random.normal(900, 200, rows), random.integers(1, 9, rows)
    place = random.choice(PLACES, rows, p=[0.48, 0.3, 0.2, 0.02])
    new = random.random(rows) < 0.3
    income = random.lognormal(1, 0.5, rows)
    price = 0.3 * size + 10 * rooms + 20 * (place == "sea") + random.normal(0, 30, rows)
    return pl.DataFrame(
        {
            "flat": np.arange(rows) + seed * 10_000,
            "size": size,
            "rooms": rooms,
            "place": place,
            "new": new,
            "income": income,
            "width": random.uniform(10, 14, rows),
            "price": price,
        }
    )


@pytest.fixture(scope="module")
def contract() -> Contract:
    return read_contract(read_table(table(1)), "price", key=["flat"], units={"size": "square feet"})


@pytest.fixture(scope="module")
def classes() -> Contract:
    frame = table(1).with_columns(kind=pl.Series(np.resize(["a", "b", "c"], ROWS))).drop("price")
    return read_contract(read_table(frame.drop("flat")), "kind")


def within(frame: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The rows of which every number lies in the range that is known."""
    floats = ["size", "income", "width", "price"]
    return frame.filter(pl.col(n).is_between(known[n].min(), known[n].max()) for n in floats)


NEW = within(table(2), table(1))
"""Other flats, drawn alike, and within the ranges."""

Change = Callable[[pl.DataFrame], Any]


def every(n: int) -> pl.Expr:
    return pl.int_range(pl.len()) % n == 0


def put(name: str, value: Any, where: pl.Expr | None = None) -> Change:
    """The table with a value in some rows of a column, or in all."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        new = pl.lit(value) if not isinstance(value, pl.Expr) else value
        if where is not None:
            new = pl.when(where).then(new).otherwise(pl.col(name))
        return frame.with_columns(new.alias(name))

    return change


def swap(one: str, other: str) -> Change:
    return lambda frame: frame.with_columns(
        pl.col(one).alias(other), pl.col(other).cast(frame[one].dtype).alias(one)
    )


def as_text(name: str, bad: str) -> Change:
    return put(name, pl.when(every(100)).then(pl.lit(bad)).otherwise(pl.col(name).cast(pl.String)))


BROKEN: list[tuple[str, str, str, Change]] = [
    ("absent", "income", "there are", lambda t: t.drop("income")),
    ("renamed", "income", '"Income"', lambda t: t.rename({"income": "Income"})),
    ("renamed", "size", 'did you mean "sizes"', lambda t: t.rename({"size": "sizes"})),
    ("text", "size", '"big" in data row 1 (', as_text("size", "big")),
    ("text", "size", "not with a decimal comma", as_text("size", "812,5")),
    ("text", "new", '"maybe"', as_text("new", "maybe")),
    ("truth", "new", "expected 0 or 1", put("new", pl.int_range(pl.len()) % 3)),
    ("dates", "rooms", "dates or times (type Date)", put("rooms", date(2024, 1, 1))),
    ("dates", "place", "type Date", put("place", date(2024, 1, 1))),
    ("nested", "size", "lists", put("size", pl.concat_list("size"))),
    ("infinite", "size", "infinite in data row 1", put("size", np.inf, every(50))),
    ("infinite", "income", "infinite", put("income", -np.inf, every(50))),
    ("empty_column", "size", "no value in any of the", put("size", None)),
    ("empty_column", "place", "no value in any of the", put("place", None)),
    ("key_repeated", "flat", "are both 20000", put("flat", 20_000, every(200))),
    ("key_absent", "flat", "of the key", lambda t: t.drop("flat")),
    ("key_missing", "flat", "no value in data row 1", put("flat", None, every(50))),
    ("empty_table", "", "no rows", lambda t: t.head(0)),
    ("column_names", "", 'both called "size"', lambda t: two_of_one_name(t)),
    ("absent", "price", "which is the target", lambda t: t.drop("price")),
    ("text", "price", '"dear" in data row 1', as_text("price", "dear")),
    ("infinite", "price", "infinite", put("price", np.inf, every(50))),
    ("empty_column", "price", "no value", put("price", None)),
    ("dates", "price", "dates", put("price", date(2024, 1, 1))),
]


def two_of_one_name(frame: pl.DataFrame) -> Any:
    arrow = pytest.importorskip("pyarrow")
    return arrow.table([[1.0], [2.0]], names=["size", "size"])


WARNED: list[tuple[str, str, str, Change]] = [
    ("range", "size", "times the width", put("size", 5_000.0, every(100))),
    ("range", "size", "trust its predictions less", put("size", 1e9, every(600))),
    ("range", "width", "lies outside", put("width", 14.5, every(40))),
    ("new_level", "place", '"moon"', put("place", "moon", every(50))),
    ("spelling", "place", "'Sea ' for 'sea'", put("place", "Sea ", every(5))),
    ("missing_rate", "size", "is missing in 10", put("size", None, every(10))),
    ("missing_rate", "place", "is missing in 5.0", put("place", None, every(20))),
    ("drift", "size", "population stability index", put("size", pl.col("size") * 0.9)),
    ("drift", "place", '"sea"', put("place", "sea", every(3))),
    ("drift", "new", "population stability index", put("new", True, every(3))),
    ("drift", "rooms", "population stability index", put("rooms", 3, every(3))),
    ("unit_changed", "size", "square metres", put("size", pl.col("size") * 0.09290304)),
    ("unit_changed", "width", "1,000 times", put("width", pl.col("width") * 1_000)),
    ("unit_changed", "width", "25.4 times", put("width", pl.col("width") * 25.4)),
    ("unit_changed", "width", "sign is turned", put("width", -pl.col("width"))),
    ("unit_changed", "width", "Celsius for Fahrenheit", put("width", (pl.col("width") - 32) / 1.8)),
    ("unit_changed", "width", "about 7.", put("width", pl.col("width") * 7.7)),
    ("swapped", "size, income", "names look swapped", swap("size", "income")),
    ("sentinel", "size", "-999 in", put("size", -999.0, every(100))),
    ("sentinel", "rooms", "99 in", put("rooms", 99, every(100))),
    ("sentinel", "width", "-1 in", put("width", -1.0, every(100))),
    ("constant", "size", "900 in all", put("size", 900.0)),
    ("constant", "place", "hill in all", put("place", "hill")),
    ("fractions", "rooms", "the first 4.5", put("rooms", 4.5, every(100))),
    ("target_drift", "price", "is to be predicted", put("price", pl.col("price") * 1.2)),
    ("repeated_rows", "", "repeat an earlier one", lambda t: again(t)),
]


def again(frame: pl.DataFrame) -> pl.DataFrame:
    twice = frame.head(50).with_columns(pl.col("flat") + 500_000)
    return pl.concat([frame, twice])


NOTED: list[tuple[str, str, str, Change]] = [
    ("order", "", "found by name", lambda t: t.select(sorted(t.columns))),
    ("extra", "", "colour", put("colour", "red")),
    ("level_gone", "place", "town", lambda t: t.filter(pl.col("place") != "town")),
    ("numbers_as_text", "size", "as text", put("size", pl.col("size").cast(pl.String))),
    ("drift", "new", "a little otherwise", put("new", True, every(6))),
    ("untested", "", "30 rows", lambda t: t.head(29)),
]


def the(check: ContractCheck, code: str) -> Breach:
    (breach,) = (breach for breach in check.breaches if breach.code == code)
    return breach


def test_a_table_drawn_alike_breaks_nothing(contract: Contract) -> None:
    check = check_contract(contract, NEW, target="needed")
    assert check.breaches == ()
    assert (check.rows, check.columns, check.tested) == (NEW.height, 7, 7)
    assert check.false_alarms == 0.01
    refuse_broken(check)


def test_the_table_of_the_contract_keeps_it(contract: Contract) -> None:
    assert check_contract(contract, table(1), target="needed").breaches == ()


@pytest.mark.parametrize(("code", "column", "said", "change"), BROKEN)
def test_what_is_broken_is_refused(
    contract: Contract, code: str, column: str, said: str, change: Change
) -> None:
    check = check_contract(contract, change(NEW), target="needed")
    breach = the(check, code)
    assert (breach.severity, breach.column) == ("broken", column)
    assert said in f"{breach.came} {breach.sentence}"
    assert check.broken == (breach,)
    with pytest.raises(InputError) as caught:
        refuse_broken(check)
    assert breach.sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("code", "column", "said", "change"), WARNED)
def test_what_may_mislead_is_warned_of(
    contract: Contract, code: str, column: str, said: str, change: Change
) -> None:
    check = check_contract(contract, change(NEW), target="needed")
    breach = the(check, code)
    assert (breach.severity, breach.column) == ("warning", column)
    assert said in f"{breach.came} {breach.sentence}"
    assert check.broken == ()
    assert check.warnings == (breach,), [b.sentence for b in check.warnings]
    refuse_broken(check)


@pytest.mark.parametrize(("code", "column", "said", "change"), NOTED)
def test_what_is_good_to_know_is_noted(
    contract: Contract, code: str, column: str, said: str, change: Change
) -> None:
    check = check_contract(contract, change(NEW), target="needed")
    breach = the(check, code)
    assert (breach.severity, breach.column) == ("note", column)
    assert said in f"{breach.came} {breach.sentence}"
    assert check.breaches == (breach,)


def test_text_that_came_as_numbers_is_noted() -> None:
    codes = np.random.default_rng(0).choice(["1", "2", "07"], 300)
    contract = read_contract(read_table({"code": codes, "y": np.arange(300.0)}), "y")
    check = check_contract(contract, {"code": [1, 2, 1, 2, 1]}, target="ignored")
    assert "text_as_numbers" in [breach.code for breach in check.breaches]
    assert check.broken == ()


def test_a_unit_that_is_said_to_be_another_one_is_broken(contract: Contract) -> None:
    assert check_contract(contract, NEW, units={"size": " Square  feet"}).broken == ()
    (breach,) = check_contract(contract, NEW, units={"size": "m2"}).broken
    assert (breach.code, breach.expected, breach.came) == ("unit", "square feet", "m2")
    with pytest.raises(InputError, match='no column "sise" to have a unit; did you mean "size"'):
        check_contract(contract, NEW, units={"sise": "m2"})


def test_the_unit_that_an_arrow_table_states_counts(contract: Contract) -> None:
    arrow = pytest.importorskip("pyarrow")
    stated = NEW.to_arrow()
    field = stated.schema.field("size").with_metadata({"unit": "m2"})
    place = stated.schema.get_field_index("size")
    stated = stated.cast(stated.schema.set(place, field))
    assert isinstance(stated, arrow.Table)
    assert [breach.code for breach in check_contract(contract, stated).broken] == ["unit"]


def test_a_class_that_nobody_knows_is_broken(classes: Contract) -> None:
    frame = NEW.drop("price", "flat").with_columns(
        kind=pl.Series(np.resize(["a", "b", "c"], NEW.height))
    )
    assert check_contract(classes, frame).breaches == ()
    (breach,) = check_contract(classes, put("kind", "d", every(100))(frame)).broken
    assert (breach.code, breach.column) == ("unknown_class", "kind")
    assert "expected one of a, b, c" in breach.sentence
    assert check_contract(classes, put("kind", "d")(frame), target="ignored").broken == ()


def test_classes_that_are_spread_otherwise_drift(classes: Contract) -> None:
    frame = NEW.drop("price").with_columns(kind=pl.Series(np.resize(list("aaab"), NEW.height)))
    codes = [breach.code for breach in check_contract(classes, frame).warnings]
    assert codes == ["target_drift"]


def test_the_target_counts_as_it_is_asked_for(contract: Contract) -> None:
    without = NEW.drop("price")
    assert check_contract(contract, without).broken == ()
    assert check_contract(contract, without, target="ignored").broken == ()
    text = put("price", "dear")(NEW)
    assert check_contract(contract, text, target="ignored").broken == ()
    assert [b.code for b in check_contract(contract, text).broken] == ["text"]


def test_columns_that_were_left_out_are_not_asked_for() -> None:
    frame = table(1).drop("flat")
    frame = frame.with_columns(id=pl.int_range(pl.len()), same=pl.lit(1.0))
    contract = read_contract(read_table(frame), "price")
    left_out = [column.name for column in contract.columns if column.role == "left_out"]
    assert {"id", "same"} <= set(left_out)
    assert check_contract(contract, NEW.drop("flat"), target="needed").broken == ()


def test_an_old_contract_without_sketches_says_what_it_cannot_test(contract: Contract) -> None:
    bare = tuple(replace(column, sketch=None) for column in contract.columns)
    old = replace(contract, columns=bare, repeated=None)
    check = check_contract(old, NEW, target="needed")
    (note,) = check.breaches
    assert (note.code, note.severity) == ("untested", "note")
    assert "7 columns could not be tested for drift: the contract holds no sketch" in note.sentence
    assert (check.tested, check.false_alarms) == (0, 0.01)  # gaps, and how many are outside
    assert check_contract(old, NEW.drop("size")).broken[0].code == "absent"
    assert [b.code for b in check_contract(old, put("size", 1e6)(NEW)).warnings] == ["range"]


def test_more_levels_than_are_listed_are_not_tested() -> None:
    streets = np.random.default_rng(0).choice([f"street {i}" for i in range(80)], 2_000)
    frame = pl.DataFrame({"street": streets, "y": np.arange(2_000.0)})
    contract = read_contract(read_table(frame), "y", max_levels=100)
    later = frame.with_columns(street=pl.lit("new ") + pl.col("street"))
    check = check_contract(contract, later, target="ignored")
    assert check.warnings == ()
    note = the(check, "untested")
    assert note.column == "street"
    assert "lists 50 levels, and there were more" in note.sentence


def test_one_row_and_a_gap_in_it_are_no_breach(contract: Contract) -> None:
    check = check_contract(contract, put("size", None)(NEW.head(1)), target="ignored")
    assert check.broken == check.warnings == ()


def test_values_outside_that_chance_puts_there_are_a_note(contract: Contract) -> None:
    check = check_contract(contract, put("width", 14.01, every(600))(NEW))
    breach = the(check, "range")
    assert breach.severity == "note"
    assert dict(breach.evidence)["rows"] == 1.0


def test_sentinels_that_are_among_other_numbers_are_numbers() -> None:
    frame = pl.DataFrame({"x": np.arange(90.0), "y": np.arange(90.0) ** 2})
    contract = read_contract(read_table(frame), "y", features=["x"])
    check = check_contract(contract, {"x": [99.0, 99.0, 101.0, 98.0, 50.0]})
    assert "sentinel" not in [breach.code for breach in check.breaches]


def test_a_new_name_stands_for_one_column_only() -> None:
    frame = pl.DataFrame(np.random.default_rng(0).normal(size=(50, 3)), ["lat", "latt", "y"])
    contract = read_contract(read_table(frame), "y")
    check = check_contract(contract, frame.rename({"lat": "LAT"}).drop("latt"))
    assert [(b.code, b.column) for b in check.broken] == [("renamed", "lat"), ("absent", "latt")]


def test_the_first_of_several_is_said_with_how_many_more(contract: Contract) -> None:
    with pytest.raises(InputError, match=r'lacks "size".*\(2 more broken: see steepest contract'):
        refuse_broken(check_contract(contract, NEW.drop("size", "rooms", "income")))


def test_the_broken_come_first_then_warnings_then_notes(contract: Contract) -> None:
    frame = NEW.drop("rooms").with_columns(size=pl.col("size") * 2, more=pl.lit(1))
    found = [breach.severity for breach in check_contract(contract, frame).breaches]
    assert found == sorted(found, key=["broken", "warning", "note"].index)
    assert set(found) == {"broken", "warning", "note"}


def test_what_cannot_be_read_is_no_breach_but_bad_input(contract: Contract) -> None:
    with pytest.raises(InputError, match="there is no file"):
        check_contract(contract, "nowhere.csv")


HUGE = [1e308, -1e308] * 20
ODD: dict[str, pl.Series] = {
    "numbers": pl.Series(np.arange(40.0) ** 2),
    "words": pl.Series(["a", "b", None, "a"] * 10),
    "truth": pl.Series([True, False] * 20),
    "dates": pl.Series([date(2024, 1, 1 + i % 28) for i in range(40)]),
    "lists": pl.Series([[1]] * 40),
    "structs": pl.Series([{"a": 1}] * 40),
    "bytes": pl.Series([b"x"] * 40),
    "objects": pl.Series([object()] * 40, dtype=pl.Object),
    "gaps": pl.Series([None] * 40),
    "huge": pl.Series(HUGE),
    "infinite": pl.Series([np.inf] * 40),
    "categories": pl.Series(["a", "b"] * 20).cast(pl.Categorical),
}


@pytest.mark.parametrize("was", ["numbers", "words", "truth", "categories"])
@pytest.mark.parametrize("now", ODD)
@pytest.mark.parametrize("rows", [1, 40])
def test_no_column_is_too_odd_to_be_held(was: str, now: str, rows: int) -> None:
    frame = pl.DataFrame({"c": ODD[was], "x": np.arange(40.0), "y": np.arange(40.0) % 7})
    contract = read_contract(read_table(frame), "y")
    check = check_contract(contract, frame.with_columns(ODD[now].alias("c")).head(rows))
    assert all("\n" not in breach.sentence for breach in check.breaches)
    if was == now:
        assert check.broken == check.warnings == ()


def cities(seed: int, rows: int = 500) -> pl.DataFrame:
    """By Zipf's law: some of the 45 levels are new in nearly every table."""
    random = np.random.default_rng(seed)
    shares = 1 / np.arange(1, 46) ** 1.2
    names = [f"city {i}" for i in random.choice(45, rows, p=shares / shares.sum())]
    return pl.DataFrame({"city": names, "y": random.normal(size=rows)})


def test_levels_that_chance_brings_are_a_note_that_says_how_many_to_expect() -> None:
    contract = read_contract(read_table(cities(1)), "y")
    breach = the(check_contract(contract, cities(10), target="ignored"), "new_level")
    alone = sum(rows == 1 for rows in cities(1)["city"].value_counts()["count"].to_list())
    assert breach.severity == "note"
    assert dict(breach.evidence)["rows_expected"] == alone
    assert f"{alone} levels had a single row, so that about {alone} such rows" in breach.sentence


def tails(seed: int, rows: int = 500) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    return pl.DataFrame({"money": random.pareto(1.2, rows), "y": random.normal(size=rows)})


def test_long_tails_that_go_far_by_themselves_are_not_warned_of() -> None:
    widths: list[float] = []
    for seed in range(20):
        contract = read_contract(read_table(tails(seed)), "y")
        check = check_contract(contract, tails(seed + 100), target="ignored")
        assert check.warnings == ()
        widths += [dict(b.evidence)["widths_beyond"] for b in check.breaches if b.code == "range"]
    assert max(widths) > 2.0  # of the range, and no warning


def test_a_single_row_may_be_too_far() -> None:
    contract = read_contract(read_table(table(1).drop("flat")), "price")
    row = NEW.drop("flat").head(1)
    assert check_contract(contract, row).warnings == ()
    far = check_contract(contract, row.with_columns(size=pl.lit(1e6)))
    assert [breach.code for breach in far.warnings] == ["range"]


def test_a_mark_is_well_outside_or_of_another_sign() -> None:
    scores = pl.DataFrame({"score": np.arange(20, 98), "y": np.arange(78.0) % 7})
    contract = read_contract(read_table(scores), "y", features=["score"])
    for value, said in ((99, False), (999, True), (-1, True)):
        later = pl.DataFrame({"score": [30, 40, 50, value, value]})
        found = [breach.code for breach in check_contract(contract, later).breaches]
        assert ("sentinel" in found) is said, value
