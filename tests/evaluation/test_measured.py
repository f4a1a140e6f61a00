from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from steepest.data.representation import NumberColumn, Representation
from steepest.data.table import read_table
from steepest.errors import InputError
from steepest.evaluation.evaluation import Evaluation
from steepest.evaluation.measured import Predicted, measured, settled_model
from steepest.evaluation.policies.costs import costs_from
from steepest.evaluation.policies.policy import policy_from
from steepest.fitting import fit
from steepest.model import Margin, Model
from steepest.trace import Array

SHAPE = Representation((NumberColumn("x", 0.0),), (), ((1,),), (0.0,), (1.0,), 1, "standard")
NUMBER = Model(SHAPE, (3.0, 10.0), True, "squared", "price")
COUNT = replace(NUMBER, params=(0.5, 1.0), loss="poisson", target="visits")
TWO = Model(SHAPE, (2.0, -1.0), True, "logistic", "ill", ("no", "yes"))
MANY = Model(SHAPE, (2, 0, -2, 0.5, 0, 0), True, "softmax", "kind", ("a", "b", "c"))
COSTS = {
    "squared": "over=1,under=3,currency=EUR",
    "poisson": "over=1,under=3",
    "logistic": "false_positive=1,false_negative=20,currency=EUR",
    "softmax": "a->b=2,c->a=1",
}


def rows_of(model: Model, rows: int, seed: int = 0, **settings: Any) -> Predicted:
    """Rows of which the model's predictions are true."""
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame({"x": rng.normal(size=rows)})
    predicted = model.predict(frame)
    baseline = np.full(rows, 10.0)
    if model.loss == "squared":
        target = predicted + rng.normal(size=rows)
    elif model.loss == "poisson":
        target, baseline = rng.poisson(predicted).astype(float), np.full(rows, 3.0)
    elif model.loss == "logistic":
        target, baseline = (rng.random(rows) < predicted).astype(float), np.full(rows, 0.35)
    else:
        drawn = rng.random((rows, 1)) > predicted.cumsum(axis=1)
        target, baseline = drawn.sum(axis=1).astype(float), np.full((rows, 3), 1 / 3)
    return Predicted(model, frame, target, predicted, baseline, "by hand", **settings)


def of(model: Model, rows: int = 400, **settings: Any) -> Evaluation:
    return measured(rows_of(model, rows, **settings))


def test_a_number_is_accounted_for_in_its_unit_and_in_the_currency() -> None:
    found = of(NUMBER, costs=costs_from(COSTS["squared"]), unit="USD")
    said = " ".join(found.sentences)
    assert "USD of the truth" in found.sentences[0]
    (nine,) = [interval for interval in found.intervals if interval.coverage == 0.9]
    assert (
        f"Nine of ten values of price are expected from {nine.below:.3f} below to "
        f"{nine.above:.3f} USD above the prediction; set by 400 rows, it holds "
        f"{100 * nine.low:.1f} % "
    ) in said
    assert found.thousand is not None
    assert found.thousand.cost is not None
    assert f"that costs {found.thousand.cost:,.0f} EUR (95 % interval" in said
    assert found.calibration is not None
    assert found.calibration.sentence in found.sentences
    assert 5 <= len(found.sentences) <= 8


def test_the_policy_and_the_cost_of_a_day_are_said() -> None:
    found = of(TWO, costs=costs_from(COSTS["logistic"]), policy=policy_from("cost"))
    said = " ".join(found.sentences)
    assert found.decisions is not None
    chosen = found.decisions.policies[0]
    assert chosen.chosen
    assert f"It calls a row ill=yes from a probability of {chosen.threshold:.3g}"[:47] in said
    assert f"finds {100 * (chosen.recall or 0):.1f} % of the ill=yes" in said
    assert found.thousand is not None
    assert found.thousand.cost == chosen.cost
    assert found.confusion == chosen.confusion
    right = chosen.confusion.true_positive + chosen.confusion.true_negative
    assert found.score("accuracy").value == right / 400
    assert len(found.sentences) <= 9


def test_a_policy_that_costs_less_is_named_beside_the_one_that_was_asked_for() -> None:
    found = of(TWO, rows=2_000, costs=costs_from(COSTS["logistic"]))
    assert found.decisions is not None
    cost = {outcome.policy: outcome.cost for outcome in found.decisions.policies}
    assert (cost["cost"] or 0) < (cost["0.5"] or 0)
    assert any("by the policy cost, from 0.0" in sentence for sentence in found.sentences)
    plain = of(TWO)
    assert not any("It calls a row" in sentence for sentence in plain.sentences)
    assert plain.decisions is not None


def test_many_classes_are_priced_by_name() -> None:
    found = of(MANY, costs=costs_from(COSTS["softmax"]))
    assert found.thousand is not None
    assert "called b, in truth a" in " ".join(found.sentences)
    assert found.calibration is not None
    assert found.calibration.sentence in found.sentences


@pytest.mark.parametrize("model", [NUMBER, COUNT, TWO, MANY], ids=lambda model: model.loss)
def test_an_evaluation_is_plain_data(model: Model) -> None:
    found = of(model, costs=costs_from(COSTS[model.loss]))
    text = msgspec.json.encode(found)
    assert msgspec.json.decode(text, type=Evaluation) == found


def test_the_model_keeps_what_its_evaluation_settled() -> None:
    found = of(TWO, costs=costs_from(COSTS["logistic"]), policy=policy_from("cost"))
    model = settled_model(TWO, found)
    assert found.decisions is not None
    assert model.threshold == found.decisions.policies[0].threshold
    later = measured(rows_of(model, 300, seed=5))
    assert later.confusion is not None
    assert later.confusion.threshold == model.threshold
    number = settled_model(NUMBER, of(NUMBER))
    assert [margin.coverage for margin in number.margins] == [0.5, 0.8, 0.9, 0.95]
    assert Model.from_json(number.to_json()) == number
    assert settled_model(MANY, of(MANY)) == MANY


def test_later_rows_judge_the_margins_that_the_model_has() -> None:
    model = replace(NUMBER, margins=(Margin(0.9, below=1.0, above=2.0),))
    found = of(model, rows=500)
    (interval,) = found.intervals
    rows = rows_of(model, 500)
    off = rows.target - rows.predicted
    assert interval.measured == np.mean((off >= -1.0) & (off <= 2.0))
    assert (interval.below, interval.above, interval.rows) == (1.0, 2.0, 500)


def test_costs_and_policies_of_another_kind_are_refused() -> None:
    for model, settings in (
        (NUMBER, {"costs": costs_from("false_positive=1")}),
        (NUMBER, {"policy": policy_from("recall=0.9")}),
        (TWO, {"policy": policy_from("cost")}),
        (MANY, {"costs": costs_from("a->z=1")}),
    ):
        with pytest.raises(InputError):
            of(model, **settings)


@pytest.mark.parametrize("model", [NUMBER, COUNT, TWO, MANY], ids=lambda model: model.loss)
@pytest.mark.parametrize("rows", range(1, 21))
def test_tiny_tables(model: Model, rows: int) -> None:
    found = of(model, rows=rows, costs=costs_from(COSTS[model.loss]), unit="m")
    assert found.rows == rows
    assert found.sentences
    assert (found.calibration is None) == (rows < 10)
    assert found.worst == ()
    json.dumps(msgspec.to_builtins(found), allow_nan=False)


@pytest.mark.parametrize("model", [NUMBER, COUNT, TWO, MANY], ids=lambda model: model.loss)
def test_all_equal_targets(model: Model) -> None:
    for rows in (1, 9, 10, 50):
        for value in (0.0, 1.0):
            given = rows_of(model, rows, costs=costs_from(COSTS[model.loss]))
            found = measured(replace(given, target=np.full(rows, value)))
            assert found.rows == rows
            json.dumps(msgspec.to_builtins(found), allow_nan=False)


@pytest.mark.parametrize("model", [NUMBER, COUNT, TWO, MANY], ids=lambda model: model.loss)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_predictions_that_are_not_finite_leave_nothing_to_say(model: Model, bad: float) -> None:
    given = rows_of(model, 50, costs=costs_from(COSTS[model.loss]))
    predicted: Array = given.predicted.copy()
    predicted[3] = bad
    found = measured(replace(given, predicted=predicted))
    assert (found.worst, found.intervals, found.calibration) == ((), (), None)
    assert (found.decisions, found.thousand, found.confusion) == (None, None, None)
    (sentence,) = found.sentences
    assert "not finite numbers" in sentence


def test_a_model_that_is_the_baseline_and_predictions_all_the_same() -> None:
    given = rows_of(NUMBER, 60, costs=costs_from(COSTS["squared"]))
    found = measured(replace(given, predicted=given.baseline, constant=10.0))
    assert found.calibration is not None
    assert found.calibration.slope is None
    assert found.thousand is not None
    assert found.thousand.cost == pytest.approx(found.thousand.baseline_cost)
    assert (found.thousand.constant, found.thousand.saved) == ("predicting 10", 0)
    assert any("costs 4,819 EUR: the same as the model" in told for told in found.sentences)


def test_exact_predictions_cost_nothing_and_have_no_width() -> None:
    given = rows_of(NUMBER, 60, costs=costs_from(COSTS["squared"]))
    found = measured(replace(given, target=given.predicted))
    assert {(interval.below, interval.above) for interval in found.intervals} == {(0.0, 0.0)}
    assert found.thousand is not None
    assert (found.thousand.cost, found.thousand.low) == (0, None)
    assert found.worst == ()


def test_many_classes_are_decided_and_counted_by_their_costs() -> None:
    costs = costs_from("a->b=1,a->c=1,b->a=20,b->c=1,c->a=9,c->b=1")
    rows = rows_of(MANY, 400, costs=costs)
    found = measured(rows)
    matrix = np.array([[0, 1, 1], [20, 0, 1], [9, 1, 0]])
    decided = (rows.predicted @ matrix).argmin(axis=1)
    truth = rows.target.astype(int)
    assert found.counts is not None
    assert found.counts.counts[1] == tuple(np.sum((truth == 1) & (decided == k)) for k in range(3))
    assert found.score("accuracy").value == np.mean(decided == truth)
    assert found.thousand is not None
    likeliest = rows.predicted.argmax(axis=1)
    assert found.thousand.cost == pytest.approx(1_000 * matrix[truth, decided].mean())
    assert found.thousand.likeliest_cost == pytest.approx(1_000 * matrix[truth, likeliest].mean())
    assert (found.thousand.cost or 0) < (found.thousand.likeliest_cost or 0)
    share = f"{100 * np.mean(decided != likeliest):.3g} %"
    assert any(f"not the likeliest on {share} of the rows; deciding" in t for t in found.sentences)
    model = settled_model(MANY, found, costs)
    assert model.costs == tuple(map(tuple, matrix.tolist()))
    assert model.decide(rows.frame) == [MANY.classes[place] for place in decided]
    later = measured(replace(rows, model=model))
    assert later == found


def test_costs_by_which_a_class_is_free_are_counted_and_do_not_decide() -> None:
    costs = costs_from(COSTS["softmax"])
    found = of(MANY, costs=costs)
    assert found.counts == of(MANY).counts
    assert settled_model(MANY, found, costs) == MANY
    assert any("one class could always be decided for" in told for told in found.sentences)


def test_a_constant_that_costs_less_than_the_model_is_said() -> None:
    given = rows_of(TWO, 400, costs=costs_from("no->yes=1,yes->no=200"))
    found = measured(given)
    day = found.thousand
    assert day is not None
    assert (day.constant, day.baseline_cost) == (
        "calling a row yes",
        1_000 * float(np.mean(given.target == 0)),
    )
    assert day.saved_high is not None
    assert day.saved_high < 0
    (said,) = [told for told in found.sentences if "Always calling" in told]
    assert "Always calling a row yes costs" in said
    assert "less than the model's" in said
    assert "chance" not in said
    assert "a false positive is a row called yes, in truth no, at 1; a false negative is" in said


def test_a_constant_number_is_that_of_the_training_rows_or_of_these() -> None:
    costs = costs_from("over=1,under=9,currency=EUR")
    known = of(NUMBER, costs=costs, constant=14.0)
    assert known.thousand is not None
    assert known.thousand.constant == "predicting 14"
    rows = rows_of(NUMBER, 400)
    error = 14.0 - rows.target
    by_hand = 1_000 * float((np.maximum(error, 0) + 9 * np.maximum(-error, 0)).mean())
    assert known.thousand.baseline_cost == pytest.approx(by_hand)
    own = of(NUMBER, costs=costs).thousand
    assert own is not None
    assert own.constant.endswith("chosen on these rows,")
    assert (own.baseline_cost or 0) < 1.02 * min(
        1_000 * float((np.maximum(e, 0) + 9 * np.maximum(-e, 0)).mean())
        for e in (c - rows.target for c in np.linspace(5, 20, 151))
    )


def test_the_sentence_of_a_policy_says_by_which_thresholds_it_was_counted() -> None:
    found = of(TWO, policy=policy_from("recall=0.9"))
    assert found.decisions is not None
    chosen = found.decisions.policies[0]
    assert chosen.chosen_range is not None
    low, high = (f"{end:.3g}" for end in chosen.chosen_range)
    said = " ".join(found.sentences)
    assert "(about 90 % of the positives found)" in said
    assert (
        f"counted with each row decided by a threshold that other rows chose, {low} to {high}"
        in said
    )
    assert f"calls {100 * chosen.called:.3g} % of all rows so (95 % interval" in said


def test_a_policy_that_calls_none_is_said() -> None:
    given = rows_of(TWO, 60, costs=costs_from("no->yes=1,yes->no=1"), policy=policy_from("cost"))
    given = replace(given, target=np.zeros(60), predicted=np.linspace(0, 1, 60))
    assert any("It calls no row ill=yes" in told for told in measured(given).sentences)


def test_half_of_the_values_and_billions_are_said_as_people_say_them() -> None:
    given = rows_of(NUMBER, 12, costs=costs_from("over=1e10,under=1e10,currency=EUR"))
    said = " ".join(measured(given).sentences)
    assert "Eight of ten values of price are expected" in said or "Half of the values" in said
    assert "trillion EUR" in said
    assert "e13" not in said
    exact = replace(given, predicted=given.target + 1e-5)
    assert "100 % to 100 %" not in " ".join(measured(exact).sentences)


def test_a_fit_holds_the_cost_against_the_constant_of_its_training_rows() -> None:
    table = read_table("houses")
    run = fit("houses", "price", costs="over=1,under=9", seed=3)
    price = table.frame["price"].to_numpy().astype(float)
    train, test = list(run.split.train), list(run.split.test)
    error = np.quantile(price[train], 0.9, method="inverted_cdf") - price[test]
    day = run.evaluation.thousand
    assert day is not None
    by_hand = 1_000 * float((np.maximum(error, 0) + 9 * np.maximum(-error, 0)).mean())
    assert day.baseline_cost == pytest.approx(by_hand)
    assert "chosen on these rows" not in day.constant
    folded = fit("houses", "price", costs="over=1,under=9", folds=5).evaluation.thousand
    assert folded is not None
    assert "chosen on these rows" in folded.constant
