"""Where the first number that is not finite came from."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from steepest.diagnosis.record.watched import layer_words
from steepest.readable import listed
from steepest.watching.doors import framework
from steepest.watching.pytorch.blame import Blame, blame
from steepest.watching.pytorch.inspector import NEVER, Inspector
from steepest.watching.pytorch.layers import layer_of
from steepest.watching.pytorch.operations import layer_behind, nearest, operation_of

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Origin"]

torch = framework("torch", "torch")

OPERATIONS = {
    "Acos": "an arc cosine",
    "Asin": "an arc sine",
    "Atanh": "an inverse hyperbolic tangent",
    "Bmm": "a matrix product",
    "Convolution": "a convolution",
    "Cosh": "a hyperbolic cosine",
    "Div": "a division",
    "Exp": "an exponential",
    "Log": "a logarithm",
    "Log10": "a logarithm",
    "Log1p": "a logarithm",
    "Log2": "a logarithm",
    "Mm": "a matrix product",
    "MseLoss": "the squared error",
    "Mul": "a product",
    "NllLoss": "the loss of the true class, whose probability became 0,",
    "Pow": "a power",
    "Prod": "a product",
    "Reciprocal": "a reciprocal",
    "Rsqrt": "one over a square root",
    "Sinh": "a hyperbolic sine",
    "Sqrt": "a square root",
    "Std": "a standard deviation",
    "Sum": "a sum",
    "Tan": "a tangent",
}
# Operations whose slope is infinite where their result is still finite.
STEEP = frozenset({"Acos", "Asin", "Log", "Sqrt", "Std"})
PEEK = 2000
COSTS = 1e-3


class Origin(Inspector):
    """Names the operation, the layer or the data where NaN or infinity came from, once.

    Facts: first_non_finite, a text: what, behind which layer, at which step; non_finite_kind:
    "operation", "overflow" (of half precision), "data", "outside" (targets), "parameters",
    "gradient" or "unknown"; non_finite_layers: the layers, ", "-joined; non_finite_step: number;
    half_precision: what overflowed float16.
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._found = False
        self._steep = ""
        self.loss_due = 0

    def attach(self) -> None:
        """Know the parameters by name."""
        self._names = {id(parameter): name for name, parameter in self.loop.recorded}

    def loss(self, step: int, loss: Any) -> None:
        """Once: what in this graph has a slope without bound. Later only after a suspicion."""
        if self._found:
            self.loss_due = NEVER
            if not bool(torch.isfinite(loss.detach()).all()):
                self._name(step, loss)
            return
        self.loss_due = NEVER
        began = perf_counter()
        root = loss.grad_fn
        if root is not None and self.loop.session.budget.allows(COSTS, steps=step + 1):
            steep = next(
                (node for node in nearest(root, PEEK) if operation_of(node) in STEEP), None
            )
            if steep is not None:
                self._steep = self._operation(
                    operation_of(steep), *layer_behind(steep, self._names)
                )
        self.loop.session.budget.spend(perf_counter() - began)

    def broken(self, step: int, loss: Any) -> None:
        """A loss that is not finite."""
        if self._found:
            return
        self._found = True
        if loss is None:  # read from the device too late: the next one is looked at
            self.loss_due = step + 1
            self.loop.wake()
            return
        self._name(step, loss)

    def unsound(self, step: int) -> None:
        """The captured gradient is not finite: which layer's it is."""
        if self._found:
            return
        if getattr(self.loop.optimizers[0], "found_inf", None) is not None:
            return  # a fused step, which a scaler of the gradient will leave out
        self._found = True
        self._name_gradient(step)

    def _name(self, step: int, loss: Any) -> None:
        weights = self._broken_layers(gradients=False)
        if weights:
            self._name_parameters(step, weights)
            return
        found = blame(loss, self._names)
        if found is None:
            self._say(step, "unknown", "the loss", ())
        elif found.kind == "data":
            self._name_data(step, found)
        elif found.kind == "outside":
            self._say(step, "outside", _outside(found), ())
        else:
            self._name_operation(step, found)

    def _name_data(self, step: int, found: Blame) -> None:
        text = f"the input of layer {found.layer}"
        if found.half:
            text += f" left the range of float16, which ends at 65,504: {found.detail}"
            self.loop.session.fact("half_precision", text, "the operations behind the loss")
            self._say(step, "overflow", text, (found.layer,))
        else:
            text += f" is already not finite: {found.detail}"
            self._say(step, "data", text, (found.layer,))

    def _name_operation(self, step: int, found: Blame) -> None:
        text = self._operation(found.what, found.layer, found.own)
        layers = (found.layer,) if found.layer else ()
        if found.half and not found.detail:
            text += " left the range of float16, which ends at 65,504"
            self.loop.session.fact("half_precision", text, "the operations behind the loss")
            self._say(step, "overflow", text, layers)
            return
        detail = f" ({found.detail})" if found.detail else ""
        self._say(step, "operation", f"{text}{detail}", layers)

    def _name_parameters(self, step: int, weights: list[str]) -> None:
        gradients = self._broken_layers(gradients=True)
        text = f"the parameters of {layer_words(weights)} were not finite any more before this step"
        if gradients:
            text += f", after a gradient that was not, of layer {gradients[-1]} first{self._edge}"
        self._say(step, "parameters", text, tuple(gradients[-1:] or weights[:1]))

    def _name_gradient(self, step: int) -> None:
        weights = self._broken_layers(gradients=False)
        if weights:
            self._name_parameters(step, weights)
            return
        layers = self._broken_layers(gradients=True)
        if not layers:
            self._found = False
            return
        text = f"the gradient of layer {layers[-1]}"
        if len(layers) > 1:
            text += f", and with it of {listed(layers[-2::-1])}"
        self._say(step, "gradient", f"{text}{self._edge}", (layers[-1],))

    @property
    def _edge(self) -> str:
        return f"; {self._steep} has no finite slope at the edge of its domain" * bool(self._steep)

    def _broken_layers(self, *, gradients: bool) -> list[str]:
        """The layers with parameters, or gradients, that are not finite, in the model's order."""
        named: list[str] = []
        flags: list[Any] = []
        for name, parameter in self.loop.recorded:
            tensor = parameter.grad if gradients else parameter
            if tensor is not None and tensor.is_floating_point() and not tensor.is_sparse:
                named.append(layer_of(name))
                flags.append(torch.isfinite(tensor.detach()).all())
        if not flags:
            return []
        try:
            sound = torch.stack(flags).tolist()
        except RuntimeError:  # of several devices
            sound = [bool(flag) for flag in flags]
        return list(dict.fromkeys(n for n, fine in zip(named, sound, strict=True) if not fine))

    def _operation(self, kind: str, layer: str, own: bool) -> str:
        if own and kind not in OPERATIONS:
            return f"the output of layer {layer}"
        if own and kind in ("Convolution", "Mm", "Bmm", "Addmm"):
            return f"the output of layer {layer}"
        words = OPERATIONS.get(kind, f"the operation {kind}")
        return f"{words} behind layer {layer}" if layer else words

    def _say(self, step: int, kind: str, text: str, layers: tuple[str, ...]) -> None:
        how = "the operations behind the loss"
        if kind in ("parameters", "gradient"):
            how = "every parameter of the model"
        session = self.loop.session
        if "first_non_finite" in session.facts and kind in ("unknown", "parameters"):
            return
        session.fact("non_finite_kind", kind, how)
        session.fact("non_finite_layers", ", ".join(layers), how)
        session.fact("non_finite_step", float(step), how)
        session.fact("first_non_finite", text, how, pressing=True)


def _outside(found: Blame) -> str:
    if found.what == "target":
        return f"the targets are not finite themselves: {found.detail}"
    detail = f": {found.detail}" if found.detail else ""
    where = f" behind layer {found.layer}" if found.layer else ""
    return f"a number that joins the loss from outside{where}, such as a target{detail}"
