"""The report as Markdown: the same words, and nothing that the data could break."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from steepest.run import Run
from steepest.views.content import Span, Table
from steepest.views.report import is_report, report_html, report_markdown, write_report
from steepest.views.report_markdown import BEGINNING, escaped, page_markdown

Make = Callable[[str], Run]
SPECIAL = re.compile(r"\\([!-/:-@\[-`{-~])")


def read(markdown: str) -> str:
    """The words of a page: without its marks, escapes undone."""
    bare = re.sub(r"(?<!\\)(\*\*|\*|`+(sh\n)?|\^)", "", markdown)
    return " ".join(SPECIAL.sub(r"\1", bare).split())


def tables(markdown: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in markdown.splitlines():
        if line.startswith("| "):
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


def cells(line: str) -> list[str]:
    return re.split(r"(?<!\\)\|", line)[1:-1]


def test_it_begins_so_that_it_is_known_again(any_run: Run) -> None:
    text = report_markdown(any_run)
    assert text.startswith(BEGINNING + "# ")
    assert text.endswith("\n")
    assert text.count("\n# ") == 1
    assert "\x00" not in text


def test_the_parts_are_those_of_the_page(any_run: Run) -> None:
    titles = re.findall(r'-heading">([^<]+)</h2>', report_html(any_run))
    assert re.findall(r"^## (.+)$", report_markdown(any_run), flags=re.M) == titles


def test_every_row_of_a_table_has_as_many_cells_as_its_head(any_run: Run) -> None:
    found = tables(report_markdown(any_run))
    assert len(found) > 4
    for head, rule, *rows in found:
        assert set(rule) <= set("|-: ")
        assert rows
        for row in (rule, *rows):
            assert len(cells(row)) == len(cells(head)), row


def test_tables_stand_aligned_in_the_source() -> None:
    table = Table("of", ("name", "size"), (("a", "1"), ("名前", "1,234")), numbers=(1,))
    [lines] = tables(page_markdown("t", "w", (), (table,), ()))
    assert len({cell_len(line) for line in lines}) == 1
    assert lines[1] == "| ---- | ----: |"
    assert lines[3] == "| 名前 | 1,234 |"


def test_what_the_page_says_in_words_stands_in_the_markdown(run_of: Make) -> None:
    for name in ("full", "decided", "line"):
        run = run_of(name)
        words = read(report_markdown(run))
        for told in (*run.evaluation.sentences, *(r.sentence for r in run.contract.remarks)):
            assert " ".join(told.split()) in words


def test_names_from_the_data_are_text_and_nothing_else(run_of: Make) -> None:
    text = report_markdown(run_of("hostile"))
    outside = re.sub(r"```sh\n.*?\n *```|`[^`\n]*`", "", text.removeprefix(BEGINNING), flags=re.S)
    assert not re.search(r"(?<!\\)<", outside)
    assert '<script>alert("x")</script>' in read(text)
    assert not re.search(r"(?<!\\)\$", outside)


@given(st.text(max_size=30))
def test_any_text_in_a_cell_stays_in_its_cell(text: str) -> None:
    table = Table("c", ("a", "b"), ((Span("name", text), text),))
    head, _, row = tables(page_markdown("t", "w", (), (table,), ()))[0]
    assert len(cells(row)) == len(cells(head)) == 2


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_escapes_can_be_undone(text: str) -> None:
    assert SPECIAL.sub(r"\1", escaped(text)) == " ".join(text.split())


@pytest.mark.parametrize("opening", ["# a", "- a", "1. a", "+ a", "> a", "1) a", "=== a"])
def test_a_paragraph_that_begins_like_a_mark_is_a_paragraph(opening: str) -> None:
    from steepest.views.content import Paragraph

    text = page_markdown("t", "w", (), (Paragraph(opening),), ()).splitlines()[-1]
    assert text != opening
    assert SPECIAL.sub(r"\1", text) == opening


def test_a_command_is_copied_as_it_is(run_of: Make) -> None:
    text = report_markdown(run_of("diverged"))
    commands = re.findall(r"^ *```sh\n *(.+)\n *```$", text, flags=re.M)
    assert any(line.startswith("steepest fit /data/houses.csv") for line in commands)
    assert not any("\\" in line for line in commands)


def test_the_ending_of_the_name_decides(tmp_path: Path, run_of: Make) -> None:
    run = run_of("line")
    for name in ("run.md", "run.MARKDOWN"):
        write_report(run, tmp_path / name)
        assert (tmp_path / name).read_text("utf-8") == report_markdown(run)
    write_report(run, tmp_path / "run.html")
    other = tmp_path / "diary.md"
    other.write_text("# a report of steepest\n")
    told = {path.name: is_report(path) for path in tmp_path.iterdir()}
    assert told == {"run.md": True, "run.MARKDOWN": True, "run.html": True, "diary.md": False}
    assert not is_report(tmp_path)
    assert not is_report(tmp_path / "absent.md")


def test_a_picture_without_numbers_says_nothing_here(run_of: Make) -> None:
    text = read(report_markdown(run_of("decided")))
    assert "On the dashed line" not in text
    assert "The upright line" not in text
    assert "What a threshold finds" in text
    assert "| Threshold | Recall |" in report_markdown(run_of("decided"))
    assert "### Path" not in report_markdown(run_of("line"))
