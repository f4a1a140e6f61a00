"""What a page begins with: the table, what can be chosen, the colours, the first setting.

The twins of `frontend/src/wire/setup.ts`, field for field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from steepest.data.contract import loss_for
from steepest.data.survey import read_contract
from steepest.data.table import Table
from steepest.errors import InputError
from steepest.live.problems import first_line
from steepest.live.setting import LOSSES, MOST_DEGREE, MOST_STEPS, RULE_LABELS, Setting
from steepest.live.shown_table import ShownTable
from steepest.live.wire import DescentRecord, Numbers, Workers, numbers
from steepest.readable import counted, listed, readable
from steepest.version import __version__
from steepest.views.style import DARK, LIGHT, Palette

__all__ = [
    "Beside",
    "Choices",
    "Palettes",
    "RuleChoice",
    "Setup",
    "TableData",
    "curve_setup",
    "run_setup",
    "table_setup",
]

Link = Literal["http", "widget", "none"]


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """An update rule on offer, in plain words."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen; one that is left out of a list is not on offer.

    apply, branch:  whether remedies can be applied, and whether a branch can leave the path
    steps:          most steps
    """

    losses: list[str]
    rules: list[RuleChoice]
    degree: int
    apply: bool = True
    branch: bool = True
    steps: int = MOST_STEPS


@dataclass(frozen=True, slots=True)
class TableData:
    """One feature against the target, in the input's own units; see `setup.ts`."""

    x_name: str
    y_name: str
    x: Numbers
    y: Numbers
    held: list[bool]
    unit: float
    unit_label: str
    start: tuple[float, float]
    classes: list[str]
    total: int


@dataclass(frozen=True, slots=True)
class Palettes:
    """The colours by day and by night."""

    light: Palette = LIGHT
    dark: Palette = DARK


@dataclass(frozen=True, slots=True)
class Beside:
    """A run by its name, with its record."""

    title: str
    record: DescentRecord


@dataclass(frozen=True, slots=True)
class Setup:
    """What a page begins with.

    title, words:  what is shown, and one sentence on it
    setting:       where the page begins; table: None for a curve and for a run
    played:        a record made by Python, where the page cannot compute the setting itself
    beside:        another run, to be laid under the one that is shown
    growing:       of a run: not at its end yet, and perhaps not at its first step
    workers:       of a run whose rows come piece by piece: who walks over them, and how far
    link:          how Python is reached; who serves the page says so
    """

    title: str
    words: str
    setting: Setting
    choices: Choices
    table: TableData | None = None
    played: DescentRecord | None = None
    beside: Beside | None = None
    growing: bool = False
    workers: Workers | None = None
    link: Link = "none"
    palette: Palettes = field(default_factory=Palettes)
    version: str = __version__


def table_setup(table: ShownTable) -> Setup:
    """Of a table: the line where there is one number to learn from, else the model of all."""
    loss = loss_for(table.contract)
    line = table.x_name is not None
    setting = Setting(
        features=table.features,
        scale="unit" if line and loss == "squared" else "standard",
        loss="logistic" if loss == "logistic" else "squared",
    )
    return Setup(
        title=table.name,
        words=_words(table, loss),
        setting=setting,
        choices=_choices(table),
        table=_table_data(table) if line else None,
    )


def curve_setup(setting: Setting) -> Setup:
    """Of a curve."""
    return Setup(
        title=setting.expression,
        words=f"Gradient descent on the curve J = {setting.expression}.",
        setting=setting,
        choices=Choices([], _rules(), 1),
    )


def _choices(table: ShownTable) -> Choices:
    return Choices(_losses(table), _rules(), MOST_DEGREE)


def _rules() -> list[RuleChoice]:
    return [RuleChoice(name, label) for name, label in RULE_LABELS.items()]


def _losses(table: ShownTable) -> list[str]:
    """Those that the target fits."""
    fitting: list[str] = []
    for loss in LOSSES:
        try:
            read_contract(
                Table(table.frame, table.source), table.target, features=table.features, loss=loss
            )
        except InputError:
            continue
        fitting.append(loss)
    return fitting


def _table_data(table: ShownTable) -> TableData:
    assert table.x is not None  # noqa: S101
    assert table.x_name is not None  # noqa: S101
    unit = table.units[table.x_name]
    return TableData(
        x_name=table.x_name,
        y_name=table.target,
        x=numbers(table.x),
        y=numbers(table.truth),
        held=table.held.tolist(),
        unit=unit,
        unit_label=_unit_label(table, unit),
        start=first_line(table),
        classes=list(table.contract.classes),
        total=table.total,
    )


def _unit_label(table: ShownTable, unit: float) -> str:
    if table.source == "houses" and table.x_name == "size":
        return "size (thousand square feet)"
    return str(table.x_name) if unit == 1.0 else f"{table.x_name} / {readable(unit)}"


def _words(table: ShownTable, loss: str) -> str:
    inputs = listed(table.features)
    kind = "one of two classes" if loss == "logistic" else "a number"
    said = f"{table.target} ({kind}) from {inputs}, {counted(table.total, 'row')} of {table.name}."
    if len(table.truth) < table.total:
        said += f" {len(table.truth):,} of them are shown and trained on, drawn by chance."
    missing = [remark.sentence for remark in table.contract.remarks if remark.code == "missing"]
    return " ".join([said, *missing])


def run_setup(title: str, words: str, setting: Setting, *, again: bool) -> Setup:
    """Of a run or a record: it is what it is, and only a branch of it can go otherwise.

    again:  whether what it descended on is at hand, for a branch or a remedy
    """
    choices = Choices([], [], 1, apply=again, branch=again)
    return Setup(title=title, words=words, setting=setting, choices=choices)
