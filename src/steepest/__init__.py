"""Gradient descent that you can watch, question and trust.

Everything public is here by name; nothing is loaded before it is used, so that
`import steepest` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from steepest.version import __version__

if TYPE_CHECKING:
    from steepest.applying import apply
    from steepest.data import datasets
    from steepest.data.blocks import Block, Blocks, InMemory
    from steepest.data.breach import ContractCheck
    from steepest.data.check_contract import check_contract
    from steepest.data.contract import Contract
    from steepest.data.table import Table, read_table
    from steepest.descent.adaptive import Adaptive
    from steepest.descent.adaptive_rules import AdaGrad, Adam, RMSProp
    from steepest.descent.backtracking import Backtracking
    from steepest.descent.barzilai_borwein import BarzilaiBorwein
    from steepest.descent.descend import descend
    from steepest.descent.fista import Fista
    from steepest.descent.range_test import find_learning_rate
    from steepest.descent.rates import Constant, Cosine, ExponentialDecay, StepDecay
    from steepest.descent.rules import GradientDescent, Momentum, Nesterov
    from steepest.diagnosis.checking.answer import GradientCheck
    from steepest.diagnosis.diagnose import diagnose
    from steepest.diagnosis.finding import Diagnosis, Finding, Remedy
    from steepest.diagnosis.gradient_check import check_gradient
    from steepest.diagnosis.record.record import Context
    from steepest.errors import InputError
    from steepest.evaluation.evaluation import Evaluation
    from steepest.evaluation.studies.study import Study
    from steepest.exporting.export import export
    from steepest.fitting import fit
    from steepest.live.notebook import lab
    from steepest.logs.read_log import read_log
    from steepest.model import Model
    from steepest.objective.classic_functions import classic
    from steepest.objective.function import objective_from
    from steepest.objective.generalized_linear import GeneralizedLinear
    from steepest.objective.least_squares import LeastSquares
    from steepest.objective.losses import huber
    from steepest.objective.objective import Objective
    from steepest.run import Run
    from steepest.saved import load_run
    from steepest.scaling.resuming import resume
    from steepest.store import Store
    from steepest.studying.study import study
    from steepest.trace import Fact, Stop, Trace
    from steepest.views.plots import plot
    from steepest.views.report import write_report
    from steepest.watching.telling import FindingError
    from steepest.watching.watch import watch

__all__ = [
    "AdaGrad",
    "Adam",
    "Adaptive",
    "Backtracking",
    "BarzilaiBorwein",
    "Block",
    "Blocks",
    "Constant",
    "Context",
    "Contract",
    "ContractCheck",
    "Cosine",
    "Diagnosis",
    "Evaluation",
    "ExponentialDecay",
    "Fact",
    "Finding",
    "FindingError",
    "Fista",
    "GeneralizedLinear",
    "GradientCheck",
    "GradientDescent",
    "InMemory",
    "InputError",
    "LeastSquares",
    "Model",
    "Momentum",
    "Nesterov",
    "Objective",
    "RMSProp",
    "Remedy",
    "Run",
    "StepDecay",
    "Stop",
    "Store",
    "Study",
    "Table",
    "Trace",
    "__version__",
    "apply",
    "check_contract",
    "check_gradient",
    "classic",
    "datasets",
    "descend",
    "diagnose",
    "export",
    "find_learning_rate",
    "fit",
    "huber",
    "lab",
    "load_run",
    "objective_from",
    "plot",
    "read_log",
    "read_table",
    "resume",
    "study",
    "watch",
    "write_report",
]

_HOME = {
    "AdaGrad": "steepest.descent.adaptive_rules",
    "Adam": "steepest.descent.adaptive_rules",
    "Adaptive": "steepest.descent.adaptive",
    "Backtracking": "steepest.descent.backtracking",
    "BarzilaiBorwein": "steepest.descent.barzilai_borwein",
    "Block": "steepest.data.blocks",
    "Blocks": "steepest.data.blocks",
    "Constant": "steepest.descent.rates",
    "Context": "steepest.diagnosis.record.record",
    "Contract": "steepest.data.contract",
    "ContractCheck": "steepest.data.breach",
    "Cosine": "steepest.descent.rates",
    "Diagnosis": "steepest.diagnosis.finding",
    "Evaluation": "steepest.evaluation.evaluation",
    "ExponentialDecay": "steepest.descent.rates",
    "Fact": "steepest.trace",
    "Finding": "steepest.diagnosis.finding",
    "FindingError": "steepest.watching.telling",
    "Fista": "steepest.descent.fista",
    "GeneralizedLinear": "steepest.objective.generalized_linear",
    "GradientCheck": "steepest.diagnosis.checking.answer",
    "GradientDescent": "steepest.descent.rules",
    "InMemory": "steepest.data.blocks",
    "InputError": "steepest.errors",
    "LeastSquares": "steepest.objective.least_squares",
    "Model": "steepest.model",
    "Momentum": "steepest.descent.rules",
    "Nesterov": "steepest.descent.rules",
    "Objective": "steepest.objective.objective",
    "RMSProp": "steepest.descent.adaptive_rules",
    "Remedy": "steepest.diagnosis.finding",
    "Run": "steepest.run",
    "StepDecay": "steepest.descent.rates",
    "Stop": "steepest.trace",
    "Store": "steepest.store",
    "Study": "steepest.evaluation.studies.study",
    "Table": "steepest.data.table",
    "Trace": "steepest.trace",
    "apply": "steepest.applying",
    "check_contract": "steepest.data.check_contract",
    "check_gradient": "steepest.diagnosis.gradient_check",
    "classic": "steepest.objective.classic_functions",
    "datasets": "steepest.data",
    "descend": "steepest.descent.descend",
    "diagnose": "steepest.diagnosis.diagnose",
    "export": "steepest.exporting.export",
    "find_learning_rate": "steepest.descent.range_test",
    "fit": "steepest.fitting",
    "huber": "steepest.objective.losses",
    "lab": "steepest.live.notebook",
    "load_run": "steepest.saved",
    "objective_from": "steepest.objective.function",
    "plot": "steepest.views.plots",
    "read_log": "steepest.logs.read_log",
    "read_table": "steepest.data.table",
    "resume": "steepest.scaling.resuming",
    "study": "steepest.studying.study",
    "watch": "steepest.watching.watch",
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
