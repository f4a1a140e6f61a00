from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler

from steepest.data.contract import Contract
from steepest.data.representation import Representation, learn_representation
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.errors import InputError

HOUSES = {
    "size": [1.0, 2.0, None, 7.0, 3.0, 5.0],
    "new": [True, False, True, None, True, True],
    "rooms": [1, 2, 2, 4, 3, 1],
    "place": ["sea", "hill", None, "hill", "hill", "sea"],
    "price": [1.0, 2.0, 3.0, 9.0, 4.0, 2.5],
}


def learned(columns: dict[str, Any], **options: Any) -> tuple[Representation, pl.DataFrame]:
    table = read_table(columns)
    return learn_representation(table.frame, read_contract(table, "price"), **options), table.frame


def contract_for(columns: dict[str, Any]) -> Contract:
    return read_contract(read_table(columns), "price")


def test_gaps_are_filled_with_medians_and_text_becomes_columns() -> None:
    shape, frame = learned(HOUSES, scale="none")
    assert shape.names == ("size", "new", "rooms", "place=(missing)", "place=sea")
    assert shape.texts[0].reference == "hill"
    np.testing.assert_array_equal(
        shape.raw(frame),
        [
            [1, 1, 1, 0, 1],
            [2, 0, 2, 0, 0],
            [3, 1, 2, 1, 0],
            [7, 1, 4, 0, 0],
            [3, 1, 3, 0, 0],
            [5, 1, 1, 0, 1],
        ],
    )
    np.testing.assert_array_equal(shape.transform(frame), shape.raw(frame))
    assert shape.centre == (0.0,) * 5
    assert shape.spread == (1.0,) * 5


def test_the_most_frequent_level_is_the_reference_and_the_first_by_name_of_several() -> None:
    shape, _ = learned({"size": [1, 2, 4, 6], "place": ["b", "a", "b", "a"], "price": [1, 2, 3, 5]})
    assert (shape.texts[0].reference, shape.texts[0].levels) == ("a", ("b",))


def test_columns_have_mean_0_and_variance_1() -> None:
    shape, frame = learned(HOUSES, degree=2)
    X = shape.transform(frame)
    assert X.flags.f_contiguous
    assert X.dtype == np.float64
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(X.std(axis=0), 1, rtol=1e-14)


def test_without_an_intercept_nothing_is_centred() -> None:
    shape, frame = learned(HOUSES, degree=2, intercept=False)
    X = shape.transform(frame)
    assert set(shape.centre) == {0.0}
    np.testing.assert_allclose(np.mean(X**2, axis=0), 1, rtol=1e-14)
    np.testing.assert_allclose(X * shape.spread, shape.raw(frame), rtol=1e-15)


def test_truth_is_not_squared_and_levels_are_not_multiplied() -> None:
    shape, frame = learned(HOUSES, degree=2)
    assert shape.names == (
        *("size", "new", "rooms"),
        *("size^2", "size*new", "size*rooms", "new*rooms", "rooms^2"),
        *("place=(missing)", "place=sea"),
    )
    raw = shape.raw(frame)
    np.testing.assert_array_equal(raw[:, 4], raw[:, 0] * raw[:, 1])


def test_a_term_that_is_constant_in_training_is_centred_and_not_scaled() -> None:
    columns = {"a": [2.0, 3.0, 5.0, 5.0], "b": [1.0, 1.0, 1.0, 7.0], "price": [1, 2, 4, 3]}
    table = read_table(columns)
    shape = learn_representation(table.frame[:3], contract_for(columns))
    assert (shape.centre[1], shape.spread[1]) == (1.0, 1.0)
    np.testing.assert_array_equal(shape.transform(table.frame)[:, 1], [0, 0, 0, 6])


def test_learning_looks_at_the_training_rows_only() -> None:
    table, contract = read_table(HOUSES), contract_for(HOUSES)
    training = table.frame[:4]
    shape = learn_representation(training, contract, degree=2)
    wild = training.vstack(
        pl.DataFrame({"size": 1e9, "new": False, "rooms": 999, "place": "moon", "price": 1e9})
    )
    np.testing.assert_array_equal(shape.transform(wild)[:4], shape.transform(training))
    assert shape.numbers[0].fill == 2.0
    assert "place=sea" in shape.names


def test_a_level_that_is_new_counts_as_the_reference_and_is_counted() -> None:
    shape, frame = learned(HOUSES)
    new = pl.DataFrame(
        {"size": [1.0] * 4, "new": [True] * 4, "rooms": [1] * 4}
        | {"place": ["moon", "hill", "sea", "mars"]}
    )
    X = shape.transform(new)
    np.testing.assert_array_equal(X[0], X[1])
    assert (X[2] != X[1]).any()
    assert shape.unseen(new) == {"place": 2}
    assert shape.unseen(frame) == {}


def test_missing_text_that_training_never_had_is_unseen() -> None:
    columns = {"place": ["a", "b", "a", "b", "b"], "x": [1, 2, 4, 1, 2], "price": [1, 2, 3, 9, 4]}
    shape, _ = learned(columns)
    new = pl.DataFrame({"place": [None, "a"], "x": [None, None]})
    assert shape.unseen(new) == {"place": 1}
    X = shape.transform(new)
    assert X[0, 1] != X[1, 1]
    np.testing.assert_array_equal(X[:, 0], (2 - shape.centre[0]) / shape.spread[0])


def test_levels_of_whole_numbers_are_found_again() -> None:
    columns = {"lot": ["7", "8a", "8a", "7"], "x": [1, 2, 4, 1], "price": [1, 2, 3, 9]}
    shape, _ = learned(columns)
    assert shape.unseen(pl.DataFrame({"lot": [7, 7], "x": [1, 2]})) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"size": None}, r'lacks "size", which the model learned from; did you mean "sizes"'),
        ({"size": ["big"] * 2}, r"\"size\" holds String \('big' in data row 1\) where .* numbers"),
        ({"size": [1.0, math.inf]}, '"size" is infinite in data row 2'),
        ({"place": [[1], [2]]}, '"place" holds List'),
    ],
)
def test_a_table_that_does_not_fit_is_refused(change: dict[str, Any], said: str) -> None:
    shape, _ = learned(HOUSES)
    columns = {"size": [1.0, 2.0], "sizes": [1, 2], "new": [True, False], "rooms": [1, 2]}
    columns |= {"place": ["sea", "sea"]} | change
    frame = pl.DataFrame({name: values for name, values in columns.items() if values is not None})
    with pytest.raises(InputError, match=said):
        shape.transform(frame)


def test_all_missing_columns_are_filled() -> None:
    shape, _ = learned(HOUSES, scale="none")
    frame = pl.DataFrame({"size": [None], "new": [None], "rooms": [None], "place": [None]})
    np.testing.assert_array_equal(shape.raw(frame), [[3, 1, 2, 1, 0]])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"degree": 0}, "degree is 0; expected a whole number from 1"),
        ({"scale": "max"}, "scale is 'max'; expected standard or none"),
        ({"degree": 100}, "degree 100 of 2 columns makes 5,150 terms, more than 5,000"),
    ],
)
def test_what_cannot_be_learned_is_refused(options: dict[str, Any], said: str) -> None:
    columns = {"size": [1.0, 2.0, 4.0], "rooms": [3.0, 1.0, 2.0], "price": [1, 2, 4]}
    with pytest.raises(InputError, match=said):
        learned(columns, **options)


def test_no_rows_are_refused() -> None:
    with pytest.raises(InputError, match="no rows to learn from"):
        learn_representation(read_table(HOUSES).frame[:0], contract_for(HOUSES))


def test_two_terms_of_one_name_are_refused() -> None:
    columns = {"size": [1, 2, 4], "size^2": [3, 1, 4], "price": [1, 2, 3]}
    with pytest.raises(InputError, match=r'would be called "size\^2"'):
        learned(columns, degree=2)


def test_a_power_that_overflows_is_refused() -> None:
    columns = {"size": [1.0, 1e200, 2.0], "price": [1, 2, 3]}
    with pytest.raises(InputError, match=r"size\^2 is too large for a number in data row 2"):
        learned(columns, degree=2)


def test_huge_and_tiny_columns_are_standardised() -> None:
    huge = np.array([1.0, 2.0, 4.0, 7.0])
    shape, frame = learned(
        {"a": huge * 1e307, "b": huge * 1e-300, "c": huge, "price": [1, 2, 3, 4]}
    )
    X = shape.transform(frame)
    for j in range(2):
        np.testing.assert_allclose(X[:, j], X[:, 2], rtol=1e-14)


def test_a_far_away_column_is_centred_to_the_last_digit() -> None:
    rng = np.random.default_rng(5)
    x = 1e9 + rng.integers(0, 100, size=1_001) / 128
    shape, _ = learned({"x": x, "price": rng.normal(size=1_001)})
    assert shape.centre[0] == math.fsum(x) / 1_001
    exact = math.sqrt(math.fsum((x - shape.centre[0]) ** 2) / 1_001)
    assert shape.spread[0] == pytest.approx(exact, rel=1e-15)


def test_coefficients_come_back_in_input_units() -> None:
    table = {"size": [1.0, 2.0, 4.0, 9.0], "price": [5.0, 7.0, 11.0, 21.0]}
    shape, frame = learned(table)
    X = np.column_stack([shape.transform(frame), np.ones(4)])
    params = np.linalg.lstsq(X, np.array(table["price"]), rcond=None)[0]
    coefficients, intercept = shape.to_input_units(params, intercept=True)
    assert coefficients == {"size": pytest.approx(2, rel=1e-14)}
    assert intercept == pytest.approx(3, rel=1e-13)
    assert shape.to_input_units(params[:1], intercept=False)[1] is None


def test_params_of_the_wrong_length_are_refused() -> None:
    shape, _ = learned(HOUSES)
    with pytest.raises(InputError, match=r"shape \(5,\); expected \(6,\)"):
        shape.to_input_units(np.zeros(5), intercept=True)


def test_params_that_diverged_come_back_as_they_are() -> None:
    shape, _ = learned(HOUSES)
    params = np.array([1.0, math.inf, -math.inf, math.inf, 1.0, math.nan])
    with np.errstate(all="ignore"):
        coefficients, intercept = shape.to_input_units(params, intercept=True)
    assert coefficients["new"] == math.inf
    assert intercept is not None
    assert math.isnan(intercept)


def test_coefficients_that_are_not_named_start_at_zero() -> None:
    shape, _ = learned(HOUSES)
    params = shape.from_input_units({"rooms": 2.0}, 5.0)
    coefficients, intercept = shape.to_input_units(params, intercept=True)
    assert coefficients["rooms"] == pytest.approx(2.0)
    assert coefficients["size"] == 0.0
    assert intercept == pytest.approx(5.0)
    with pytest.raises(InputError, match='no coefficient "room"; did you mean "rooms"'):
        shape.from_input_units({"room": 1.0})


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    rows = draw(st.integers(6, 30))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    columns: dict[str, Any] = {}
    for j in range(draw(st.integers(1, 4))):
        columns[f"x{j}"] = 10.0 ** rng.integers(-3, 4) * (rng.normal(size=rows) + rng.normal())
    for j in range(draw(st.integers(0, 2))):
        columns[f"t{j}"] = rng.choice([f"level {k}" for k in range(3)], size=rows)
    columns["price"] = rng.normal(size=rows)
    return columns


def split_kinds(columns: dict[str, Any], contract: Contract) -> tuple[list[str], list[str]]:
    names = [column.name for column in contract.features]
    return [n for n in names if n.startswith("x")], [n for n in names if n.startswith("t")]


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(1, 3))
def test_it_agrees_with_scikit_learn(columns: dict[str, Any], degree: int) -> None:
    table, contract = read_table(columns), contract_for(columns)
    shape = learn_representation(table.frame, contract, degree=degree)
    numbers, texts = split_kinds(columns, contract)
    plain = np.column_stack([columns[name] for name in numbers])
    polynomial = PolynomialFeatures(degree, include_bias=False)
    parts = [polynomial.fit_transform(plain)]
    names = [n.replace(" ", "*") for n in polynomial.get_feature_names_out(numbers)]
    for text in texts:
        levels, counts = np.unique(columns[text], return_counts=True)
        encoder = OneHotEncoder(drop=[levels[np.argmax(counts)]], sparse_output=False)
        parts.append(encoder.fit_transform(np.asarray(columns[text])[:, None]))
        names += [n.replace("x0_", f"{text}=") for n in encoder.get_feature_names_out()]
    raw = np.hstack(parts)
    assert list(shape.names) == names
    np.testing.assert_allclose(shape.raw(table.frame), raw, rtol=1e-14)
    expected = StandardScaler().fit_transform(raw)
    np.testing.assert_allclose(shape.transform(table.frame), expected, rtol=1e-9, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(1, 3), st.booleans(), st.sampled_from(["standard", "none"]))
def test_both_coordinates_predict_the_same(
    columns: dict[str, Any], degree: int, intercept: bool, scale: str
) -> None:
    table, contract = read_table(columns), contract_for(columns)
    shape = learn_representation(
        table.frame,
        contract,
        degree=degree,
        scale=scale,  # type: ignore[arg-type]
        intercept=intercept,
    )
    width = len(shape.names) + intercept
    params = np.random.default_rng(0).normal(size=width)
    coefficients, constant = shape.to_input_units(params, intercept=intercept)
    scores = shape.transform(table.frame) @ params[: len(shape.names)]
    scores = scores + params[-1] if intercept else scores
    slopes = np.array(list(coefficients.values()))
    raw = shape.raw(table.frame)
    size = np.abs(raw) @ np.abs(slopes) + abs(constant or 0.0) + np.abs(scores)
    gap = np.abs(raw @ slopes + (constant or 0.0) - scores)
    assert (gap <= 1e-13 * size).all()
    back = shape.from_input_units(coefficients, constant)
    np.testing.assert_allclose(back[: len(slopes)], params[: len(slopes)], rtol=1e-14)
    if intercept:
        parts = np.abs(slopes * np.array(shape.centre)).sum() + abs(params[-1])
        assert abs(back[-1] - params[-1]) <= 1e-14 * parts


@settings(max_examples=30, deadline=None)
@given(tables(), st.integers(1, 3))
def test_columns_and_powers_make_the_same_matrix(columns: dict[str, Any], degree: int) -> None:
    table, contract = read_table(columns), contract_for(columns)
    shape = learn_representation(table.frame, contract, degree=degree)
    plain, powers = shape.columns_and_powers(table.frame)
    made = np.column_stack([np.prod(plain ** np.array(power), axis=1) for power in powers])
    np.testing.assert_allclose(made, shape.raw(table.frame), rtol=1e-13)


def test_too_little_memory_is_said_with_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    shape, frame = learned(HOUSES)

    def refuse(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "empty", refuse)
    with pytest.raises(InputError, match=r"6 rows of 5 columns need 0.0 GB, more memory than"):
        shape.raw(frame)
