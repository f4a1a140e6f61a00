from __future__ import annotations

import json
import shlex

import click
import pytest
from click.testing import CliRunner

from steepest.cli.main import COMMANDS, main
from steepest.lessons.part import Epochs, Try
from steepest.lessons.registry import LESSONS

NAMES = [lesson.name for lesson in LESSONS]


def lesson(*arguments: str, width: int = 80):
    return CliRunner(env={"COLUMNS": str(width)}).invoke(main, ["lesson", *arguments])


def test_without_a_name_all_lessons_are_listed_with_a_sentence_each():
    lines = lesson(width=80).stdout.splitlines()
    for line, expected in zip(lines, LESSONS, strict=False):
        assert line.startswith(expected.name)
        assert line.endswith(expected.sentence)
    listed = json.loads(lesson("--json").stdout)["lessons"]
    assert [entry["name"] for entry in listed] == NAMES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [80, 100])
def test_a_lesson_fits_the_terminal_and_ends_with_the_verdict(name, width):
    result = lesson(name, width=width)
    assert result.exit_code == 0, result.exception
    lines = result.stdout.splitlines()
    too_wide = [line for line in lines if len(line.rstrip()) > width]
    assert not too_wide
    assert sum(line.startswith("What to look at") for line in lines) >= 1
    last = max(i for i, line in enumerate(lines) if line.startswith("The diagnosis of"))
    assert lines[last + 1].startswith("Verdict: ")


@pytest.mark.parametrize("name", NAMES)
def test_json_holds_numbers_and_verdict_and_nothing_else(name):
    answer = json.loads(lesson(name, "--json").stdout)
    assert answer["lesson"] == name
    assert answer["numbers"] or answer["descents"]
    assert answer["verdicts"][-1]["verdict"] == answer["verdict"]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_lesson_tells_to_try_can_be_tried(name):
    played = next(one for one in LESSONS if one.name == name)
    parts = list(played.play())
    lines = [line for part in parts if isinstance(part, Try) for line, _ in part.commands]
    lines += [part.command for part in parts if isinstance(part, Epochs)]
    assert lines
    for line in lines:
        program, command, *arguments = shlex.split(line)
        assert program == "steepest"
        assert command in COMMANDS
        door = main.get_command(click.Context(main), command)
        door.make_context(command, list(arguments))  # raises for an option that is not there
        if command == "lesson":
            assert arguments[0] in NAMES
        if command == "curve":
            assert CliRunner().invoke(main, [command, *arguments]).exit_code == 0


def test_the_command_of_shortened_lines_prints_the_same_descent():
    for played in LESSONS[:4]:
        for part in played.play():
            if isinstance(part, Epochs):
                result = CliRunner().invoke(main, [*shlex.split(part.command)[1:], "--json"])
                losses = [step["loss"] for step in json.loads(result.stdout)["steps"]]
                assert losses == part.trace.loss.tolist()


def test_the_lines_are_those_of_the_source_notes():
    lines = lesson("slow-convergence").stdout.splitlines()
    first = lines.index("Starting weight: 10.0, Starting Loss: 100.0")
    assert lines[first + 1 : first + 51] == [
        f"Epoch {k}: Weight = {10 * 0.8**k:.4f}, Loss = {100 * 0.64**k:.4f}" for k in range(1, 51)
    ]


def test_a_terminal_without_unicode_gets_plain_characters():
    # click's runner takes the charset as the encoding of standard output.
    runner = CliRunner(env={"COLUMNS": "80"}, charset="ascii")
    result = runner.invoke(main, ["lesson", "tangent"])
    assert result.exit_code == 0, result.exception
    assert result.stdout_bytes.isascii()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("oscilation-trap", "did you mean oscillation-trap?"),
        ("Live_Demo", "did you mean live-demo?"),
        ("zzz", "there are slow-convergence, oscillation-trap"),
    ],
)
def test_an_unknown_lesson_is_refused_with_the_nearest_name(asked, says):
    result = lesson(asked)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""


def test_help_has_two_examples():
    assert lesson("--help").stdout.count("\n    steepest lesson") == 2
