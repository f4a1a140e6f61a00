"""`steepest fit`: from a table to a model with a recorded, explained descent."""

from __future__ import annotations

from typing import Any

import click

from steepest.cli.options import NumberOr, engine_options, store_option

__all__ = ["command"]


@click.command()
@click.argument("data", required=False)
@click.option("--target", metavar="COLUMN", help="The column to predict.  [required]")
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
    type=NumberOr(("full",), int),
    default="full",
    show_default=True,
    help="Rows looked at in each step.",
)
@click.option(
    "--steps",
    type=NumberOr((), int),
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
    help="Share of the rows kept for evaluation; 0: cross-validate instead "
    "(piece by piece: nothing is judged).",
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
    type=NumberOr((), int),
    metavar="N",
    help="Cross-validate over N folds instead of holding rows out.",
)
@click.option(
    "--repeats",
    type=NumberOr((), int),
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
    type=NumberOr((), int),
    metavar="N",
    help="Of mini-batches, compute the loss of all rows every N steps. [default: each epoch]",
)
@click.option(
    "--threads",
    type=NumberOr(("all",), int),
    default=2,
    show_default=True,
    help="Threads that work on the rows; results are the same for any number.",
)
@engine_options
@click.option(
    "--resume",
    metavar="RUN",
    help="Go on with a run that was killed or interrupted, its id or last; the result is that of "
    "a run never cut off. DATA and --target need not be named again.",
)
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
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Fit a model to DATA by gradient descent, and account for it.

    DATA is a CSV or Parquet file, or the name of a built-in data set: houses (target price),
    diabetes (progression), breast_cancer (diagnosis), iris (species), wine (cultivar), digits
    (digit). The run is saved in the store, and an HTML report is written beside it.

    DATA may be larger than memory, too: a folder of files, a pattern as 'visits/*.parquet', a
    path of object storage as s3://bucket/visits, a database with --query. Its rows then come
    piece by piece, within --memory.

    \b
    Examples:
      steepest fit houses --target price
      steepest fit houses.csv --target price --scale none --learning-rate 1e-7
      steepest fit patients.parquet --target ill --batch 64 --json
      steepest fit iris --target species --l2 0.001 --rule fista
      steepest fit houses --target price --find-learning-rate
      steepest fit houses --target price --learning-rate 3 --steps 500 --apply-remedies
      steepest fit visits/ --target minutes --memory 400MB
      steepest fit 'visits/*.parquet' --target minutes --engine ray --workers 4
      steepest fit shop.duckdb --query "SELECT * FROM sales" --target price --memory 1GB
      steepest fit --resume visits-1
    """
    from steepest.cli.fitting import find_rate_and_tell, fit_and_tell

    if options["resume"] is None:
        _refuse_nothing(options)
    if options["find_learning_rate"]:
        find_rate_and_tell(options)
    else:
        fit_and_tell(options, _given(ctx))


def _refuse_nothing(options: dict[str, Any]) -> None:
    for name, words in (("data", "argument 'DATA'"), ("target", "option '--target'")):
        if options[name] is None:
            raise click.UsageError(f"Missing {words}.")


def _given(ctx: click.Context) -> frozenset[str]:
    """The options that stand on the command line."""
    from click.core import ParameterSource

    return frozenset(
        name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    )
