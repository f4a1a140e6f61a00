"""Options that several commands share."""

from __future__ import annotations

import click

__all__ = ["json_option", "store_option"]

store_option = click.option(
    "--store",
    metavar="FILE",
    help="The store of runs.  [default: steepest.db here, or what STEEPEST_STORE names]",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else."
)
