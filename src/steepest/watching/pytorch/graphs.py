"""What the graph behind a loss says: which operations made it, and which parameters it reaches."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Sight", "classes_of", "reached", "softmax_twice"]

NODES = 2000
NEAR = 60

SAME_NUMBERS = (
    "View", "Reshape", "UnsafeView", "Transpose", "Permute", "T", "Squeeze", "Unsqueeze", "Index",
    "Slice", "Select", "Clone", "ToCopy", "Expand", "Alias", "Unbind", "Split", "Narrow", "Cat",
    "MaskedSelect", "Stack", "IndexSelect", "NativeDropout",
)  # fmt: skip
"""Operations that hand the same numbers on, in another order or shape."""
REDUCED = ("Mean", "Sum", "Div", "Mul", "Neg", "Add", "Sub", "MaskedFill", "Where", *SAME_NUMBERS)
"""What stands between a logarithm of probabilities and a loss."""
SQUASHED = ("Softmax", "Sigmoid")
LIKELIHOOD = ("NllLoss", "NllLoss2D")
LOGITS = "BinaryCrossEntropyWithLogits"


@dataclass(frozen=True, slots=True)
class Sight:
    """An operation that squashes what is handed to a loss that takes raw scores.

    operation: "softmax" or "sigmoid"
    into:      what takes it: "cross entropy", ...
    parameter: the nearest parameter behind it, None for none
    node:      the operation itself, in the graph
    """

    operation: str
    into: str
    parameter: Any
    node: Any


def kind_of(node: Any) -> str:
    """The operation of a node: "Softmax" of SoftmaxBackward0."""
    name: str = node.name()
    return name.partition("Backward")[0]


def behind(node: Any) -> list[Any]:
    """The nodes that a node hands its gradient to."""
    return [each for each, _ in node.next_functions if each is not None]


def softmax_twice(loss: Any) -> Sight | None:
    """A softmax or sigmoid whose result goes into a loss that takes one of its own."""
    for node in _through((loss.grad_fn,), REDUCED):
        kind = kind_of(node)
        if kind in LIKELIHOOD:
            for source in _through(behind(node)[:1], SAME_NUMBERS):
                if kind_of(source) == "Softmax":  # without the logarithm that belongs there
                    return Sight("softmax", "a negative log likelihood", _nearest(source), source)
                if kind_of(source) == "LogSoftmax" and (found := _squashed(source)) is not None:
                    return Sight(_word(found), "cross entropy", _nearest(found), found)
        elif kind == "LogSoftmax" and (found := _squashed(node)) is not None:
            return Sight(_word(found), "a log softmax", _nearest(found), found)
        elif kind == LOGITS and (found := _squashed(node)) is not None:
            return Sight(_word(found), "binary cross entropy with logits", _nearest(found), found)
    return None


def classes_of(loss: Any) -> int | None:
    """How many classes a cross entropy tells apart: where it is the loss, not a part of it."""
    for node in _through((loss.grad_fn,), ("Mean", "Sum", "Div", *SAME_NUMBERS)):
        if kind_of(node) not in LIKELIHOOD:
            continue
        for source in _through(behind(node)[:1], SAME_NUMBERS):
            if kind_of(source) == "LogSoftmax":
                shape = source._input_metadata[0].shape
                at = source._saved_dim
                return int(shape[at if at < len(shape) else at - 2**64])
    return None


def reached(loss: Any, most: int = NODES) -> set[int] | None:
    """The ids of the parameters that the graph of a loss leads to; None for a larger graph."""
    if loss.grad_fn is None:
        return set()
    waiting: deque[Any] = deque((loss.grad_fn,))
    seen: set[Any] = {loss.grad_fn}
    found: set[int] = set()
    while waiting:
        node = waiting.popleft()
        variable = getattr(node, "variable", None)
        if variable is not None:
            found.add(id(variable))
        for each in behind(node):
            if each not in seen:
                seen.add(each)
                waiting.append(each)
        if len(seen) > most:
            return None
    return found


def _squashed(node: Any) -> Any:
    """The softmax or sigmoid right behind a node."""
    found = (each for each in _through(behind(node)[:1], SAME_NUMBERS) if kind_of(each) in SQUASHED)
    return next(found, None)


def _word(node: Any) -> str:
    return kind_of(node).lower()


def _through(start: Sequence[Any], kinds: Sequence[str]) -> Iterator[Any]:
    """Nodes from `start` on, that are there through operations of these kinds alone; at most 60."""
    waiting, count = deque(node for node in start if node is not None), 0
    while waiting and count < NEAR:
        node = waiting.popleft()
        count += 1
        yield node
        if kind_of(node) in kinds:
            waiting.extend(behind(node))


def _nearest(node: Any) -> Any:
    """The parameter that is the fewest operations away."""
    waiting, count = deque(behind(node)), 0
    while waiting and count < NEAR:
        each = waiting.popleft()
        count += 1
        variable = getattr(each, "variable", None)
        if variable is not None:
            return variable
        waiting.extend(behind(each))
    return None
