"""Gradient descent that you can watch, question and trust.

Everything public is here by name; nothing is loaded before it is used, so that
`import steepest` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from steepest.version import __version__

if TYPE_CHECKING:
    from steepest.data import datasets
    from steepest.data.blocks import Block, Blocks, InMemory
    from steepest.data.contract import Contract
    from steepest.data.table import Table, read_table
    from steepest.descent.descend import descend
    from steepest.descent.rules import GradientDescent
    from steepest.diagnosis.diagnose import diagnose
    from steepest.diagnosis.finding import Diagnosis, Finding, Remedy
    from steepest.errors import InputError
    from steepest.evaluation.evaluation import Evaluation
    from steepest.fitting import fit
    from steepest.model import Model
    from steepest.objective.function import objective_from
    from steepest.objective.generalized_linear import GeneralizedLinear
    from steepest.objective.least_squares import LeastSquares
    from steepest.objective.objective import Objective
    from steepest.run import Run
    from steepest.saved import load_run
    from steepest.store import Store
    from steepest.trace import Fact, Stop, Trace
    from steepest.views.plots import plot
    from steepest.views.report import write_report

__all__ = [
    "Block",
    "Blocks",
    "Contract",
    "Diagnosis",
    "Evaluation",
    "Fact",
    "Finding",
    "GeneralizedLinear",
    "GradientDescent",
    "InMemory",
    "InputError",
    "LeastSquares",
    "Model",
    "Objective",
    "Remedy",
    "Run",
    "Stop",
    "Store",
    "Table",
    "Trace",
    "__version__",
    "datasets",
    "descend",
    "diagnose",
    "fit",
    "load_run",
    "objective_from",
    "plot",
    "read_table",
    "write_report",
]

_HOME = {
    "Block": "steepest.data.blocks",
    "Blocks": "steepest.data.blocks",
    "Contract": "steepest.data.contract",
    "Diagnosis": "steepest.diagnosis.finding",
    "Evaluation": "steepest.evaluation.evaluation",
    "Fact": "steepest.trace",
    "Finding": "steepest.diagnosis.finding",
    "GeneralizedLinear": "steepest.objective.generalized_linear",
    "GradientDescent": "steepest.descent.rules",
    "InMemory": "steepest.data.blocks",
    "InputError": "steepest.errors",
    "LeastSquares": "steepest.objective.least_squares",
    "Model": "steepest.model",
    "Objective": "steepest.objective.objective",
    "Remedy": "steepest.diagnosis.finding",
    "Run": "steepest.run",
    "Stop": "steepest.trace",
    "Store": "steepest.store",
    "Table": "steepest.data.table",
    "Trace": "steepest.trace",
    "datasets": "steepest.data",
    "descend": "steepest.descent.descend",
    "diagnose": "steepest.diagnosis.diagnose",
    "fit": "steepest.fitting",
    "load_run": "steepest.saved",
    "objective_from": "steepest.objective.function",
    "plot": "steepest.views.plots",
    "read_table": "steepest.data.table",
    "write_report": "steepest.views.report",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module the first time it is asked for."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'steepest' has no attribute {name!r}")
    if name == "datasets":
        return importlib.import_module("steepest.data.datasets")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
