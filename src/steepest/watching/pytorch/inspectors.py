"""The inspectors of a PyTorch loop, in the order in which they look."""

from __future__ import annotations

from steepest.watching.pytorch.activations import Activations
from steepest.watching.pytorch.contract import Contract
from steepest.watching.pytorch.graph import Graph
from steepest.watching.pytorch.inputs import Inputs
from steepest.watching.pytorch.inspector import Inspector
from steepest.watching.pytorch.kept_gradients import KeptGradients
from steepest.watching.pytorch.labels import Labels
from steepest.watching.pytorch.modes import Modes
from steepest.watching.pytorch.origin import Origin
from steepest.watching.pytorch.precision import Precision
from steepest.watching.pytorch.probe import Probe
from steepest.watching.pytorch.reach import Reach
from steepest.watching.pytorch.wiring import Wiring

__all__ = ["INSPECTORS"]

INSPECTORS: tuple[type[Inspector], ...] = (
    Origin,
    Inputs,
    Labels,
    Contract,
    Activations,
    Graph,
    Reach,
    Wiring,
    KeptGradients,
    Modes,
    Precision,
    Probe,
)
