"""`steepest fit`: from a table to a model with a recorded, explained descent."""

from __future__ import annotations

from typing import Any

import click

from steepest.cli.options import store_option

__all__ = ["command"]


class _NumberOr(click.ParamType[Any]):
    """A number, or one of some words."""

    def __init__(self, words: tuple[str, ...], kind: type[int | float]) -> None:
        self._words = words
        self._kind = kind
        self.name = "|".join((*words, "N" if kind is int else "X"))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The word, or the number."""
        if value in self._words or not isinstance(value, str):
            return value
        try:
            number = float(value)
            if self._kind is float:
                return number
            if number == int(number):  # 1e6 is a whole number, too
                return int(number)
            raise ValueError
        except (ValueError, OverflowError):
            from steepest.errors import InputError

            kind = "a whole number" if self._kind is int else "a number"
            words = "".join(f"{word} or " for word in self._words)
            name = "the value" if param is None else param.opts[0]
            raise InputError(f"{name} is {value!r}; expected {words}{kind}") from None


@click.command()
@click.argument("data")
@click.option("--target", required=True, metavar="COLUMN", help="The column to predict.")
@click.option("--features", metavar="A,B", help="Use only these columns.")
@click.option(
    "--loss",
    type=click.Choice(["auto", "squared", "logistic", "softmax", "poisson", "huber"]),
    default="auto",
    show_default=True,
    help="auto: squared for a number, logistic for two classes, softmax for more.",
)
@click.option(
    "--learning-rate",
    default="auto",
    show_default=True,
    metavar="auto|X|SCHEDULE",
    help="The step size, or a schedule: step:X,every=N,factor=F, exponential:X,factor=F, "
    "cosine:X,steps=N, backtracking, adaptive. auto: 1/sharpness for squared loss, adaptive "
    "otherwise; what is usual for adam and its like.",
)
@click.option(
    "--rule",
    default="gradient_descent",
    show_default=True,
    metavar="NAME",
    help="The update rule: gradient_descent, momentum[:B], nesterov[:B], fista, adagrad, rmsprop, "
    "adam, barzilai_borwein; or SciPy's lbfgs, conjugate_gradients, as a reference.",
)
@click.option(
    "--batch",
    type=_NumberOr(("full",), int),
    default="full",
    show_default=True,
    help="Rows looked at in each step.",
)
@click.option(
    "--steps",
    type=_NumberOr((), int),
    help="At most so many steps. [default: until converged, at most 1e6; 100 epochs of batches]",
)
@click.option(
    "--tolerance",
    type=float,
    default=1e-8,
    show_default=True,
    help="Stop this near to the minimum, relative to its size; 0: never early.",
)
@click.option(
    "--start",
    default="zeros",
    show_default=True,
    help="zeros, random, numbers, or name=number pairs, in the descended coordinates.",
)
@click.option(
    "--scale",
    type=click.Choice(["standard", "none"]),
    default="standard",
    show_default=True,
    help="Standardise the features, or take them raw.",
)
@click.option(
    "--degree", type=int, default=1, show_default=True, help="Polynomial of the number columns."
)
@click.option("--l2", type=float, default=0.0, show_default=True, help="Ridge penalty.")
@click.option("--l1", type=float, default=0.0, show_default=True, help="Lasso penalty.")
@click.option(
    "--huber-delta",
    type=float,
    metavar="X",
    help="Where the huber loss turns straight, in the target's units. [default: 1.345 robust "
    "standard deviations of the target]",
)
@click.option("--weight", metavar="COLUMN", help="How much each row counts.")
@click.option("--no-intercept", is_flag=True, help="Fit through the origin.")
@click.option(
    "--holdout",
    type=float,
    default=0.2,
    show_default=True,
    help="Share of the rows kept for evaluation; 0: cross-validate instead.",
)
@click.option(
    "--split",
    default="auto",
    show_default=True,
    metavar="auto|random|stratified|group=COLUMN|time=COLUMN",
    help="Which rows are held out: at random (of classes in proportion), whole groups of "
    "COLUMN, or the latest by COLUMN.",
)
@click.option(
    "--folds",
    type=_NumberOr((), int),
    metavar="N",
    help="Cross-validate over N folds instead of holding rows out.",
)
@click.option(
    "--repeats",
    type=_NumberOr((), int),
    default=1,
    show_default=True,
    metavar="N",
    help="Evaluate over N splits, to see how much the score owes to one of them.",
)
@click.option(
    "--threshold",
    default="0.5",
    show_default=True,
    metavar="X|cost|recall=X|budget=X",
    help="How two classes are decided: at a probability, where the errors cost least, so that a "
    "share of the positives is found, or so that at most a share is called positive.",
)
@click.option(
    "--costs",
    default="",
    metavar="NAME=X,...",
    help="What errors cost: over=1,under=3 for each unit of a number; of classes truth->decided, "
    "ill->ok=20,ok->ill=1; of two also false_positive=1,false_negative=20, where the positive "
    "class is the second by name; and currency=EUR. Of three classes or more decisions follow "
    "the costs.",
)
@click.option(
    "--units", default="", metavar="COLUMN=UNIT,...", help="What columns are measured in."
)
@click.option("--key", metavar="A,B", help="The columns that together name a row.")
@click.option(
    "--missing",
    type=click.Choice(["impute", "drop", "refuse"]),
    default="impute",
    show_default=True,
    help="What to do with missing values in features.",
)
@click.option(
    "--max-levels",
    type=int,
    default=50,
    show_default=True,
    help="Text columns with more levels are left out.",
)
@click.option(
    "--average", is_flag=True, help="Of mini-batches, keep the mean of the iterates (Polyak)."
)
@click.option(
    "--full-loss-every",
    type=_NumberOr((), int),
    metavar="N",
    help="Of mini-batches, compute the loss of all rows every N steps. [default: each epoch]",
)
@click.option(
    "--threads",
    type=_NumberOr(("all",), int),
    default=2,
    show_default=True,
    help="Threads that work on the rows; results are the same for any number.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "local", "ray"]),
    default="auto",
    show_default=True,
    help="auto: rows in memory where they fit, else local: piece by piece on this machine; ray: "
    "by the workers of a Ray cluster, by default one of this machine's own. The result of local "
    "and ray is the same to the bit.",
)
@click.option(
    "--memory",
    metavar="SIZE",
    help="What may be used, as 400MB; rows then come piece by piece.",
)
@click.option("--workers", type=_NumberOr((), int), metavar="N", help="Of Ray.")
@click.option("--ray-address", metavar="ADDRESS", help="A Ray cluster to join.")
@click.option("--query", metavar="SQL", help="What to ask the database DATA.")
@click.option(
    "--find-learning-rate",
    is_flag=True,
    help="Fit nothing: try ever larger rates, and show what they do to the loss.",
)
@click.option(
    "--apply-remedies",
    is_flag=True,
    help="Where the verdict is a fault, fit again with its remedy, while that helps.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of every random choice.")
@store_option
@click.option("--report", metavar="FILE", help="Where to write the HTML report.")
@click.option("--no-report", is_flag=True, help="Write no report.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(**options: Any) -> None:
    """Fit a model to DATA by gradient descent, and account for it.

    DATA is a CSV or Parquet file, or the name of a built-in data set: houses (target price),
    diabetes (progression), breast_cancer (diagnosis), iris (species), wine (cultivar), digits
    (digit). The run is saved in the store, and an HTML report is written beside it.

    \b
    Examples:
      steepest fit houses --target price
      steepest fit houses.csv --target price --scale none --learning-rate 1e-7
      steepest fit patients.parquet --target ill --batch 64 --json
      steepest fit iris --target species --l2 0.001 --rule fista
      steepest fit houses --target price --find-learning-rate
      steepest fit houses --target price --learning-rate 3 --steps 500 --apply-remedies
    """
    from steepest.cli.fitting import find_rate_and_tell, fit_and_tell

    if options["find_learning_rate"]:
        find_rate_and_tell(options)
    else:
        fit_and_tell(options)
