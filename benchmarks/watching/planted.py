"""Trainings with one fault each, that differ from their healthy twins by that fault alone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from loop import Parts
from precision import HALF
from rates import usual
from recurrent import EXPLODING
from tasks import Perceptron, Task, Transformer, batches, loss_of, task
from torch import nn
from torch.nn import functional
from units import UNSCALED

__all__ = ["PLANTED", "Planted"]


@dataclass(frozen=True)
class Planted:
    """One fault in one setting.

    make:     seed, whether the fault is there -> the training
    accept:   codes that name the fault
    layers:   the layers that have to be named, none where none is to be
    one_of:   whether it is enough to name one of them, others beside
    beside:   codes that are as true of the run, and no wrong answer where they come first
    twin:     whether the training without the fault counts as a healthy one
    suffers:  whether the fault only counts where the loss ends clearly above the twin's
    """

    fault: str
    setting: str
    make: Callable[[int, bool], Parts]
    accept: tuple[str, ...]
    layers: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    twin: bool = True
    suffers: bool = False
    one_of: bool = False


PARTS = {
    "MLP": ("first", "second", "head"),
    "conv net": ("conv1", "conv2", "head"),
    "conv net with norm": ("conv1", "norm1", "conv2", "norm2", "head"),
}


def _layers(name: str) -> tuple[str, ...]:
    """The layers of a task's network that have parameters."""
    return PARTS[name.rpartition(",")[0]]


def _never_cleared(name: str) -> Callable[[int, bool], Parts]:
    def make(seed: int, planted: bool) -> Parts:
        return replace(usual(task(name), seed), clear=lambda step: not planted)

    return make


def _cleared_each_epoch(name: str) -> Callable[[int, bool], Parts]:
    """The line stands one level too far out."""

    def make(seed: int, planted: bool) -> Parts:
        epoch = len(task(name).data()[0]) // task(name).batch
        return replace(usual(task(name), seed), clear=lambda step: not planted or step % epoch == 0)

    return make


def _other_optimizer_cleared(name: str) -> Callable[[int, bool], Parts]:
    """An optimizer of the model before it was copied is cleared: the gradients of it, not ours."""

    def make(seed: int, planted: bool) -> Parts:
        parts = usual(task(name), seed)
        old = task(name).optimizer(copy.deepcopy(parts.model).parameters(), 0.1)

        def drive(parts: Parts, watch: Any) -> list[float]:
            losses: list[float] = []
            with watch(parts.model, parts.optimizer) as w:
                for _ in range(parts.steps):
                    (old if planted else parts.optimizer).zero_grad()
                    loss = parts.loss_of(*next(parts.batches))
                    loss.backward()
                    parts.optimizer.step()
                    w.log(loss=loss)
                    losses.append(loss.item())
            return losses

        return replace(parts, drive=drive)

    return make


def _old_copy(name: str) -> Callable[[int, bool], Parts]:
    """The optimizer was made first, the model copied then."""

    def make(seed: int, planted: bool) -> Parts:
        held = task(name)
        parts = usual(held, seed)
        model = copy.deepcopy(parts.model)
        optimizer = parts.optimizer
        if not planted:
            optimizer = held.optimizer(model.parameters(), held.rate)
        return replace(
            parts, model=model, optimizer=optimizer, loss_of=lambda x, y: loss_of(model(x), y)
        )

    return make


def _only_some(name: str, missing: tuple[str, ...]) -> Callable[[int, bool], Parts]:
    """The optimizer was given some of the layers."""

    def make(seed: int, planted: bool) -> Parts:
        held, parts = task(name), usual(task(name), seed)
        if not planted:
            return parts
        named = parts.model.named_parameters()
        given = [p for key, p in named if not key.startswith(tuple(f"{m}." for m in missing))]
        return replace(parts, optimizer=held.optimizer(given, held.rate))

    return make


def _new_head(name: str) -> Callable[[int, bool], Parts]:
    """The head was replaced after the optimizer was made."""

    def make(seed: int, planted: bool) -> Parts:
        held, parts = task(name), usual(task(name), seed)
        head = parts.model.head
        parts.model.head = nn.Linear(head.in_features, head.out_features)
        if planted:
            return parts
        return replace(parts, optimizer=held.optimizer(parts.model.parameters(), held.rate))

    return make


def _ten_times(name: str) -> Callable[[int, bool], Parts]:
    def make(seed: int, planted: bool) -> Parts:
        held = task(name)
        return usual(replace(held, rate=10 * held.rate) if planted else held, seed)

    return make


def _detached_features(name: str) -> Callable[[int, bool], Parts]:
    """The head sees features without their graph."""

    def make(seed: int, planted: bool) -> Parts:
        parts = usual(task(name), seed)
        model = parts.model

        def loss(x: Any, y: Any) -> Any:
            features = model.features(x)
            return loss_of(model.head(features.detach() if planted else features), y)

        return replace(parts, loss_of=loss)

    return make


def _features_without_graph(name: str) -> Callable[[int, bool], Parts]:
    """The features are made under no_grad, inside the model's own forward pass."""

    def make(seed: int, planted: bool) -> Parts:
        parts = usual(task(name), seed)
        model = parts.model

        def forward(x: Any) -> Any:
            with torch.set_grad_enabled(not planted):
                features = model.features(x)
            return model.head(features)

        model.forward = forward
        return parts

    return make


def _loss_made_anew(name: str) -> Callable[[int, bool], Parts]:
    """The loss is wrapped in a new tensor: its backward pass goes nowhere."""

    def make(seed: int, planted: bool) -> Parts:
        parts = usual(task(name), seed)

        def loss(x: Any, y: Any) -> Any:
            value = loss_of(parts.model(x), y)
            return torch.tensor(value.item(), requires_grad=True) if planted else value

        return replace(parts, loss_of=loss)

    return make


def _loss_from_data(name: str) -> Callable[[int, bool], Parts]:
    """The classes are compared outside the graph, and the result asked for a gradient."""

    def make(seed: int, planted: bool) -> Parts:
        parts = usual(task(name), seed)

        def loss(x: Any, y: Any) -> Any:
            output = parts.model(x)
            return loss_of(output.data.requires_grad_() if planted else output, y)

        return replace(parts, loss_of=loss)

    return make


class _WithSoftmax(nn.Module):
    """A network that ends in a softmax of its own, as a module."""

    def __init__(self, planted: bool) -> None:
        super().__init__()
        self.body = Perceptron()
        self.probabilities = nn.Softmax(dim=1) if planted else nn.Identity()

    def forward(self, x: Any) -> Any:
        return self.probabilities(self.body(x))


def _softmax_module(seed: int, planted: bool) -> Parts:
    held = replace(task("MLP, momentum"), model=lambda: _WithSoftmax(planted))
    return usual(held, seed)


def _softmax_in_forward(name: str) -> Callable[[int, bool], Parts]:
    def make(seed: int, planted: bool) -> Parts:
        parts = usual(task(name), seed)
        model, forward = parts.model, parts.model.forward
        if planted:
            model.forward = lambda x: functional.softmax(forward(x), dim=-1)
        return parts

    return make


def _softmax_in_loss(name: str) -> Callable[[int, bool], Parts]:
    def make(seed: int, planted: bool) -> Parts:
        parts = usual(task(name), seed)

        def loss(x: Any, y: Any) -> Any:
            output = parts.model(x)
            return loss_of(torch.softmax(output, -1) if planted else output, y)

        return replace(parts, loss_of=loss)

    return make


def _shuffled_once(name: str) -> Callable[[int, bool], Parts]:
    """Inputs and labels were sorted apart, once, before the training."""

    def make(seed: int, planted: bool) -> Parts:
        held = task(name)
        inputs, targets = held.data()
        order = torch.randperm(len(targets), generator=torch.Generator().manual_seed(seed))
        wrong = targets[order] if planted else targets
        return replace(usual(held, seed), batches=batches(inputs, wrong, held.batch, seed))

    return make


def _shuffled_batches(name: str) -> Callable[[int, bool], Parts]:
    """Inputs are shuffled within a batch, their labels are not."""

    def mixed(parts: Parts, seed: int) -> Iterator[tuple[Any, Any]]:
        random = torch.Generator().manual_seed(seed + 1)
        for inputs, targets in parts.batches:
            yield inputs[torch.randperm(len(inputs), generator=random)], targets

    def make(seed: int, planted: bool) -> Parts:
        parts = usual(task(name), seed)
        return replace(parts, batches=mixed(parts, seed)) if planted else parts

    return make


def _frozen(name: str, layer: str) -> Callable[[int, bool], Parts]:
    def make(seed: int, planted: bool) -> Parts:
        parts = usual(task(name), seed)
        parts.model.get_submodule(layer).requires_grad_(not planted)
        return parts

    return make


def _evaluating(held: Task, after: int) -> Callable[[int, bool], Parts]:
    """After a validation, or from the start, the mode of evaluation stays on."""

    def make(seed: int, planted: bool) -> Parts:
        parts = usual(held, seed)
        inputs, _ = held.data()

        def validate(step: int) -> None:
            if step >= 0 and (step + 1) % 30:
                return
            parts.model.eval()
            with torch.no_grad():
                parts.model(inputs[:64])
            if not planted or step + 1 < after:
                parts.model.train()

        if after == 0:
            validate(-1)
        return replace(parts, between=validate)

    return make


class _Normed(nn.Module):
    """A network on flat inputs with batch norm."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Linear(64, 64), nn.BatchNorm1d(64)
        self.head = nn.Linear(64, 10)

    def forward(self, x: Any) -> Any:
        return self.head(torch.relu(self.norm(self.first(x))))


DROPPING = replace(task("MLP, momentum"), model=lambda: Perceptron(dropout=0.3))
NORMED = replace(task("MLP, SGD"), model=_Normed)
PROSE = replace(task("transformer, AdamW"), model=lambda: Transformer(dropout=0.1))
GROWN = ("large_steps", "diverging", "overshooting")
STOPPED = ("outside_optimizer", "frozen_parameters")
TRANSFORMER = ("embedding", "place", "blocks.0", "blocks.1", "norm", "head")

_DETACHED = ("detached_loss",)
PLANTED: tuple[Planted, ...] = (
    *(
        Planted("missing zero_grad", setting, make, ("accumulating_gradients",))
        for setting, make in (
            ("MLP, SGD", _never_cleared("MLP, SGD")),
            ("conv net with norm, Adam", _never_cleared("conv net with norm, Adam")),
            ("MLP, momentum; once an epoch", _cleared_each_epoch("MLP, momentum")),
            ("MLP, Adam; of another optimizer", _other_optimizer_cleared("MLP, Adam")),
            ("transformer, AdamW", _never_cleared("transformer, AdamW")),
        )
    ),
    *(
        Planted("wrong parameters", setting, make, STOPPED, layers)
        for setting, make, layers in (
            ("MLP, SGD; of an old copy", _old_copy("MLP, SGD"), _layers("MLP, SGD")),
            (
                "conv net, momentum; of an old copy",
                _old_copy("conv net, momentum"),
                _layers("conv net, momentum"),
            ),
            (
                "conv net, SGD; without the convolutions",
                _only_some("conv net, SGD", ("conv1", "conv2")),
                ("conv1", "conv2"),
            ),
            (
                "transformer, AdamW; without a block",
                _only_some("transformer, AdamW", ("blocks.1",)),
                ("blocks.1",),
            ),
            ("MLP, Adam; without the head", _only_some("MLP, Adam", ("head",)), ("head",)),
            ("conv net, momentum; head replaced", _new_head("conv net, momentum"), ("head",)),
            ("GRU, Adam; head replaced", _new_head("GRU, Adam"), ("head",)),
        )
    ),
    *(
        Planted(
            "rate ten times too high",
            name,
            _ten_times(name),
            GROWN,
            (),
            ("non_finite",),
            suffers=True,
        )
        for name in (
            "MLP, SGD",
            "MLP, momentum",
            "MLP, Adam",
            "conv net, SGD",
            "conv net, momentum",
            "transformer, AdamW",
            "GRU, Adam",
        )
    ),
    *(
        Planted("loss detached", setting, make, _DETACHED, layers)
        for setting, make, layers in (
            ("MLP, SGD; features", _detached_features("MLP, SGD"), ("first", "second")),
            (
                "conv net, momentum; features",
                _features_without_graph("conv net, momentum"),
                ("conv1", "conv2"),
            ),
            (
                "transformer, AdamW; features",
                _detached_features("transformer, AdamW"),
                TRANSFORMER[:-1],
            ),
            ("MLP, Adam; a new tensor", _loss_made_anew("MLP, Adam"), ()),
            ("GRU, Adam; a new tensor", _loss_made_anew("GRU, Adam"), ()),
            ("conv net, SGD; of data", _loss_from_data("conv net, SGD"), ()),
        )
    ),
    *(
        Planted("softmax twice", setting, make, ("double_softmax",), layers)
        for setting, make, layers in (
            ("MLP, momentum; a module", _softmax_module, ("probabilities",)),
            ("conv net, SGD; in forward", _softmax_in_forward("conv net, SGD"), ()),
            ("MLP, Adam; before the loss", _softmax_in_loss("MLP, Adam"), ()),
            ("transformer, AdamW; in forward", _softmax_in_forward("transformer, AdamW"), ()),
        )
    ),
    *(
        Planted("labels shuffled", setting, make, ("shuffled_labels",))
        for setting, make in (
            ("MLP, SGD", _shuffled_once("MLP, SGD")),
            ("MLP, Adam", _shuffled_once("MLP, Adam")),
            ("conv net, momentum", _shuffled_once("conv net, momentum")),
            ("conv net with norm, Adam; batches", _shuffled_batches("conv net with norm, Adam")),
            ("transformer, AdamW", _shuffled_once("transformer, AdamW")),
        )
    ),
    *(
        Planted(
            "layer frozen",
            f"{name}; {layer}",
            _frozen(name, layer),
            ("frozen_parameters",),
            (layer,),
        )
        for name, layer in (
            ("MLP, SGD", "second"),
            ("conv net, momentum", "conv2"),
            ("transformer, AdamW", "blocks.0"),
            ("GRU, Adam", "recurrent"),
        )
    ),
    *(
        Planted(
            "exploding recurrent net",
            setting,
            make,
            ("exploding_gradients",),
            layers,
            ("non_finite",),
            one_of=True,
        )
        for setting, make, layers in EXPLODING
    ),
    *(
        Planted(
            "overflow in float16", setting, make, ("non_finite",), layers, (), twin, one_of=True
        )
        for setting, make, layers, twin in HALF
    ),
    *(
        Planted("evaluation mode left on", setting, make, ("evaluation_mode",), layers)
        for setting, make, layers in (
            ("MLP with dropout; from the start", _evaluating(DROPPING, 0), ("dropout",)),
            (
                "conv net with norm; after validation",
                _evaluating(task("conv net with norm, Adam"), 30),
                ("norm1", "norm2"),
            ),
            ("MLP with norm; after validation", _evaluating(NORMED, 30), ("norm",)),
            ("transformer with dropout; from the start", _evaluating(PROSE, 0), ("blocks",)),
        )
    ),
    *(
        Planted("data unscaled", setting, make, ("unscaled_inputs",), (), (), twin)
        for setting, make, twin in UNSCALED
    ),
)
"""Every fault in its settings."""
