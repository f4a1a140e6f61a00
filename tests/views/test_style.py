"""Can it be read: contrast of every colour, in light and in dark."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.views.style import (
    COUNT,
    DARK,
    LIGHT,
    Palette,
    Shades,
    css_variables,
    palette_on,
    variable_of,
)

PALETTES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_as_the_standard_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@PALETTES
@pytest.mark.parametrize("name", ["ink", "muted", "accent", "good", "notice", "warning", "error"])
def test_text_has_contrast_enough(palette: Palette, name: str) -> None:
    colour = getattr(palette, name)
    assert contrast(colour, palette.paper) >= 4.5
    assert contrast(colour, palette.raised) >= 4.5


@PALETTES
def test_lines_have_contrast_enough(palette: Palette) -> None:
    for colour in (palette.rule, *palette.shades):
        assert contrast(colour, palette.raised) >= 3.0


@PALETTES
def test_shades_go_one_way_from_faint_to_strong(palette: Palette) -> None:
    strength = [contrast(shade, palette.raised) for shade in palette.shades]
    assert len(strength) == COUNT
    assert strength == sorted(strength)


def test_every_colour_of_a_picture_has_one_variable() -> None:
    colours = [LIGHT.ink, LIGHT.muted, LIGHT.rule, LIGHT.accent, *LIGHT.shades]
    variables = [variable_of(colour) for colour in colours]
    assert None not in variables
    assert len(set(variables)) == len(colours)
    for palette in (LIGHT, DARK):
        assert f"--ink:{palette.ink};" in css_variables()


def test_shades_rise_with_the_steps_and_use_the_whole_range() -> None:
    for last in (0, 1, 50, 51, 10**6):
        shade = Shades(0, last).of(np.arange(min(last, 1000) + 1))
        assert shade[0] == 0
        assert (np.diff(shade) >= 0).all()
    assert Shades(10, 20).of([5, 20, 99]).tolist() == [0, COUNT - 1, COUNT - 1]


def test_the_palette_fits_the_background() -> None:
    assert palette_on((1, 1, 1, 1)) is LIGHT
    assert palette_on((0, 0, 0, 0)) is LIGHT  # transparent: most likely on paper
    assert palette_on("black") is DARK
