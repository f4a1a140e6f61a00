"""`steepest lab`: the live page, served on this machine or written as one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from steepest.cli.options import store_option

if TYPE_CHECKING:
    from steepest.live.opening import Opened

__all__ = ["command"]


@click.command()
@click.argument("source", required=False, metavar="[DATA | RUN]")
@click.option(
    "--x",
    "features",
    multiple=True,
    metavar="COLUMN",
    help="A column to learn from, again for each.  [default: all numbers]",
)
@click.option("--y", "target", metavar="COLUMN", help="The column to predict.")
@click.option("--curve", metavar="EXPR", help='Instead of data: a function such as "w**2".')
@click.option("--beside", metavar="RUN", help="Of a run: another one, to lay under it.")
@click.option("--start", metavar="W,B", help="Where to begin, in the input's own units.")
@click.option("--learning-rate", type=float, metavar="X", help="[default: 1/sharpness]")
@click.option("--steps", type=int, metavar="N", help="Updates.  [default: 200]")
@click.option(
    "--scale",
    type=click.Choice(["raw", "unit", "standard"]),
    help="Inputs as they are, divided by a power of ten, or standardised.",
)
@click.option(
    "--loss",
    type=click.Choice(["squared", "logistic", "huber", "poisson"]),
    help="[default: squared for a number, logistic for two classes]",
)
@click.option("--degree", type=int, metavar="N", help="Polynomial of the inputs.")
@click.option("--rule", metavar="NAME", help="The update rule, as `steepest fit` names it.")
@click.option("--port", type=int, metavar="N", help="[default: 8642, or a free one]")
@click.option("--no-browser", is_flag=True, help="Print the link and open nothing.")
@click.option("--export", metavar="FILE.html", help="Write the page as one file, and end.")
@store_option
def command(source: str | None, export: str | None, **options: Any) -> None:
    """Gradient descent to touch: a live page on this machine.

    Drag the learning rate, the start or a data point, and every view follows. DATA is a CSV
    or Parquet file or a built-in data set (default: houses); RUN is a saved run, or "last"; of
    a loop that is watched (`steepest.watch`) the page follows each step while it grows. Where
    a name is both, it is the data. The page is served to this machine alone, by a link that
    holds a token; Ctrl-C ends it.

    \b
    Examples:
      steepest lab
      steepest lab houses.csv --x size --y price --learning-rate 0.3
      steepest lab --curve "w**4 - 3*w**2 + w" --start 2
      steepest lab last --beside houses-1
      steepest lab --export descent.html
    """
    if export is not None:
        _export(source, export, options)
    else:
        _serve(source, options)


def _export(source: str | None, export: str, options: dict[str, Any]) -> None:
    from pathlib import Path

    from steepest.live.export import refuse_place, write_page
    from steepest.store import Store

    place, kept = Path(export), Store(options["store"]).path
    beside = [kept.with_name(kept.name + ending) for ending in ("-wal", "-shm", "-journal")]
    keep = (source, kept, *beside)
    refuse_place(place, keep)
    opened = _open(source, options)
    click.echo(f"Page: {write_page(opened.setup, place, keep)}")
    click.echo(_what_lives(opened.setup))


def _what_lives(setup: dict[str, Any]) -> str:
    """What the lone file can do by itself."""
    if setup["setting"]["what"] == "run":
        return "It plays the record back; nothing in it is computed anew."
    line = "a line and curves" if setup["table"] is not None else "curves"
    plays = "" if setup["played"] is None else "plays this record back and "
    return (
        f"It {plays}computes plain descent on {line} by itself; other rules, losses and models "
        "need `steepest lab`."
    )


def _serve(source: str | None, options: dict[str, Any]) -> None:
    from steepest.live.server import listen, serve

    served = listen(options["port"])
    try:
        opened = _open(source, options)
        click.echo(f"The lab is at {served.link}\nCtrl-C ends it.")
        if not options["no_browser"] and _has_screen():
            _browse(served.link)
        ended = serve(opened.bench, opened.setup, served)
    except KeyboardInterrupt:  # before the server heard of it
        ended = True
    finally:
        served.listener.close()
    click.echo("\nThe lab has ended.")
    if not ended:
        _leave_at_once()


def _open(source: str | None, options: dict[str, Any]) -> Opened:
    from steepest.live.opening import open_bench

    opened = open_bench(
        source,
        x=options["features"],
        y=options["target"],
        curve=options["curve"],
        store=options["store"],
        beside=options["beside"],
        setting=_setting(options),
    )
    if opened.note:
        click.echo(f"Note: {opened.note}.", err=True)
    return opened


def _setting(options: dict[str, Any]) -> dict[str, Any]:
    """What was given, under the names of a setting."""
    names = {name: name for name in ("steps", "scale", "loss", "degree", "rule")}
    names["learning_rate"] = "rate"
    given = {to: options[of] for of, to in names.items() if options[of] is not None}
    if options["start"] is not None:
        given["start"] = _numbers(options["start"])
    return given


def _numbers(text: str) -> list[float]:
    from steepest.errors import InputError

    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        raise InputError(
            f"start is {text!r}; expected numbers with commas between, such as -0.1,900"
        ) from None


def _has_screen() -> bool:
    """Whether a browser can show anything here; one for terminals would take this one."""
    import os
    import sys

    return sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def _browse(link: str) -> None:
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()


def _leave_at_once() -> None:
    """End although a thread is within a long step, which nothing can break off."""
    import os
    import sys

    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
