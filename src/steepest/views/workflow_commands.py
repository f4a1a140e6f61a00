"""A diagnosis as workflow commands, which GitHub shows as annotations of a run.

Source: the workflow commands of GitHub Actions, `::error file={name},title={title}::{message}`,
with the escapes that their toolkit writes.
"""

from __future__ import annotations

from collections.abc import Iterator

from steepest.diagnosis.finding import Diagnosis, Finding
from steepest.views.markup import plain
from steepest.views.phrases import for_any_loop, sentence

__all__ = ["workflow_commands"]

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def workflow_commands(diagnosis: Diagnosis, file: str | None = None) -> Iterator[str]:
    """One line a finding; where there is none, a notice that nothing could be told.

    file: the log, None where it is no file

    >>> from steepest.diagnosis.finding import Finding, Remedy
    >>> found = Finding("diverging", "error", "Diverging: too large", "it rose by 50 %", {},
    ...                 (Remedy("lower it to 0.5", {"learning_rate": 0.5}),))
    >>> for line in workflow_commands(Diagnosis("diverging", (found,), (), {}), "log.csv"):
    ...     print(line)
    ::error file=log.csv,title=Diverging%3A too large::It rose by 50 %25.%0ATry: Lower it to 0.5.
    """
    for finding in diagnosis.findings:
        yield _line(_LEVELS[finding.severity], finding.title, _message(finding), file)
    if not diagnosis.findings:
        yield _line("notice", "Cannot tell", "No rule of the diagnosis found anything.", file)


def _message(finding: Finding) -> str:
    tries = [f"Try: {sentence(for_any_loop(remedy.sentence))}" for remedy in finding.remedies]
    return "\n".join([sentence(finding.because), *tries])


def _line(level: str, title: str, message: str, file: str | None) -> str:
    place = "" if file is None else f"file={_property(file)},"
    return f"::{level} {place}title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return plain(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
