"""The operations behind a loss: what they saved, and which layer they belong to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from steepest.watching.doors import framework
from steepest.watching.pytorch.layers import layer_of

__all__ = ["LEAF", "forward_order", "layer_behind", "nearest", "operation_of", "saved"]

torch = framework("torch", "torch")

MOST = 20_000
NEAR = 2000
LEAF = "AccumulateGrad"


def operation_of(node: Any) -> str:
    """What a node does: "Log" of a LogBackward0, "AccumulateGrad" of a parameter."""
    return str(node.name()).rpartition("::")[2].partition("Backward")[0]


def saved(node: Any, name: str) -> Any:
    """A tensor that an operation saved for its backward pass; None where it saved none, freed it
    already, or hands it to hooks (as checkpoints do, which would compute it again)."""
    try:
        packed = getattr(node, f"_raw_saved_{name}", None)
        if packed is None or packed.unpack_hook is not None:
            return None
        tensor = getattr(node, f"_saved_{name}")
    except (AttributeError, RuntimeError):
        return None
    return tensor.detach() if isinstance(tensor, torch.Tensor) else None


def nearest(root: Any, most: int = MOST) -> Iterator[Any]:
    """The operations behind a result, those nearest to it first; at most so many."""
    waiting, seen = deque([root]), {root}
    while waiting:
        node = waiting.popleft()
        yield node
        for child, _ in node.next_functions:
            if child is not None and child not in seen and len(seen) < most:
                seen.add(child)
                waiting.append(child)


def forward_order(root: Any, most: int = MOST) -> list[Any]:
    """The operations behind a result in the order of a forward pass: inputs come first."""
    order: list[Any] = []
    seen = {root}
    stack = [(root, iter(root.next_functions))]
    while stack:
        node, rest = stack[-1]
        for child, _ in rest:
            if child is not None and child not in seen and len(seen) < most:
                seen.add(child)
                stack.append((child, iter(child.next_functions)))
                break
        else:
            order.append(node)
            stack.pop()
    return order


def layer_behind(node: Any, names: Mapping[int, str]) -> tuple[str, bool]:
    """The layer whose parameters are nearest behind an operation, and whether it is its own one;
    ("", False) where there is none.

    names: of the parameters, by their id
    """
    own = {child for child, _ in node.next_functions if child is not None}
    for _ in range(2):  # transposed, or brought to another precision
        passing = [child for child in own if operation_of(child) in ("T", "ToCopy")]
        own |= {each for child in passing for each, _ in child.next_functions if each is not None}
    for found in nearest(node, NEAR):
        if operation_of(found) == LEAF:
            name = names.get(id(found.variable), "")
            if name:
                return layer_of(name), found in own
    return "", False
