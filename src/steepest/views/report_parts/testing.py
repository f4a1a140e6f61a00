"""How it was tested: which rows trained, and which were kept to judge by."""

from __future__ import annotations

from steepest.readable import readable
from steepest.run import Run
from steepest.views.markup import Markup, tag
from steepest.views.phrases import sentence, split_sentence
from steepest.views.report_parts.layout import Part, data_table, section

__all__ = ["testing"]


def testing(run: Run) -> Markup:
    """The split, the method, the baseline, and how large the errors are."""
    evaluation = run.evaluation
    baseline = f"The baseline {evaluation.baseline}." if evaluation.baseline else None
    return section(
        "testing",
        "How it was tested",
        tag(
            "div",
            tag("p", split_sentence(run)),
            tag("p", sentence(f"evaluated on {evaluation.rows:,} rows: {evaluation.method}")),
            tag("p", baseline) if baseline else None,
            tag("p", "Medians, levels, centres and spreads were learned from the training rows "
                "alone."),
            class_="prose",
        ),
        _quantiles(run),
    )  # fmt: skip


def _quantiles(run: Run) -> Part:
    sizes = run.evaluation.quantiles
    if not sizes:
        return None
    return data_table(
        f"How far predictions of {run.contract.target} are off",
        ("Share of the rows", "Off by at most"),
        [(f"{readable(100 * share)} %", readable(size)) for share, size in sizes],
        numbers=(1,),
    )
