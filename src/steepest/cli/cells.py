"""Words in the cells of the tables that commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from steepest.evaluation.evaluation import Score

__all__ = ["cell", "interval_text", "score_text"]


def cell(console: Console, words: str) -> Text:
    """The words as this terminal can print them: one line, no markup, no control characters."""
    from rich.text import Text

    from steepest.views.markup import plain

    line = " ".join(plain(words).split())
    return Text(line.encode(console.encoding, "replace").decode(console.encoding))


def score_text(score: Score | None) -> str:
    """The value with its interval: "24.07 (12.14 to 40.25)"; "-" for no score."""
    from steepest.readable import readable

    if score is None:
        return "-"
    interval = interval_text(score)
    return f"{readable(score.value)} ({interval})" if interval else readable(score.value)


def interval_text(score: Score) -> str:
    """The 95 % interval: "12.14 to 40.25"; "" where the rows are too few for one."""
    from steepest.readable import readable

    if score.low is None or score.high is None:
        return ""
    return f"{readable(score.low)} to {readable(score.high)}"
