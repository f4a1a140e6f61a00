from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.data.contract import Column, Contract, Remark, loss_for
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.errors import InputError

SIZES = [float(value) for value in (850, 1200, 1430, 2000, 2210, 2450, 2800, 3100)]
PRICES = [200.0, 240.0, 190.0, 340.0, 390.0, 330.0, 470.0, 410.0]


def contract_of(columns: dict[str, Any], target: str = "price", **options: Any) -> Contract:
    return read_contract(read_table({"size": SIZES, "price": PRICES} | columns), target, **options)


def remarks(contract: Contract, code: str) -> list[Remark]:
    return [remark for remark in contract.remarks if remark.code == code]


def remark(contract: Contract, code: str) -> Remark:
    (found,) = remarks(contract, code)
    return found


def column(contract: Contract, name: str) -> Column:
    (found,) = (column for column in contract.columns if column.name == name)
    return found


def features(contract: Contract) -> list[str]:
    return [column.name for column in contract.features]


def refusal(columns: dict[str, Any], target: str = "price", **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        contract_of(columns, target, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_plain_table_has_nothing_to_remark_on() -> None:
    contract = contract_of({})
    assert contract.remarks == ()
    assert (contract.rows, contract.dropped, contract.classes) == (8, 0, ())
    assert features(contract) == ["size"]
    assert column(contract, "price").role == "target"
    size = column(contract, "size")
    assert (size.dtype, size.kind, size.missing, size.distinct) == ("Float64", "number", 0, 8)
    assert (size.low, size.high) == (850.0, 3100.0)
    assert size.mean == pytest.approx(np.mean(SIZES))
    assert size.std == pytest.approx(np.std(SIZES))


def test_columns_keep_the_order_of_the_table() -> None:
    contract = contract_of({"b": [1, 2, 1, 2, 3, 3, 1, 2], "a": [2, 2, 1, 2, 3, 1, 1, 2]})
    assert [c.name for c in contract.columns] == ["size", "price", "b", "a"]
    assert features(contract) == ["size", "b", "a"]
    assert features(contract_of({"b": SIZES[::-1]}, features=["b", "size"])) == ["size", "b"]


def test_columns_that_were_not_asked_for_stay_in_the_contract() -> None:
    contract = contract_of({"b": [1, 2, 1, 2, 3, 3, 1, 2]}, features=["b"])
    assert column(contract, "size").reason == "not among the features asked for"
    assert column(contract, "size").mean == pytest.approx(np.mean(SIZES))


def test_one_feature_may_be_named_as_plain_text() -> None:
    assert features(contract_of({"b": [1, 2, 1, 2, 3, 3, 1, 2]}, features="size")) == ["size"]


# What the target may be


@pytest.mark.parametrize(
    ("target", "loss", "classes"),
    [
        ([0, 1, 1, 0, 1, 0, 0, 1], "auto", ("0", "1")),
        ([0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0], "auto", ("0", "1")),
        ([0, 1, 1, 0, 1, 0, 0, 1], "squared", ()),
        ([2, 10, 2, 10, 2, 2, 10, 10], "auto", ()),
        ([2, 10, 2, 10, 2, 2, 10, 10], "logistic", ("2", "10")),
        ([0.5, 1.5, 0.5, 0.5, 0.5, 1.5, 1.5, 1.5], "logistic", ("0.5", "1.5")),
        (["no", "yes"] * 4, "auto", ("no", "yes")),
        (["no", "yes"] * 4, "logistic", ("no", "yes")),
        (["1", "x"] * 4, "auto", ("1", "x")),
        ([True, False] * 4, "auto", ("false", "true")),
        (["c", "b", "a", "d"] * 2, "auto", ("a", "b", "c", "d")),
        (["c", "b", "a", "d"] * 2, "softmax", ("a", "b", "c", "d")),
        ([3, 0, 10, 2] * 2, "softmax", ("0", "2", "3", "10")),
        (["3", "0", "10", "2"] * 2, "softmax", ("0", "10", "2", "3")),
        ([True, False] * 4, "softmax", ("false", "true")),
        ([3, 0, 10, 2] * 2, "poisson", ()),
        (PRICES, "huber", ()),
        (PRICES, "auto", ()),
    ],
)
def test_the_target_and_the_loss_decide_the_classes(
    target: list[object], loss: str, classes: tuple[str, ...]
) -> None:
    contract = contract_of({"y": target}, "y", loss=loss)
    assert contract.classes == classes
    assert loss_for(contract, loss) == (loss if loss != "auto" else BY_CLASSES[len(classes)])


BY_CLASSES = {0: "squared", 2: "logistic", 4: "softmax"}


MANY = [f"level {i}" for i in range(51)]


@pytest.mark.parametrize(
    ("target", "loss", "said"),
    [
        (MANY * 2, "auto", "has 51 different values"),
        (MANY * 2, "auto", "at most 50 classes apart, so group the rare ones, or name a column"),
        (MANY, "softmax", "or name a column of numbers"),
        (list(range(51)), "softmax", "or use the loss squared"),
        (list(range(51)), "logistic", "so keep the rows of two of them, or use the loss squared"),
        (MANY, "squared", "name a column of numbers"),
    ],
)
def test_more_than_fifty_classes_are_refused(target: list[object], loss: str, said: str) -> None:
    table = read_table({"size": [float(i) for i in range(len(target))], "y": target})
    with pytest.raises(InputError, match="a mapping of columns") as caught:
        read_contract(table, "y", loss=loss)
    assert said in str(caught.value)


def test_fifty_classes_are_told_apart() -> None:
    target = [name for name in MANY[:50] for _ in range(2)]
    table = read_table({"size": [float(i * i) for i in range(100)], "y": target})
    contract = read_contract(table, "y")
    assert len(contract.classes) == 50
    assert len(column(contract, "y").levels) == 50
    assert loss_for(contract) == "softmax"


def test_the_levels_of_many_classes_are_counted() -> None:
    contract = contract_of({"y": ["b", "a", "c", "b", None, "b", "a", "c"]}, "y")
    assert contract.classes == ("a", "b", "c")
    assert column(contract, "y").levels == (("b", 3), ("a", 2), ("c", 2))


def test_rare_classes_are_remarked_on() -> None:
    contract = contract_of({"y": ["b", "a", "c", "b", "b", "b", "b", "c"]}, "y")
    (said,) = [remark for remark in contract.remarks if remark.code == "rare_class"]
    assert said.severity == "warning"
    assert "have few rows: c 2, a 1." in said.sentence
    two = contract_of({"y": ["a", "b", "b", "b", "b", "b", "b", "b"]}, "y", loss="softmax")
    assert not [remark for remark in two.remarks if remark.code == "rare_class"]


def test_counts_that_are_missing_are_not_negative() -> None:
    contract = contract_of({"y": [3, 0, None, 2, 5, 1, 1, 1]}, "y", loss="poisson")
    assert contract.classes == ()
    assert contract.rows == 7


def test_the_target_of_two_classes_counts_its_levels() -> None:
    target = [True, False, True, True, None, False, True, True]
    contract = contract_of({"y": target}, "y")
    assert column(contract, "y").levels == (("true", 5), ("false", 2))
    assert column(contract, "y").missing == 1
    numbers = contract_of({"y": [0, 1, 0, 1, 0, 0, 1, 0]}, "y")
    assert column(numbers, "y").levels == (("0", 5), ("1", 3))


@pytest.mark.parametrize(
    ("target", "loss", "said"),
    [
        (list("abcdefgh"), "auto", "has 8 different values (a, b, c, d, e, f, g, h), another one"),
        (["a"] * 8, "softmax", "is a in every row; two classes are needed"),
        (["a", "b", "c", "d"] * 2, "logistic", "has 4 different values (a, b, c, d)"),
        (["a", "b", "c", "d"] * 2, "logistic", "use the loss softmax, keep the rows of two"),
        ([3, 0, -1, 2, -5, 1, 1, 1], "poisson", "is -1 in data row 3; use the loss squared"),
        (["a", "b"] * 4, "poisson", "the poisson loss needs a target of numbers"),
        (["a", "b"] * 4, "huber", "the huber loss needs a target of numbers"),
        (PRICES, "logistic", "use the loss squared"),
        (["a", "b"] * 4, "squared", "use the loss logistic"),
        ([True, False] * 4, "squared", "use the loss logistic"),
        (["a", "b", "c", "d"] * 2, "squared", "use the loss softmax"),
        (["a"] * 8, "auto", "is a in every row; two classes are needed"),
        ([True] * 8, "auto", "is true in every row"),
        ([1] * 8, "logistic", "is 1 in every row"),
        ([None] * 8, "auto", "has no value in any row"),
        ([date(2024, 1, day) for day in range(1, 9)], "auto", "type Date"),
        (PRICES, "hinge", "loss is 'hinge'; expected one of auto, squared, logistic, softmax"),
        (["1", "2", "3", "4", "5", "6", "seven", "8"], "auto", 'data row 7 holds "seven"'),
        (["1", "2", "3", "4", "5", "6", "seven", "8"], "squared", "7 of its 8 values"),
        (["1", "2", "3", "x", "5", "y", "seven", "8"], "squared", 'data row 4 holds "x"'),
        (["1", "2", "3", "4", "5", "6", "7", "8"], "auto", "holds numbers as text (type String)"),
        (["1,5", "2,5", "3,5", "4", "5", "6", "7", "8,25"], "auto", '"1,5", with a decimal comma'),
        (["1,500", "2", "3", "4", "5", "6", "7", "8"], "auto", "decimal comma"),
        (["1,500,000", "2", "3", "4", "5", "6", "7", "8"], "auto", "separated thousands"),
    ],
)
def test_a_target_that_does_not_fit_is_refused(target: list[object], loss: str, said: str) -> None:
    message = refusal({"y": target}, "y", loss=loss)
    assert said in message
    assert '"y"' in message or "hinge" in message


def test_the_row_of_a_bad_target_is_counted_from_one_below_the_header(tmp_path) -> None:
    path = tmp_path / "houses.csv"
    path.write_text("size,price\n1,10\n2,20\n3,abc\n4,40\n5,50\n")
    with pytest.raises(
        InputError, match=r'houses.csv: the target "price".* data row 3 holds "abc"'
    ):
        read_contract(read_table(path), "price")


def test_a_constant_target_is_a_warning() -> None:
    contract = contract_of({"y": [7.0] * 8}, "y")
    found = remark(contract, "constant")
    assert (found.severity, found.columns) == ("warning", ("y",))
    assert "is 7 in every row" in found.sentence


def test_rows_without_a_target_are_dropped_and_counted() -> None:
    contract = contract_of(
        {"y": [1.0, None, 2.0, 5.0, None, 2.5, 3.0, 4.0]}, "y", features=["size"]
    )
    assert (contract.rows, contract.dropped) == (6, 2)
    assert column(contract, "y").missing == 2
    assert column(contract, "size").mean == pytest.approx(
        np.mean([SIZES[i] for i in (0, 2, 3, 5, 6, 7)])
    )
    found = remark(contract, "missing_target")
    assert found.severity == "info"
    assert '2 of 8 rows have no value in the target "y"' in found.sentence


# What columns may be named


def test_a_target_that_is_no_column_brings_the_nearest_name() -> None:
    assert 'has no column "Prize"; did you mean "price"?' in refusal({}, "Prize")
    assert "there are size, price" in refusal({}, "zzz")


def test_a_feature_that_is_no_column_brings_the_nearest_name() -> None:
    assert 'no column "sise"; did you mean "size"?' in refusal({}, features=["sise"])


def test_the_target_is_no_feature() -> None:
    assert "cannot be a feature too" in refusal({}, features=["size", "price"])


def test_a_feature_is_named_once() -> None:
    assert '"size" is named twice' in refusal({}, features=["size", "size"])


def test_at_least_one_feature_is_needed() -> None:
    assert "at least one feature" in refusal({}, features=[])
    with pytest.raises(InputError, match="at least one feature"):
        read_contract(read_table({"y": [1, 2, 3]}), "y")


def test_a_table_of_nothing_usable_is_refused_with_the_reasons() -> None:
    with pytest.raises(InputError, match='"a": constant; "id": an identifier'):
        read_contract(read_table({"a": [1, 1, 1], "id": [1, 2, 3], "y": [1.0, 2.0, 5.0]}), "y")


# What a feature may hold


@pytest.mark.parametrize("name", ["size", "price"])
def test_infinite_values_are_refused_with_their_row(name: str) -> None:
    values = list(SIZES)
    values[5] = -float("inf")
    assert f'column "{name}" is infinite in data row 6' in refusal({name: values})


def test_infinite_values_in_columns_that_are_not_used_do_not_matter() -> None:
    contract = contract_of({"other": [float("inf")] * 8}, features=["size"])
    assert features(contract) == ["size"]


def test_text_among_numbers_is_refused_with_its_row() -> None:
    message = refusal({"rooms": ["1", "2", "3", "2", "3", "two", "3", "2"]})
    assert 'column "rooms" should hold numbers, and 7 of its 8 values are' in message
    assert 'data row 6 holds "two"' in message


def test_text_among_many_numbers_is_refused_though_it_comes_often() -> None:
    values = [str(i % 7) for i in range(100)]
    values[17] = values[44] = "12 m"
    table = {"rooms": values, "y": [float(i * i % 17) for i in range(100)]}
    with pytest.raises(InputError, match='98 of its 100 values are, but data row 18 holds "12 m"'):
        read_contract(read_table(table), "y")


def test_the_row_of_a_bad_feature_counts_rows_without_a_target() -> None:
    rooms = ["1", "2", "3", "2", "3", "two", "3", "2"]
    assert "data row 6" in refusal({"rooms": rooms, "price": [None, None, *PRICES[2:]]})


def test_a_decimal_comma_is_explained() -> None:
    message = refusal({"lot": ["1,5", "2,25", "3,5", "0,75", "1,5", "2,5", "3,5", "1"]})
    assert 'data row 1 is "1,5", with a decimal comma; write it with a point' in message


def test_words_and_codes_stay_text() -> None:
    contract = contract_of({"place": ["sea", "hill"] * 4, "code": ["1", "2"] * 2 + ["1", "1"] * 2})
    assert features(contract) == ["size", "place", "code"]
    assert column(contract, "code").kind == "text"
    assert column(contract, "place").levels == (("hill", 4), ("sea", 4))


def test_one_hot_columns_are_stated_with_their_levels() -> None:
    places = ["sea"] * 5 + ["hill"] * 2 + ["town"]
    found = remark(contract_of({"place": places}), "one_hot")
    assert (found.severity, found.columns) == ("info", ("place",))
    assert "3 levels (sea 5, hill 2, town 1)" in found.sentence


def test_truth_columns_are_features() -> None:
    contract = contract_of({"new": [True, False] * 4})
    assert column(contract, "new").kind == "truth"
    assert contract.remarks == ()


def test_decimals_are_numbers() -> None:
    lot = pl.Series("lot", ["1.5", "2.5", "1.5", "4.5"] * 2).cast(pl.Decimal(10, 2))
    frame = pl.DataFrame({"size": SIZES, "price": PRICES}).with_columns(lot)
    contract = read_contract(read_table(frame), "price")
    assert column(contract, "lot").mean == pytest.approx(2.5)


# What is left out, and what is remarked on


def test_missing_values_are_counted() -> None:
    sizes = [None, *SIZES[1:]]
    contract = contract_of({"size": sizes, "place": ["sea", None, "sea", "hill"] * 2})
    found = remark(contract, "missing")
    assert found.columns == ("size", "place")
    assert found.severity == "info"
    assert '"size" 1 (12 %), "place" 2 (25 %)' in found.sentence
    assert "median" in found.sentence
    assert "level of its own" in found.sentence


def test_missing_values_in_most_rows_are_a_warning() -> None:
    found = remark(contract_of({"lot": [1.0, 2.0, 4.0, None, None, None, None, None]}), "missing")
    assert found.severity == "warning"
    assert "level of its own" not in found.sentence


def test_a_column_without_any_value_is_left_out() -> None:
    contract = contract_of({"void": [None] * 8, "empty": pl.Series([None] * 8, dtype=pl.Float64)})
    assert column(contract, "empty").reason == "no value in any row"
    assert column(contract, "void").role == "left_out"
    assert features(contract) == ["size"]


@pytest.mark.parametrize(
    "values",
    [[3.5] * 8, ["x"] * 8, [True] * 8, [1, 1, None, 1, 1, 1, 1, 1], [True, None] * 4],
)
def test_constant_columns_are_left_out(values: list[object]) -> None:
    contract = contract_of({"same": values})
    assert column(contract, "same").reason == "constant"
    assert remark(contract, "constant").columns == ("same",)
    assert remark(contract, "constant").severity == "info"
    assert features(contract) == ["size"]


def test_text_that_is_there_or_missing_is_no_constant() -> None:
    assert "note" in features(contract_of({"note": ["x", None] * 4}))


@pytest.mark.parametrize(
    "twin",
    [SIZES, [int(size) for size in SIZES], pl.Series(SIZES, dtype=pl.Float32)],
)
def test_duplicates_of_an_earlier_column_are_left_out(twin: object) -> None:
    contract = contract_of({"twin": twin})
    assert column(contract, "twin").reason == 'the same as "size"'
    assert remark(contract, "duplicated").columns == ("twin", "size")
    assert features(contract) == ["size"]


def test_text_duplicates_are_left_out_and_near_ones_are_not() -> None:
    place = ["sea", "hill", None, "sea"] * 2
    other = ["sea", "sea", None, "hill"] * 2
    contract = contract_of({"place": place, "twin": place, "other": other})
    assert features(contract) == ["size", "place", "other"]


def test_a_feature_equal_to_the_target_is_no_duplicate_but_a_leak() -> None:
    contract = contract_of({"same": PRICES})
    assert not remarks(contract, "duplicated")
    assert remark(contract, "leak").columns == ("same", "price")


@pytest.mark.parametrize(
    "name",
    ["id", "ID", "house_id", "houseId", "uuid", "guid", "row_number", "Unnamed: 0", "index", "key"],
)
def test_whole_numbers_that_name_the_rows_are_left_out(name: str) -> None:
    contract = contract_of({name: [5, 3, 8, 1, 9, 2, 7, 4]})
    assert column(contract, name).reason == "an identifier"
    assert remark(contract, "identifier").severity == "info"
    assert features(contract) == ["size"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("year", range(1947, 1955)),
        ("x", range(8)),
        ("width", [5, 3, 8, 1, 9, 2, 7, 4]),
        ("id", [1, 1, 2, 3, 4, 5, 6, 7]),
        ("id", [1.5, 1, 2, 3, 4, 5, 6, 7]),
        ("price_index", [5, 3, 8, 1, 9, 2, 7, 4]),
        ("grid", [5, 3, 8, 1, 9, 2, 7, 4]),
    ],
)
def test_other_whole_numbers_stay(name: str, values: object) -> None:
    contract = contract_of({name: list(values)})  # type: ignore[call-overload]
    assert features(contract) == ["size", name]
    assert not remarks(contract, "identifier")


def test_text_that_is_different_in_every_row_is_an_identifier() -> None:
    contract = contract_of({"owner": list("abcdefgh")})
    assert column(contract, "owner").reason == "an identifier"
    assert "8 different values in 8 rows" in remark(contract, "identifier").sentence


def test_identifiers_stay_in_when_they_are_asked_for() -> None:
    contract = contract_of({"id": [5, 3, 8, 1, 9, 2, 7, 4]}, features=["id", "size"])
    assert features(contract) == ["size", "id"]
    assert remark(contract, "identifier").severity == "warning"


def test_text_of_many_levels_is_left_out() -> None:
    rows = 120
    levels = [f"street {i // 2}" for i in range(rows)]
    table = read_table({"x": np.arange(rows) ** 2 % 31, "street": levels, "y": np.arange(rows) % 7})
    contract = read_contract(table, "y")
    assert column(contract, "street").reason == "60 levels, more than 50"
    assert remark(contract, "too_many_levels").columns == ("street",)
    assert len(column(contract, "street").levels) == 10
    assert "street" in features(read_contract(table, "y", max_levels=60))
    assert column(read_contract(table, "y", features=["x", "street"]), "street").role == "left_out"


@pytest.mark.parametrize(
    "values",
    [[date(2024, 1, day) for day in range(1, 9)], [[1], [2, 3]] * 4, [{"a": 1}, {"a": 2}] * 4],
)
def test_other_types_are_left_out(values: list[object]) -> None:
    contract = contract_of({"when": values})
    assert column(contract, "when").kind == "other"
    assert column(contract, "when").role == "left_out"
    assert remark(contract, "other_type").columns == ("when",)
    assert features(contract) == ["size"]


def test_more_columns_than_rows_are_a_warning() -> None:
    rng = np.random.default_rng(1)
    columns = {f"x{i}": rng.normal(size=8) for i in range(8)}
    found = remark(contract_of(columns), "wide")
    assert found.severity == "warning"
    assert "9 columns, and there are 8 rows" in found.sentence
    assert not remarks(contract_of({f"x{i}": columns[f"x{i}"] for i in range(6)}), "wide")


def test_levels_count_as_columns() -> None:
    contract = contract_of({"a": list("aabbccdd"), "b": list("abcdabcd"), "c": list("abcdbacd")})
    assert "10 columns" in remark(contract, "wide").sentence


def test_collinear_columns_are_named() -> None:
    a, b = [3.0, 1, 4, 1, 5, 9, 2, 6], [2.0, 7, 1, 8, 2, 8, 1, 8]
    total = [x + y for x, y in zip(a, b, strict=True)]
    found = remark(contract_of({"a": a, "b": b, "total": total}), "collinear")
    assert found.severity == "warning"
    assert set(found.columns) == {"a", "b", "total"}
    assert found.sentence.startswith("total = a + b, in every row")


def test_warnings_come_first() -> None:
    contract = contract_of({"same": [1] * 8, "leak": PRICES, "place": ["sea", "hill"] * 4})
    severities = [remark.severity for remark in contract.remarks]
    assert severities == sorted(severities, reverse=True)
    assert severities[0] == "warning"
    assert severities[-1] == "info"


def test_one_row_and_two_rows_are_read() -> None:
    contract = read_contract(read_table({"x": [1.0, 2.0], "y": [1.0, 2.0]}), "y")
    assert features(contract) == ["x"]
    assert not remarks(contract, "wide")
    with pytest.raises(InputError, match='"x": constant'):
        read_contract(read_table({"x": [1.0], "y": [1.0]}), "y")
