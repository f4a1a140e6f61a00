"""Look at a whole table once, and state its contract.

Nothing is fitted to the rows here: medians, means and levels that enter the model are
learned from the training rows alone, in `representation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from steepest.data.columns import describe, refuse_infinite
from steepest.data.contract import Contract
from steepest.data.features import all_columns, refuse_nothing_left, wanted_features
from steepest.data.left_out import leave_out
from steepest.data.remarks import remarks_on
from steepest.data.table import Table
from steepest.data.target import read_classes
from steepest.data.weights import check_weight

__all__ = ["read_contract"]


def read_contract(
    table: Table,
    target: str,
    *,
    features: Sequence[str] | None = None,
    loss: str = "auto",
    max_levels: int = 50,
    weight: str | None = None,
) -> Contract:
    """State what the table holds and what of it enters a model of `target`.

    features:    the columns to learn from; None: all that are fit for it
    loss:        "squared", "logistic", "softmax", "poisson", "huber", or "auto" to let the
                 target decide
    max_levels:  text columns with more levels are left out
    weight:      the column that says how much each row counts, which is then no feature

    Raises InputError for a column that is not there, a target that the loss does not fit,
    infinite values, text that was meant to be numbers, weights that are none, and a table of
    which no column is left to learn from.

    >>> from steepest.data.contract import loss_for
    >>> from steepest.data.table import read_table
    >>> contract = read_contract(read_table("houses"), "price")
    >>> contract.rows, [column.name for column in contract.features], loss_for(contract)
    (50, ['size'], 'squared')
    """
    import polars as pl

    names = wanted_features(table, target, features, weight)
    if weight is not None:
        check_weight(table, weight, target=target, features=features)
    refuse_infinite(table.frame, [target, *names], table.source)
    classes = read_classes(table.frame[target], loss, table.source)
    frame = table.frame.filter(pl.col(target).is_not_null())
    judged, said = leave_out(
        frame,
        describe(frame, names),
        named=features is not None,
        max_levels=max_levels,
        source=table.source,
        all_rows=table.frame,
    )
    refuse_nothing_left(judged, target, table.source)
    contract = Contract(
        source=table.source,
        rows=frame.height,
        dropped=table.frame.height - frame.height,
        target=target,
        classes=classes,
        columns=all_columns(table, frame, target, classes, judged, weight),
        remarks=(),
    )
    said += remarks_on(frame, contract)
    said.sort(key=lambda remark: (remark.severity != "warning", remark.code != "leak"))
    return replace(contract, remarks=tuple(said))
