"""What a record shows as a whole, and that no record is too odd to be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.gradients.evidence import Evidence, evidence_of
from steepest.diagnosis.record.record import Context, Record
from steepest.trace import Array, Trace

Walk = Callable[..., Trace]
Cost = Callable[..., object]


def shown(trace: Trace) -> Evidence:
    evidence = Record(trace, Context()).evidence
    assert evidence is not None
    return evidence


@pytest.fixture
def plain(walk: Walk, bowl: Cost) -> Trace:
    return walk(bowl(0, 3, 10.0), [3.0, -2.0, 4.0], 0.5, 40)


def test_moves_are_those_of_the_record(plain: Trace) -> None:
    evidence = shown(plain)
    assert plain.params is not None
    np.testing.assert_array_equal(evidence.moves.params, plain.params)
    np.testing.assert_array_equal(evidence.loss, plain.loss)
    assert evidence.field is not None
    assert evidence.field.linear
    assert evidence.slopes is not None
    assert evidence.slopes.agree
    assert evidence.fault is None
    assert not evidence.noisy


def test_without_parameters_or_gradients_there_is_none(plain: Trace) -> None:
    assert evidence_of(replace(plain, params=None), 40) is None
    assert evidence_of(replace(plain, gradient=None), 40) is None
    assert evidence_of(replace(plain, coordinates=np.array([0, 1, 2])), 40) is None
    assert evidence_of(plain, 1) is None
    assert evidence_of(plain, 2) is not None


def test_of_a_long_record_head_and_tail(walk: Walk, bowl: Cost) -> None:
    trace = walk(bowl(0, 2, 1e6), [3.0, -2.0], 0.5, 10_000)
    evidence = shown(trace)
    assert trace.params is not None
    assert len(evidence.moves.params) == 8000
    np.testing.assert_array_equal(evidence.moves.params[0], trace.params[0])
    np.testing.assert_array_equal(evidence.moves.params[-1], trace.params[-1])
    assert np.max(evidence.moves.gaps) == 2001  # what is left out lies between two rows
    assert np.count_nonzero(evidence.moves.gaps != 1) == 1
    assert evidence.fault is None


def test_rows_after_a_nan_are_not_looked_at(plain: Trace) -> None:
    loss = plain.loss.copy()
    loss[25:] = np.nan
    assert len(shown(replace(plain, loss=loss)).moves.params) == 25


def batches(seed: int, batch: int) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(size=(200, 3)), np.ones(200)])
    y = X @ rng.normal(size=4) + rng.normal(size=200)
    place, rows = np.zeros(4), []
    for _ in range(300):
        some = rng.integers(0, 200, batch)
        slope = X[some].T @ (X[some] @ place - y[some]) / batch
        rows.append((0.5 * np.mean((X @ place - y) ** 2), place, slope))
        place = place - 0.05 * slope
    loss, params, gradient = (np.array(column) for column in zip(*rows, strict=True))
    return loss, params, gradient


@pytest.mark.parametrize("batch", [1, 10])
@pytest.mark.parametrize("seed", range(5))
def test_gradients_of_samples_scatter(plain: Trace, seed: int, batch: int) -> None:
    loss, params, gradient = batches(seed, batch)
    trace = replace(
        plain,
        step=np.arange(300),
        loss=loss,
        learning_rate=np.full(300, np.nan),
        names=("a", "b", "c", "d"),
        params=params,
        gradient=gradient,
    )
    assert shown(trace).noisy
    assert shown(trace).fault is None
    assert diagnose(trace).verdict in ("noise_floor", "unfinished", "converged", "cannot_tell")


def bare(params: Array, gradient: Array, loss: Array) -> Trace:
    from steepest.trace import Stop

    rows, count = params.shape
    names = tuple(f"w_{i}" for i in range(count))
    stop, unknown = Stop("budget", "the log ends"), np.full(rows, np.nan)
    steps = np.arange(rows)
    trace = Trace(steps, loss, unknown, "unknown", names, stop, loss_of="unknown")
    return replace(trace, params=params, gradient=gradient)


def tables(rows: int, count: int) -> dict[str, tuple[Array, Array, Array]]:
    rng = np.random.default_rng(0)
    params, gradient = rng.normal(size=(rows, count)), rng.normal(size=(rows, count))
    loss, ones = rng.uniform(1, 2, rows), np.ones((rows, count))
    broken = loss.copy()
    broken[rows // 2 :] = np.nan
    holes = gradient.copy()
    holes[rows // 2 :] = np.inf
    return {
        "noise": (params, gradient, loss),
        "constant": (ones, ones, np.ones(rows)),
        "constant parameters": (ones, gradient, loss),
        "constant gradients": (params, ones, loss),
        "zeros": (0 * ones, 0 * ones, np.zeros(rows)),
        "zero gradients": (params, 0 * ones, loss),
        "nothing lost": (params, gradient, np.zeros(rows)),
        "negative": (params, gradient, -loss),
        "huge": (1e150 * params, 1e150 * gradient, 1e300 * loss),
        "tiny": (1e-200 * params, 1e-200 * gradient, 1e-300 * loss),
        "NaN at the end": (params, gradient, broken),
        "infinite at the end": (params, holes, loss),
        "NaN": (np.nan * params, gradient, loss),
    }


SIZES = [(1, 1), (1, 3), (2, 1), (2, 3), (3, 2), (5, 1), (12, 4), (40, 300), (300, 2)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", tables(1, 1))
def test_every_record_gets_an_answer(size: tuple[int, int], name: str) -> None:
    params, gradient, loss = tables(*size)[name]
    diagnosis = diagnose(bare(params, gradient, loss))
    assert diagnosis.verdict
    for finding in diagnosis.findings:
        assert np.all(np.isfinite(list(finding.evidence.values()))), finding.code
        assert "nan" not in finding.because.split()


@pytest.mark.parametrize("count", [1, 65, 300])
@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_any_number_of_parameters(walk: Walk, bowl: Cost, count: int, factor: float) -> None:
    """Above 64 only faults of one number are looked for, above 256 without the field."""
    trace = walk(bowl(0, count, 4.0), np.full(count, 3.0), 0.2, 60, bug=lambda _, g: factor * g)
    verdict = diagnose(trace).verdict
    assert (verdict == "gradient_scale") is (factor == 2.0)
    fault = shown(trace).fault
    if factor == 2.0:
        assert fault is not None
        assert fault.values[0] == pytest.approx(2.0, rel=1e-6)
