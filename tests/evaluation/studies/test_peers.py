from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, r2_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.evaluation.scoring.main_score import main_score
from steepest.evaluation.studies import peers
from steepest.evaluation.studies.facts import Facts
from steepest.evaluation.studies.peers import (
    peer_sentences,
    peers_of,
    timed,
    trees,
    trees_better,
    usual_linear,
)
from steepest.evaluation.studies.study import Peer
from steepest.evaluation.studies.trials import Trial, Trials
from steepest.run import Request
from steepest.studying.ways import trainer

ROWS, TRAIN = 300, 200
RANDOM = np.random.default_rng(11)
X = RANDOM.normal(size=(ROWS, 2)) * [1.0, 50.0]
CURVED = X[:, 0] ** 2 + X[:, 1] / 50 + RANDOM.normal(0.0, 0.3, ROWS)
PARTS = ((np.arange(TRAIN), np.arange(TRAIN, ROWS)),)


def trials(
    target: np.ndarray, loss: str, classes: tuple[str, ...] = ()
) -> tuple[Trials, pl.DataFrame]:
    frame = pl.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": target})
    return Trials(frame, target, PARTS, main_score(loss), classes), frame


def only(own: Trials, ours: Trial, way: tuple) -> Peer:
    ((peer, _),) = peers_of(own, ours, [way])
    return peer


def test_ridge_is_scikit_learns_on_standardised_columns() -> None:
    own, frame = trials(CURVED, "squared")
    contract = read_contract(read_table(frame), "y")
    peer = only(own, Trial(own.baseline), usual_linear(contract, "squared"))
    scaler = StandardScaler().fit(X[:TRAIN])
    ridge = Ridge().fit(scaler.transform(X[:TRAIN]), CURVED[:TRAIN])
    predicted = ridge.predict(scaler.transform(X[TRAIN:]))
    mean = CURVED[:TRAIN].mean()
    expected = 1 - np.sum((CURVED[TRAIN:] - predicted) ** 2) / np.sum((CURVED[TRAIN:] - mean) ** 2)
    assert peer.name == "Ridge"
    assert peer.value == pytest.approx(expected, rel=1e-10)
    assert peer.difference == pytest.approx(-expected, rel=1e-10)
    assert peer.seconds > 0
    assert r2_score(CURVED[TRAIN:], predicted) == pytest.approx(expected, abs=0.01)


def test_logistic_regression_is_scikit_learns() -> None:
    truth = (CURVED > 1).astype(float)
    own, frame = trials(truth, "logistic", ("0", "1"))
    contract = read_contract(read_table(frame), "y", loss="logistic")
    peer = only(own, Trial(own.baseline), usual_linear(contract, "logistic"))
    scaler = StandardScaler().fit(X[:TRAIN])
    model = LogisticRegression().fit(scaler.transform(X[:TRAIN]), truth[:TRAIN])
    given = model.predict_proba(scaler.transform(X[TRAIN:]))
    assert peer.value == pytest.approx(log_loss(truth[TRAIN:], given), abs=1e-4)


def test_trees_are_scikit_learns_and_see_the_curve() -> None:
    own, frame = trials(CURVED, "squared")
    contract = read_contract(read_table(frame), "y")
    line = only(own, Trial(own.baseline), usual_linear(contract, "squared"))
    found = only(own, Trial(own.baseline), trees(contract, "squared"))
    with threadpool_limits(1):
        model = HistGradientBoostingRegressor(random_state=0).fit(X[:TRAIN], CURVED[:TRAIN])
    error = (CURVED[TRAIN:] - model.predict(X[TRAIN:])) ** 2
    assert found.value == pytest.approx(1 - error.mean() / own.baseline.mean(), rel=1e-9)
    assert found.value > line.value + 0.2


@pytest.mark.parametrize(
    ("loss", "name"), [("poisson", "PoissonRegressor"), ("huber", "HuberRegressor")]
)
def test_each_loss_has_its_own_peer(loss: str, name: str) -> None:
    counts = RANDOM.poisson(np.exp(X[:, 0] / 2)).astype(float)
    own, frame = trials(counts, loss)
    contract = read_contract(read_table(frame), "y", loss=loss)
    for way in (usual_linear(contract, loss), trees(contract, loss)):
        assert np.isfinite(only(own, Trial(own.baseline), way).value)
    assert usual_linear(contract, loss)[0] == name


def test_text_gaps_unknown_levels_and_lacking_classes_are_taken() -> None:
    rng = np.random.default_rng(0)
    town = np.where(np.arange(ROWS) < 280, rng.choice(["u", "v"], ROWS), "new")
    kind = np.where(np.arange(ROWS) < 280, rng.choice([0.0, 1.0], ROWS), 2.0)
    frame = pl.DataFrame({"town": town, "a": X[:, 0], "y": kind}).with_columns(
        a=pl.when(pl.col("a") > 1).then(None).otherwise(pl.col("a"))
    )
    contract = read_contract(read_table(frame), "y", loss="softmax")
    own = Trials(frame, kind, PARTS, main_score("softmax"), ("0", "1", "2"))
    for way in (usual_linear(contract, "softmax"), trees(contract, "softmax")):
        ((peer, trial),) = peers_of(own, Trial(own.baseline), [way])
        assert np.isfinite(trial.losses).all()
        assert peer.low is not None


SECOND = Facts(degree=2, rows=455)


def told(
    difference: float,
    half: float,
    name: str = "HistGradientBoostingRegressor",
    facts: Facts = SECOND,
) -> str:
    peer = Peer(name, 0.7, 0.6, 0.8, difference, difference - half, difference + half, 1.0)
    return peer_sentences([peer], main_score("squared"), facts)[0]


def test_sentences_say_what_a_line_costs() -> None:
    assert told(-0.11, 0.02).startswith(
        "Gradient-boosted trees are better by 0.11 of R² (0.09 to 0.13): "
    )
    assert "a polynomial of degree 2 cannot follow; --degree 3 may" in told(-0.11, 0.02)
    assert told(0.11, 0.02).startswith("Gradient-boosted trees are worse, by 0.11 of R² (0.09 to")
    assert "not shown to be better or worse" in told(0.01, 0.02)
    assert "no difference" in told(0.01, 0.02, "Ridge")


def test_trees_are_no_reason_where_the_descent_is_one() -> None:
    trees = "HistGradientBoostingRegressor"
    assert "had not arrived" in told(-0.1, 0.02, trees, Facts(arrived=False))
    assert "no minimum without a penalty" in told(-0.1, 0.02, trees, Facts(bounded=False))
    assert "--degree" not in told(-0.1, 0.02, trees, Facts(degrees=False))
    assert "--degree" not in told(-0.1, 0.02, trees, Facts(degree_tried=True))


def test_the_reason_for_the_linear_peers_lead_is_its_penalty_or_none() -> None:
    lead = "scikit-learn's Ridge is better by 0.11 of R² (0.09 to 0.13)"

    def said(**facts: Any) -> str:
        return told(-0.11, 0.02, "Ridge", Facts(rows=455, **facts))

    assert said(l2=0.01) == f"{lead}: it shrinks less, l2 0.0022 against 0.01; try --l2 0.0022."
    assert said() == f"{lead}: it shrinks more, l2 0.0022 against 0; try --l2 0.0022."
    assert said(arrived=False) == f"{lead}: our descent had not arrived."
    assert "has no minimum without one" in said(bounded=False)
    for unlike in ({"l1": 0.1}, {"standard": False}, {"l2": 1 / 455}):
        assert said(**unlike) == f"{lead}."
    assert told(-0.11, 0.02, "HuberRegressor", Facts(rows=455)).endswith("(0.09 to 0.13).")
    worse = told(0.11, 0.02, "Ridge", Facts(rows=455))
    assert worse.endswith("is worse, by 0.11 of R² (0.09 to 0.13): it shrinks more, l2 0.0022 "
                          "against 0.")  # fmt: skip


def test_the_usual_penalty_is_ours_of_one_over_the_rows() -> None:
    own, frame = trials(CURVED, "squared")
    contract = read_contract(read_table(frame), "y")
    asked = Request("t", "y", loss="squared", l2=1 / TRAIN)
    ours = own.judge(trainer(contract, asked, to_minimum=True))
    peer = only(own, ours, usual_linear(contract, "squared"))
    assert peer.difference == pytest.approx(0.0, abs=1e-9)


def test_loading_a_library_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    own, _ = trials(CURVED, "squared")
    clock = iter((10.0, 11.0))
    loaded: list[int] = []

    def tick() -> float:
        assert loaded, "the clock started before the libraries were there"
        return next(clock)

    monkeypatch.setattr(peers, "_load", lambda: loaded.append(1))
    monkeypatch.setattr(peers, "perf_counter", tick)
    contract = read_contract(read_table(own.frame), "y")
    _, seconds = timed(own, usual_linear(contract, "squared")[1])
    assert seconds == 1.0


def test_trees_that_lead_are_told_from_those_that_do_not() -> None:
    score = main_score("squared")
    one = Peer("HistGradientBoostingRegressor", 0.7, 0.6, 0.8, -0.1, -0.12, -0.08, 1.0)
    assert trees_better([one], score) is True
    assert trees_better([replace(one, difference_high=0.1)], score) is False
    assert trees_better([], score) is None
