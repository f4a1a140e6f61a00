"""Gradients that are right, and every fault by name, against closed forms and mpmath."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath
import numpy as np
import pytest

from steepest.diagnosis.checking.answer import GradientCheck
from steepest.diagnosis.checking.factors import factor_words
from steepest.diagnosis.checking.meter import Meter
from steepest.diagnosis.checking.slopes import make_place
from steepest.diagnosis.gradient_check import check_gradient
from steepest.errors import InputError

Array = np.ndarray
Function = Callable[[Array], object]

RNG = np.random.default_rng(5)
X = RNG.normal(size=(120, 4)) + 0.5
Y = X @ [1.0, -2.0, 0.5, 3.0] + RNG.normal(size=120)
LABELS = (np.median(Y) < Y).astype(float)
POINT = np.array([0.3, -0.7, 1.1, 0.4])


def squares(w: Array) -> float:
    return np.mean((X @ w - Y) ** 2)


def squares_slope(w: Array) -> Array:
    return 2 * X.T @ (X @ w - Y) / 120


def logistic(w: Array) -> float:
    return float(np.mean(np.logaddexp(0, X @ w) - LABELS * (X @ w)))


def logistic_slope(w: Array) -> Array:
    return X.T @ (1 / (1 + np.exp(-X @ w)) - LABELS) / 120


def network(w: Array) -> float:
    hidden = np.maximum(X @ w[:12].reshape(4, 3) + w[12:15], 0)
    return float(np.mean((hidden @ w[15:] - Y) ** 2))


def network_slope(w: Array) -> Array:
    inner = X @ w[:12].reshape(4, 3) + w[12:15]
    hidden = np.maximum(inner, 0)
    rest = 2 * (hidden @ w[15:] - Y) / 120
    back = np.outer(rest, w[15:]) * (inner > 0)
    return np.concatenate([(X.T @ back).ravel(), back.sum(axis=0), hidden.T @ rest])


def single(w: Array) -> np.float32:
    table = X.astype(np.float32)
    return np.mean((table @ w.astype(np.float32) - Y.astype(np.float32)) ** 2)


def barrier(w: Array) -> float:
    return -sum(math.log(one) for one in w)


RIGHT: dict[str, tuple[Function, Function, Array]] = {
    "squares": (squares, squares_slope, POINT),
    "at zero": (squares, squares_slope, np.zeros(4)),
    "at the minimum": (squares, squares_slope, np.linalg.lstsq(X, Y)[0]),
    "logistic": (logistic, logistic_slope, POINT),
    "network": (network, network_slope, RNG.normal(size=18)),
    "network at zero": (network, network_slope, np.zeros(18)),
    "float32": (single, squares_slope, POINT),
    "float32 gradient": (squares, lambda w: squares_slope(w).astype(np.float32), POINT),
    "a domain": (barrier, lambda w: -1 / w, np.array([1e-3, 0.5, 20.0])),
    "an offset": (lambda w: 1e9 + squares(w), squares_slope, POINT),
    "rounded": (lambda w: round(float(squares(w)), 6), squares_slope, POINT),
    "fast waves": (lambda w: np.sum(np.sin(50 * w)), lambda w: 50 * np.cos(50 * w), POINT),
    "a constant": (lambda w: 3.0, lambda w: np.zeros_like(w), POINT),
    "tiny": (lambda w: 1e-200 * w @ w, lambda w: 2e-200 * w, POINT),
    "tiny parameters": (lambda w: w @ w, lambda w: 2 * w, 1e-30 * POINT),
    "large parameters": (lambda w: w @ w / 1e24, lambda w: 2e-24 * w, 1e12 * POINT),
    "a table": (lambda w: np.sum(w**3), lambda w: 3 * w**2, POINT.reshape(2, 2)),
    "one number": (lambda w: float(w[0] ** 2), lambda w: [2 * w[0]], np.array([3.0])),
    "raw columns": (
        lambda w: np.mean((X @ ([1e4, 1, 1e-3, 10] * w) - Y) ** 2),
        lambda w: [1e4, 1, 1e-3, 10] * squares_slope([1e4, 1, 1e-3, 10] * w),
        np.zeros(4),
    ),
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("seed", range(3))
def test_a_right_gradient_is_right(name: str, seed: int) -> None:
    loss, gradient, point = RIGHT[name]
    found = check_gradient(loss, gradient, point, seed=seed)
    assert found.verdict == "right", found
    assert found
    assert found.findings == ()
    found.raise_if_wrong()


def only(j: int, change: Callable[[float], float]) -> Function:
    def gradient(w: Array) -> Array:
        slope = squares_slope(w)
        slope[j] = change(slope[j])
        return slope

    return gradient


def length_one(w: Array) -> Array:
    return squares_slope(w) / np.linalg.norm(squares_slope(w))


WRONG: dict[str, tuple[Function, str, str, dict[str, float]]] = {
    "turned": (lambda w: -squares_slope(w), "gradient_sign", "every coordinate", {"factor": -1}),
    "one turned": (only(2, lambda x: -x), "gradient_sign", "gradient of w_2", {"factor": -1}),
    "doubled": (lambda w: 2 * squares_slope(w), "gradient_scale", "2 times", {"factor": 2}),
    "halved": (lambda w: squares_slope(w) / 2, "gradient_scale", "1/2 times", {"factor": 0.5}),
    "one halved": (only(1, lambda x: x / 2), "gradient_scale", "gradient of w_1", {"factor": 0.5}),
    "summed": (lambda w: 120 * squares_slope(w), "gradient_scale", "120 rows", {"factor": 120}),
    "averaged": (lambda w: squares_slope(w) / 120, "gradient_scale", "mean", {"factor": 1 / 120}),
    "both": (lambda w: 60 * squares_slope(w), "gradient_scale", "120/2", {"factor": 60}),
    "odd": (lambda w: 1.2345 * squares_slope(w), "gradient_scale", "1.2345", {"factor": 1.2345}),
    "zero": (only(3, lambda x: 0.0), "gradient_missing_term", "gradient of w_3 is 0", {}),
    "no l2": (
        lambda w: squares_slope(w) - 0.2 * w,
        "gradient_missing_term",
        "l2",
        {"strength": 0.2},
    ),
    "own l2": (
        lambda w: squares_slope(w) + 0.2 * w,
        "gradient_missing_term",
        "l2",
        {"strength": -0.2},
    ),
    "no l1": (
        lambda w: squares_slope(w) - 0.1 * np.sign(w),
        "gradient_missing_term",
        "l1 penalty 0.1",
        {"l1": 0.1},
    ),
    "constant": (
        only(0, lambda x: x - 0.3),
        "gradient_missing_term",
        "0.3 in w_0",
        {"missing_w_0": 0.3},
    ),
    "normalised": (length_one, "gradient_scale", "length 1", {"length": 1}),
    "swapped": (
        lambda w: squares_slope(w)[[0, 2, 1, 3]],
        "gradient_wrong",
        "w_1 has the gradient of w_2",
        {},
    ),
    "each its own": (
        lambda w: squares_slope(w) * [1, 2, 3, 0.5],
        "gradient_scale",
        "w_1: 2 times, w_2: 3 times",
        {"factor_w_3": 0.5},
    ),
    "nonsense": (lambda w: np.cos(w), "gradient_wrong", "every coordinate", {}),
    "not a number": (only(1, lambda x: math.nan), "gradient_wrong", "not a number", {}),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("start", ["zeros", "point"])
def test_every_fault_is_named(name: str, start: str) -> None:
    gradient, verdict, said, evidence = WRONG[name]
    found = check_gradient(squares, gradient, POINT if start == "point" else np.zeros(4), rows=120)
    assert found.verdict == verdict, found
    assert not found
    finding = found.findings[0]
    assert finding.severity == "error"
    assert said in finding.because
    for key, value in evidence.items():
        assert finding.evidence[key] == pytest.approx(value, rel=1e-3)
    assert finding.remedies
    with pytest.raises(AssertionError, match=verdict):
        found.raise_if_wrong()


@pytest.mark.parametrize("verdict", ["gradient_sign", "gradient_scale", "gradient_missing_term"])
def test_faults_of_a_loss_in_float32_are_named_too(verdict: str) -> None:
    factor = {"gradient_sign": -1, "gradient_scale": 2, "gradient_missing_term": 0}[verdict]
    found = check_gradient(single, only(1, lambda x: factor * x), POINT)
    assert found.verdict == verdict, found
    assert "rounded" in found.notes[0]


def test_a_slope_that_is_lost_in_rounding_is_no_proof_and_said() -> None:
    """In float32 nothing is left of the second term: its gradient could be anything."""
    loss = lambda w: np.float32(w[0] ** 2 + 1e-9 * w[1] ** 2)  # noqa: E731
    for second in (2e-9, -2e-9):
        found = check_gradient(loss, lambda w, k=second: np.array([2 * w[0], k * w[1]]), [1.0, 2.0])
        assert found.ok
        assert any("along w_1 is lost" in note for note in found.notes)
    exact = lambda w: w[0] ** 2 + 1e-9 * w[1] ** 2  # noqa: E731
    assert not check_gradient(exact, lambda w: np.array([2 * w[0], -2e-9 * w[1]]), [1.0, 2.0])


def test_a_fault_is_seen_by_a_float64_loss_at_a_millionth() -> None:
    gradient = only(2, lambda x: x * (1 + 1e-5))
    assert check_gradient(squares, gradient, POINT).verdict == "gradient_scale"
    assert check_gradient(squares, gradient, POINT, tolerance=1e-4)


def test_a_penalty_cannot_hide_behind_zeros() -> None:
    wrong = lambda w: squares_slope(w) - 0.2 * w  # noqa: E731
    assert check_gradient(squares, wrong, np.zeros(4), points=1)
    assert not check_gradient(squares, wrong, np.zeros(4))


def test_a_penalty_spares_the_intercept() -> None:
    kept = np.array([1, 1, 1, 0])
    found = check_gradient(
        squares, lambda w: squares_slope(w) - 0.2 * kept * w, POINT, names=["a", "b", "c", "bias"]
    )
    assert "the gradient of a, b, c lacks 0.2 times the parameter" in found.findings[0].because


class TestKinks:
    def test_any_slope_between_the_one_sided_ones_is_right(self) -> None:
        for slope in (-1.0, 0.0, 0.4, 1.0):
            at_zero = lambda w, slope=slope: np.where(w == 0, slope, np.sign(w))  # noqa: E731
            found = check_gradient(lambda w: float(np.sum(np.abs(w))), at_zero, np.zeros(3))
            assert found.verdict == "right", found
            assert slope in (0.0,) or "kink" in found.notes[0]

    def test_a_slope_beyond_them_is_wrong(self) -> None:
        at_zero = lambda w: np.where(w == 0, 1.5, np.sign(w))  # noqa: E731
        assert not check_gradient(lambda w: float(np.sum(np.abs(w))), at_zero, np.zeros(3))

    def test_a_complex_step_does_not_take_abs_for_analytic(self) -> None:
        """np.abs of a complex number is its modulus: the imaginary part is dropped."""
        loss = lambda w: np.sum(w**2) + np.sum(np.abs(w))  # noqa: E731
        found = check_gradient(loss, lambda w: 2 * w + np.sign(w), POINT)
        assert found.verdict == "right"
        assert found.how == "central differences"


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_slopes_and_their_errors_against_mpmath(scale: float) -> None:
    """exp(sin(a·x)) and its derivative with forty digits; both ways of measuring."""

    def real(w: Array) -> float:
        return math.exp(math.sin(w[0] / scale))

    def both(w: Array) -> object:
        return np.exp(np.sin(w[0] / scale))

    for loss in (real, both):
        for x in (0.2, 1.3, 2.9):
            with mpmath.workdps(40):
                exact = float(mpmath.diff(lambda t: mpmath.exp(mpmath.sin(t)), x) / scale)
            meter = Meter(loss, lambda w, exact=exact: np.array([exact]), [x * scale])
            place = make_place(meter, meter.start, None, np.ones(1))
            assert place is not None
            assert place.complex_step == (loss is both)
            slope = place.along(np.ones(1))
            assert abs(slope.value - exact) <= slope.error
            assert slope.error < 1e-6 * abs(exact) + 1e-9 / scale
            assert not slope.wrong


def counting(loss: Function, calls: list[int]) -> Function:
    def counted(w: Array) -> object:
        calls.append(1)
        return loss(w)

    return counted


def wide(w: Array) -> float:
    return float(np.mean(np.log(np.cosh(w - 0.3))))


def wide_slope(w: Array) -> Array:
    return np.tanh(w - 0.3) / w.size


def test_a_million_parameters_take_some_hundred_evaluations() -> None:
    calls: list[int] = []
    found = check_gradient(counting(wide, calls), wide_slope, np.zeros(1_000_000), points=1)
    assert found.verdict == "right"
    assert found.evaluations == len(calls) < 100


@pytest.mark.parametrize("place", [0, 77_777, 99_999])
def test_one_wrong_coordinate_among_many_is_found_by_halving(place: int) -> None:
    def gradient(w: Array) -> Array:
        slope = wide_slope(w)
        slope[place] *= -1
        return slope

    found = check_gradient(wide, gradient, np.zeros(100_000), points=2)
    assert found.verdict == "gradient_sign", found
    assert found.worst[0].name == f"w_{place}"
    assert f"gradient of w_{place} (1 of" in found.findings[0].because
    assert found.evaluations < 2000


def test_what_a_sample_says_of_all_is_tested_in_all() -> None:
    point = np.random.default_rng(0).normal(size=20_000)
    found = check_gradient(wide, lambda w: 3 * wide_slope(w), point)
    assert "gradient of every coordinate is 3 times" in found.findings[0].because
    half = np.where(np.arange(20_000) < 10_000, 3, 1)
    found = check_gradient(wide, lambda w: half * wide_slope(w), point)
    assert found.verdict == "gradient_scale"
    assert "many coordinates" in found.findings[0].because


def jumping() -> Function:
    rng = np.random.default_rng(0)
    return lambda w: float(w @ w) * (1 + 0.01 * rng.normal())


def moving(w: Array) -> Array:
    w *= 2
    return w


REFUSED: dict[str, tuple[Function, Function, object, str]] = {
    "random loss": (jumping(), lambda w: 2 * w, [1.0], "drawn at random"),
    "random gradient": (
        lambda w: w @ w,
        lambda w: jumping()(w) * RNG.normal(size=1),
        [1.0],
        "rand",
    ),
    "not finite": (lambda w: math.inf, lambda w: w, [1.0], "the loss is infinity"),
    "many losses": (lambda w: w**2, lambda w: 2 * w, [1.0, 2.0], r"shape \(2,\)"),
    "no number": (lambda w: "low", lambda w: w, [1.0], "'low'"),
    "wrong shape": (lambda w: w @ w, lambda w: w[:1], [1.0, 2.0], r"\(1,\) for parameters of"),
    "in place": (lambda w: w @ w, moving, [1.0, 2.0], "in place"),
    "loss in place": (lambda w: float(np.sum(moving(w))), lambda w: 2 * w, [1.0], "loss changes"),
    "nothing": (lambda w: 0.0, lambda w: w, [], "params is empty"),
    "no parameters": (lambda w: 0.0, lambda w: w, [math.nan], "params holds nan"),
    "text": (lambda w: 0.0, lambda w: w, "abc", "expected real numbers"),
    "no function": (3.0, lambda w: w, [1.0], "expected a function"),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_checked_is_refused_in_a_sentence(name: str) -> None:
    loss, gradient, params, said = REFUSED[name]
    with pytest.raises(InputError, match=said):
        check_gradient(loss, gradient, params)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"names": ["a"]}, "1 texts for 4 parameters"),
        ({"tolerance": 0}, "tolerance is 0"),
        ({"points": 0}, "points is 0"),
        ({"rows": 0}, "rows is 0"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_arguments_are_held_to_what_they_mean(more: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_gradient(squares, squares_slope, POINT, **more)  # type: ignore[arg-type]


def test_an_error_of_the_loss_comes_through() -> None:
    with pytest.raises(KeyError):
        check_gradient(lambda w: {}["x"], lambda w: w, [1.0])


def test_the_answer_reads_as_a_page_of_its_own() -> None:
    found = check_gradient(squares, only(1, lambda x: -x), POINT, names=["a", "b", "c", "d"])
    assert isinstance(found, GradientCheck)
    assert repr(found).count("\n") == 0  # test runners print it on one line
    lines = str(found).splitlines()
    assert lines[0].startswith("gradient_sign: the gradient of b is minus the slope of the loss")
    assert lines[1] == "  Try: turn the sign of the gradient of b."
    assert "complex step, 4 parameters, 3 points" in lines[-1]
    assert len([line for line in lines if line.split()[0] in ("a", "b", "c", "d")]) == 1
    plain = found.to_dict()
    assert (plain["ok"], plain["verdict"]) == (False, "gradient_sign")
    assert [one["name"] for one in plain["worst"] if not one["right"]] == ["b"]


def test_it_is_the_same_every_time() -> None:
    one, two = (check_gradient(squares, only(1, np.cos), POINT, seed=4) for _ in range(2))
    assert one.to_dict() == two.to_dict()
    np.testing.assert_array_equal(one.tested, two.tested)


@pytest.mark.parametrize(
    ("factor", "rows", "exact", "times"),
    [
        (2.00001, None, 2.0, "2 times"),
        (0.66667, None, 2 / 3, "2/3 times"),
        (-2.0, None, -2.0, "-2 times"),
        (569.0, None, 569.0, "569 times"),
        (1 / 569, None, 1 / 569, "1/569 times"),
        (-150.0, 150, -150.0, "-150 times"),
        (300.0, 150, 300.0, "2·150 times"),
        (math.pi, None, math.pi, "3.1416 times"),
    ],
)
def test_factors_are_known_by_what_they_are(
    factor: float, rows: int | None, exact: float, times: str
) -> None:
    words = factor_words(factor, rows)
    assert words.exact == pytest.approx(exact, rel=1e-12)
    assert words.times == times
