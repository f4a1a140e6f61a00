"""Everything about one training: what was asked, seen, done, found and measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from steepest.data.contract import Contract
from steepest.data.trained_rows import TrainedRows
from steepest.diagnosis.finding import Diagnosis, Remedy
from steepest.evaluation.evaluation import Evaluation
from steepest.evaluation.splits.split import Split
from steepest.evaluation.studies.study import Study
from steepest.landscape import Landscape
from steepest.model import Model
from steepest.objective.minimum import agreeing_digits
from steepest.trace import Trace

__all__ = ["Minimum", "Remedied", "Request", "Run", "Sample"]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked of `fit`, after defaults were filled in.

    learning_rate: a number, "auto", or a schedule as text; batch: None for all rows at once;
    weight: the column that says how much each row counts; l2, l1: penalties on the
    coefficients in the descended coordinates; average: take the mean of the iterates.
    split, folds, repeats: which rows judge the model; key: the columns that name a row, with
    commas; units: column=unit pairs; costs: what errors cost, as `costs_from` reads it;
    threshold: the policy of decisions between two classes, as `policy_from` reads it.
    engine: "auto" (rows in memory where they fit, else "local"), "local" (piece by piece on this
    machine), "ray"; memory: bytes that may be used, 0 where nothing was said; workers: how many,
    0 for as many as there are processors; ray_address: of a cluster to join, "" for none;
    query: what to ask the database that `source` names, "" for a table.
    """

    source: str
    target: str
    features: tuple[str, ...] | None = None
    loss: str = "auto"
    learning_rate: float | str = "auto"
    rule: str = "gradient_descent"
    batch: int | None = None
    steps: int | None = None
    tolerance: float = 1e-8
    start: str = "zeros"
    scale: Literal["standard", "none"] = "standard"
    degree: int = 1
    intercept: bool = True
    holdout: float = 0.2
    missing: Literal["impute", "drop", "refuse"] = "impute"
    max_levels: int = 50
    seed: int = 0
    weight: str | None = None
    l2: float = 0.0
    l1: float = 0.0
    huber_delta: float | None = None
    average: bool = False
    full_loss_every: int | None = None
    threads: int | str = 2
    split: str = "auto"
    folds: int | None = None
    repeats: int = 1
    key: str = ""
    units: str = ""
    costs: str = ""
    threshold: str = "0.5"
    engine: Literal["auto", "local", "ray"] = "auto"
    memory: int = 0
    workers: int = 0
    ray_address: str = ""
    query: str = ""

    def changed(self, settings: Mapping[str, Any]) -> Request:
        """The request with some settings otherwise.

        With another `scale`, a learning rate and a start in numbers, which were for the units
        of before, are left to "auto" and "zeros" unless they are set as well.

        >>> Request("houses", "price", learning_rate=1e-7, scale="none").changed(
        ...     {"scale": "standard"}
        ... ).learning_rate
        'auto'
        """
        stale: dict[str, Any] = {}
        if settings.get("scale", self.scale) != self.scale:
            stale = {} if self.learning_rate == "auto" else {"learning_rate": "auto"}
            stale |= {} if self.start in ("zeros", "random") else {"start": "zeros"}
        return replace(self, **(stale | dict(settings)))


@dataclass(frozen=True, slots=True)
class Remedied:
    """What a run was made to mend: the run before it, its finding, and what was changed.

    run:  the id of the one before; None where it was not saved
    """

    run: str | None
    finding: str
    remedy: Remedy


@dataclass(frozen=True, slots=True)
class Minimum:
    """The bottom of the bowl of least squares, computed directly, in the input's own units.

    coefficients:  name -> value; intercept: None where the model has none
    digits:        how many significant digits of every value can be trusted (0 to 17)
    method:        how it was computed, in a phrase
    """

    coefficients: Mapping[str, float]
    intercept: float | None
    digits: float
    method: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows kept for pictures, at most 1,000, held-out rows among them.

    feature:     name of the feature on the horizontal axis where the model has just one
                 numeric input column, else ""
    x:           (n,) that feature, else the score z = X w + b of each row; under softmax the
                 place of the class that the model decides for
    target:      (n,) the truth: the target in its units, 0.0 and 1.0 for two classes, the place
                 of the true class for more
    prediction:  (n,) the model's: the value, or the probability of the positive class; under
                 softmax that of the true class
    held_out:    (n,) True where the model was not trained on the row
    curve_x, curve_y:  (200,) the model over the range of `feature`; empty where there is none
    """

    feature: str
    x: tuple[float, ...]
    target: tuple[float, ...]
    prediction: tuple[float, ...]
    held_out: tuple[bool, ...]
    curve_x: tuple[float, ...] = ()
    curve_y: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Run:
    """One training, whole.

    id:       its name in the store ("houses-1"); None where it was not saved
    created:  when it began, ISO 8601, UTC
    version:  of `steepest`
    seconds:  what each stage took: read, represent, descend, evaluate, ...
    minimum:  for squared loss: the bottom of the bowl computed directly
    landscape: the cost on a plane through the path, for the picture of the contours
    remedied: what it was made to mend; None for a run that stands by itself
    study:    what training again in other ways tells; None where nothing was studied
    trained:  by what the rows that trained are known again; None of an earlier version
    """

    id: str | None
    created: str
    version: str
    request: Request
    contract: Contract
    split: Split
    model: Model
    trace: Trace
    diagnosis: Diagnosis
    evaluation: Evaluation
    sample: Sample
    seconds: Mapping[str, float]
    minimum: Minimum | None = None
    landscape: Landscape | None = None
    remedied: Remedied | None = None
    study: Study | None = None
    trained: TrainedRows | None = None

    def __repr__(self) -> str:
        name, request = self.id or "not saved", self.request
        return f"<Run {name}: {request.target} of {request.source}, {self.verdict}>"

    @property
    def coefficients(self) -> dict[str, float]:
        """Name -> coefficient in the input's own units."""
        return self.model.coefficients

    @property
    def intercept(self) -> float | None:
        """The intercept in the input's own units; None for a model without one."""
        return self.model.intercept

    @property
    def digits(self) -> float | None:
        """To how many digits the worst coefficient of the descent agrees with the minimum.

        Never more than those of the minimum that can be trusted; None without a minimum.
        """
        if self.minimum is None:
            return None
        names = list(self.minimum.coefficients)
        ours = [self.coefficients[name] for name in names]
        best = [self.minimum.coefficients[name] for name in names]
        if self.intercept is not None and self.minimum.intercept is not None:
            ours.append(self.intercept)
            best.append(self.minimum.intercept)
        if not np.all(np.isfinite(ours)):
            return 0.0
        agree = agreeing_digits(np.array(ours), np.array(best))
        return math.floor(10 * max(0.0, min(agree, self.minimum.digits))) / 10

    @property
    def verdict(self) -> str:
        """The code of the top finding."""
        return self.diagnosis.verdict
