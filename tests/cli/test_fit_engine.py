"""`steepest fit` and the engine's own options, from the command line to the saved run."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import Result

from steepest.descent.rules import RULES
from steepest.store import Store

ROWS = 120
Steepest = Callable[..., Result]


@pytest.fixture
def table(steepest: Steepest) -> str:
    """Numbers, a count, a class of three, and a weight, in the working folder."""
    rng = np.random.default_rng(6)
    a, b = rng.normal(size=ROWS), rng.normal(2.0, 3.0, size=ROWS)
    y = 1.0 + 2.0 * a - 0.5 * b + 0.3 * rng.normal(size=ROWS)
    y[::20] += 30.0
    kind = np.array(["low", "mid", "top"])[
        np.digitize(a + 0.5 * rng.normal(size=ROWS), [-0.5, 0.5])
    ]
    pl.DataFrame(
        {
            "a": a,
            "b": b,
            "y": y,
            "count": rng.poisson(np.exp(0.4 * a + 0.1 * b)),
            "kind": kind,
            "heft": rng.integers(1, 5, ROWS),
        }
    ).write_csv("rows.csv")
    return "rows.csv"


def numbers(*options: object) -> list[object]:
    return ["--target", "y", "--features", "a,b", "--no-report", *options]


def said(answer: Result) -> Any:
    assert answer.exit_code == 0, answer.output
    assert answer.stderr == "" or "Traceback" not in answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_every_rule_can_be_asked_for(steepest: Steepest, table: str, rule: str) -> None:
    options = ["--rule", rule, "--steps", 300]
    if rule in ("adam", "rmsprop", "adagrad"):
        options += ["--learning-rate", "0.1"]
    plain = said(steepest("fit", table, *numbers(*options), "--json"))
    trace = Store("steepest.db").trace("last")
    assert trace.rule == rule
    assert trace.last_loss < trace.loss[0]
    assert set(plain["coefficients"]) == {"a", "b"}
    shown = steepest("show", "last")
    assert shown.exit_code == 0
    assert shown.stdout


@pytest.mark.parametrize("rule", ["momentum:0.5", "nesterov:0.95", "adam:beta2=0.99"])
def test_rules_with_their_numbers(steepest: Steepest, table: str, rule: str) -> None:
    said(steepest("fit", table, *numbers("--rule", rule, "--steps", 50), "--json"))
    assert Store("steepest.db").trace("last").rule == rule.partition(":")[0]


SCHEDULES = [
    ("step:0.1,every=30", 0.1 * 0.5 ** (np.arange(61) // 30)),
    ("exponential:0.1", 0.1 * 0.99 ** np.arange(61)),
    ("cosine:0.1,steps=60", 0.05 * (1 + np.cos(np.pi * np.arange(61) / 60))),
]


@pytest.mark.parametrize(("text", "rates"), SCHEDULES, ids=[text for text, _ in SCHEDULES])
def test_schedules_are_recorded(
    steepest: Steepest, table: str, text: str, rates: np.ndarray
) -> None:
    options = ["--learning-rate", text, "--steps", 60, "--tolerance", 0]
    said(steepest("fit", table, *numbers(*options), "--json"))
    found = Store("steepest.db").trace("last").learning_rate
    np.testing.assert_allclose(found, rates, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "text",
    ["adaptive", "backtracking", "backtracking:0.1,shrink=0.7"],
)
def test_rates_that_look_at_the_cost(steepest: Steepest, table: str, text: str) -> None:
    answer = steepest("fit", table, *numbers("--learning-rate", text, "--steps", 500))
    assert answer.exit_code == 0
    assert Store("steepest.db").trace("last").stop.reason == "converged"


def coefficients(steepest: Steepest, table: str, *options: object) -> np.ndarray:
    plain = said(steepest("fit", table, *numbers("--holdout", 0, *options), "--json"))
    return np.array([*plain["coefficients"].values(), plain["intercept"]])


def test_l2_is_a_ridge(steepest: Steepest, table: str) -> None:
    from sklearn.linear_model import Ridge

    frame = pl.read_csv(table)
    X, y = frame.select("a", "b").to_numpy(), frame["y"].to_numpy()
    spread = X.std(axis=0)
    peer = Ridge(alpha=ROWS * 0.5, tol=1e-12).fit((X - X.mean(axis=0)) / spread, y)
    found = coefficients(steepest, table, "--l2", 0.5)
    np.testing.assert_allclose(found[:2], peer.coef_ / spread, rtol=1e-6)


def test_l1_is_a_lasso(steepest: Steepest, table: str) -> None:
    from sklearn.linear_model import Lasso

    frame = pl.read_csv(table)
    X, y = frame.select("a", "b").to_numpy(), frame["y"].to_numpy()
    spread = X.std(axis=0)
    peer = Lasso(alpha=1.7, tol=1e-12).fit((X - X.mean(axis=0)) / spread, y)
    assert np.count_nonzero(peer.coef_) == 1
    found = coefficients(steepest, table, "--l1", 1.7, "--rule", "fista")
    np.testing.assert_allclose(found[:2], peer.coef_ / spread, rtol=1e-6)


def test_a_weight_counts_as_often_as_it_says(steepest: Steepest, table: str) -> None:
    frame = pl.read_csv(table)
    weighed = coefficients(steepest, table, "--weight", "heft", "--scale", "none")
    X = np.column_stack([frame.select("a", "b").to_numpy(), np.ones(ROWS)])
    root = np.sqrt(frame["heft"].to_numpy())
    wanted = np.linalg.lstsq(X * root[:, None], frame["y"].to_numpy() * root, rcond=None)[0]
    np.testing.assert_allclose(weighed, wanted, rtol=1e-6)
    assert not np.allclose(coefficients(steepest, table, "--scale", "none"), wanted, rtol=1e-3)


LOSSES = [
    ("y", "huber", []),
    ("y", "huber", ["--huber-delta", 0.5]),
    ("count", "poisson", ["--steps", 300]),
    ("kind", "softmax", ["--l2", 0.01]),
    ("kind", "auto", []),
]


@pytest.mark.parametrize(("target", "loss", "options"), LOSSES)
def test_every_loss_from_fit_to_prediction(
    steepest: Steepest, table: str, target: str, loss: str, options: list[object]
) -> None:
    words = ["--target", target, "--features", "a,b", "--loss", loss, "--weight", "heft", *options]
    answer = steepest("fit", table, *words)
    assert answer.exit_code == 0, answer.output
    assert "Saved as rows-1" in answer.stdout
    assert Path("steepest-reports/rows-1.html").exists()
    for command in (["show", "last"], ["predict", "last", table], ["evaluate", "last", table]):
        told = steepest(*command)
        assert told.exit_code == 0, told.output
        assert told.stdout
        assert "Traceback" not in told.stderr
    predicted = pl.read_csv(io.StringIO(steepest("predict", "last", table).stdout))
    assert predicted.height == ROWS
    if target == "count":
        assert predicted["prediction"].min() > 0
    if target == "kind":
        agree = predicted["decision"] == pl.read_csv(table)["kind"]
        assert agree.mean() > 0.6
    assert isinstance(said(steepest("evaluate", "last", table, "--json")), dict)
    assert isinstance(said(steepest("show", "last", "--json")), dict)


def test_huber_is_not_drawn_by_outliers(steepest: Steepest, table: str) -> None:
    found = coefficients(steepest, table, "--loss", "huber")
    np.testing.assert_allclose(found, [2.0, -0.5, 1.0], atol=0.25)
    assert abs(coefficients(steepest, table)[2] - 1.0) > 1.0


def test_averages_and_full_losses_of_mini_batches(steepest: Steepest, table: str) -> None:
    options = ["--batch", 10, "--steps", 100, "--average", "--full-loss-every", 7]
    said(steepest("fit", table, *numbers(*options), "--json"))
    trace = Store("steepest.db").trace("last")
    full = trace.measures["full_loss"]
    np.testing.assert_array_equal(np.isfinite(full), (trace.step % 7 == 0) | (trace.step == 100))
    np.testing.assert_allclose(
        trace.facts["average"].array, trace.params[50:].mean(axis=0), rtol=1e-10, atol=1e-12
    )
    assert steepest("show", "last").exit_code == 0


@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_threads_change_nothing(steepest: Steepest, table: str, loss: str) -> None:
    found = [
        coefficients(steepest, table, "--loss", loss, "--threads", threads)
        for threads in (1, 2, "all")
    ]
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


@pytest.mark.parametrize("options", [[], ["--batch", 16], ["--rule", "momentum"]])
def test_a_learning_rate_is_found(steepest: Steepest, table: str, options: list[object]) -> None:
    words = ["fit", table, *numbers(*options), "--find-learning-rate"]
    plain = said(steepest(*words, "--json"))
    assert 0 < plain["suggestion"] < plain["largest_stable_learning_rate"]
    assert plain["share_of_limit"] == pytest.approx(
        plain["suggestion"] / plain["largest_stable_learning_rate"]
    )
    assert len(plain["learning_rates"]) == len(plain["losses"])
    answer = steepest(*words)
    assert answer.exit_code == 0
    assert "Suggested: a tenth of that" in answer.stdout
    assert "The true limit is" in answer.stdout
    assert "% of it" in answer.stdout
    assert {path.name for path in Path().iterdir()} == {"rows.csv"}


@pytest.mark.parametrize(
    ("target", "loss"), [("count", "poisson"), ("kind", "softmax"), ("y", "huber")]
)
def test_a_learning_rate_is_found_for_every_loss(
    steepest: Steepest, table: str, target: str, loss: str
) -> None:
    words = ["--target", target, "--features", "a,b", "--loss", loss, "--find-learning-rate"]
    assert said(steepest("fit", table, *words, "--json"))["suggestion"] > 0
    assert "Suggested" in steepest("fit", table, *words).stdout


def test_runs_of_different_engines_are_compared(steepest: Steepest, table: str) -> None:
    said(steepest("fit", table, *numbers("--l2", 0.1, "--weight", "heft"), "--json"))
    said(steepest("fit", table, *numbers("--rule", "fista", "--l1", 0.1), "--json"))
    said(steepest("fit", table, *numbers("--loss", "huber", "--rule", "lbfgs"), "--json"))
    answer = steepest("compare", "rows-1", "rows-2", "rows-3")
    assert answer.exit_code == 0
    for word in ("l2", "l1", "weight", "rule", "loss", "fista", "lbfgs", "huber", "heft"):
        assert word in answer.stdout
    plain = said(steepest("compare", "rows-1", "rows-2", "rows-3", "--json"))
    assert plain["asked"]["rule"] == ["gradient_descent", "fista", "lbfgs"]


REFUSED: list[tuple[list[object], str]] = [
    (["--rule", "momntum"], "did you mean 'momentum'"),
    (["--rule", "momentum:1"], "beta is 1"),
    (["--rule", "momentum:x"], "where a number should be"),
    (["--rule", "lbfgs", "--learning-rate", "0.1"], "sets its own steps"),
    (["--rule", "lbfgs", "--batch", "8"], "all rows at every step"),
    (["--rule", "lbfgs", "--l1", "0.1"], ""),
    (["--rule", "momentum", "--l1", "0.1"], "kinks"),
    (["--rule", "barzilai_borwein", "--learning-rate", "0.1"], "sets its own learning rate"),
    (["--learning-rate", "cosin:0.1"], "did you mean 'cosine'"),
    (["--learning-rate", "step"], "lacks rate"),
    (["--learning-rate", "step:0.1,every=0"], "every is 0"),
    (["--learning-rate", "inf"], "above 0"),
    (["--learning-rate", "adaptive", "--batch", "8"], "mini-batches do not"),
    (["--learning-rate", "backtracking", "--rule", "adam"], "straight down"),
    (["--l2", "-1"], "l2 is -1"),
    (["--l2", "nan"], "l2 is nan"),
    (["--l1", "inf"], "l1 is inf"),
    (["--l1", "much"], "not a valid float"),
    (["--weight", "heavy"], 'no column "heavy"'),
    (["--weight", "y"], "is the target"),
    (["--weight", "a"], "cannot be a feature"),
    (["--weight", "b", "--features", "a"], "numbers from 0 up, and in data row"),
    (["--weight", "kind"], "kind"),
    (["--loss", "hinge"], "hinge"),
    (["--loss", "poisson"], "y"),
    (["--loss", "huber", "--huber-delta", "0"], "huber_delta is 0"),
    (["--huber-delta", "1"], "for the loss huber"),
    (["--average"], "for mini-batches"),
    (["--full-loss-every", "5"], "for mini-batches"),
    (["--full-loss-every", "0", "--batch", "8"], "from 1"),
    (["--full-loss-every", "often"], "whole number"),
    (["--threads", "0"], "threads is 0"),
    (["--threads", "-2"], "threads is -2"),
    (["--threads", "many"], "whole number"),
]


@pytest.mark.parametrize("finding", [False, True], ids=["fit", "find"])
@pytest.mark.parametrize(("options", "words"), REFUSED, ids=lambda value: str(value)[:48])
def test_what_makes_no_sense_is_one_sentence(
    steepest: Steepest, table: str, options: list[object], words: str, finding: bool
) -> None:
    if finding and any(word in words for word in ("for mini-batches", "from 1", "mini-batches do")):
        pytest.skip("of the descent, which is not gone down")
    if finding and options == ["--rule", "momentum", "--l1", "0.1"]:
        pytest.skip("of the range test itself, see tests/descent/test_range_test.py")
    if finding and ("learning-rate" in str(options) or "batch" in str(options)):
        pytest.skip("of the learning rate or the batch, which the range test sets")
    extra = ["--find-learning-rate"] if finding else []
    answer = steepest("fit", table, *numbers(*options), *extra)
    assert answer.exit_code == 2, answer.output
    assert answer.stdout == ""
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr
    said = answer.stderr.strip().splitlines()
    assert said[-1].startswith("Error: ")
    assert len(said) == 1 or said[0].startswith("Usage: ")


@pytest.mark.parametrize("options", [options for options, _ in REFUSED], ids=str)
def test_what_is_refused_leaves_no_run_behind(
    steepest: Steepest, table: str, options: list[object]
) -> None:
    assert steepest("fit", table, *numbers(*options)).exit_code == 2
    assert {path.name for path in Path().iterdir()} == {"rows.csv"}


def test_a_learning_rate_beyond_all_sense_diverges_and_says_so(
    steepest: Steepest, table: str
) -> None:
    answer = steepest("fit", table, *numbers("--learning-rate", "1e200"))
    assert answer.exit_code == 0
    assert "Traceback" not in answer.stderr


def test_bad_weights_are_named_with_their_row(steepest: Steepest) -> None:
    Path("w.csv").write_text("x,y,w\n" + "".join(f"{i},{2 * i},1\n" for i in range(9)) + "9,9,-1\n")
    answer = steepest("fit", "w.csv", "--target", "y", "--weight", "w")
    assert answer.exit_code == 2
    assert "row 10" in answer.stderr
    assert answer.stderr.count("\n") == 1
