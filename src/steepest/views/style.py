"""The colours of every view: one palette for light, one for dark, one shade an iteration.

Pictures are drawn in the light palette; on the report's page each of its colours becomes a
variable with two values, so that the same picture is right on a dark page.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["DARK", "LIGHT", "Palette", "Shades", "css_variables", "palette_on", "variable_of"]

COUNT = 24
"""How many shades the iterations are sorted into."""

EVEN_UP_TO = 50
"""Up to so many steps each gets its even share of the shades; beyond, steps count by their
logarithm, because most of a long path is walked in its first steps."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for, as #rrggbb.

    paper, raised:    behind the page, behind a card or a picture
    ink, muted:       text; text that may stand back
    line, rule:       of tables and frames; of axes, residuals and contours
    accent:           links, and rows held out
    good, notice, warning, error:  of a verdict, always beside a word and an icon
    shades:           one an iteration, from the first to the last
    """

    paper: str
    raised: str
    ink: str
    muted: str
    line: str
    rule: str
    accent: str
    good: str
    notice: str
    warning: str
    error: str
    shades: tuple[str, ...]


def _blend(*anchors: str) -> tuple[str, ...]:
    """COUNT colours evenly along straight lines between the anchors."""
    stops = np.array([[int(a[i : i + 2], 16) for i in (1, 3, 5)] for a in anchors], dtype=float)
    at = np.linspace(0, len(stops) - 1, COUNT)
    mixed = [np.interp(at, np.arange(len(stops)), stops[:, i]) for i in range(3)]
    return tuple(
        "#{:02x}{:02x}{:02x}".format(*np.rint(rgb).astype(int)) for rgb in zip(*mixed, strict=True)
    )


LIGHT = Palette(
    paper="#f7f7f5",
    raised="#ffffff",
    ink="#1b1f24",
    muted="#59616b",
    line="#dfe1e4",
    rule="#848c97",
    accent="#0b63a5",
    good="#146c3a",
    notice="#3f5175",
    warning="#8a4b00",
    error="#b3201f",
    shades=_blend("#dd6b10", "#c93a52", "#8c2b87", "#3f329b", "#161f63"),
)
DARK = Palette(
    paper="#131619",
    raised="#1b1f24",
    ink="#e8eaed",
    muted="#a3abb5",
    line="#32383f",
    rule="#6d7580",
    accent="#7fbcf0",
    good="#6fcf97",
    notice="#a9bbe0",
    warning="#f0b35a",
    error="#ff8f87",
    shades=_blend("#c9611a", "#e0567a", "#c583dc", "#b7b4fb", "#eef1ff"),
)


def palette_on(background: Any) -> Palette:
    """The palette that can be seen on a background, in any of matplotlib's colour forms.

    >>> palette_on("white") is LIGHT, palette_on("#111111") is DARK
    (True, True)
    """
    from matplotlib.colors import to_rgba

    red, green, blue, opaque = to_rgba(background)
    brightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return LIGHT if opaque < 0.5 or brightness > 0.4 else DARK


@dataclass(frozen=True, slots=True)
class Shades:
    """One shade an iteration, the same in every view: steps from `first` to `last`.

    >>> Shades(0, 10).of([0, 5, 10]).tolist(), Shades(0, 10**6).of([0, 10, 10**6]).tolist()
    ([0, 12, 23], [0, 4, 23])
    """

    first: int
    last: int

    def of(self, steps: ArrayLike) -> NDArray[np.int64]:
        """Which shade (0 to COUNT - 1) each of the steps has."""
        gone = np.maximum(np.asarray(steps, dtype=np.float64) - self.first, 0.0)
        span = float(max(self.last - self.first, 1))
        share = gone / span if span <= EVEN_UP_TO else np.log1p(gone) / np.log1p(span)
        return np.minimum(share * COUNT, COUNT - 1).astype(np.int64)


def variable_of(colour: str) -> str | None:
    """The page's variable for a colour of the light palette, or None for another colour.

    >>> variable_of("#1b1f24"), variable_of("#123456")
    ('var(--ink)', None)
    """
    for name, value in _named(LIGHT):
        if value == colour.lower():
            return f"var(--{name})"
    return None


def css_variables() -> str:
    """The variables of both palettes: light, dark where the reader's system is, light in print."""
    light, dark = (
        "".join(f"--{name}:{value};" for name, value in _named(palette))
        for palette in (LIGHT, DARK)
    )
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    )


def _named(palette: Palette) -> list[tuple[str, str]]:
    single = [
        (field.name, getattr(palette, field.name))
        for field in fields(palette)
        if field.name != "shades"
    ]
    return single + [(f"shade-{i}", colour) for i, colour in enumerate(palette.shades)]
