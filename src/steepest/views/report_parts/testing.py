"""How it was tested: which rows trained, which judged, and whether anything leaked between."""

from __future__ import annotations

from collections.abc import Iterator

from steepest.evaluation.evaluation import Repeats
from steepest.evaluation.leakage.leakage import Leakage
from steepest.readable import counted, readable
from steepest.run import Run
from steepest.views.content import (
    Block,
    Folded,
    Note,
    Paragraph,
    Section,
    Table,
    strong,
)
from steepest.views.leak_words import leak_words
from steepest.views.phrases import score_words, sentence, split_sentence
from steepest.views.report_parts.contract import SIGNS
from steepest.views.trust_words import repeats_words

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
            *_method(run),
            *baseline,
            *_leakage(evaluation.leakage),
            *_repeats(evaluation.repeats),
        ),
    )


def _method(run: Run) -> tuple[Block, ...]:
    """How it was judged, where the split does not say it."""
    evaluation, split = run.evaluation, run.split
    if split.held > 0 and evaluation.rows == split.held:
        return ()
    words = f"evaluated on {evaluation.rows:,} rows: {evaluation.method}"
    return (Paragraph(sentence(words)),)


def _leakage(leakage: Leakage | None) -> tuple[Block, ...]:
    if leakage is None:
        return (Note("unknown", "Leakage", "nobody looked whether the answer leaks."),)
    blocks: list[Block] = [
        Note(*SIGNS[remark.severity], remark.sentence) for remark in leakage.found
    ]
    if not leakage.found:
        words = f"none found by {counted(len(leakage.clear), 'check')}."
        blocks.append(Note("good" if leakage.clear else "unknown", "Leakage", words))
    looked = tuple(_looked(leakage))
    if looked:
        blocks.append(Folded("What was looked for", looked, printed=True))
    return tuple(blocks)


def _looked(leakage: Leakage) -> Iterator[Block]:
    if leakage.clear:
        clear = "; ".join(map(leak_words, leakage.clear))
        yield Paragraph((strong("Looked for and not found: "), f"{clear}."))
    if leakage.cannot_tell:
        needs = (f"{leak_words(code)} ({need})" for code, need in leakage.cannot_tell.items())
        words = (strong("Could not be told, and what it would need: "), f"{'; '.join(needs)}.")
        yield Paragraph(words)


def _repeats(repeats: Repeats | None) -> tuple[Block, ...]:
    if repeats is None:
        return ()
    what = score_words(repeats.score)
    table = Table(
        f"The {what}, split by split",
        ("Split", sentence(what)[:-1]),
        tuple((f"{i:,}", readable(value)) for i, value in enumerate(repeats.values, 1)),
        numbers=(1,),
    )
    return (*map(Paragraph, repeats_words(repeats)), Folded("Split by split", (table,)))
