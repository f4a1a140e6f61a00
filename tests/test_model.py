from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.data.representation import NumberColumn, Representation, TextColumn
from steepest.errors import InputError
from steepest.model import FORMAT, Margin, Model

Change = Callable[[dict[str, Any]], Any]

HOUSES = Representation(
    numbers=(NumberColumn("size", 2.0), NumberColumn("rooms", 3.0)),
    texts=(TextColumn("coast", "INLAND", ("BAY", "ISLAND")),),
    powers=((1, 0), (0, 1)),
    centre=(2.0, 3.0, 0.5, 0.25),
    spread=(0.5, 2.0, 0.5, 0.25),
    degree=1,
    scale="standard",
)
PRICE = Model(HOUSES, (10.0, -4.0, 3.0, 1.0, 300.0), True, "squared", "price")
VISITS = replace(PRICE, params=(1.0, -0.4, 0.3, 0.1, 2.0), loss="poisson", target="visits")
PARAMS_OF_EACH = ((1.0, -0.4, 0.3, 0.1, 2.0), (0.0,) * 4 + (1.0,), (-1.0, 0.5, 0.0, 0.2, -3.0))
KIND = replace(
    PRICE,
    params=sum(PARAMS_OF_EACH, ()),
    loss="softmax",
    target="kind",
    classes=("flat", "house", "mansion"),
)
BY_COST = replace(KIND, costs=((0.0, 1.0, 5.0), (20.0, 0.0, 1.0), (50.0, 2.0, 0.0)))
DEAR = replace(PRICE, loss="logistic", target="dear", classes=("no", "yes"))
ROWS = pl.DataFrame(
    {
        "size": [2.0, 3.0, None],
        "rooms": [3.0, 5.0, 3.0],
        "coast": ["INLAND", "BAY", "ISLAND"],
    }
)
# by hand: 10 (size - 2) / 0.5 - 4 (rooms - 3) / 2 + 3 (bay - 0.5) / 0.5 + (island - 0.25) / 0.25
SCORES = [300.0 - 3 - 1, 300.0 + 20 - 4 + 3 - 1, 300.0 - 3 + 3]


def test_a_score_is_the_linear_part_in_the_descended_coordinates() -> None:
    np.testing.assert_allclose(PRICE.score(ROWS), SCORES, rtol=1e-14)
    np.testing.assert_array_equal(PRICE.predict(ROWS), PRICE.score(ROWS))


def test_coefficients_in_input_units_give_the_same_prediction() -> None:
    assert PRICE.coefficients == pytest.approx(
        {"size": 20, "rooms": -2, "coast=BAY": 6, "coast=ISLAND": 4}
    )
    assert PRICE.intercept == pytest.approx(300 - 40 + 6 - 3 - 1)
    by_hand = PRICE.intercept + 20 * 3 - 2 * 5 + 6 if PRICE.intercept else math.nan
    assert PRICE.predict(ROWS)[1] == pytest.approx(by_hand)


def test_a_model_without_an_intercept() -> None:
    shape = replace(HOUSES, centre=(0.0,) * 4, spread=(1.0,) * 4, scale="none")
    model = Model(shape, (10.0, -4.0, 3.0, 1.0), False, "squared", "price")
    assert model.intercept is None
    assert model.predict(ROWS).tolist() == [8.0, 13.0, 9.0]


def test_any_table_can_be_predicted(tmp_path: Any) -> None:
    file = tmp_path / "rows.csv"
    ROWS.write_csv(file)
    for data in (ROWS, ROWS.to_pandas(), ROWS.to_arrow(), file, str(file)):
        np.testing.assert_allclose(PRICE.predict(data), SCORES, rtol=1e-14)


def test_other_columns_and_their_order_do_not_matter() -> None:
    frame = ROWS.with_columns(price=pl.lit(1.0)).select("coast", "price", "rooms", "size")
    np.testing.assert_allclose(PRICE.predict(frame), SCORES, rtol=1e-14)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="rooms"):
        PRICE.predict(ROWS.drop("rooms"))


def test_a_value_that_cannot_be_used_is_named_with_its_row() -> None:
    many = pl.concat([ROWS] * 30_000).with_row_index()
    many = many.with_columns(rooms=pl.when(pl.col("index") == 70_000).then(np.inf).otherwise(3.0))
    with pytest.raises(InputError, match=r"rooms.*70,001"):
        PRICE.predict(many)


def test_probabilities_and_decisions() -> None:
    model = replace(DEAR, params=(1.0, 0.0, 0.0, 0.0, 0.0))  # score: (size - 2) / 0.5
    np.testing.assert_allclose(model.predict(ROWS), [0.5, 1 / (1 + np.exp(-2)), 0.5])
    assert model.decide(ROWS) == ["yes", "yes", "yes"]
    assert replace(model, threshold=0.6).decide(ROWS) == ["no", "yes", "no"]


def test_probabilities_of_huge_scores_neither_overflow_nor_warn() -> None:
    model = replace(DEAR, params=(400.0, 0.0, 0.0, 0.0, 0.0))
    frame = pl.concat([ROWS[:1]] * 3).with_columns(size=pl.Series([1.0, 2.0, 3.0]))
    assert model.score(frame).tolist() == [-800.0, 0.0, 800.0]
    assert model.predict(frame).tolist() == [0.0, 0.5, 1.0]


def test_a_model_of_a_number_decides_nothing() -> None:
    with pytest.raises(InputError, match="price is a number, not one of some classes"):
        PRICE.decide(ROWS)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_diverged_model_predicts_without_a_warning(bad: float) -> None:
    model = replace(PRICE, params=(bad, 1.0, 1.0, bad, 1.0))
    assert not np.isfinite(model.predict(ROWS)).any()
    assert not math.isfinite(model.coefficients["size"])


def test_a_diverged_model_refuses_to_decide() -> None:
    with pytest.raises(InputError, match="diverged"):
        replace(DEAR, params=(math.nan,) * 5).decide(ROWS)


def test_each_class_has_a_score_of_its_own() -> None:
    each = [replace(PRICE, params=params).score(ROWS) for params in PARAMS_OF_EACH]
    np.testing.assert_allclose(KIND.score(ROWS), np.column_stack(each), rtol=1e-14)


def test_the_probabilities_of_the_classes_are_those_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(90, 2)), np.repeat([0, 1, 2], 30)
    X += y[:, None]
    other = LogisticRegression(C=3.0).fit(X, y)
    shape = replace(HOUSES, texts=(), centre=(0.0, 0.0), spread=(1.0, 1.0), scale="none")
    params = np.column_stack([other.coef_, other.intercept_]).ravel()
    model = replace(KIND, representation=shape, params=tuple(params.tolist()))
    rows = pl.DataFrame({"size": X[:, 0], "rooms": X[:, 1]})
    np.testing.assert_allclose(model.predict(rows), other.predict_proba(X), rtol=1e-12)
    assert model.decide(rows) == [model.classes[code] for code in other.predict(X)]
    assert list(model.coefficients.values()) == pytest.approx(params.tolist())


def test_coefficients_of_classes_are_named_by_class_and_feature() -> None:
    first = replace(PRICE, params=PARAMS_OF_EACH[0])
    assert list(KIND.coefficients)[:6] == [
        "flat:size",
        "flat:rooms",
        "flat:coast=BAY",
        "flat:coast=ISLAND",
        "flat:intercept",
        "house:size",
    ]
    assert KIND.coefficients["flat:size"] == first.coefficients["size"]
    assert KIND.coefficients["flat:intercept"] == first.intercept
    assert KIND.coefficients["house:intercept"] == 1.0
    assert KIND.intercept is None
    assert KIND.by_class()[0] == (first.coefficients, first.intercept)


def test_a_feature_called_intercept_does_not_hide_the_intercept() -> None:
    shape = replace(HOUSES, numbers=(NumberColumn("intercept", 2.0), NumberColumn("rooms", 3.0)))
    model = replace(KIND, representation=shape)
    assert len(model.coefficients) == 15
    assert model.coefficients["house:(intercept)"] == 1.0


def test_classes_without_an_intercept() -> None:
    shape = replace(HOUSES, centre=(0.0,) * 4, spread=(1.0,) * 4, scale="none")
    params = tuple(float(i) for i in range(12))
    model = replace(KIND, representation=shape, params=params, intercept_learned=False)
    assert len(model.coefficients) == 12
    assert model.score(ROWS)[0].tolist() == [0 * 2 + 1 * 3, 4 * 2 + 5 * 3, 8 * 2 + 9 * 3]


def test_two_classes_under_softmax_have_a_probability_each() -> None:
    model = replace(KIND, params=KIND.params[:10], classes=("flat", "house"))
    probability = model.predict(ROWS)
    assert probability.shape == (3, 2)
    np.testing.assert_allclose(probability.sum(axis=1), 1.0, rtol=1e-15)
    one = replace(DEAR, params=tuple(np.subtract(PARAMS_OF_EACH[1], PARAMS_OF_EACH[0]).tolist()))
    np.testing.assert_allclose(probability[:, 1], one.predict(ROWS), rtol=1e-12)


def test_equal_probabilities_are_decided_for_the_first_class() -> None:
    assert replace(KIND, params=(0.0,) * 15).decide(ROWS) == ["flat"] * 3


def test_the_prediction_of_counts_is_the_exponential_of_the_score() -> None:
    np.testing.assert_allclose(VISITS.predict(ROWS), np.exp(VISITS.score(ROWS)), rtol=1e-14)
    assert VISITS.coefficients["size"] == 2.0
    with pytest.raises(InputError, match="visits is a number"):
        VISITS.decide(ROWS)


@pytest.mark.parametrize("loss", ["huber", "huber(2.5)"])
def test_the_prediction_of_huber_is_the_score(loss: str) -> None:
    model = replace(PRICE, loss=loss)
    np.testing.assert_array_equal(model.predict(ROWS), model.score(ROWS))
    assert Model.from_json(model.to_json()) == model


def test_classes_of_a_diverged_model_are_not_decided() -> None:
    for bad in (math.nan, math.inf):
        model = replace(KIND, params=(bad, *KIND.params[1:]))
        assert not np.isfinite(model.predict(ROWS)).all()
        with pytest.raises(InputError, match="diverged"):
            model.decide(ROWS)


def test_a_model_that_was_saved_before_there_were_many_classes_is_read() -> None:
    text = (
        '{"format":1,"kind":"steepest model","representation":{"numbers":[{"name":"size",'
        '"fill":2.0}],"texts":[],"powers":[[1]],"centre":[2.0],"spread":[0.5],"degree":1,'
        '"scale":"standard"},"params":[1.0,0.5],"intercept_learned":true,"loss":"logistic",'
        '"target":"dear","classes":["no","yes"],"threshold":0.5}'
    )
    model = Model.from_json(text)
    assert model.decide(pl.DataFrame({"size": [1.0, 3.0]})) == ["no", "yes"]
    assert json.loads(model.to_json()) == json.loads(text)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(classes=[]), "0 classes with the softmax loss"),
        (lambda d: d.update(classes=["flat"], params=[1.0] * 5), "1 classes with the softmax"),
        (lambda d: d.update(params=[1.0] * 14), "14 parameters where 15 are needed"),
        (lambda d: d.update(classes=["a", "b", "c", "d"]), "15 parameters where 20 are needed"),
        (lambda d: d.update(classes=["a", "b", "a"]), "two classes of one name"),
        (lambda d: d.update(loss="logistic", params=[1.0] * 5), "3 classes with the logistic"),
        (lambda d: d.update(loss="poisson", params=[1.0] * 5), "3 classes with the poisson"),
    ],
)
def test_a_damaged_model_of_classes_is_refused(change: Change, said: str) -> None:
    document = json.loads(KIND.to_json())
    change(document)
    with pytest.raises(InputError) as refused:
        Model.from_json(json.dumps(document))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "model", [PRICE, DEAR, replace(DEAR, threshold=0.1), KIND, BY_COST, VISITS]
)
def test_a_model_comes_back_from_its_json(model: Model) -> None:
    assert Model.from_json(model.to_json()) == model
    assert Model.from_json(model.to_json().encode()) == model


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=5, max_size=5))
def test_every_finite_number_comes_back_exactly(params: list[float]) -> None:
    model = replace(PRICE, params=tuple(params))
    assert Model.from_json(model.to_json()) == model


def test_numbers_of_numpy_are_saved_as_numbers() -> None:
    model = replace(PRICE, params=tuple(np.arange(5.0)))
    assert Model.from_json(model.to_json()).params == (0.0, 1.0, 2.0, 3.0, 4.0)


def test_the_json_is_plain_data_with_its_kind_and_format() -> None:
    document = json.loads(PRICE.to_json())
    assert document["kind"] == "steepest model"
    assert document["format"] == FORMAT == 1
    assert document["params"] == [10.0, -4.0, 3.0, 1.0, 300.0]
    assert document["representation"]["texts"][0]["levels"] == ["BAY", "ISLAND"]


def test_numbers_that_are_not_finite_are_null_and_come_back_as_nan() -> None:
    model = replace(PRICE, params=(1.0, math.nan, math.inf, -math.inf, 2.0))
    document = json.loads(model.to_json())
    assert document["params"] == [1.0, None, None, None, 2.0]
    back = Model.from_json(model.to_json()).params
    assert [math.isnan(param) for param in back] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(kind="table"), "not a saved model"),
        (lambda d: d.pop("kind"), "not a saved model"),
        (lambda d: d.update(format=2), "newer steepest"),
        (lambda d: d.update(format="1"), "format '1'"),
        (lambda d: d.update(format=True), "format True"),
        (lambda d: d.pop("format"), "format None"),
        (lambda d: d.update(code="import os"), "field that no model has: 'code'"),
        (lambda d: d.pop("params"), "missing required field `params`"),
        (lambda d: d.update(params=["1", 2, 3, 4, 5]), "Expected `float`, got `str`"),
        (lambda d: d.update(target=None), "Expected `str`"),
        (lambda d: d.update(params=[1.0, 2.0]), "2 parameters where 5 are needed"),
        (lambda d: d.update(intercept_learned=False), "5 parameters where 4 are needed"),
        (lambda d: d.update(loss="cubic"), "cubic"),
        (lambda d: d.update(classes=["no", "yes"]), "2 classes with the squared loss"),
        (lambda d: d.update(threshold=1.5), "threshold 1.5"),
        (lambda d: d.update(threshold=None), "threshold nan"),
        (lambda d: d["representation"].update(centre=[1.0]), "centres and spreads"),
        (lambda d: d["representation"].update(powers=[[1], [0]]), "powers that do not fit"),
        (lambda d: d["representation"].update(powers=[[1, 0], [0, -1]]), "powers that do not fit"),
        (lambda d: d["representation"].update(powers=[[1, 0], [0, 0]]), "powers that do not fit"),
        (
            lambda d: d["representation"].update(numbers=[], powers=[[], []]),
            "powers that do not fit",
        ),
        (lambda d: d["representation"].update(powers=[[1, 0], [0, 3]]), "without the lower one"),
        (lambda d: d["representation"].update(spread=[0.5, 0.0, 0.5, 0.25]), "not above 0"),
        (lambda d: d["representation"].update(spread=[0.5, None, 0.5, 0.25]), "not above 0"),
        (lambda d: d["representation"].update(scale="huge"), "Invalid enum value"),
    ],
)
def test_json_that_holds_no_sound_model_is_refused(change: Change, said: str) -> None:
    document = json.loads(PRICE.to_json())
    change(document)
    with pytest.raises(InputError) as refused:
        Model.from_json(json.dumps(document))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        b"\xff\xfe",
        b"\x80\x04K\x01.",
        "\ud800",
        "[" * 100_000,
        '{"params": ' + "[" * 100_000,
        '{"kind": "steepest model", "format": 1, "params": ' + "[" * 400 + "]" * 400 + "}",
    ],
)
def test_garbage_is_refused(text: str | bytes) -> None:
    with pytest.raises(InputError):
        Model.from_json(text)


def test_margins_are_saved_and_a_model_without_them_is_as_before() -> None:
    model = replace(PRICE, margins=(Margin(0.5, 1.0, 2.0), Margin(0.9, 3.0, 4.5)))
    assert Model.from_json(model.to_json()) == model
    document = json.loads(model.to_json())
    assert document["margins"][1] == {"coverage": 0.9, "below": 3.0, "above": 4.5}
    assert "margins" not in json.loads(PRICE.to_json())


@pytest.mark.parametrize(
    ("margins", "said"),
    [
        ([[0.9, 1.0, 1.0], [0.5, 1.0, 1.0]], "prediction intervals that are none"),
        ([[0.0, 1.0, 1.0]], "prediction intervals that are none"),
        ([[1.0, 1.0, 1.0]], "prediction intervals that are none"),
        ([[0.5, -1.0, 1.0]], "prediction intervals that are none"),
        ([[0.5, 1.0, None]], "prediction intervals that are none"),
        ([[0.5, 1.0, 1.0], [0.5, 1.0, 1.0]], "prediction intervals that are none"),
    ],
)
def test_damaged_margins_are_refused(margins: list[list[float | None]], said: str) -> None:
    names = ("coverage", "below", "above")
    document = json.loads(PRICE.to_json())
    document["margins"] = [dict(zip(names, margin, strict=True)) for margin in margins]
    with pytest.raises(InputError, match=said):
        Model.from_json(json.dumps(document))


def test_classes_have_no_margins() -> None:
    document = json.loads(DEAR.to_json())
    document["margins"] = [{"coverage": 0.5, "below": 1.0, "above": 1.0}]
    with pytest.raises(InputError, match="prediction intervals of a target of classes"):
        Model.from_json(json.dumps(document))


def test_classes_are_decided_by_the_least_expected_cost() -> None:
    rows = pl.DataFrame(
        {
            "size": np.linspace(-30, 30, 60),
            "rooms": np.linspace(-60, 60, 60),
            "coast": ["INLAND", "BAY", "ISLAND"] * 20,
        }
    )
    by_hand: list[str] = []
    for shares in BY_COST.predict(rows).tolist():
        expected = [
            sum(share * costs[k] for share, costs in zip(shares, BY_COST.costs, strict=True))
            for k in range(3)
        ]
        by_hand.append(BY_COST.classes[expected.index(min(expected))])
    assert BY_COST.decide(rows) == by_hand
    assert BY_COST.decide(rows) != KIND.decide(rows)
    assert BY_COST.predict(rows).tolist() == KIND.predict(rows).tolist()
    plain = replace(KIND, costs=tuple(tuple(float(i != j) for j in range(3)) for i in range(3)))
    assert plain.decide(rows) == KIND.decide(rows)  # where every error costs the same


def test_costs_are_saved_and_a_model_without_them_is_as_before() -> None:
    document = json.loads(BY_COST.to_json())
    assert document["costs"][2] == [50.0, 2.0, 0.0]
    assert document["format"] == 1
    assert "costs" not in json.loads(KIND.to_json())


@pytest.mark.parametrize(
    "costs",
    [
        [[0.0, 1.0], [1.0, 0.0]],
        [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]],
        [[0.0, 1.0, None], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]],
    ],
)
def test_damaged_costs_are_refused(costs: list[list[float | None]]) -> None:
    document = json.loads(BY_COST.to_json())
    document["costs"] = costs
    with pytest.raises(InputError, match="costs that do not fit its 3 classes"):
        Model.from_json(json.dumps(document))


def test_two_classes_have_a_threshold_and_no_costs() -> None:
    document = json.loads(DEAR.to_json())
    document["costs"] = [[0.0, 1.0], [1.0, 0.0]]
    with pytest.raises(InputError, match="costs that do not fit its 2 classes"):
        Model.from_json(json.dumps(document))


def test_a_threshold_above_every_probability_calls_none() -> None:
    model = replace(DEAR, threshold=float(np.nextafter(1.0, 2.0)))
    assert model.predict(ROWS).max() == 1
    assert Model.from_json(model.to_json()).decide(ROWS) == ["no"] * 3
