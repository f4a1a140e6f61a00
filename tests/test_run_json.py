import json
from dataclasses import replace

import numpy as np
import pytest

from steepest.fitting import fit
from steepest.run import Run
from steepest.run_json import run_to_json


@pytest.fixture(scope="module")
def run() -> Run:
    return fit("houses", "price", steps=20)


def test_steps_of_a_line_search_have_no_learning_rate(run: Run) -> None:
    unknown = np.full(len(run.trace), np.nan)
    searched = replace(run, trace=replace(run.trace, rule="lbfgs", learning_rate=unknown))
    said = json.loads(json.dumps(run_to_json(searched), allow_nan=False))
    assert said["learning_rate"] is None
    assert said["steps"] == run.trace.step[-1]


def test_many_classes_name_their_coefficients(run: Run) -> None:
    model = replace(
        run.model,
        loss="softmax",
        classes=("a", "b"),
        params=(1.0, 2.0, 3.0, 4.0),
    )
    said = run_to_json(replace(run, model=model, minimum=None))
    assert list(said["coefficients"]) == ["a:size", "a:intercept", "b:size", "b:intercept"]
    assert said["intercept"] is None


def test_the_request_and_the_counts_are_there(run: Run) -> None:
    request = replace(run.request, weight="n", l2=0.5, rule="momentum:0.95")
    said = run_to_json(replace(run, request=request))
    assert said["request"]["weight"] == "n"
    assert said["request"]["rule"] == "momentum:0.95"
    assert said["evaluation"]["counts"] is None
