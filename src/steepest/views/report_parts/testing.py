"""How it was tested: which rows trained, which judged, and whether anything leaked between."""

from __future__ import annotations

from steepest.evaluation.evaluation import Repeats
from steepest.evaluation.leakage.leakage import Leakage
from steepest.readable import counted, readable
from steepest.run import Run
from steepest.views.amounts import interval_words
from steepest.views.content import (
    Block,
    Bullets,
    Folded,
    Note,
    Paragraph,
    Section,
    Table,
    strong,
)
from steepest.views.phrases import score_words, sentence, spelled, split_sentence
from steepest.views.report_parts.contract import SIGNS

__all__ = ["testing"]


def testing(run: Run) -> Section:
    """The split, the method and the baseline; leakage; the same again with other splits."""
    evaluation = run.evaluation
    baseline = (Paragraph(f"The baseline {evaluation.baseline}."),) if evaluation.baseline else ()
    return Section(
        "testing",
        "How it was tested",
        (
            Paragraph(split_sentence(run)),
            Paragraph(sentence(f"evaluated on {evaluation.rows:,} rows: {evaluation.method}")),
            *baseline,
            Paragraph(
                "Medians, levels, centres and spreads were learned from the training rows alone."
            ),
            *_leakage(evaluation.leakage),
            *_repeats(evaluation.repeats),
        ),
    )


def _leakage(leakage: Leakage | None) -> tuple[Block, ...]:
    if leakage is None:
        return (Note("unknown", "Leakage", "nobody looked whether the answer leaks."),)
    blocks: list[Block] = [
        Note(*SIGNS[remark.severity], remark.sentence) for remark in leakage.found
    ]
    if not leakage.found:
        words = f"none was found by {counted(len(leakage.clear), 'check')}."
        blocks.append(Note("good" if leakage.clear else "unknown", "Leakage", words))
    if leakage.clear:
        clear = ", ".join(map(spelled, leakage.clear))
        blocks.append(Paragraph((strong("Looked for and not found: "), f"{clear}.")))
    if leakage.cannot_tell:
        blocks.append(Paragraph((strong("Could not be told, and what each would need:"),)))
        needs = (f"{spelled(code)}: {need}" for code, need in leakage.cannot_tell.items())
        blocks.append(Bullets(tuple((Paragraph(need, ""),) for need in needs)))
    return tuple(blocks)


def _repeats(repeats: Repeats | None) -> tuple[Block, ...]:
    if repeats is None:
        return ()
    what, count = score_words(repeats.score), len(repeats.values)
    words = (
        f"With {count} different splits the {what} is {readable(repeats.mean)} on average (95 % "
        f"interval {interval_words(repeats.low, repeats.high)}): from "
        f"{readable(min(repeats.values))} to {readable(max(repeats.values))}."
    )
    table = Table(
        f"The {what}, split by split",
        ("Split", sentence(what)[:-1]),
        tuple((f"{i:,}", readable(value)) for i, value in enumerate(repeats.values, 1)),
        numbers=(1,),
    )
    return (Paragraph(words), Folded("Split by split", (table,)))
