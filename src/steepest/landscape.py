"""The cost around a path: a grid of J on a plane, for the picture of the contours.

The plane is that of the two parameters where there are two, and otherwise that of the
path's own two principal directions through its last point (Li et al. 2018, "Visualizing
the loss landscape of neural nets", section 7); which one it is, is said in `plane`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Landscape"]


@dataclass(frozen=True, slots=True)
class Landscape:
    """The cost J on a plane through a path.

    plane:      a sentence that says which plane it is
    x_label, y_label:  of the axes
    x, y:       (n,), (m,) grid positions along the axes
    loss:       m rows of n values: J at (x[j], y[i])
    path_x, path_y, path_step:  (k,) the recorded steps in the plane (thinned to at most
                2,000 for the picture), and their step numbers
    minimum:    where the minimum lies in the plane, where it is known and in the picture
    """

    plane: str
    x_label: str
    y_label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    loss: tuple[tuple[float, ...], ...]
    path_x: tuple[float, ...]
    path_y: tuple[float, ...]
    path_step: tuple[int, ...]
    minimum: tuple[float, float] | None = None
