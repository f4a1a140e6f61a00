"""Keras 3 on PyTorch and on JAX, watched by its callback; each in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.watching.keras_losses import KerasLosses

there = importlib.util.find_spec("keras") is not None
pytestmark = pytest.mark.skipif(not there, reason="Keras is not installed")

BACKENDS = ("torch", "jax")
STUDY = Path(__file__).parent / "keras_study.py"


@pytest.fixture(scope="module", params=BACKENDS)
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `keras_study.py` saw on one back end."""
    pytest.importorskip(request.param)
    done = run(request.param, tmp_path_factory.mktemp(request.param))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def on_torch(study: Any) -> Any:
    """What is the same on both, and seen on one."""
    if study["backend"] != "torch":
        pytest.skip("seen on PyTorch")
    return study


def run(backend: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = {"KERAS_BACKEND": backend, "KERAS_HOME": str(folder), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, str(STUDY)],
        cwd=folder,
        env=os.environ | words,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("case", ["sgd", "schedule"])
def test_the_training_is_the_same_with_and_without(study: Any, case: str) -> None:
    assert study[case]["failed"] is None
    assert study[case]["same"]
    assert study[case]["steps"] == 18


def test_losses_are_those_of_the_batches(study: Any) -> None:
    losses = study["looks"]
    np.testing.assert_allclose(losses["recorded"], losses["true"], rtol=1e-4)


def test_validation_losses_go_along(study: Any) -> None:
    assert study["sgd"]["validated"] == [5, 11, 17]
    np.testing.assert_allclose(study["sgd"]["val_loss"], study["sgd"]["history"], rtol=1e-6)


def test_rates_are_read(study: Any) -> None:
    np.testing.assert_allclose(study["sgd"]["rates"], 0.1, rtol=1e-6)
    assert study["schedule"]["rates"][0] == pytest.approx(0.05)


def test_what_is_seen_of_the_steps(study: Any) -> None:
    measures = study["looks"]
    updates = np.array(measures["update_norm"], dtype=float)
    known = np.isfinite(updates)
    assert known.sum() >= 4
    np.testing.assert_allclose(updates[known], np.array(measures["true_update"])[known], rtol=1e-3)
    gradients = np.array(measures["gradient_norm"], dtype=float)
    if study["backend"] == "jax":
        assert np.isnan(gradients).all()
        return
    np.testing.assert_allclose(updates[known], 0.1 * gradients[known], rtol=1e-3)


def test_layers_are_called_by_their_paths(on_torch: Any) -> None:
    assert on_torch["layers"] == ["block.inner", "head"]


def test_it_stops_at_a_finding(study: Any) -> None:
    stopped = study["stopped"]
    assert [finding["code"] for finding in stopped["findings"]] == ["non_finite"]
    assert 4 <= stopped["steps"] < 24
    assert stopped["because"].startswith("stopped at a finding")


def test_it_raises_at_a_finding(on_torch: Any) -> None:
    assert "NaN" in on_torch["raised"]


def test_weights_that_broke_after_a_finite_loss_are_named(study: Any) -> None:
    facts = study["broken"]
    assert facts["non_finite_layers"] == "fc2"
    assert facts["non_finite_kind"] == "gradient"


def test_a_layer_frozen_at_its_random_start_is_named(study: Any) -> None:
    facts, findings = study["frozen"]["facts"], study["frozen"]["findings"]
    assert facts["frozen"] == facts["frozen_at_start"] == "fc1"
    assert ["fc1"] in [finding.get("layers") for finding in findings]


def test_a_trained_layer_that_is_frozen_is_none(on_torch: Any) -> None:
    assert on_torch["tuned"]["facts"]["frozen"] == "fc1"
    assert "frozen_at_start" not in on_torch["tuned"]["facts"]


def test_a_rate_of_zero_is_said(on_torch: Any) -> None:
    assert on_torch["idle"]["facts"]["rate_zero"] == "all"


def test_the_loss_of_a_step_of_the_users_own_is_taken_as_logged(on_torch: Any) -> None:
    own = on_torch["own"]
    assert own["facts"]["loss_logged"] == "as logged"
    np.testing.assert_allclose(own["recorded"], own["logged"], rtol=1e-6)


def test_executions_of_several_batches_are_steps(study: Any) -> None:
    if study["backend"] == "jax":
        expected = np.reshape(study["looks"]["true"], (2, 3)).mean(axis=1)
        np.testing.assert_allclose(study["executions"], expected, rtol=1e-4)


def test_another_back_end_is_refused_plainly(tmp_path: Path) -> None:
    code = (
        "import numpy as np, keras\n"
        "from steepest.watching.keras_loop import KerasLoop\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
        "KerasLoop(model)\n"
    )
    words = {"KERAS_BACKEND": "numpy", "KERAS_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | words, capture_output=True, text=True
    )
    assert "Keras computes with 'numpy' here" in done.stderr


def test_means_that_come_out_of_order_are_put_in_order() -> None:
    losses = KerasLosses(means=True)
    losses.epoch_begins()
    losses.told(1, 3.0)
    assert list(losses.taken()) == []
    losses.told(0, 4.0)
    assert list(losses.taken()) == [4.0, 2.0]


def test_a_mean_that_is_not_finite_is_a_loss_that_is_not() -> None:
    losses = KerasLosses(means=True)
    losses.epoch_begins()
    for batch, mean in enumerate((4.0, float("inf"), float("nan"))):
        losses.told(batch, mean)
    found = list(losses.taken())
    assert found[:2] == [4.0, float("inf")]
    assert np.isnan(found[2])
