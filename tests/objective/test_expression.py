from __future__ import annotations

import math
import subprocess
import sys

import hypothesis.strategies as st
import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, example, given, settings

from steepest.errors import InputError
from steepest.objective.expression import DEEPEST, LONGEST, parse
from steepest.objective.jet import FUNCTIONS
from steepest.objective.tree import quadratic

# (text, points at which it is smooth)
SMOOTH = [
    ("w**2", (10.0, -3.5, 0.0)),
    ("w**4 - 3*w**2 + w", (2.0, -1.3, 0.0)),
    ("(w - 3)**2 / 7 + 1", (3.0, -8.0)),
    ("w**3", (-2.0, 0.0, 1.5)),
    ("w**-2", (-2.0, 0.5)),
    ("1/w + w/3", (-2.0, 0.5)),
    ("w**0 + w**1", (-2.0, 0.0)),
    ("w**1.5", (0.3, 4.0)),
    ("w**(1/3)", (8.0,)),
    ("x**x", (0.2, 1.0, 3.0)),
    ("(x + 1)**sin(x)", (0.4, 5.0)),
    ("2**w - e**(-w)", (-3.0, 0.0, 2.0)),
    ("exp(-w**2/2)/sqrt(2*pi)", (-1.0, 0.0, 2.5)),
    ("log(w)*w - log(2)", (0.01, 1.0, 30.0)),
    ("sin(w)*cos(2*w)", (-1.0, 0.0, 7.0)),
    ("tanh(3*w) + tanh(w)**2", (-0.5, 0.0, 0.7)),
    ("sqrt(w**2 + 1)", (-5.0, 0.0, 5.0)),
    ("abs(w)*w + abs(w - 1)", (-2.0, 3.0)),
    ("-+-w*(w*w) - (-w)", (1.5,)),
    ("1e-3*w**2 + 2.5e2*w", (4.0,)),
    ("θ**2 + 10*sin(θ)", (1.0,)),
]


def reference(text: str, variable: str, point: float) -> tuple[float, float, float]:
    """Value, slope and curvature by mpmath with 50 digits, from SymPy's own reading."""
    names = {"e": sympy.E, "pi": sympy.pi, "abs": sympy.Abs}
    symbol = sympy.Symbol(variable, real=True)
    function = sympy.sympify(text, locals={**names, variable: symbol})
    with mpmath.workdps(50):
        compute = sympy.lambdify(symbol, function, "mpmath")
        return tuple(float(mpmath.diff(compute, mpmath.mpf(point), n)) for n in range(3))


@pytest.mark.parametrize(("text", "points"), SMOOTH)
def test_value_slope_and_curvature_agree_with_mpmath(text, points):
    expression = parse(text)
    for point in points:
        expected = reference(text, expression.variable, point)
        found = [float(part) for part in expression.at(point)]
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("text", "points"), SMOOTH)
def test_the_written_derivative_is_the_slope(text, points):
    expression = parse(text)
    symbol = sympy.Symbol(expression.variable, real=True)
    names = {"e": sympy.E, "pi": sympy.pi, "abs": sympy.Abs, expression.variable: symbol}
    written = sympy.sympify(expression.derivative_text, locals=names)
    for point in points:
        value = complex(written.subs(symbol, sympy.Float(point, 30)).evalf(30))
        assert value == pytest.approx(float(expression.at(point).slope), rel=1e-12, abs=1e-12)


def leaves():
    return st.sampled_from(["w", "1", "2", "0.5", "pi"])


def joined(inner):
    sign = st.sampled_from(["+", "-", "*", "/"])
    two = st.tuples(inner, sign, inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
    call = st.tuples(st.sampled_from(["sin", "cos", "tanh", "exp"]), inner)
    return st.one_of(
        two,
        call.map(lambda p: f"{p[0]}({p[1]})"),
        inner.map(lambda text: f"{text}**2"),
        inner.map(lambda text: f"(-{text})"),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.recursive(leaves(), joined, max_leaves=6).map(lambda text: f"w + {text}"),
    point=st.floats(-3, 3).map(lambda x: round(x, 3)),
)
def test_random_trees_agree_with_mpmath(text, point):
    try:
        expression = parse(text)
    except InputError as refusal:
        assert "zero" in str(refusal) or "finite" in str(refusal)  # noqa: PT017
        return
    found = [float(part) for part in expression.at(point)]
    try:
        expected = reference(text, "w", point)
    except (ZeroDivisionError, TypeError, ValueError, OverflowError):
        return  # a pole, where nothing is promised
    if not np.all(np.isfinite([*expected, *found])) or max(map(abs, expected)) > 1e6:
        return
    # Cancellation inside a tree costs digits that the 50-digit reference does not lose.
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="wx019.+-*/()^ e_,sincoexplgabtqr=[]'\"\\\n\x00²", max_size=30))
@example("\x00")
@example("(" * 400)
@example("'\\d'*w")
@example("1or w")
def test_any_text_is_read_or_refused_in_one_sentence(text):
    try:
        expression = parse(text)
    except InputError as refusal:
        assert "\n" not in str(refusal)  # noqa: PT017
    else:
        for point in (-1.5, 0.0, 2.0, 1e300, math.inf, math.nan):
            assert len(expression.at(point)) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("w^2", "write ** for powers"),
        ("2w", "at '2w'; write *"),
        ("2(w)", "write * for a product"),
        ("w(w + 1)", "w is no known function"),
        ("tan(w)", "tan is no known function"),
        ("sin(w, 2)", "sin takes exactly one argument"),
        ("sin(*w)", "exactly one argument"),
        ("sin(x=w)", "exactly one argument"),
        ("sin + w", "write sin(w)"),
        ("w + x", "2 variables, w and x"),
        ("a*b*c", "3 variables, a, b and c"),
        ("3*2", "no variable"),
        ("pi*e", "2 variables, e and pi"),
        ("", "is empty"),
        ("   ", "is empty"),
        ("L = w**2", "right-hand side"),
        ("|w|", "write abs(w)"),
        ("w**2 +", "every operator two sides"),
        ("w/0", "'w/0' divides by zero"),
        ("w + 1/0", "'1/0' is not a finite number"),
        ("log(-1)*w", "'log(-1)' is not a finite number"),
        ("w + 9**9**9**9", "is not a finite number"),
        ("1e400*w", "'1e400' is not a finite number"),
        (f"w*{'9' * 400}", "is not a finite number"),
        ("w.real", "'w.real'"),
        ("w[0]", "'w[0]'"),
        ("[w]", "'[w]'"),
        ("'a'*w", "\"'a'\""),
        ("True*w", "'True'"),
        ("2j*w", "'2j'"),
        ("w if w else 1", "'w if w else 1'"),
        ("w < 1", "'w < 1'"),
        ("w // 2", "'w // 2'"),
        ("w % 2", "'w % 2'"),
        ("~w", "'~w'"),
        ("not w", "'not w'"),
        ("lambda w: w", "'lambda w: w'"),
        ("(lambda: w)()", "'(lambda: w)()'"),
        ("w.__class__.__base__", "'w.__class__.__base__'"),
        ("__import__('os').system('true') + w", "no call of a function"),
        ("w := 3", "without ="),
        ("(w := 3)", "'w := 3'"),
    ],
)
def test_everything_else_is_refused_with_the_offending_part(text, says):
    with pytest.raises(InputError) as refusal:
        parse(text)
    assert says in str(refusal.value)


def test_length_and_depth_have_limits():
    assert parse("w" + " " * LONGEST).variable == "w"
    with pytest.raises(InputError, match="501 characters"):
        parse("w" * (LONGEST + 1))
    assert parse("-" * (DEEPEST - 1) + "w").at(1.0).value == (-1.0) ** (DEEPEST - 1)
    with pytest.raises(InputError, match="nested more than 50 deep"):
        parse("-" * DEEPEST + "w")


def test_a_lone_constant_name_is_the_variable():
    assert parse("e**2").variable == "e"
    assert parse("pi**2").derivative_text == "2*pi"
    assert parse("e**w").variable == "w"


def test_overflow_is_infinite_and_outside_the_domain_is_nan():
    assert parse("exp(w)").at(1000.0).value == math.inf
    assert parse("3*exp(w)").at(1000.0).slope == math.inf
    assert parse("-w**3").at(1e200)[:2] == (-math.inf, -math.inf)
    assert parse("1/w").at(0.0).value == math.inf
    assert parse("log(w)").at(0.0).value == -math.inf
    for text, point in (
        ("log(w)", -1.0),
        ("sqrt(w)", -1.0),
        ("w**0.5", -1.0),
        ("sin(w)", math.inf),
    ):
        assert all(math.isnan(part) for part in parse(text).at(point)[:2]), text


def test_the_slope_of_abs_at_its_kink_is_zero():
    assert parse("abs(w)").at(0.0) == (0.0, 0.0, 0.0)
    assert parse("abs(w)").at(-2.0)[:2] == (2.0, -1.0)


def test_powers_of_zero_have_slope_zero():
    assert parse("0**w + w").at(2.0) == (2.0, 1.0, 0.0)


def test_negative_bases_have_whole_powers():
    assert parse("w**3").at(-2.0) == (-8.0, 12.0, -12.0)
    assert parse("(-2)**w").at(3.0).value == -8.0


def test_many_points_at_once_are_the_points_one_by_one():
    points = np.linspace(0.1, 4.0, 7)
    for text, _ in SMOOTH:
        together = parse(text).at(points)
        alone = np.array([[float(part) for part in parse(text).at(point)] for point in points])
        for column, part in enumerate(together):
            np.testing.assert_allclose(
                np.broadcast_to(part, points.shape), alone[:, column], rtol=1e-12, atol=1e-14
            )


def test_tanh_keeps_its_slope_far_out():
    # 1/cosh(25)^2 to 20 digits, by mpmath; 1 - tanh^2 would be 0.
    assert float(parse("tanh(w)").at(25.0).slope) == pytest.approx(7.714994e-22, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "derivative"),
    [
        ("w**2", "2*w"),
        ("w**4 - 3*w**2 + w", "4*w**3 - 6*w + 1"),
        ("sqrt(w**2 + 1)", "w/sqrt(w**2 + 1)"),
        ("abs(w)", "sign(w)"),
        ("w**w", "w**w*(log(w) + 1)"),
        ("2**w", "2**w*log(2)"),
        ("w/3", "1/3"),
        ("0.1*w**2", "0.2*w"),
        ("w**1000000", "1000000*w**999999"),
    ],
)
def test_derivatives_are_written_as_people_write_them(text, derivative):
    assert parse(text).derivative_text == derivative


@pytest.mark.parametrize(
    "text",
    [
        "exp(99999999999999*(log(9) + w))",
        "9**(w + 10**12)*9**(-w)",
        "(9*w)**(10**9)",
        "((((9*w)**20)**20)**20)**20",
        "(1 + 1/10**9)**(10**9)*w",
        "w*2**1000",
        "w**w**w**w**w**w**w**w**w**w",
        "*".join(f"(w+{k})" for k in range(40)),
    ],
)
def test_a_derivative_too_large_to_write_neither_hangs_nor_raises(text):
    assert len(parse(text).derivative_text) <= 600


@pytest.mark.parametrize(
    ("text", "coefficients"),
    [
        ("w**2", (0.0, 0.0, 1.0)),
        ("(w - 3)**2/2 - w*(1 - w)", (4.5, -4.0, 1.5)),
        ("-w**2 + 5", (5.0, 0.0, -1.0)),
        ("3*w", (0.0, 3.0, 0.0)),
        ("w*w**2", None),
        ("w**3", None),
        ("abs(w)", None),
        ("w**2/w", None),
    ],
)
def test_parabolas_are_known_by_their_coefficients(text, coefficients):
    assert quadratic(parse(text).tree) == coefficients


def test_reading_imports_no_sympy():
    code = (
        "import sys; from steepest.objective.expression import parse; parse('w**2').at(1.0); "
        "sys.exit('sympy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_function_is_named_in_a_refusal():
    with pytest.raises(InputError) as refusal:
        parse("gamma(w)")
    assert all(name in str(refusal.value) for name in FUNCTIONS)
