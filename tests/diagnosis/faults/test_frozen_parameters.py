"""Nothing moves: in a record, in fixed rows, in batches."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.diagnose import LIVE, diagnose
from steepest.diagnosis.record.record import Context
from steepest.trace import Fact, Trace

RNG = np.random.default_rng(3)


def test_batches_scatter_while_the_held_out_loss_stands(log: Callable[..., Trace]) -> None:
    loss = 2.35 + 0.1 * RNG.normal(size=200)
    trace = log(loss, val_loss=np.full(200, 2.3341))
    assert diagnose(trace, Context(classes=10)).verdict == "frozen_parameters"


def test_a_tiny_rate_that_is_known_is_the_cause(log: Callable[..., Trace]) -> None:
    assert diagnose(log(np.full(50, 2.35), rate=1e-9)).verdict == "crawling"


@pytest.mark.parametrize("since", [0, 30])
def test_a_record_whose_parameters_stay(log: Callable[..., Trace], since: int) -> None:
    from dataclasses import replace

    steps = np.minimum(np.arange(60.0), since)
    params = np.stack([1 - 0.01 * steps, 0.02 * steps], axis=1)
    slope = np.stack([np.ones(60), -2 * np.ones(60)], axis=1)
    record = replace(
        log(params @ [1, -2], rate=0.01), names=("a", "b"), params=params, gradient=slope
    )
    assert diagnose(record).verdict == "frozen_parameters"


def test_what_moves_is_clear(log: Callable[..., Trace]) -> None:
    assert "frozen_parameters" in diagnose(log(1 + np.exp(-np.arange(40) / 9))).clear


def test_a_random_layer_that_a_watcher_saw_frozen(log: Callable[..., Trace]) -> None:
    from dataclasses import replace

    facts = {
        "frozen": Fact("fc1, fc2", "no parameter requires a gradient"),
        "frozen_at_start": Fact("fc2", "random initial values"),
    }
    falling = log(1 + np.exp(-np.arange(40) / 9))
    finding = diagnose(replace(falling, facts=facts), rules=LIVE).findings[0]
    assert (finding.code, finding.severity) == ("frozen_parameters", "warning")
    assert finding.layers == ("fc2",)
    features = replace(falling, facts={"frozen": facts["frozen"]})
    assert "frozen_parameters" in diagnose(features).clear


def test_a_rate_that_a_watcher_saw_at_zero(log: Callable[..., Trace]) -> None:
    from dataclasses import replace

    zero = {"rate_zero": Fact("fc1, fc2", "from step 0 to step 11")}
    finding = diagnose(replace(log(np.ones(12)), facts=zero), rules=LIVE).findings[0]
    assert (finding.code, finding.severity) == ("frozen_parameters", "error")
    assert "learning rate" in finding.because
    some = {"rate_zero_in": Fact("fc1", ""), "frozen_at_start": Fact("fc1", "random")}
    finding = diagnose(replace(log(np.ones(12)), facts=some), rules=LIVE).findings[0]
    assert "layer fc1: the learning rate of its group is 0, and it holds random" in finding.because
