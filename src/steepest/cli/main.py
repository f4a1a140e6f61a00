"""The door: which commands there are, and what becomes of bad input.

Only click is loaded here; a command's file is loaded when it is called, and what the
command needs when it runs.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from steepest.errors import InputError
from steepest.version import __version__

__all__ = ["COMMANDS", "main"]

# name -> one line for the list of commands
COMMANDS = {
    "fit": "Fit a model to a table by gradient descent, and account for it.",
    "curve": "Descend on a curve of one variable, printing every step.",
    "diagnose": "Say what is wrong with a training, from its log.",
    "lab": "Open the lab: a live page of gradient descent.",
    "lesson": "See how descent works and fails, by small experiments.",
    "check": "Hold a hand-written gradient against the slope of its loss.",
    "runs": "List the saved runs.",
    "show": "Show a saved run.",
    "predict": "Predict with a saved run's model.",
    "evaluate": "Score a saved run's model on a table with known targets.",
    "contract": "Hold a table against what a saved run learned from.",
    "compare": "Put saved runs side by side.",
    "export": "Write a saved run's model as JSON, Python or ONNX.",
    "study": "Train a saved run again in other ways: columns, peers, curves.",
}


class Door(click.Group):
    """Loads commands when they are called, and says in one sentence what input is bad."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded now."""
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(f"steepest.cli.{cmd_name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run; InputError becomes one sentence and exit status 2."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2)
        except MemoryError:
            click.echo(
                "Error: there is too little memory for this table; take fewer columns "
                "(--features) or rows, or a lower --degree",
                err=True,
            )
            ctx.exit(2)


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="steepest")
def main() -> None:
    """Gradient descent that you can watch, question and trust.

    \b
    Start here:
      steepest fit houses --target price      a model, its descent, and how far to trust it
      steepest lab                            a live page: drag the rate, the start, the data
      steepest lesson                         how descent works, by small experiments
      steepest curve "w**2" --learning-rate 1 the smallest case, going wrong
    """


if __name__ == "__main__":
    sys.exit(main())
