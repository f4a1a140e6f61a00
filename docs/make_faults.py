"""Write docs/faults.md, the page of every diagnosis rule, from the docstrings of the rules.

    python docs/make_faults.py

Nobody edits the page by hand: a rule is explained where it is decided.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

from steepest.diagnosis.diagnose import RULES

__all__ = ["page"]

SECTIONS = ("Sees", "Matters", "Decides", "When it is wrong", "Try", "Sources")
WEIGHTS = ("info", "warning", "error")
INTRODUCTION = """\
# The faults, one by one

What `steepest diagnose`, `steepest.diagnose` and every `steepest fit` look for, in the order of
the verdict: a root cause comes before what it leads to, and the first rule that finds something
is the verdict. Each entry says what the rule looks at, why it matters, how it decides and where
its thresholds come from, when it is wrong, what to try, and the sources.
[How to use all this](diagnosis.md) · [How good it is](diagnosis-quality.md)

Made from the docstrings of the rules by `python docs/make_faults.py`; edit those, not this.
"""


def main() -> None:
    (Path(__file__).parent / "faults.md").write_text(page(), encoding="utf-8")


def page() -> str:
    """The whole page, in Markdown."""
    table = ["| code | what it is | severity |", "| --- | --- | --- |"]
    parts: list[str] = []
    for rule in RULES:
        code, (sentence, sections) = rule.__name__, read(rule)
        findings = findings_of(rule)
        weights = ", ".join(weight for weight in WEIGHTS if weight in findings)
        table.append(f"| [`{code}`](#{code}) | {sentence} | {weights} |")
        titles = " · ".join(dict.fromkeys(title for each in findings.values() for title in each))
        parts += [f"## {code}", f"*{titles}* · [source]({place_of(rule)})", sentence]
        parts += [f"**{name}.** {paragraphs(text)}" for name, text in sections.items()]
    return "\n\n".join([INTRODUCTION.rstrip(), "\n".join(table), *map(wrapped, parts)]) + "\n"


def read(rule: Callable[..., object]) -> tuple[str, dict[str, str]]:
    """The first sentence, and section -> text, each on one line."""
    first, *rest = inspect.cleandoc(rule.__doc__ or "").splitlines()
    sections: dict[str, str] = {}
    name = ""
    for line in rest:
        if line in SECTIONS:
            name = line
            sections[name] = ""
        elif name:
            sections[name] = f"{sections[name]} {line.strip()}".strip()
        else:
            first = f"{first} {line.strip()}".strip()
    if tuple(sections) != SECTIONS or not all(sections.values()):
        raise ValueError(f"{rule.__name__} has {list(sections)}; expected {list(SECTIONS)}")
    return first, sections


def paragraphs(text: str) -> str:
    """A paragraph of its own for what is said of a log, where a record comes first."""
    return re.sub(r"(?<=\.) (?=(?:A log(?: of losses)?:|In a log |A record:))", "\n\n", text)


def findings_of(rule: Callable[..., object]) -> dict[str, list[str]]:
    """Severity -> titles of the findings that the rule's file makes, as written there."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(ast.parse(source_of(rule).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id != "Finding" or len(node.args) < 3:
                continue
            title = node.args[2]
            for severity in severities(node.args[1]):
                if isinstance(title, ast.Constant):
                    found.setdefault(severity, []).append(str(title.value))
    return found


def severities(written: ast.expr) -> list[str]:
    """The severity as written; both of one that depends on something."""
    branches = [written.body, written.orelse] if isinstance(written, ast.IfExp) else [written]
    return [str(each.value) for each in branches if isinstance(each, ast.Constant)]


def source_of(rule: Callable[..., object]) -> Path:
    return Path(inspect.getsourcefile(rule) or "")


def place_of(rule: Callable[..., object]) -> str:
    """The file of a rule, seen from the folder of the page."""
    inside = source_of(rule).resolve().relative_to(Path(__file__).resolve().parents[1])
    return f"../{inside.as_posix()}"


def wrapped(text: str) -> str:
    """Each paragraph in lines of the project's width."""
    lines = [
        textwrap.fill(part, 99, break_long_words=False, break_on_hyphens=False)
        for part in text.split("\n\n")
    ]
    return "\n\n".join(lines)


if __name__ == "__main__":
    main()
