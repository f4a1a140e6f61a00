"""The constants and the checks of the cost model as tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from checked import Check
from cost_model import Rows, survey_operations
from rates import WIDTHS, Rates

sys.path.insert(0, str(Path(__file__).parents[1]))
from measure import THREADS, Conditions
from table import figures, time_in_words

__all__ = ["checks_table", "rates_table"]


def rates_table(rates: Rates) -> str:
    """One line a constant, one column a width."""
    lines = [
        "| constant | | " + " | ".join(f"d = {d}" for d in WIDTHS) + " |",
        "| --- | --- |" + " ---: |" * len(WIDTHS),
        _line(
            "B_disk, B_cache",
            "a raw read of a file: disk, page cache",
            [_speeds(rates)] * len(WIDTHS),
        ),
        _line(
            "B_mem",
            f"a read of memory, {THREADS} threads",
            [f"{figures(rates.stream / 1e9)} GB/s"] * len(WIDTHS),
        ),
    ]
    both = {
        "c_read": ("a number decoded from Parquet, 1 and 2 threads", rates.decode),
        "c_survey": ("a row looked at, 1 and 2 threads", rates.survey),
        "c_loss": ("a row's logistic loss and gradient, 1 and 2 threads", rates.loss),
    }
    for name, (what, values) in both.items():
        cells = [
            f"{time_in_words(values[d, 1])}, {time_in_words(values[d, THREADS])}" for d in WIDTHS
        ]
        lines.append(_line(name, what, cells))
    single = {
        "c_sums": ("a row's share of the two triangles, by sums of squares", rates.gram),
        "c_qr": ("the same by QR, for columns nearly dependent", rates.qr),
        "c_copy": ("a row of the compact copy, from the page cache", rates.copy),
        "c_merge": ("two triangles joined", rates.merge),
        "c_fixed": ("a fit beside its passes: first look, judgement, account", rates.fixed),
        "c_pack": ("loss and gradient pickled and read", rates.packed),
    }
    for name, (what, each) in single.items():
        lines.append(_line(name, what, [time_in_words(each[d]) for d in WIDTHS]))
    one = {
        "c_task": ("a piece of one row handed to a thread, and answered", rates.task),
        "c_footer": ("a file's footer looked at", rates.footer),
        "c_journal": ("an answer committed to SQLite", rates.journal),
    }
    for name, (what, value) in one.items():
        lines.append(_line(name, what, [time_in_words(value)] * len(WIDTHS)))
    return "\n".join(lines) + "\n\n" + _said(rates)


def _line(name: str, what: str, cells: Sequence[str]) -> str:
    return f"| {name} | {what} | " + " | ".join(cells) + " |"


def _speeds(rates: Rates) -> str:
    return f"{figures(rates.disk / 1e9)}, {figures(rates.cached / 1e9)} GB/s"


def _said(rates: Rates) -> str:
    speeds = "; ".join(
        f"at d = {d} {figures(survey_operations(Rows(1, d)) / rates.gram[d] / 1e9)} billion"
        for d in WIDTHS
    )
    parts = [f"The sums of squares make multiply-adds a second, by one thread: {speeds}."]
    if rates.ray is None:
        parts.append("Ray is not installed here.")
    else:
        calls = ", ".join(
            f"{time_in_words(seconds)} for {workers}"
            for workers, seconds in rates.ray.by_workers.items()
        )
        parts.append(
            "A call to idle Ray workers on this machine, with 22 numbers to and fro, takes "
            f"{calls}, all on the same cores. Of that the driver's own processor works h = "
            f"{time_in_words(rates.ray.answer)} for each worker's answer; the rest of a single "
            f"call is L = {time_in_words(rates.ray.call)}."
        )
    return " ".join(parts) + "\n"


def checks_table(checks: Sequence[Check], conditions: Conditions) -> str:
    """Predicted, measured, ratio."""
    lines = [
        "| what | rows | d | formula | predicted | measured | measured / predicted |",
        "| --- | ---: | ---: | --- | ---: | ---: | ---: |",
    ]
    for check in checks:
        measured = check.trouble or "not measured"
        ratio = ""
        if check.measured is not None:
            measured = time_in_words(check.measured)
            ratio = f"{check.measured / check.predicted:.2f}"
        lines.append(
            f"| {check.what} | {check.rows:,} | {check.width} | {check.formula} "
            f"| {time_in_words(check.predicted)} | {measured} | {ratio} |"
        )
    here = conditions
    lines += [
        "",
        f"Constants and checks measured in {here.seconds:.0f} s on {here.processor}, {here.cores} "
        f"cores; load average {here.load[0]:.1f} at the start, {here.load[1]:.1f} at the end. "
        f"{here.warning or ''}".strip(),
    ]
    return "\n".join(lines) + "\n"
