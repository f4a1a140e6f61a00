"""`steepest curve`: the smallest case, descent on a function of one variable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steepest.descent.recorder import Row
    from steepest.diagnosis.finding import Diagnosis
    from steepest.objective.curve import Curve
    from steepest.trace import Trace

__all__ = ["command"]

MOST_STEPS = 1_000_000


# An expression may begin with a minus; nothing here is called by one letter, so that
# taking unknown options as the expression costs little.
@click.command("curve", context_settings={"ignore_unknown_options": True})
@click.argument("expression")
@click.option("--start", type=float, default=10.0, show_default=True, help="Where to begin.")
@click.option(
    "--learning-rate", type=float, default=0.1, show_default=True, help="The step size, above 0."
)
@click.option(
    "--steps", type=int, default=50, show_default=True, help=f"Updates, at most {MOST_STEPS:,}."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def command(expression: str, start: float, learning_rate: float, steps: int, as_json: bool) -> None:
    """Descend on a function of one variable and print every epoch.

    EXPRESSION is arithmetic in one variable: numbers, pi, e, + - * / ** and brackets, and
    exp, log, sin, cos, tanh, sqrt and abs. It is read, never run.

    \b
    Examples:
      steepest curve "w**2"
      steepest curve "w**4 - 3*w**2 + w" --start 2 --learning-rate 0.05
    """
    import numpy as np

    from steepest.descent.descend import descend
    from steepest.diagnosis.diagnose import diagnose
    from steepest.errors import InputError
    from steepest.objective.curve import Curve

    if not 0 <= steps <= MOST_STEPS:
        raise InputError(f"steps is {steps:,}; expected a whole number from 0 to {MOST_STEPS:,}")
    curve = Curve.of(expression)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is printed as such
        trace = descend(curve, [start], learning_rate=learning_rate, steps=steps, tolerance=0.0)
        diagnosis = diagnose(trace)
        show = _print_json if as_json else _print_text
        show(curve, trace, diagnosis)


def _print_text(curve: Curve, trace: Trace, diagnosis: Diagnosis) -> None:
    from steepest.views.epoch_lines import epoch_line, starting_line
    from steepest.views.verdict_lines import verdict_lines

    for row in _rows(curve, trace):
        weight = float(row.params[0])
        if row.step == 0:
            click.echo(starting_line(weight, row.loss))
        else:
            click.echo(epoch_line(row.step, weight, row.loss))
    function = curve.expression
    slope = function.derivative_text
    click.echo(f"\nFunction:   J({function.variable}) = {function.text}")
    click.echo(f"Derivative: J'({function.variable}) = {slope}\n")
    for line in verdict_lines(diagnosis):
        click.echo(line)


def _print_json(curve: Curve, trace: Trace, diagnosis: Diagnosis) -> None:
    import msgspec

    answer: dict[str, Any] = {
        "expression": curve.expression.text,
        "names": curve.names,
        "derivative": curve.expression.derivative_text,
        "learning_rate": float(trace.learning_rate[0]),
        "steps": [
            {
                "step": row.step,
                "params": row.params.tolist(),
                "loss": row.loss,
                "gradient": row.gradient.tolist(),
            }
            for row in _rows(curve, trace)
        ],
        "stop": {"reason": trace.stop.reason, "because": trace.stop.because},
        **diagnosis.to_dict(),
    }
    click.echo(msgspec.json.encode(answer).decode())  # NaN and infinities become null


def _rows(curve: Curve, trace: Trace) -> Iterator[Row]:
    """Every step, walked once more: a long record is thinned, and here no epoch may miss."""
    from itertools import islice

    from steepest.descent.rates import Constant
    from steepest.descent.rules import GradientDescent
    from steepest.descent.stepping import Walk

    assert trace.params is not None  # descend always records them  # noqa: S101
    rate = Constant(float(trace.learning_rate[0]))
    walk = Walk(curve, None, trace.params[0], GradientDescent(), rate)
    return islice(walk.over_all(), int(trace.step[-1]) + 1)
