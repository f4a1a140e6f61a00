"""Every rule: a trace that must fire, one that must not, one that cannot tell."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from steepest.descent.descend import descend
from steepest.diagnosis import faults as home
from steepest.diagnosis.diagnose import RULES, diagnose
from steepest.objective.curve import Curve
from steepest.objective.function import objective_from
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares
from steepest.trace import Fact, Reason, Stop, Trace

PARABOLA = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
SECTIONS = ("Sees", "Matters", "Decides", "When it is wrong", "Try", "Sources")


def parabola(rate: float, steps: int = 50) -> Trace:
    return descend(PARABOLA, [10.0], learning_rate=rate, steps=steps, tolerance=0)


def houses(per: float = 1.0) -> LeastSquares:
    """House sizes in square feet divided by `per`; price in thousands of dollars."""
    rng = np.random.default_rng(0)
    size = rng.uniform(800, 3500, 50)
    return LeastSquares(size[:, None] / per, 60 + 0.14 * size + 30 * rng.normal(size=50))


def classes() -> GeneralizedLinear:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 3))
    return GeneralizedLinear(X, (X @ [1, -2, 0.5] + rng.logistic(size=200) > 0).astype(float))


def loss_alone(trace: Trace) -> Trace:
    """What a plain log holds: the losses, and nothing known about the rest."""
    return replace(trace, params=None, gradient=None, rule="unknown", facts={}, measures={})


def broken() -> Trace:
    """A loss that breaks at once, without growing first."""
    trace = parabola(0.1, 20)
    loss = trace.loss.copy()
    loss[12:] = np.nan
    return replace(trace, loss=loss, stop=Stop("non_finite", "NaN"))


def separated() -> Trace:
    X = np.array([[-2.0], [-1.0], [1.0], [3.0]])
    return descend(GeneralizedLinear(X, np.array([0.0, 0.0, 1.0, 1.0])), steps=1000)


def noisy() -> Trace:
    return descend(classes(), batch=10, steps=2000, learning_rate=0.5, tolerance=0)


def flipped(*which: int) -> Trace:
    """A loop whose gradient has the wrong sign in some coordinates."""
    objective = houses(1000.0)
    signs = np.ones(2)
    signs[list(which)] = -1

    def wrong(params: np.ndarray) -> np.ndarray:
        return signs * objective.value_and_gradient(params)[1]

    bug = objective_from(lambda p: objective.value_and_gradient(p)[0], wrong, names=("w", "b"))
    return descend(bug, [-100.0, 900.0], learning_rate=0.05, steps=60)


def bugged(bug: Callable[[np.ndarray, np.ndarray], np.ndarray], steps: int = 60) -> Trace:
    """A loop on the houses whose gradient is not the slope: bug(params, gradient)."""
    objective = houses(1000.0)

    def wrong(params: np.ndarray) -> np.ndarray:
        return bug(params, objective.value_and_gradient(params)[1])

    cost = objective_from(lambda p: objective.value_and_gradient(p)[0], wrong, names=("w", "b"))
    return descend(cost, [-100.0, 900.0], learning_rate=0.05, steps=steps)


def in_turn(steps: int = 60) -> Trace:
    """A loop that works out the slope of b after w has moved."""
    objective, rate = houses(1000.0), 0.05
    params, rows = np.array([-100.0, 900.0]), []
    for _ in range(steps):
        loss, gradient = objective.value_and_gradient(params)
        moved = params - rate * gradient * [1, 0]
        gradient[1] = objective.value_and_gradient(moved)[1][1]
        rows.append((loss, params, gradient))
        params = params - rate * gradient
    losses, places, slopes = zip(*rows, strict=True)
    trace = logged(losses, rate, loss_of="unknown", names=("w", "b"))
    return replace(trace, params=np.array(places), gradient=np.array(slopes))


def near_a_saddle() -> Trace:
    """x² - y², on the way in along x, with next to nothing along y."""
    cost = objective_from(
        lambda p: 5 + p[0] ** 2 - p[1] ** 2, lambda p: p * [2.0, -2.0], names=("x", "y")
    )
    return descend(cost, [1.0, 1e-9], learning_rate=0.1, steps=30, tolerance=0)


def log(loss: object, **measures: object) -> Trace:
    """A log that holds losses and scalar measures, and does not say what they are of."""
    values = np.asarray(loss, dtype=np.float64)
    columns = {name: np.asarray(value, dtype=np.float64) for name, value in measures.items()}
    stop = Stop("budget", "the log ends")
    rate = np.full(len(values), np.nan)
    plain = Trace(np.arange(len(values)), values, rate, "unknown", (), stop, loss_of="unknown")
    return replace(plain, measures=columns)


T = np.arange(60.0)
FALLING = np.asarray(0.2 + 0.9 * np.exp(-T / 8))
HELD = np.asarray(0.3 + 0.8 * np.exp(-T / 8))
DOUBLE_FLOOR = 0.5514  # ln(e + 2) - 1


def healthy_log() -> Trace:
    return log(FALLING, val_loss=HELD)


def seen(name: str, value: str) -> Trace:
    """A healthy log of a loop that was watched, with what the watcher saw."""
    facts = {"framework": Fact("PyTorch", "its own version"), name: Fact(value, "up to step 3")}
    return replace(healthy_log(), facts=facts)


def looked_at(share: float = 0.005, thrown: float = 0.0, **layers: float) -> Trace:
    """The healthy log, looked at at every step: gradients of these norms, weights of norm 1; its
    second loss is as much higher."""
    trace = healthy_log()
    names = {"gradient_norm": max(layers.values()), "weight_norm": 1.0, "update_to_weight": share}
    names |= {f"gradient_norm/{name}": norm for name, norm in layers.items()}
    names |= {f"weight_norm/{name}": 1.0 for name in layers}
    looks = {name: np.full(len(trace), value) for name, value in names.items()}
    higher = thrown * ((T > 0) & (T < 5))
    return replace(trace, loss=trace.loss + higher, measures={**trace.measures, **looks})


def skipped() -> Trace:
    facts = {"skipped_steps": 12.0, "skipped_in_a_row": 12.0, "updates_made": 3.0}
    return replace(
        healthy_log(), facts={name: Fact(value, "counted") for name, value in facts.items()}
    )


def fed(scale: float) -> Trace:
    """The healthy log of a network that is fed inputs of this root mean square."""
    facts = {"input_scale": scale, "input_offset": 0.1, "input_mean": 0.1, "input_std": scale}
    return replace(healthy_log(), facts={name: Fact(v, "seen") for name, v in facts.items()})


def put_out(measure: str = "output_scale/fc", value: float = 1.0, **facts: float | str) -> Trace:
    """The healthy log of a network whose layers were looked at."""
    known = {name: Fact(fact, "seen") for name, fact in facts.items()}
    return replace(log(FALLING, **{measure: np.full(60, value)}), facts=known)


CHANGED = {"contract_changes": "fc was 1", "contract_layers": "fc", "contract_step": 7.0}
REACHED = {
    "half_precision_reach": "fc reaches 40,000",
    "half_precision_layers": "fc",
    "half_precision_largest": 4e4,
}


FIRES: dict[str, Callable[[], Trace]] = {
    "detached_loss": lambda: seen("detached", "fc1, fc2"),
    "outside_optimizer": lambda: seen("outside_optimizer", "head"),
    "evaluation_mode": lambda: seen("evaluation_mode", "drop"),
    "vanishing_gradients": lambda: looked_at(a=1e-9, b=1e-8, c=0.1, d=1.0),
    "exploding_gradients": lambda: looked_at(rnn=1e4, head=1.0),
    "large_steps": lambda: looked_at(share=0.4, thrown=6.0, fc=1.0),
    "skipped_steps": skipped,
    "half_precision": lambda: put_out(**REACHED),
    "layer_contract": lambda: put_out(**CHANGED),
    "saturated_units": lambda: put_out("saturated_units/fc", 0.8),
    "unscaled_inputs": lambda: fed(7.5),
    "frozen_parameters": lambda: log(np.full(60, 1.37)),
    "accumulating_gradients": lambda: log(0.02 + np.cos(0.15 * T) ** 2),
    "scale_drift": lambda: log(FALLING + 0.7 * (T >= 40) * np.exp((40 - T) / 8)),
    "double_softmax": lambda: log(DOUBLE_FLOOR + (np.log(3) - DOUBLE_FLOOR) * np.exp(-T / 8)),
    "dead_units": lambda: log(np.log(3) + 0.03 * np.exp(-T)),
    "shuffled_labels": lambda: log(0.3 + 0.8 * np.exp(-T / 30), val_loss=1.1 + 0.005 * T),
    "label_leak": lambda: log(np.exp(-T / 5), val_loss=1.1 * np.exp(-T / 5)),
    "overfitting": lambda: log(FALLING, val_loss=HELD + 0.006 * T),
    "plateau": lambda: log(0.1 + 0.9 / (1 + np.exp((T - 35) / 2))),
    "gradient_sign": lambda: flipped(1),
    "gradient_scale": lambda: bugged(lambda _, g: 2 * g),
    "gradient_missing_term": lambda: bugged(lambda p, g: g - 0.3 * p),
    "sequential_update": in_turn,
    "saddle": near_a_saddle,
    "diverging": lambda: parabola(1.05),
    "non_finite": broken,
    "oscillating": lambda: parabola(1.0),
    "separable": separated,
    "overshooting": lambda: parabola(0.9),
    "ill_conditioned": lambda: descend(houses(), [-0.1, 900], steps=1000),
    "crawling": lambda: parabola(0.001),
    "noise_floor": noisy,
    "converged": lambda: parabola(0.2),
    "unfinished": lambda: descend(houses(1000.0), [-100, 900], steps=100),
}
CLEAR: dict[str, Callable[[], Trace]] = (
    dict.fromkeys(FIRES, lambda: parabola(0.4))
    | {
        "converged": lambda: parabola(0.001),
        "half_precision": put_out,
        "layer_contract": put_out,
        "saturated_units": lambda: put_out("saturated_units/fc", 0.1),
        "unscaled_inputs": lambda: fed(1.0),
    }
    | dict.fromkeys(
        (
            "accumulating_gradients",
            "scale_drift",
            "double_softmax",
            "shuffled_labels",
            "label_leak",
            "overfitting",
            "plateau",
        ),
        healthy_log,
    )
)
CANNOT: dict[str, Callable[[], Trace] | None] = {
    "detached_loss": healthy_log,
    "outside_optimizer": healthy_log,
    "evaluation_mode": healthy_log,
    "vanishing_gradients": healthy_log,
    "exploding_gradients": healthy_log,
    "large_steps": healthy_log,
    "skipped_steps": healthy_log,
    "half_precision": healthy_log,
    "layer_contract": healthy_log,
    "saturated_units": healthy_log,
    "unscaled_inputs": healthy_log,
    "frozen_parameters": lambda: log([1.0, 0.9]),
    "accumulating_gradients": lambda: log([1.0, 0.9]),
    "scale_drift": lambda: log([1.0, 0.9]),
    "double_softmax": lambda: log(5 + FALLING),
    "dead_units": lambda: log([1.0, 0.9]),
    "shuffled_labels": lambda: log(1.0 - 0.004 * T),
    "label_leak": lambda: log(FALLING),
    "overfitting": lambda: log(FALLING),
    "plateau": lambda: log([1.0, 0.9]),
    "gradient_sign": noisy,
    "gradient_scale": noisy,
    "gradient_missing_term": lambda: loss_alone(parabola(0.4)),
    "sequential_update": noisy,
    "saddle": lambda: parabola(0.1, 1),
    "diverging": lambda: parabola(0.1, 1),
    "non_finite": None,  # a number is finite or not: it can always tell
    "oscillating": lambda: loss_alone(parabola(0.4)),
    "separable": None,  # it was proven or it was not
    "overshooting": noisy,
    "ill_conditioned": lambda: loss_alone(parabola(0.4)),
    "crawling": lambda: loss_alone(parabola(0.4)),
    "noise_floor": lambda: descend(classes(), batch=50, steps=10, tolerance=0),
    "converged": lambda: loss_alone(parabola(0.1, 2)),
    "unfinished": lambda: parabola(0.1, 0),
}
CODES = [rule.__name__ for rule in RULES]


@pytest.mark.parametrize("code", CODES)
def test_it_is_the_verdict_where_it_must_be(code: str) -> None:
    diagnosis = diagnose(FIRES[code]())
    assert diagnosis.verdict == code
    finding = diagnosis.findings[0]
    assert finding.evidence
    assert any(character.isdigit() for character in finding.because)


@pytest.mark.parametrize("code", CODES)
def test_it_is_clear_where_it_must_not_be(code: str) -> None:
    assert code in diagnose(CLEAR[code]()).clear


@pytest.mark.parametrize("code", [code for code in CODES if CANNOT[code] is not None])
def test_it_says_what_it_would_need(code: str) -> None:
    make = CANNOT[code]
    assert make is not None
    assert diagnose(make()).cannot_tell[code]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_its_docstring_is_its_page(rule: Callable[..., object]) -> None:
    page = inspect.getdoc(rule) or ""
    places = [page.find(f"\n{section}\n") for section in SECTIONS]
    assert all(place > 0 for place in places)
    assert places == sorted(places)


def test_every_file_of_faults_is_a_rule() -> None:
    files = {path.stem for path in Path(home.__file__).parent.glob("*.py")}
    assert files - {"__init__"} == set(CODES)


@pytest.mark.parametrize("code", ["diverging", "oscillating", "overshooting", "crawling"])
def test_the_rate_that_it_gives_mends_it(code: str) -> None:
    finding = diagnose(FIRES[code]()).findings[0]
    rate = finding.remedies[0].set["learning_rate"]
    assert isinstance(rate, float)
    assert rate == pytest.approx(0.5)
    assert diagnose(parabola(rate)).verdict == "converged"


def test_the_steps_that_it_gives_are_enough_and_no_more() -> None:
    objective = houses(1000.0)
    first = descend(objective, [-100, 900], steps=100)
    steps = diagnose(first).findings[0].remedies[0].set["steps"]
    assert isinstance(steps, int)
    assert descend(objective, [-100, 900], steps=steps).stop.reason == "converged"
    assert descend(objective, [-100, 900], steps=steps - 2).stop.reason == "budget"


def test_the_rate_from_the_growth_of_the_loss_alone() -> None:
    """αλ = 2.5 multiplies the loss by 1.5² a step; λ = 2 follows from that."""
    trace = replace(parabola(1.25, 30), params=None, gradient=None, facts={})
    finding = diagnose(trace).findings[0]
    assert finding.code == "diverging"
    assert finding.evidence["sharpness"] == pytest.approx(2.0, rel=1e-9)


@pytest.mark.parametrize(("rate", "l2", "off"), [(3.0, 0.01, 10.0), (200.0, 0.001, 100.0)])
def test_no_product_below_two_is_called_too_large(rate: float, l2: float, off: float) -> None:
    """Huber's cost is all but straight far out: the curvature met there says too little."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 5))
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    y = X @ [1.0, 2.0, 0.0, -1.0, 3.0] + rng.standard_t(2, size=200) + off
    cost = GeneralizedLinear(X, y, loss="huber", l2=l2)
    finding = diagnose(descend(cost, learning_rate=rate, steps=300)).findings[0]
    assert finding.code == "diverging"
    assert "times the bound on the sharpness" in finding.because
    assert float(finding.because.partition(" is ")[2].partition(",")[0]) > 2
    assert finding.evidence["largest_stable_learning_rate"] < rate


def test_an_overflow_from_growth_is_diverging_first() -> None:
    codes = [finding.code for finding in diagnose(parabola(1.5, 3000)).findings]
    assert codes[:2] == ["diverging", "non_finite"]


def test_bouncing_on_a_cost_that_cannot_overflow_is_diverging() -> None:
    """A logistic loss has bounded slopes: too large a rate bounces for ever."""
    diagnosis = diagnose(descend(classes(), learning_rate=20.0, steps=300))
    assert diagnosis.verdict == "diverging"
    rate = diagnosis.findings[0].remedies[0].set["learning_rate"]
    assert diagnose(descend(classes(), learning_rate=rate, steps=3000)).verdict == "converged"


def test_scaling_is_advised_with_the_condition_number_that_it_gives() -> None:
    finding = diagnose(FIRES["ill_conditioned"]()).findings[0]
    assert finding.evidence["condition_number"] > 1e7
    assert finding.evidence["condition_number_standardised"] == pytest.approx(1.0)
    assert finding.remedies[0].set == {"scale": "standard"}


@pytest.mark.parametrize("share", [0.05, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_healthy_descents_get_no_warning(share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(100, 4)) * rng.uniform(0.5, 2, 4)
    objective = LeastSquares(X, X @ rng.normal(size=4) + rng.normal(size=100))
    rate = share / objective.bowl.sharpness
    trace = descend(objective, learning_rate=rate, steps=2000)
    assert {finding.severity for finding in diagnose(trace).findings} == {"info"}


@pytest.mark.parametrize(("which", "named"), [((0,), "w"), ((1,), "b"), ((0, 1), "every")])
def test_a_flipped_gradient_is_named(which: tuple[int, ...], named: str) -> None:
    finding = diagnose(flipped(*which)).findings[0]
    assert finding.code == "gradient_sign"
    assert f"gradient of {named}" in finding.because
    assert finding.evidence["factor"] == pytest.approx(-1)


def logged(losses: object, rate: float | np.ndarray = 0.1, **more: object) -> Trace:
    """A plain log of losses of all rows."""
    loss = np.asarray(losses, dtype=np.float64)
    rates = np.broadcast_to(np.asarray(rate, dtype=np.float64), loss.shape).copy()
    stop = Stop("budget", "as many as were allowed")
    plain = Trace(np.arange(len(loss)), loss, rates, "unknown", ("w",), stop)
    return replace(plain, **more)  # type: ignore[arg-type]


def epochs(full_loss: np.ndarray) -> Trace:
    """Mini-batch descent with the loss of all rows at every epoch."""
    return logged(np.ones(len(full_loss)), loss_of="batch", measures={"full_loss": full_loss})


def sentences(trace: Trace) -> str:
    findings = diagnose(trace).findings
    parts = [f.because + " " + " ".join(r.sentence for r in f.remedies) for f in findings]
    return " ".join(parts)


def test_a_noisy_runaway_of_batches_is_diverging_and_no_noise_floor() -> None:
    rng = np.random.default_rng(0)
    losses = 10 ** np.linspace(0, 21, 40) * np.exp(3.0 * rng.normal(size=40))
    assert not np.all(losses[2:] > losses[:-2])
    diagnosis = diagnose(epochs(losses))
    assert diagnosis.verdict == "diverging"
    assert "noise_floor" in diagnosis.clear


@pytest.mark.parametrize(("level", "fires"), [(0.5, True), (3.0, False)])
def test_a_noise_floor_is_not_far_above_the_first_loss(level: float, fires: bool) -> None:
    noise = 0.05 * np.random.default_rng(0).normal(size=40)
    diagnosis = diagnose(epochs(np.r_[1.0, level + noise]))
    assert (diagnosis.verdict == "noise_floor") is fires
    assert "diverging" in diagnosis.clear


def test_the_remedy_of_a_noise_floor_claims_no_more_than_is_known() -> None:
    said = sentences(noisy())
    assert "halve the learning rate, to 0.25" in said
    assert "either" not in said


@pytest.mark.parametrize(("text", "start", "rate"), [("w**4-3*w**2+w", 0.17, 0.5)])
def test_a_rate_for_a_changing_curvature_does_not_diverge(
    text: str, start: float, rate: float
) -> None:
    """The Hessian at the lowest step says 2.6; the minimum that it leads to has 14.3."""
    curve = Curve.of(text)
    diagnosis = diagnose(descend(curve, [start], learning_rate=rate, steps=200))
    assert diagnosis.verdict == "diverging"
    remedy = diagnosis.findings[0].remedies[0]
    assert "further if it still rises" in remedy.sentence
    assert "stable" not in remedy.sentence
    mended = remedy.set["learning_rate"]
    assert isinstance(mended, float)
    again = diagnose(descend(curve, [start], learning_rate=mended, steps=200))
    assert again.verdict == "converged"


@pytest.mark.parametrize("rate", [0.01, 0.005])
def test_a_rate_for_a_bent_valley_does_not_diverge(rate: float) -> None:
    def slope(w: np.ndarray) -> np.ndarray:
        bend = w[1] - w[0] ** 2
        return np.array([-2 * (1 - w[0]) - 400 * w[0] * bend, 200 * bend])

    rosenbrock = objective_from(
        lambda w: float((1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2), slope, names=("x", "y")
    )
    found = diagnose(descend(rosenbrock, [-1.2, 1.0], learning_rate=rate, steps=500))
    assert found.verdict == "diverging"
    mended = found.findings[0].remedies[0].set["learning_rate"]
    assert isinstance(mended, float)
    again = diagnose(descend(rosenbrock, [-1.2, 1.0], learning_rate=mended, steps=500))
    assert {"diverging", "non_finite"} <= set(again.clear)


def test_a_stable_rate_is_claimed_only_where_the_bowl_is_known() -> None:
    known = descend(Curve.of("w**2"), [10.0], learning_rate=1.05, steps=30)
    assert "anything below 1 is stable" in sentences(known)
    assert "stable" not in sentences(parabola(1.05))


def test_a_decayed_rate_cannot_tell_of_convergence() -> None:
    """The loss flattens out far above the minimum: the rate vanished, not the gradient."""
    rates = np.asarray(0.05 * 0.8 ** np.arange(80), dtype=np.float64)
    shrink = np.cumprod(np.append(1.0, 1 - 0.4 * rates[:-1]))
    loss = np.asarray(0.2 * (10 * shrink) ** 2, dtype=np.float64)
    trace = logged(loss, rates, rule="gradient_descent")
    assert diagnose(logged(loss)).verdict == "converged"  # at a constant rate it would be
    assert diagnose(trace).cannot_tell["converged"]
    known = replace(trace, facts={"minimum_loss": Fact(0.0, "known")})
    assert "converged" in diagnose(known).clear
    assert "converged" in [
        finding.code
        for finding in diagnose(
            replace(trace, facts={"minimum_loss": Fact(float(loss[-1]), "known")})
        ).findings
    ]


def test_a_sample_of_the_coordinates_tells_nothing_of_the_others() -> None:
    whole = parabola(0.9)
    some = diagnose(replace(whole, facts={}, coordinates=np.array([3])))
    assert {"overshooting", "oscillating", "crawling"} <= set(some.cannot_tell)
    circle = replace(parabola(1.0), coordinates=np.array([3]))
    assert "oscillating" in diagnose(circle).cannot_tell


@pytest.mark.parametrize(
    ("losses", "grew"),
    [
        ([1.0, 1e40, 1e200, np.nan], True),
        ([-1.0, -1e40, -1e100, -1e200, -1e250, -1e280, np.inf], True),
        ([1.0, 0.9, 0.8, 0.7, np.nan], False),
        ([-1.0, -0.9, -0.8, -0.7, -0.6, -0.5, np.nan], False),
    ],
)
def test_growth_before_an_overflow_is_seen(losses: list[float], grew: bool) -> None:
    answers = {finding.code: finding for finding in diagnose(logged(losses)).findings}
    because = answers["non_finite"].because
    assert ("without growing" in because) is not grew
    assert ("had grown" in because) is grew


def test_a_cycle_over_a_kink_is_not_called_the_limit_of_a_bowl() -> None:
    kink = objective_from(lambda w: float(abs(w[0])), lambda w: np.sign(w))
    trace = descend(kink, [10.05], learning_rate=0.1, steps=200)
    assert diagnose(trace).verdict == "oscillating"
    assert "exactly 2" not in sentences(trace)
    assert "cycle" in sentences(trace)
    assert "exactly 2" in sentences(parabola(1.0))


def test_gradients_that_grew_cannot_say_what_is_left() -> None:
    """Beside the maximum of w⁴ - 3w² the first gradient is nearly nothing."""
    trace = descend(Curve.of("w**4-3*w**2"), [0.001], learning_rate=0.002, steps=480)
    facts = {"sharpness": Fact(12.0, "of the minimum")}
    trace = replace(trace, facts=facts)
    assert trace.gradient is not None
    assert abs(trace.gradient[-1, 0]) > abs(trace.gradient[0, 0])
    assert "gradient has grown" in diagnose(trace).cannot_tell["crawling"]


@pytest.mark.parametrize(
    ("losses", "runs"),
    [
        (np.linspace(0.2, 0.4, 30), False),
        (-5 + 0.01 * np.arange(30), False),
        (np.r_[-1.0, np.linspace(0.2, 0.4, 30)], False),
        (-1 + 1e-3 * 3.0 ** np.arange(30), True),
        (0.2 * 1.3 ** np.arange(30), True),
    ],
)
def test_a_runaway_is_measured_from_the_lowest_loss(losses: np.ndarray, runs: bool) -> None:
    assert (diagnose(logged(losses)).verdict == "diverging") is runs


@pytest.mark.parametrize("rows", [80, 400])
def test_rounding_on_a_plateau_is_no_divergence(rows: int) -> None:
    """As float32 writes it; a rise beyond rounding, at the same rate, still is one."""
    noise = 1e-7 * np.random.default_rng(0).uniform(-1, 1, rows)
    loss = (1.0 + 10 * 0.7 ** np.arange(rows)) * (1 + noise)
    facts = {"sharpness": Fact(2.0, "measured")}
    trace = logged(loss, 0.9, rule="gradient_descent", facts=facts)
    assert "diverging" in diagnose(trace).clear
    assert "unfinished" in diagnose(trace).clear
    rough = (1.0 + 10 * 0.7 ** np.arange(rows)) * (1 + 1e4 * noise)
    assert diagnose(replace(trace, loss=rough)).verdict == "diverging"


def test_a_jumping_descent_that_converged_is_converged() -> None:
    trace = descend(PARABOLA, [10.0], learning_rate=0.9, steps=5000)
    assert trace.stop.reason == "converged"
    assert diagnose(trace).verdict == "converged"


@pytest.mark.parametrize("rate", [np.nan, 0.0, np.inf])
@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("path", [0.001, 0.9, 1.0, 1.05])
def test_a_rate_that_is_not_known_is_not_used(
    rate: float, bare: bool, back: bool, path: float
) -> None:
    trace = parabola(path)
    trace = replace(trace, learning_rate=np.full(len(trace), rate))
    if bare:
        trace = replace(trace, facts={}, params=None, gradient=None)
    if back:
        trace = replace(trace, loss=trace.loss[::-1].copy())
    diagnosis = diagnose(trace)
    for finding in diagnosis.findings:
        assert np.all(np.isfinite(list(finding.evidence.values())))
    assert "not a number" not in sentences(trace)
    assert "nan" not in sentences(trace)
    assert diagnosis.cannot_tell["crawling"] == "the learning rate"


def test_a_floor_at_an_unknown_rate_is_found_without_a_number_to_set() -> None:
    noise = 0.05 * np.random.default_rng(0).normal(size=40)
    trace = replace(epochs(0.5 + noise), learning_rate=np.full(40, np.nan))
    finding = diagnose(trace).findings[0]
    assert finding.code == "noise_floor"
    assert finding.remedies[0].set == {}
    assert "learning_rate" not in finding.evidence


def test_a_run_that_still_runs_is_not_called_interrupted() -> None:
    trace = replace(parabola(0.01), stop=Stop("interrupted", "no end is written yet"))
    assert "unfinished" in [finding.code for finding in diagnose(trace).findings]
    assert "interrupted" not in sentences(trace)


def test_just_above_the_limit_the_digits_show_it() -> None:
    assert "is 2.00002, above the limit of 2" in sentences(parabola(1.00001))


@pytest.mark.parametrize("reason", ["non_finite", "converged", "budget"])
@pytest.mark.parametrize("rows", [1, 5])
def test_a_record_without_a_finite_row_is_read(reason: Reason, rows: int) -> None:
    tables = {"params": np.ones((rows, 1)), "gradient": np.ones((rows, 1))}
    stop = Stop(reason, "it stopped")
    facts = {name: Fact(1.0, "known") for name in ("sharpness", "minimum_loss")}
    trace = logged([np.nan] * rows, rule="gradient_descent", stop=stop, facts=facts, **tables)
    assert diagnose(trace).verdict == "non_finite"
    assert "converged" in diagnose(trace).cannot_tell
