"""`steepest check`: a hand-written gradient against the slope of its loss."""

from __future__ import annotations

from typing import Any

import click

from steepest.cli.options import json_option

__all__ = ["command"]

WRONG = 1


@click.command()
@click.argument("function", metavar="MODULE:FUNCTION")
@click.option(
    "--gradient",
    metavar="MODULE:FUNCTION",
    help="The gradient, or its name in the same module.  [default: FUNCTION_gradient or gradient]",
)
@click.option(
    "--params",
    metavar="P",
    help="Where to test: numbers as 1,2.5 or as JSON, @FILE of them (JSON, CSV, .npy), or how "
    "many, for that many random ones.",
)
@click.option("--rows", type=int, metavar="M", help="Rows that the loss is a mean over.")
@click.option(
    "--points", type=int, default=3, show_default=True, help="This point and others near it."
)
@click.option(
    "--tolerance", type=float, metavar="X", help="Relative error allowed.  [default: 1e-6 or more]"
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of every random choice.")
@json_option
def command(function: str, as_json: bool, **options: Any) -> None:
    """Hold a gradient against the slope of its loss, and name what is wrong with it.

    MODULE is a module that can be imported from here, or the path of a .py file: it is your own
    code, and this command runs it. FUNCTION is one of these:

    \b
      a loss of the parameters, beside its gradient in the same module (or --gradient)
      a function of the parameters that returns (loss, gradient)
      an objective, with a method value_and_gradient
      a function without arguments that returns (loss, gradient, params) or an objective

    Exit status: 0 the gradient is right, 1 it is wrong, 2 it could not be checked.

    \b
    Examples:
      steepest check model.py:loss --params 3
      steepest check mypackage.costs:loss --gradient loss_slope --params 0.5,-1.2 --rows 150
      steepest check model.py:loss_and_gradient --params @weights.npy --json
    """
    from steepest.cli.checking import check_as_asked

    found = check_as_asked(function, **options)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found.to_dict()).decode())  # NaN becomes null
    else:
        from rich.console import Console

        from steepest.views.console_lines import lines_of

        lines_of(Console(), found.text)
    if not found.ok:
        click.get_current_context().exit(WRONG)
