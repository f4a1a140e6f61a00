"""Which operation of a graph was the first whose result is not finite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from steepest.watching.doors import framework
from steepest.watching.pytorch.layers import layer_of
from steepest.watching.pytorch.operations import (
    LEAF,
    forward_order,
    layer_behind,
    operation_of,
    saved,
)

__all__ = ["Blame", "blame"]

torch = framework("torch", "torch")

Kind = Literal["operation", "data", "outside", "parameters"]

# How operations name their arguments, in the order of the edges that lead to them.
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "Addmm": ("self", "mat1", "mat2"),
    "Baddbmm": ("self", "batch1", "batch2"),
    "Bmm": ("self", "mat2"),
    "Convolution": ("input", "weight", "bias"),
    "CudnnBatchNorm": ("input", "weight", "bias"),
    "Mm": ("self", "mat2"),
    "NativeBatchNorm": ("input", "weight", "bias"),
    "NativeGroupNorm": ("input", "weight", "bias"),
    "NativeLayerNorm": ("input", "weight", "bias"),
    "ScaledDotProductEfficientAttention": ("query", "key", "value"),
    "ScaledDotProductFlashAttention": ("query", "key", "value"),
    "ScaledDotProductFlashAttentionForCpu": ("query", "key", "value"),
}
TWO = ("self", "other")
RESULTS = ("result", "output", "out")
TARGETS = ("target",)

# What is finite wherever its arguments are.
SAFE = frozenset({
    "Abs", "AdaptiveAvgPool2D", "Add", "Alias", "Amax", "Amin", "AvgPool2D", "Cat", "Clamp",
    "ClampMax", "ClampMin", "Clone", "Cos", "Elu", "Embedding", "Expand", "Flip", "Gather",
    "Gelu", "Hardtanh", "Index", "IndexSelect", "LeakyRelu", "LogSigmoid", "LogSoftmax", "Max",
    "MaxPool2DWithIndices", "Mean", "Min", "NativeBatchNorm", "NativeDropout", "NativeLayerNorm",
    "Neg", "Permute", "Relu", "Repeat", "ReshapeAlias", "Rsub", "Select", "Sigmoid", "Silu",
    "Sin", "Slice", "Softmax", "Softplus", "Split", "Squeeze", "Stack", "Sub", "Sum", "T", "Tanh",
    "ToCopy", "Transpose", "Unbind", "UnsafeView", "Unsqueeze", "View",
})  # fmt: skip
JOINS = frozenset({"Add", "Sub", "Rsub", "Mul", "Div"})
LOGARITHMS = {"Log": "log", "Log2": "log2", "Log10": "log10", "Log1p": "log1p"}
RECOMPUTED = {**LOGARITHMS, "Acos": "acos", "Asin": "asin", "Acosh": "acosh", "Atanh": "atanh"}


@dataclass(frozen=True, slots=True)
class Blame:
    """Where the first number that is not finite came from.

    kind:    "operation": of finite arguments came a result that is not; "data": what the network
             is fed; "outside": what joins its loss from outside, such as the targets;
             "parameters": they are no longer finite
    what:    the operation ("Log", "Addmm"); "target" of targets
    layer:   the nearest layer behind it, "" where there is none
    own:     whether the operation is the layer's own
    half:    whether it computed in float16
    detail:  what is wrong with its arguments, in words; "" where that is not known
    """

    kind: Kind
    what: str
    layer: str
    own: bool = False
    half: bool = False
    detail: str = ""


def blame(loss: Any, names: Mapping[int, str]) -> Blame | None:
    """Where a loss that is not finite came from; None where its graph says nothing of it.

    From the loss backwards through all results that are not finite, to the one whose arguments
    are. What a result is, is known where the operation saved it, or one that uses it did.

    names: of the parameters, by their id
    """
    root = loss.grad_fn
    if root is None:
        return None
    search = _Search(forward_order(root), names)
    search.sound[root] = False
    return search.back_from(root)


class _Search:
    def __init__(self, order: list[Any], names: Mapping[int, str]) -> None:
        self.names = names
        self.order = order
        self.sound: dict[Any, bool | None] = {}
        self.kept: dict[Any, Any] = {}
        self._collect()
        for node in order:
            self.sound[node] = self._of(node)

    def _collect(self) -> None:
        """The results that are known, because they were saved."""
        for node in self.order:
            for name in RESULTS:
                tensor = saved(node, name)
                if tensor is not None:
                    self.kept[node] = tensor
            for name, (child, _) in _arguments(node):
                tensor = saved(node, name)
                if tensor is not None and child is not None and child not in self.kept:
                    self.kept[child] = tensor

    def _of(self, node: Any) -> bool | None:
        """Whether the result of an operation is finite; None where that is not known."""
        kind = operation_of(node)
        if kind == LEAF:
            return _finite(node.variable.detach())
        if node in self.kept:
            return _finite(self.kept[node])
        again = _recomputed(node, kind)
        if again is not None:
            return _finite(again)
        before = [self.sound.get(child) for child, _ in node.next_functions if child is not None]
        inside = all(child is not None for child, _ in node.next_functions)
        if before and all(before) and (_bounded(node, kind) or (kind in SAFE and inside)):
            return True
        return None

    def back_from(self, node: Any) -> Blame | None:
        seen: set[Any] = set()
        while True:
            seen.add(node)
            wrong = self._wrong_argument(node)
            if wrong is not None:
                return wrong
            behind = [c for c, _ in node.next_functions if c is not None and c not in seen]
            known = [child for child in behind if self.sound.get(child) is False]
            unsure = [child for child in behind if self.sound.get(child) is None]
            following = known[:1] or self._led_by(unsure) or self._passed(node, unsure)
            if not following:
                return self._named(node)
            node = following[0]

    def _led_by(self, unsure: list[Any]) -> list[Any]:
        """Of the unknown ones the first behind which something is known to be wrong."""
        for child in unsure:
            waiting, seen = [child], {child}
            while waiting:
                for behind, _ in waiting.pop().next_functions:
                    state = None if behind is None else self.sound.get(behind)
                    if behind is None or behind in seen or state is True:
                        continue
                    if state is False:
                        return [child]
                    seen.add(behind)
                    waiting.append(behind)
        return []

    def _passed(self, node: Any, unsure: list[Any]) -> list[Any]:
        """What makes nothing infinite by itself hands the blame on."""
        return unsure[:1] if operation_of(node) in SAFE else []

    def _wrong_argument(self, node: Any) -> Blame | None:
        """Data, or targets: what enters here without a graph of its own."""
        for name, (child, _) in _arguments(node):
            tensor = saved(node, name) if child is None else None
            if tensor is not None and not _finite(tensor):
                layer, own = layer_behind(node, self.names)
                if name in TARGETS:
                    return Blame("outside", "target", layer, False, False, _count(tensor))
                kind: Kind = "data" if own else "outside"
                half = tensor.dtype == torch.float16 and not bool(torch.isnan(tensor).any())
                return Blame(kind, operation_of(node), layer, own, half, _count(tensor))
        return None

    def _named(self, node: Any) -> Blame | None:
        kind = operation_of(node)
        if kind == LEAF:
            name = self.names.get(id(node.variable), "")
            return Blame("parameters", kind, layer_of(name))
        layer, own = layer_behind(node, self.names)
        children = [child for child, _ in node.next_functions]
        joined = kind in JOINS and (len(children) < 2 or None in children)
        constant = joined and all(self.sound.get(c) for c in children if c is not None)
        if constant and kind in ("Add", "Sub", "Rsub"):
            return Blame("outside", kind, layer, own)
        return Blame("operation", kind, layer, own, self._half(node), _detail(node, kind))

    def _half(self, node: Any) -> bool:
        tensor = self.kept.get(node)
        if tensor is not None:
            return bool(tensor.dtype == torch.float16)
        metadata = getattr(node, "_input_metadata", ())
        return any(getattr(entry, "dtype", None) == torch.float16 for entry in metadata)


def _arguments(node: Any) -> list[tuple[str, tuple[Any, int]]]:
    """The saved arguments by name, with the edges that lead to them."""
    edges = node.next_functions
    kind = operation_of(node)
    if kind in ARGUMENTS:
        return list(zip(ARGUMENTS[kind], edges, strict=False))
    found: list[tuple[str, tuple[Any, int]]] = list(zip(TWO, edges, strict=False))
    if hasattr(node, "_saved_target"):
        found = [("self", edges[0])] if edges else []
        found.append(("target", edges[1] if len(edges) > 1 else (None, 0)))
    return found


def _recomputed(node: Any, kind: str) -> Any:
    """The result of an operation whose argument is kept but not its result; None of others."""
    argument = saved(node, "self")
    if kind in RECOMPUTED and argument is not None:
        return getattr(torch, RECOMPUTED[kind])(argument)
    if kind == "Pow" and argument is not None:
        return torch.pow(argument, node._saved_exponent)
    if kind == "Div":
        other = saved(node, "other")
        return other if other is None else (1.0 if argument is None else argument) / other
    if kind == "Mul" and argument is not None:
        other = saved(node, "other")
        return None if other is None else argument * other
    return None


def _bounded(node: Any, kind: str) -> bool:
    """Whether a product of so large arguments cannot overflow."""
    if kind not in ("Addmm", "Mm", "Bmm", "Convolution"):
        return False
    pair = [saved(node, name) for name in ARGUMENTS[kind][-2:]]
    if kind == "Convolution":
        pair = [saved(node, "input"), saved(node, "weight")]
    if any(tensor is None or tensor.numel() == 0 for tensor in pair):
        return False
    terms = pair[1].numel() // pair[1].shape[0] if kind == "Convolution" else pair[0].shape[-1]
    most = math.prod(float(tensor.abs().max()) for tensor in pair) * terms
    return most < 0.5 * torch.finfo(pair[0].dtype).max


def _finite(tensor: Any) -> bool:
    if not torch.is_tensor(tensor) or not tensor.is_floating_point():
        return True
    return bool(torch.isfinite(tensor).all())


def _count(tensor: Any) -> str:
    bad = int((~torch.isfinite(tensor)).sum())
    return f"{bad:,} of {tensor.numel():,} numbers are not finite"


def _detail(node: Any, kind: str) -> str:
    """What is wrong with the arguments of an operation, where that can be counted."""
    argument, other = saved(node, "self"), saved(node, "other")
    if kind in LOGARITHMS and argument is not None:
        limit = -1 if kind == "Log1p" else 0
        bad = int((argument <= limit).sum())
        return f"its argument is {limit} or below in {bad:,} of {argument.numel():,} places"
    if kind == "Div" and other is not None:
        return f"its divisor is 0 in {int((other == 0).sum()):,} of {other.numel():,} places"
    if kind == "Pow" and argument is not None:
        return f"the largest of what it is taken of is {float(argument.abs().max()):,.4g}"
    if kind == "Sqrt":
        result = saved(node, "result")
        if result is not None:
            bad = int(torch.isnan(result).sum())
            return f"its argument is below 0 in {bad:,} of {result.numel():,} places"
    return ""
