import numpy as np
import polars as pl
import pytest

from steepest.data.contract import Contract
from steepest.data.representation import learn_representation
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.evaluation.scoring.main_score import main_score
from steepest.evaluation.studies.study import ColumnWorth, Study
from steepest.evaluation.studies.trials import Train, Trial, Trials
from steepest.evaluation.studies.worth import column_study, columns_worth, parameters_of
from steepest.run import Request
from steepest.studying.ways import trainer, without

ROWS = 1_200


def table(seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    strong, weak, noise = rng.normal(size=(3, ROWS))
    town = rng.choice(["a", "b", "c"], ROWS)
    y = 3 * strong + 0.5 * weak + rng.normal(size=ROWS)
    gaps = pl.Series(noise).set(pl.Series(rng.random(ROWS) < 0.2), None)
    return pl.DataFrame({"strong": strong, "weak": weak, "noise": gaps, "town": town, "y": y})


def studied(frame: pl.DataFrame, features: list[str] | None = None) -> tuple[Trials, Trial, Study]:
    contract = read_contract(read_table(frame), "y", features=features)
    rows = np.arange(ROWS)
    trials = Trials(
        frame, frame["y"].to_numpy(), ((rows[:800], rows[800:]),), main_score("squared")
    )
    request = Request("table", "y", loss="squared")

    def train(own: Contract) -> Train:
        return trainer(own, request, to_minimum=True)

    ours = trials.judge(train(contract))
    shape = learn_representation(frame, contract)
    return (
        trials,
        ours,
        column_study(
            trials,
            ours,
            lambda name: train(without(contract, name)),
            contract,
            shape,
            method="here",
        ),
    )


def test_columns_are_worth_what_they_explain() -> None:
    _, _, study = studied(table(seed=1))
    worths = {worth.column: worth for worth in study.columns}
    assert [worth.column for worth in study.columns][:2] == ["strong", "weak"]
    variance = 9 + 0.25 + 1
    assert worths["strong"].gain == pytest.approx(9 / variance, abs=0.1)
    assert worths["weak"].gain == pytest.approx(0.25 / variance, abs=0.015)
    assert worths["strong"].sentence.startswith("buys 0.8")
    for name in ("noise", "town"):
        low, high = worths[name].low, worths[name].high
        assert low is not None
        assert high is not None
        assert low < 0 < high
        assert worths[name].verdict == "little"
        assert "1 % of what the model gains over its baseline (" in worths[name].sentence
        assert ": a candidate to drop" in worths[name].sentence
    assert f"{100 * worths['noise'].missing:.2g} % missing" in worths["noise"].sentence
    assert worths["noise"].missing == pytest.approx(0.2, abs=0.03)
    assert "its upkeep: 3 levels" in worths["town"].sentence
    assert worths["strong"].verdict == "buys"
    assert (worths["town"].levels, worths["town"].parameters) == (3, 2)
    assert study.columns_method.count("stand in for each other") == 1
    assert "rows that judge the model" in study.columns_method
    assert "for all 4 columns together (Holm, 5 %)" in study.columns_method


def test_the_gain_is_the_fall_of_r2() -> None:
    trials, ours, study = studied(table())
    left = {worth.column: worth.gain for worth in study.columns}
    contract = read_contract(read_table(table()), "y", features=["weak", "noise", "town"])
    fewer = trials.judge(trainer(contract, Request("t", "y", loss="squared"), to_minimum=True))
    fall = trials.value(ours)[0] - trials.value(fewer)[0]
    assert left["strong"] == pytest.approx(fall, abs=1e-12)


def test_the_only_column_is_held_against_the_baseline() -> None:
    trials, ours, study = studied(table(), ["strong"])
    (worth,) = study.columns
    assert worth.gain == pytest.approx(trials.value(ours)[0])


def test_a_column_that_drifts_says_so() -> None:
    frame = table().with_columns(weak=pl.col("weak") + pl.int_range(ROWS) / ROWS * 6)
    _, _, study = studied(frame)
    weak = next(worth for worth in study.columns if worth.column == "weak")
    assert weak.drift is not None
    assert weak.drift > 1
    assert "drift" not in weak.sentence
    assert study.columns_method.endswith("consider --split group=COLUMN or --split time=COLUMN.")
    assert "differ in weak (population stability index" in study.columns_method


def test_products_count_for_each_of_their_columns() -> None:
    frame = table()
    contract = read_contract(read_table(frame), "y")
    shape = learn_representation(frame, contract, degree=2)
    assert parameters_of(shape) == {"strong": 4, "weak": 4, "noise": 4, "town": 2}
    assert parameters_of(shape, 3)["town"] == 6


def test_losses_that_are_not_finite_tell_nothing() -> None:
    frame = table()
    contract = read_contract(read_table(frame), "y", features=["strong", "weak"])
    rows = np.arange(ROWS)
    trials = Trials(frame, frame["y"].to_numpy(), ((rows[:800], rows[800:]),), main_score("huber"))
    ours = Trial(np.full(400, np.nan))
    study = column_study(
        trials,
        ours,
        lambda name: trainer(contract, Request("t", "y", loss="squared"), to_minimum=True),
        contract,
        learn_representation(frame, contract),
        method="here",
    )
    assert all("cannot be told" in worth.sentence for worth in study.columns)


def _judged(effects: list[float], *, bounded: bool = True, seed: int = 0) -> list[ColumnWorth]:
    """Columns without which each of 400 rows loses so much more, give or take 0.2."""
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame({f"c{i}": rng.normal(size=400) for i in range(len(effects))})
    frame = frame.with_columns(y=pl.Series(rng.normal(size=400)))
    contract = read_contract(read_table(frame), "y", loss="huber")
    rows = np.arange(400)
    trials = Trials(frame, frame["y"].to_numpy(), ((rows, rows),), main_score("huber"))
    ours = Trial(np.full(400, 0.3))
    left = [
        (f"c{i}", Trial(ours.losses + effect + rng.normal(0.0, 0.2, 400)))
        for i, effect in enumerate(effects)
    ]
    return list(columns_worth(trials, ours, left, contract, {}, bounded=bounded))


def test_of_many_columns_few_are_said_to_harm_by_chance() -> None:
    """Thirty that buy nothing: an interval each would call one to drop in half of the tables."""
    harms = shown = below = 0
    for seed in range(20):
        found = _judged([0.0] * 30, seed=seed)
        harms += any(worth.verdict == "harms" for worth in found)
        shown += any(worth.verdict == "buys" for worth in found)
        below += any(worth.high is not None and worth.high < 0 for worth in found)
    assert below >= 5
    assert harms <= 3
    assert shown <= 3


def test_what_is_sure_is_still_said() -> None:
    found = _judged([0.2, 0.03, -0.1, 0.0])
    said = {worth.column: worth for worth in found}
    assert said["c0"].verdict == "buys"
    assert said["c2"].verdict == "harms"
    assert said["c2"].sentence.startswith("the model is better without it, by 0.")
    assert said["c2"].sentence.endswith(": drop it")
    assert said["c3"].verdict == "unsure"
    assert said["c3"].sentence.startswith("what it buys these rows cannot tell: from -0.0")
    assert found[-1].column == "c2"


def test_without_a_minimum_nothing_is_advised() -> None:
    for worth in _judged([0.2, -0.1], bounded=False):
        assert worth.verdict == "unsure"
        assert "drop" not in worth.sentence
        assert worth.sentence.startswith("without it the descent stopped where mean absolute ")
