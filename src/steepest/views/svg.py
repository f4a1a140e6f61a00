"""A view as SVG inside a page: small, the same every time, in the page's font and colours."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

from steepest.views.axes_text import unseen_glyphs_allowed
from steepest.views.markup import Markup, tag
from steepest.views.style import LIGHT, Palette, variable_of

__all__ = ["svg_drawn"]

SIZE = (4.2, 3.5)
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "steepest",
    "font.family": "sans-serif",
    "font.size": 12.0,
    "text.color": LIGHT.ink,
    "axes.labelcolor": LIGHT.ink,
    "axes.edgecolor": LIGHT.rule,
    "axes.linewidth": 0.8,
    "xtick.color": LIGHT.rule,
    "ytick.color": LIGHT.rule,
    "xtick.labelcolor": LIGHT.muted,
    "ytick.labelcolor": LIGHT.muted,
    "xtick.major.width": 0.8,
    "ytick.major.width": 0.8,
}
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_FONT = re.compile(r"font: ([\d.]+)px [^;]*")
_LINK = "{http://www.w3.org/1999/xlink}href"
_KEPT = frozenset({"svg", "g", "path", "use", "text", "tspan", "defs", "clipPath", "rect"})


def svg_drawn(
    draw: Callable[[Any, Palette], None], *, name: str, title: str, description: str
) -> Markup:
    """What `draw` draws on matplotlib's axes, as an SVG element.

    name:  unique on the page; every id within begins with it
    title, description:  what a reader who does not see the picture is told
    """
    root = ElementTree.fromstring(_drawn(draw))  # noqa: S314 (matplotlib wrote it)
    box = root.get("viewBox", "0 0 1 1")
    used = set(_references(root))
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", description, id=f"{name}-description"),
        *(_element(child, name, used) for child in root),
        viewBox=" ".join(f"{float(number):g}" for number in box.split()),
        role="img",
        aria_labelledby=f"{name}-title {name}-description",
    )


def _drawn(draw: Callable[[Any, Palette], None]) -> str:
    from importlib import import_module

    mpl: Any = import_module("matplotlib")
    figures: Any = import_module("matplotlib.figure")
    # the reader's own settings of matplotlib must not change the report
    with mpl.rc_context(), unseen_glyphs_allowed():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        figure = figures.Figure(figsize=SIZE, layout="constrained")
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes, LIGHT)
        for edge in ("left", "bottom"):
            axes.spines[edge].set_zorder(0.5)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def _references(root: Any) -> Iterator[str]:
    """The ids that something in the picture refers to."""
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == _LINK:
                yield value.removeprefix("#")
            else:
                yield from re.findall(r"url\(#([^)]+)\)", value)


def _element(element: Any, name: str, used: set[str]) -> Markup | None:
    """An element of the picture as markup of the page; None for what is not drawn."""
    kind = element.tag.rsplit("}", 1)[-1]
    if kind not in _KEPT:
        return None
    children = [_element(child, name, used) for child in element]
    text = (element.text or "").strip() if kind in ("text", "tspan") else None
    if kind in ("g", "defs") and not any(children):
        return None
    return tag(kind, text, *children, **_attributes(element, name, used))


def _attributes(element: Any, name: str, used: set[str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for key, value in element.attrib.items():
        if key == "id":
            if value in used:
                kept["id"] = f"{name}-{value}"
        elif key == _LINK:
            kept["href"] = f"#{name}-{value.removeprefix('#')}"
        elif key == "style":
            kept["style"] = _styled(value)
        elif "{" not in key:
            renamed = value.replace("url(#", f"url(#{name}-")
            kept[key] = _NUMBER.sub(_rounded, " ".join(renamed.split()))
    return kept


def _styled(style: str) -> str:
    """The style in the page's variables for colours, its font, and round numbers."""
    style = _COLOUR.sub(lambda found: variable_of(found[0]) or found[0], style)
    style = _FONT.sub(r"font-size:\1px", _NUMBER.sub(_rounded, style))
    parts = (part.strip().replace(": ", ":") for part in style.split(";"))
    return ";".join(part for part in parts if part and not part.startswith("font-family"))


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
