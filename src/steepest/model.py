"""What is kept of a training: representation, parameters, loss and decision.

A saved model is plain data: JSON with numbers and names, nothing that could run. Numbers
that are not finite (a descent that diverged) are null there, and nan when read back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from steepest.data.representation import Representation
from steepest.errors import InputError
from steepest.objective.losses import loss_named
from steepest.objective.row_scores import row_scores
from steepest.trace import Array

__all__ = ["FORMAT", "Margin", "Model", "check_model"]

FORMAT = 1
"""The version of the saved form; a newer one is refused."""

_KIND = "steepest model"


@dataclass(frozen=True, slots=True)
class Margin:
    """A prediction interval: a share of `coverage` of the truths is expected to lie from
    `below` under the prediction to `above` over it, both from zero up, in the target's units.
    """

    coverage: float
    below: float
    above: float


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model; data only, so that saving it is writing numbers.

    params:     (p,) in the descended coordinates, the intercept last where there is one;
                for softmax (K * p,), one class after the other
    intercept_learned: whether there is one
    loss:       "squared", "huber", "poisson", "logistic" or "softmax"
    target:     name of the target column
    classes:    the K levels of a target of classes, of two the negative first; () for a number
    threshold:  of the probability, at and above which the positive one of two classes is
                decided; just above 1 where none is ever decided to be it
    margins:    of a number, its prediction intervals by rising coverage; () where none are known
    costs:      (K, K) of softmax: what it costs to decide a row of the first class to be of the
                second; it then decides where the expected cost is least. () : for the class of
                the largest probability

    >>> import polars as pl
    >>> from steepest.data.representation import NumberColumn
    >>> size = NumberColumn("size", fill=2.0)
    >>> centred = Representation((size,), (), ((1,),), (2.0,), (0.5,), 1, "standard")
    >>> model = Model(centred, (10.0, 300.0), True, "squared", "price")
    >>> model.predict(pl.DataFrame({"size": [2.0, 3.0]})).tolist()
    [300.0, 320.0]
    >>> model.coefficients, model.intercept
    ({'size': 20.0}, 260.0)
    >>> Model.from_json(model.to_json()) == model
    True
    """

    representation: Representation
    params: tuple[float, ...]
    intercept_learned: bool
    loss: str
    target: str
    classes: tuple[str, ...] = ()
    threshold: float = 0.5
    margins: tuple[Margin, ...] = ()
    costs: tuple[tuple[float, ...], ...] = ()

    @property
    def scores(self) -> int:
        """How many scores a row has: one for each class under softmax, else 1."""
        return len(self.classes) if self.loss == "softmax" else 1

    @property
    def coefficients(self) -> dict[str, float]:
        """Name -> coefficient in the input's own units.

        For softmax the names are "class:feature", one class after the other, and the last of
        each class is its intercept, "class:intercept", where the model has one.
        """
        if self.scores == 1:
            return self.by_class()[0][0]
        named: dict[str, float] = {}
        for name, (slopes, intercept) in zip(self.classes, self.by_class(), strict=True):
            named |= {f"{name}:{feature}": value for feature, value in slopes.items()}
            if intercept is not None:
                own = "(intercept)" if "intercept" in slopes else "intercept"
                named[f"{name}:{own}"] = intercept
        return named

    @property
    def intercept(self) -> float | None:
        """The intercept in the input's own units; None for a model without one.

        None for softmax, too, which has one a class: they are among the `coefficients`.
        """
        return self.by_class()[0][1] if self.scores == 1 else None

    def by_class(self) -> list[tuple[dict[str, float], float | None]]:
        """For each score the coefficients by feature, and the intercept, in the input's units.

        One entry, but for softmax one a class, in the order of `classes`.
        """
        with np.errstate(all="ignore"):
            return [
                self.representation.to_input_units(row, intercept=self.intercept_learned)
                for row in self.rows()
            ]

    def rows(self) -> Array:
        """(scores, p) the parameters of each score, in the descended coordinates."""
        return np.array(self.params).reshape(self.scores, -1)

    def score(self, data: object) -> Array:
        """(m,) the linear part z = X w + b of each row of any table `read_table` takes.

        For softmax (m, K), one score a class. Parameters of a descent that diverged give
        scores that are not finite. Raises InputError for a table that lacks a column.
        """
        from steepest.data.table import read_table

        X = self.representation.transform(read_table(data).frame)  # (m, d)
        params = np.array(self.params)
        if self.scores > 1:
            params = params.reshape(self.scores, -1).T  # (p, K)
        weights, intercept = (params[:-1], params[-1]) if self.intercept_learned else (params, 0.0)
        with np.errstate(all="ignore"):
            return row_scores(X, weights) + intercept

    def predict(self, data: object) -> Array:
        """(m,) what the score means: the predicted target, for Poisson exp(z) of the score z;
        for two classes the probability of the positive one; for softmax (m, K), that of each.
        """
        score = self.score(data)
        with np.errstate(all="ignore"):
            return loss_named(self.loss).prediction(score)

    def decide(self, data: object) -> list[str]:
        """m class labels, by the threshold, the least expected cost or the largest probability.

        Raises InputError for a model of a number, and for parameters that are not finite.
        """
        if not self.classes:
            raise InputError(
                f"there is nothing to decide: {self.target} is a number, not one of some "
                "classes; ask for its prediction"
            )
        probability = self.predict(data)
        if np.isnan(probability).any():
            raise InputError(
                f"this model of {self.target} cannot decide: its parameters are not finite "
                "numbers, because its descent diverged; train it again with a smaller "
                "learning rate"
            )
        return [self.classes[place] for place in self.places(probability).tolist()]

    def places(self, probability: Array) -> NDArray[np.intp]:
        """(m,) the place in `classes` that is decided for rows of these probabilities.

        probability: as `predict` gives it. Of several that are as good the first is taken.
        """
        if self.scores == 1:
            return (probability >= self.threshold).astype(np.intp)
        if self.costs:
            return np.argmin(row_scores(probability, np.array(self.costs)), axis=1)
        return np.argmax(probability, axis=1)

    def to_json(self) -> str:
        """The model as JSON: plain numbers and names, no code."""
        import msgspec

        document = {"format": FORMAT, "kind": _KIND} | msgspec.to_builtins(self, enc_hook=float)
        for name in ("margins", "costs"):
            if not document[name]:
                del document[name]  # a reader of before there were any takes the model, too
        return msgspec.json.encode(document).decode()

    @staticmethod
    def from_json(text: str | bytes) -> Model:
        """The model back from its JSON; InputError where it does not hold one."""
        import msgspec

        document = _opened(text)
        try:
            model = msgspec.convert(_nan_for_null(document), Model)
        except (msgspec.ValidationError, RecursionError, OverflowError) as error:
            raise InputError(f"this saved model is damaged: {error}; save it again") from error
        check_model(model)
        return model


def _opened(text: str | bytes) -> dict[str, Any]:
    """The fields of a saved model of this format, its format and kind taken off."""
    import msgspec

    try:
        document = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise InputError(f"this is not the JSON of a saved model: {error}") from error
    if document.pop("kind", None) != _KIND:
        raise InputError(
            f'this JSON is not a saved model: it lacks "kind": "{_KIND}"; '
            "give the file that the export of a run wrote"
        )
    version = document.pop("format", None)
    if type(version) is not int or version < 1:
        raise InputError(f"this saved model has format {version!r}; a whole number is expected")
    if version > FORMAT:
        raise InputError(
            f"this model was saved in format {version} by a newer steepest; this one reads "
            f"format {FORMAT}: upgrade it"
        )
    unknown = set(document) - {field.name for field in fields(Model)}
    if unknown:
        raise InputError(f"this saved model has a field that no model has: {min(unknown)!r}")
    return document


def _nan_for_null(value: Any) -> Any:
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return {key: _nan_for_null(inner) for key, inner in entries.items()}
    if isinstance(value, list):
        return [_nan_for_null(inner) for inner in cast("list[Any]", value)]
    return float("nan") if value is None else value


def check_model(model: Model) -> None:
    """Raise InputError where the parts of a model that was read do not fit each other."""
    loss_named(model.loss)
    shape = model.representation
    columns = len(shape.powers) + sum(len(text.levels) for text in shape.texts)
    wanted = model.scores * (columns + model.intercept_learned)
    faults = {
        f"{len(model.classes)} classes with the {model.loss} loss": not _classes_fit(model),
        f"{len(model.params)} parameters where {wanted} are needed": len(model.params) != wanted,
        f"centres and spreads for other than its {columns} columns": not (
            len(shape.centre) == len(shape.spread) == columns
        ),
        f"powers that do not fit its {len(shape.numbers)} number columns": any(
            len(power) != len(shape.numbers) or not any(power) or min(power) < 0
            for power in shape.powers
        ),
        "a power without the lower one that it is made of": not _built_up(shape.powers),
        "a spread that is not above 0": not all(spread > 0 for spread in shape.spread),
        "two classes of one name": len(set(model.classes)) < len(model.classes),
        f"the threshold {model.threshold}, which is no probability": not (
            0 <= model.threshold <= math.nextafter(1.0, 2.0)
        ),
        "prediction intervals of a target of classes": bool(model.margins and model.classes),
        "prediction intervals that are none": not _margins_fit(model.margins),
        f"costs that do not fit its {len(model.classes)} classes": not _costs_fit(model),
    }
    for fault, present in faults.items():
        if present:
            raise InputError(f"this saved model is damaged: it has {fault}; save it again")


def _classes_fit(model: Model) -> bool:
    if model.loss == "softmax":
        return len(model.classes) >= 2
    return len(model.classes) == (2 if model.loss == "logistic" else 0)


def _margins_fit(margins: tuple[Margin, ...]) -> bool:
    """True for shares that rise between 0 and 1, each with two lengths that are not negative."""
    shares = [0.0, *(margin.coverage for margin in margins), 1.0]
    lengths = [length for margin in margins for length in (margin.below, margin.above)]
    rising = all(lower < higher for lower, higher in pairwise(shares))
    return rising and all(0 <= length < math.inf for length in lengths)


def _costs_fit(model: Model) -> bool:
    """True for none, and of softmax for a finite number for each class and each decision."""
    if not model.costs:
        return True
    width = len(model.classes)
    return (
        model.loss == "softmax"
        and len(model.costs) == width
        and all(len(row) == width and all(map(math.isfinite, row)) for row in model.costs)
    )


def _built_up(powers: tuple[tuple[int, ...], ...]) -> bool:
    """True where each product follows the one that lacks its last factor, as `raw` forms them."""
    before: set[tuple[int, ...]] = set()
    for power in powers:
        last = max((i for i, exponent in enumerate(power) if exponent), default=0)
        lower = tuple(exponent - (i == last) for i, exponent in enumerate(power))
        if any(lower) and lower not in before:
            return False
        before.add(power)
    return True
