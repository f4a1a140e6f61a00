"""What is kept of a training: representation, parameters, loss and decision."""

from __future__ import annotations

from dataclasses import dataclass

from steepest.data.representation import Representation
from steepest.trace import Array

__all__ = ["Model"]


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model; data only, so that saving it is writing numbers.

    params:     in the descended coordinates, the intercept last where there is one
    intercept_learned: whether there is one
    loss:       "squared" or "logistic"
    target:     name of the target column
    classes:    (negative, positive) levels of a two-class target; () for a number
    threshold:  of the probability, at and above which the positive class is decided
    """

    representation: Representation
    params: tuple[float, ...]
    intercept_learned: bool
    loss: str
    target: str
    classes: tuple[str, ...] = ()
    threshold: float = 0.5

    @property
    def coefficients(self) -> dict[str, float]:
        """Name -> coefficient in the input's own units."""
        raise NotImplementedError

    @property
    def intercept(self) -> float | None:
        """The intercept in the input's own units; None for a model without one."""
        raise NotImplementedError

    def score(self, data: object) -> Array:
        """(m,) the linear part z = X w + b of each row of any table `read_table` takes."""
        raise NotImplementedError

    def predict(self, data: object) -> Array:
        """(m,) the predicted target; for two classes the probability of the positive one."""
        raise NotImplementedError

    def decide(self, data: object) -> list[str]:
        """m class labels by the threshold; InputError for a model of a number."""
        raise NotImplementedError

    def to_json(self) -> str:
        """The model as JSON: plain numbers and names, no code."""
        raise NotImplementedError

    @staticmethod
    def from_json(text: str | bytes) -> Model:
        """The model back from its JSON; InputError where it does not hold one."""
        raise NotImplementedError
