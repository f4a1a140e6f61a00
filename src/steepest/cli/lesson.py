"""`steepest lesson`: experiments to watch, each with what to see in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType

    from steepest.lessons.part import Epochs, Lesson, Part, Plot, Table

__all__ = ["command"]

WIDEST = 92


@click.command("lesson")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the findings and numbers as JSON.")
def command(name: str | None, as_json: bool) -> None:
    """Play a lesson: what to look at, the numbers, what happened, and the diagnosis.

    Without NAME, list the lessons.

    \b
    Examples:
      steepest lesson
      steepest lesson oscillation-trap
    """
    from steepest.lessons.registry import LESSONS, lesson_named

    if name is None:
        _list(LESSONS, as_json=as_json)
    elif as_json:
        _print_json(_numbers(lesson_named(name)))
    else:
        _play(lesson_named(name))


def _list(lessons: Iterable[Lesson], *, as_json: bool) -> None:
    if as_json:
        _print_json({"lessons": [{"name": one.name, "sentence": one.sentence} for one in lessons]})
        return
    for lesson in lessons:
        click.echo(f"{lesson.name:<20}{lesson.sentence}")
    click.echo('\nPlay one: steepest lesson NAME. Start with "steepest lesson slow-convergence".')


def _play(lesson: Lesson) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    width = min(console.width, WIDEST)
    console.width = width
    console.print(lesson.title, style="bold")
    console.print("=" * min(len(lesson.title), width), style="bold")
    for part in lesson.play():
        console.print()
        for shown in _shown(part, width, ascii_only=_ascii_only(console)):
            # Text comes with its own line breaks; a command line must not be broken at all.
            console.print(shown, soft_wrap=isinstance(shown, Text))


def _ascii_only(console: Console) -> bool:
    return not console.encoding.lower().startswith("utf")


def _shown(part: Part, width: int, *, ascii_only: bool) -> Iterator[RenderableType]:
    """The part as things that rich prints."""
    from rich.text import Text

    from steepest.lessons.part import Epochs, Heading, Look, Plot, Table, Try, Verdict, Words
    from steepest.views.verdict_lines import verdict_lines

    match part:
        case Heading(text):
            yield Text(f"{text}\n{'-' * len(text)}", "bold")
        case Words(text):
            yield _hanging("", text, width)
        case Look(sentences):
            yield Text("What to look at", "bold")
            for sentence in sentences:
                yield _hanging(" - ", sentence, width)
        case Epochs():
            yield Text("\n".join(_epochs(part)))
        case Table():
            yield Text(part.caption, "bold")
            yield _table(part)
        case Plot():
            yield Text(part.caption, "bold")
            yield _plot(part, width, ascii_only=ascii_only)
        case Try(commands):
            yield Text("Try next", "bold")
            for line, what in commands:
                yield Text(f"   {line}", "cyan")
                yield _hanging("      ", what, width)
        case Verdict(of, diagnosis):
            yield Text(f"The diagnosis of {of}", "bold")
            yield Text("\n".join(verdict_lines(diagnosis, width=width)))


def _hanging(first: str, text: str, width: int) -> RenderableType:
    """The text behind `first`, its further lines under its own beginning."""
    from textwrap import fill

    from rich.text import Text

    indent = " " * len(first)
    return Text(
        fill(text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
    )


def _epochs(part: Epochs) -> list[str]:
    """The starting line, the first and last epochs, and what was left out between them."""
    from steepest.views.epoch_lines import epoch_lines

    lines = list(epoch_lines(part.trace))
    if len(lines) <= 1 + part.first + part.last:
        return lines
    ends = 1 + part.first, len(lines) - part.last
    left_out = [f"... {ends[1] - ends[0]} epochs more; to see them all:", f"    {part.command}"]
    return [*lines[: ends[0]], *left_out, *lines[ends[1] :]]


def _table(part: Table) -> RenderableType:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as Grid

    grid = Grid(box=SIMPLE_HEAD, pad_edge=False, header_style="", show_edge=False)
    for i, name in enumerate(part.head):
        numeric = all(_is_number(row[i]) for row in part.rows)
        grid.add_column(name, justify="right" if numeric else "left")
    for row in part.rows:
        grid.add_row(*row)
    return grid


def _is_number(text: str) -> bool:
    return not text.strip("+-.,0123456789e ")


def _plot(part: Plot, width: int, *, ascii_only: bool) -> RenderableType:
    from steepest.views.terminal_plot import draw

    return draw(
        part.layers,
        width=min(width, 78),
        height=part.height,
        x_label=part.x_label,
        y_label=part.y_label,
        x_range=part.x_range,
        y_range=part.y_range,
        log_y=part.log_y,
        ascii_only=ascii_only,
    )


def _numbers(lesson: Lesson) -> dict[str, Any]:
    """What the lesson measured: its tables' numbers, its descents in one variable, verdicts."""
    from steepest.lessons.part import Epochs, Table, Verdict

    numbers: dict[str, float] = {}
    descents: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    for part in lesson.play():
        match part:
            case Table():
                numbers |= part.numbers
            case Epochs():
                descents.append({"command": part.command, "steps": list(_steps(part))})
            case Verdict(of, diagnosis):
                verdicts.append({"of": of, **diagnosis.to_dict()})
            case _:
                pass
    return {
        "lesson": lesson.name,
        "title": lesson.title,
        "numbers": numbers,
        "descents": descents,
        "verdict": verdicts[-1]["verdict"],
        "findings": verdicts[-1]["findings"],
        "verdicts": verdicts,
    }


def _steps(part: Epochs) -> Iterator[dict[str, Any]]:
    trace = part.trace
    if trace.params is None or trace.gradient is None:
        return
    for i, step in enumerate(trace.step.tolist()):
        params, gradient = trace.params[i].tolist(), trace.gradient[i].tolist()
        yield {"step": step, "params": params, "loss": float(trace.loss[i]), "gradient": gradient}


def _print_json(answer: dict[str, Any]) -> None:
    import msgspec

    click.echo(msgspec.json.encode(answer).decode())
