"""Other models on the same folds: what choosing this one costs."""

from __future__ import annotations

from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import difference_words, interval_words
from steepest.views.content import Block, Paragraph, Table, dots_in_row
from steepest.views.phrases import score_words, sentence

__all__ = ["peers"]


def peers(run: Run) -> tuple[Block, ...]:
    """Each model's main score beside ours, and the paired difference as a picture."""
    study = run.study
    if study is None or not study.peers:
        return ()
    dots = dots_in_row(
        [(peer.difference, peer.difference_low, peer.difference_high) for peer in study.peers], 0.0
    )
    ours = "" if study.value is None else f"; this model: {readable(study.value)}"
    scale = study.value or 1.0
    unalike = study.method != run.evaluation.method
    return (
        Table(
            f"Other models on the same rows, by {score_words(study.score)} ({study.better} is "
            f"better){ours}",
            ("Model", "Its score (95 % interval)", "This model's minus it (95 % interval)",
             "Beside zero", "Seconds"),
            tuple(
                (
                    peer.name,
                    _with_interval(peer.value, peer.low, peer.high),
                    difference_words(
                        peer.difference, peer.difference_low, peer.difference_high, scale
                    ),
                    dot,
                    readable(peer.seconds, 3),
                )
                for peer, dot in zip(study.peers, dots, strict=True)
            ),
            numbers=(1, 2, 4),
        ),
        *map(Paragraph, study.sentences),
        *((Paragraph(sentence(f"measured: {study.method}"), "small"),) if unalike else ()),
    )  # fmt: skip


def _with_interval(value: float, low: float | None, high: float | None) -> str:
    unsure = "" if low is None or high is None else f" ({interval_words(low, high)})"
    return f"{readable(value)}{unsure}"
