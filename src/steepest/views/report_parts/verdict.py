"""The verdict first: did the descent do its work, and is the model worth anything."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from steepest.diagnosis.finding import Remedy
from steepest.readable import readable
from steepest.run import Run
from steepest.views.fit_command import fit_command
from steepest.views.markup import Markup, join, tag
from steepest.views.phrases import LEVELS, level_of, score_words, sentence, verdict_title
from steepest.views.report_parts.layout import command, icon, section

__all__ = ["remedy_list", "verdict"]

_WORTH: Mapping[bool | None, tuple[str, str]] = {
    True: ("good", "Better than the baseline"),
    None: ("notice", "Not shown to be better than the baseline"),
    False: ("error", "Worse than the baseline: do not use it as it stands"),
}


def verdict(run: Run) -> Markup:
    """Two answers side by side: of the descent, with its remedy, and of the predictions."""
    return section(
        "verdict", "Verdict", tag("div", _descent(run), _predictions(run), class_="pair")
    )


def remedy_list(run: Run, remedies: tuple[Remedy, ...]) -> Markup | None:
    """What to change, with the command that does it where the exact value is known."""
    if not remedies:
        return None
    return tag(
        "ul",
        *(
            tag(
                "li",
                tag("p", tag("strong", "Try: "), sentence(remedy.sentence)),
                command(fit_command(run.request, remedy.set)) if remedy.set else None,
            )
            for remedy in remedies
        ),
        class_="remedies",
    )


def _descent(run: Run) -> Markup:
    level = level_of(run.diagnosis)
    if not run.diagnosis.findings:
        needs = (f"{code}: {need}" for code, need in run.diagnosis.cannot_tell.items())
        told: Any = tag("ul", *(tag("li", need) for need in needs))
        return _card("The descent", level, verdict_title(run.diagnosis), told)
    top = run.diagnosis.findings[0]
    told = join(tag("p", sentence(top.because)), remedy_list(run, top.remedies))
    return _card("The descent", level, top.title, told)


def _predictions(run: Run) -> Markup:
    level, title = _worth(run)
    if not run.evaluation.scores:
        return _card("The predictions", "unknown", "Not evaluated", _first_sentence(run))
    main = run.evaluation.scores[0]
    if not math.isfinite(main.value):
        return _card("The predictions", level, title, _first_sentence(run))
    words = f"{score_words(main)} {readable(main.value)}"
    if main.low is not None and main.high is not None:
        words += f" (95 % interval {readable(main.low)} to {readable(main.high)})"
    words += f", against {readable(main.baseline)} of a baseline that {run.evaluation.baseline}"
    return _card("The predictions", level, title, tag("p", sentence(words)))


def _worth(run: Run) -> tuple[str, str]:
    """A model is no better than its descent, nor than its data."""
    level, title = _WORTH[run.evaluation.better_than_baseline]
    if level_of(run.diagnosis) == "error":
        return "error", "Not to be used: the descent failed"
    if level == "good" and any(remark.code == "leak" for remark in run.contract.remarks):
        return "warning", f"{title}, unless a column leaks the target"
    return level, title


def _first_sentence(run: Run) -> Markup:
    return join(*(tag("p", text) for text in run.evaluation.sentences[:1]))


def _card(about: str, level: str, title: str, told: Markup) -> Markup:
    return tag(
        "article",
        tag("p", icon(level), tag("span", about, class_="about"),
            tag("span", LEVELS[level], class_="level"), class_="sign"),
        tag("h3", title),
        told,
        class_=f"card {level}",
    )  # fmt: skip
