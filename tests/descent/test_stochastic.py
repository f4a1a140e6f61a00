"""Mini-batch descent in compiled loops: the same record as the general walk's."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from steepest.data.sparse import CSR
from steepest.descent import stochastic
from steepest.descent.rate import Planned
from steepest.descent.rates import Constant, ExponentialDecay
from steepest.descent.recorder import Columns, Recorder, Schedule
from steepest.descent.rules import GradientDescent, Momentum
from steepest.descent.stepping import Walk
from steepest.descent.stochastic import Average, Course, LinearCost, compiled_steps
from steepest.errors import InputError
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.losses import LOGISTIC, LOSSES, POISSON, SOFTMAX, SQUARED, Loss, huber

ROWS, COLUMNS = 53, 6
COMPILED = [loss for loss in LOSSES if loss.scores == "one"] + [huber(0.3)]
SLOW = Constant(0.05)


def table(loss: Loss, seed: int = 1, rows: int = ROWS) -> tuple[np.ndarray, np.ndarray]:
    """Half of the numbers are 0; the targets are ones that the loss is for."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, COLUMNS)) * (rng.random((rows, COLUMNS)) < 0.5)
    if loss is LOGISTIC:
        return X, (rng.random(rows) < 0.5).astype(float)
    if loss is POISSON:
        return X, rng.poisson(1.0, rows).astype(float)
    return X, X @ rng.normal(size=COLUMNS) + rng.normal(size=rows)


def weights(rows: int = ROWS) -> np.ndarray:
    return np.random.default_rng(2).random(rows) + 0.1


def begin(cost: LinearCost) -> np.ndarray:
    return np.linspace(-0.2, 0.3, cost.parameters)


def zero(params: np.ndarray) -> float:
    return 0.0


def record(
    cost: LinearCost,
    course: Course,
    rate: Planned = SLOW,
    full_loss: Callable[[np.ndarray], float] = zero,
    on_average: Callable[[Average], None] | None = None,
) -> Columns:
    pieces = compiled_steps(cost, course, begin(cost), rate.at, full_loss, on_average=on_average)
    return Columns.joined(list(pieces)).by_step()


def general(cost: LinearCost, course: Course, rate, momentum: bool = False) -> Columns:
    """The record of the general walk, which takes one step at a time in NumPy."""
    objective = GeneralizedLinear(
        cost.X, cost.y, loss=cost.loss, intercept=cost.intercept, weight=cost.weight,
        l2=cost.l2, l1=cost.l1,
    )  # fmt: skip
    powers = objective.powers()
    assert powers.batches is not None
    rule = Momentum(course.momentum) if momentum else GradientDescent()
    walk = Walk(objective, powers.proximal, begin(cost), rule, rate)
    recorder = Recorder(course.schedule, cost.parameters)
    steps = walk.over_batches(
        powers.batches(), batch=course.batch, seed=course.seed, full_every=course.full_every
    )
    for row in itertools.islice(steps, course.steps + 1):
        recorder.add(row)
    return recorder.columns()


def same(one: Columns, other: Columns, rtol: float = 1e-12) -> None:
    assert one.step.tolist() == other.step.tolist()
    for name in ("loss", "params", "gradient", "learning_rate"):
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), rtol=rtol, atol=rtol, err_msg=name
        )


FORMS = {
    "dense": lambda X: X,
    "float32": lambda X: X.astype(np.float32),
    "csr": lambda X: CSR.of(sparse.csr_array(X)),
}


@pytest.mark.parametrize("batch", [1, 7, 32, ROWS])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("loss", COMPILED, ids=lambda loss: loss.name)
def test_the_same_as_the_general_walk(loss: Loss, form: str, batch: int) -> None:
    X, y = table(loss)
    course = Course(batch, steps=80, seed=3)
    for weight, intercept, l2 in ((None, True, 0.0), (weights(), False, 0.4)):
        cost = LinearCost(FORMS[form](X), y, loss, weight, intercept, l2)
        rate = ExponentialDecay(0.05, 0.99)
        same(record(cost, course, rate), general(cost, course, rate))


@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize("form", FORMS)
def test_momentum_is_the_same_too(form: str, batch: int) -> None:
    X, y = table(LOGISTIC)
    cost = LinearCost(FORMS[form](X), y, LOGISTIC, weights(), l2=0.1)
    course = Course(batch, steps=80, momentum=0.9)
    same(record(cost, course), general(cost, course, SLOW, momentum=True))


@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize("form", FORMS)
def test_l1_is_a_proximal_step(form: str, batch: int) -> None:
    X, y = table(SQUARED)
    cost = LinearCost(FORMS[form](X), y, SQUARED, None, l2=0.1, l1=0.2)
    course = Course(batch, steps=80)
    columns = record(cost, course)
    same(columns, general(cost, course, SLOW))
    assert np.any(columns.params[1:, :-1] == 0)


def test_momentum_and_decay_as_in_torch() -> None:
    torch = pytest.importorskip("torch")
    X, y = table(LOGISTIC)
    for momentum, batch, l2 in ((0.0, 1, 0.0), (0.9, 5, 0.0), (0.9, 8, 0.01)):
        cost = LinearCost(X, y, LOGISTIC, intercept=False, l2=l2)
        course = Course(batch, steps=200, seed=4, momentum=momentum)
        params = torch.tensor(begin(cost), requires_grad=True)
        optimizer = torch.optim.SGD([params], lr=0.1, momentum=momentum, weight_decay=l2)
        walked, generator = [], np.random.default_rng(4)
        while len(walked) <= 200:
            order = generator.permutation(ROWS)
            for first in range(0, ROWS, batch):
                rows = order[first : first + batch]
                walked.append(params.detach().numpy().copy())
                optimizer.zero_grad()
                optimizer.param_groups[0]["lr"] = 0.1 * len(rows) / batch
                z, target = torch.tensor(X[rows]) @ params, torch.tensor(y[rows])
                torch.nn.functional.binary_cross_entropy_with_logits(z, target).backward()
                optimizer.step()
        ours = record(cost, course, Constant(0.1)).params
        np.testing.assert_allclose(ours, walked[:201], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("momentum", [0.0, 0.5])
@pytest.mark.parametrize("batch", [1, 7])
def test_the_average_is_the_plain_mean(form: str, momentum: float, batch: int) -> None:
    X, y = table(SQUARED)
    cost = LinearCost(FORMS[form](X), y, SQUARED, l2=0.2)
    averages: list[Average] = []
    course = Course(batch, steps=200, momentum=momentum, average_from=11, full_every=25)
    columns = record(cost, course, SLOW, lambda w: float(w @ w), averages.append)
    assert [average.step for average in averages] == [*range(25, 201, 25), 200]
    for average in averages:
        mean = columns.params[11 : average.step + 1].mean(axis=0)
        np.testing.assert_allclose(average.params, mean, rtol=1e-12, atol=1e-13)
        assert average.full_loss == pytest.approx(float(mean @ mean), rel=1e-11)


@pytest.mark.parametrize("rate", [0.9, 2.0, 2.1])
def test_the_lazy_scale_is_settled_before_it_vanishes_or_overflows(rate: float) -> None:
    """1 - rate·l2 is 0.1, -1 and -1.1: within 400 steps the scale passes 1e-9 and 1e9."""
    X, y = table(SQUARED)
    small = X * 1e-3  # the data hardly curve the cost: l2 does
    costs = [LinearCost(FORMS[form](small), y, SQUARED, l2=1.0) for form in ("dense", "csr")]
    for average_from in (None, 5):
        means: list[Average] = []
        course = Course(3, steps=400, average_from=average_from)
        dense, lazy = (record(c, course, Constant(rate), on_average=means.append) for c in costs)
        same(lazy, dense)
        if average_from is not None:
            one, other = (mean.params for mean in means if mean.step == 400)
            np.testing.assert_allclose(one, other, rtol=1e-12)


def test_weights_that_l2_takes_to_zero_in_one_step() -> None:
    X, y = table(SQUARED)
    cost = LinearCost(FORMS["csr"](X * 1e-3), y, SQUARED, l2=1.0)
    course = Course(1, steps=50)
    same(record(cost, course, Constant(1.0)), general(cost, course, Constant(1.0)))


def test_kept_are_the_steps_that_a_recorder_keeps() -> None:
    X, y = table(LOGISTIC)
    course = Course(2, steps=3_001, schedule=Schedule(100), full_every=10_000)
    for form in FORMS:
        cost = LinearCost(FORMS[form](X), y, LOGISTIC, l2=0.01)
        columns = record(cost, course)
        assert len(columns.step) < 500
        same(columns, general(cost, course, SLOW), 1e-11)


def test_pieces_come_within_an_epoch_and_in_order() -> None:
    X, y = table(SQUARED)
    cost = LinearCost(X, y, SQUARED)
    pieces = list(compiled_steps(cost, Course(4, 100), begin(cost), Constant(0.1).at, zero))
    assert [piece.step.tolist() for piece in pieces[:2]] == [[*range(14)], [*range(14, 28)]]
    assert len(pieces[-1].step) == 0  # every step was kept: nothing is left


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("batch", [1, 7])
def test_where_the_work_is_cut_changes_nothing(
    form: str, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, y = table(LOGISTIC)
    cost = LinearCost(FORMS[form](X), y, LOGISTIC, weights(), l2=0.1)
    means: list[Average] = []
    course = Course(batch, 90, average_from=20, full_every=1_000)
    whole = record(cost, course, on_average=means.append)
    monkeypatch.setattr(stochastic, "WORK", 300)
    pieces = list(compiled_steps(cost, course, begin(cost), SLOW.at, zero, on_average=means.append))
    assert max(len(piece.step) for piece in pieces) < 20
    same(Columns.joined(pieces).by_step(), whole)
    np.testing.assert_allclose(means[0].params, means[1].params, rtol=1e-12)


def test_the_loss_of_all_rows_at_its_cadence_and_nowhere_else() -> None:
    X, y = table(SQUARED)
    cost = LinearCost(X, y, SQUARED)
    objective = GeneralizedLinear(X, y, loss="squared")
    for every, wanted in ((None, 14), (1, 1), (20, 20)):
        columns = record(
            cost,
            Course(4, 60, full_every=every),
            full_loss=lambda w: objective.value_and_gradient(w)[0],
        )
        known = np.isfinite(columns.full_loss)
        assert columns.step[known].tolist() == list(range(0, 61, wanted))
        for params, full in zip(columns.params[known], columns.full_loss[known], strict=True):
            assert full == objective.value_and_gradient(params)[0]


def test_rows_with_a_full_loss_are_kept_by_the_schedule_of_epochs() -> None:
    X, y = table(SQUARED)
    schedule = Schedule(10)
    columns = record(LinearCost(X, y, SQUARED), Course(1, 2_000, schedule=schedule, full_every=7))
    known = columns.step[np.isfinite(columns.full_loss)]
    assert known.tolist() == [7 * n for n in range(2_000 // 7 + 1) if n in schedule]


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    X, y = table(SQUARED)
    for form in FORMS:
        cost = LinearCost(FORMS[form](X), y, SQUARED, l2=0.1)
        one, two, three = (record(cost, Course(5, 60, seed=seed)) for seed in (8, 8, 9))
        assert one.params.tobytes() == two.params.tobytes()
        assert one.params.tobytes() != three.params.tobytes()


@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_the_row_that_is_not_finite_is_the_last(form: str, batch: int, momentum: float) -> None:
    X, y = table(SQUARED)
    cost = LinearCost(FORMS[form](X * 100), y, SQUARED, l2=0.1)
    averages: list[Average] = []
    columns = record(
        cost, Course(batch, 100_000, 0, momentum, Schedule(50), average_from=0), Constant(10.0),
        on_average=averages.append,
    )  # fmt: skip
    assert columns.step[-1] < 1_000
    assert not math.isfinite(columns.loss[-1])
    assert np.all(np.isfinite(columns.loss[:-1]))
    assert np.all(np.isfinite(columns.params[:-1]))
    assert all(average.step < columns.step[-1] for average in averages)


def test_asked_to_stop_it_ends_in_good_order() -> None:
    X, y = table(SQUARED)
    cost = LinearCost(X, y, SQUARED)
    answers = iter([False, False, True])
    course = Course(1, 10_000, schedule=Schedule(20))
    pieces = compiled_steps(cost, course, begin(cost), SLOW.at, zero, asked=lambda: next(answers))
    columns = Columns.joined(list(pieces)).by_step()
    assert columns.step[-1] == 3 * ROWS - 1
    shorter = replace(course, steps=3 * ROWS - 1)
    same(columns, record(cost, shorter))


def test_the_start_is_not_changed() -> None:
    X, y = table(SQUARED)
    cost = LinearCost(X, y, SQUARED)
    start = begin(cost)
    list(compiled_steps(cost, Course(1, 50), start, Constant(0.1).at, zero))
    assert start.tolist() == begin(cost).tolist()


def test_what_the_loops_are_not_for_is_refused() -> None:
    X, y = table(SQUARED)
    with pytest.raises(InputError, match="softmax"):
        LinearCost(X, np.zeros(ROWS), SOFTMAX)
    with pytest.raises(InputError, match="C order"):
        LinearCost(np.asfortranarray(X), y, SQUARED)
