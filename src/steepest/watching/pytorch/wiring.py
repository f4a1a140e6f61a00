"""Whether the optimizer holds what the model is made of, and whether all of that may move."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.watching.doors import framework
from steepest.watching.pytorch.inspector import Inspector
from steepest.watching.pytorch.layers import (
    Named,
    biases_beside,
    few_of,
    layer_of,
    layers_of,
    named_in,
    text_of,
)
from steepest.watching.pytorch.random_start import ENOUGH, at_random_start

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Wiring"]

torch = framework("torch", "torch")

STILL = 2  # updates without a change, before it is said that nothing moves a parameter
LONG = 5  # the same, of what is not asked to move
LONGEST = 2000
WARMED = 10  # updates at a rate of zero from the first on: no schedule of steps begins like that


class Wiring(Inspector):
    """Compares parameters with those of the optimizers, by identity.

    Facts
        outside_optimizer:    layers that get a gradient, stay as they are, and are held by no
                              optimizer that is alive
        left_out_features:    the same of a leading part of the model that holds no random start,
                              as when only the head of a trained model is handed to the optimizer
        optimizer_elsewhere:  how many tensors of the optimizers are none of the model's
        frozen:               layers of which no parameter requires a gradient
        frozen_at_start:      those of them, or of groups at a rate of zero, that hold random
                              initial values and stay as they are; not of what requires no gradient
                              and comes before all that does, as features do
        rate_zero:            all layers, if every group has a rate of zero from the start
        rate_zero_in:         the layers of the groups of which that holds, if it is not all
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._seen: dict[int, tuple[int, Any]] = {}
        self._changed: set[int] = set()
        self._moving: set[int] = set()
        self._elsewhere: set[int] = set()
        self._random: dict[int, bool] = {}
        self._named_outside: set[str] = set()
        self._pending = False
        self._costs = 1e-4
        self._told: dict[str, str | float] = {}

    def attach(self) -> None:
        """Remember what is frozen: a copy of a trained part is a target, and no fault."""
        self.due = 0
        named = named_in(self.loop)
        features = _features(named)
        trained: dict[Any, list[Any]] = {}
        for _, parameter in named:
            if parameter.requires_grad:
                trained.setdefault(parameter.shape, []).append(parameter)
        for _, parameter in named:
            if parameter.requires_grad or id(parameter) in features:
                continue
            if self._is_random(parameter, named):
                self._still(-1, parameter, 0)
                values = self._seen[id(parameter)][1]
                if any(np.array_equal(values, few_of(p)) for p in trained.get(parameter.shape, ())):
                    self._changed.add(id(parameter))

    def before_update(self, step: int) -> None:
        """Look at the first updates, then at growing intervals."""
        budget = self.loop.session.budget
        if step > 3 and not self._pending and not budget.allows(self._costs, steps=step + 1):
            self.due = step + max(8, step // 8)
            return
        began = perf_counter()
        self._pending = False
        self._look(step)
        pause = 1 if step < 3 else 1 + min(step // 2, LONGEST)
        self.due = step + (min(pause, STILL) if self._pending else pause)
        self._costs = perf_counter() - began
        budget.spend(self._costs)

    def _look(self, step: int) -> None:
        named = named_in(self.loop)
        if self.loop.model is not None:
            self._look_outside(step, named, set(map(id, _parameters_of(self.loop.optimizers))))
        idle = _idle(named)
        if idle:
            how = "no parameter requires a gradient"
            self._tell("frozen", text_of(idle, _rest(named, idle)), how)
        asked = {*idle, *self._at_rate_zero(step, named)}
        if asked:
            self._look_at_start(step, named, asked)

    def _look_at_start(self, step: int, named: Named, asked: set[str]) -> None:
        """Which layers that are not trained hold random values, and keep them."""
        others = set(map(id, _parameters_of(self.loop.optimizers[1:]))) | _features(named)
        start = layers_of(
            name
            for name, p in named
            if layer_of(name) in asked
            and id(p) not in others  # frozen while another one steps, as in adversarial training
            and self._is_random(p, named)
            and self._still(step, p, LONG)
            and id(p) not in self._changed
        )
        self._tell(
            "frozen_at_start",
            text_of(start, _rest(named, start)),
            f"random initial values that stay the same, up to step {step:,}",
            pressing=True,
        )

    def _look_outside(self, step: int, named: Named, held: set[int]) -> None:
        inside = {id(parameter) for _, parameter in named}
        trainable = [(name, p) for name, p in named if p.requires_grad]
        strangers = len(held - inside)
        apart = bool(held) and not held & inside
        found = [
            (name, p)
            for name, p in trainable
            if id(p) not in held
            and id(p) not in self._elsewhere
            and (apart or p.grad is not None)
            and self._still(step, p, STILL)
        ]
        fresh = [p for name, p in found if layer_of(name) not in self._named_outside]
        if fresh and _held_elsewhere(fresh, self.loop.optimizers):
            self._elsewhere |= set(map(id, fresh))
            return
        if strangers:
            how = "compared by identity with the parameters of the model"
            self._tell("optimizer_elsewhere", float(strangers), how)
        if not found:
            return
        layers = layers_of(name for name, _ in found)
        known = layers_of(name for name, p in named if id(p) in held)
        self._named_outside |= set(layers)
        leading = _leading(named, {id(p) for _, p in found}, held)
        features = leading and not any(self._is_random(p, named) for _, p in found)
        self._tell(
            "left_out_features" if features else "outside_optimizer",
            text_of(layers, known),
            f"no optimizer holds the numbers there, and up to step {step:,} none has changed",
            pressing=True,
        )

    def _at_rate_zero(self, step: int, named: Named) -> tuple[str, ...]:
        """Layers of groups whose rate was zero at every look so far."""
        groups = [group for optimizer in self.loop.optimizers for group in optimizer.param_groups]
        for group in groups:
            if float(group["lr"]) != 0:
                self._moving |= {id(parameter) for parameter in group["params"]}
        still = [p for group in groups for p in group["params"] if id(p) not in self._moving]
        if step < WARMED or not still:
            self._pending = self._pending or bool(still)
            return ()
        names = {id(parameter): name for name, parameter in named}
        layers = layers_of(names[id(p)] for p in still if id(p) in names)
        every = len(still) == sum(len(group["params"]) for group in groups)
        how = f"from step 0 to step {step:,}"
        name = "rate_zero" if every else "rate_zero_in"
        self._tell(name, text_of(layers, _rest(named, layers)), how, pressing=every)
        return layers

    def _still(self, step: int, parameter: Any, long: int) -> bool:
        """Whether a parameter is the same as `long` updates ago, or more."""
        values = few_of(parameter)
        since, before = self._seen.setdefault(id(parameter), (step, values))
        if not np.array_equal(before, values, equal_nan=True):
            self._changed.add(id(parameter))
            self._seen[id(parameter)] = (step, values)
            return False
        self._pending = self._pending or step - since < long
        return step - since >= long

    def _is_random(self, parameter: Any, named: Named) -> bool:
        known = self._random.get(id(parameter))
        if known is None:
            biases = biases_beside(parameter, named)
            known = self._random[id(parameter)] = at_random_start(parameter, biases, ENOUGH)
        return known

    def _tell(self, name: str, value: str | float, how: str, *, pressing: bool = False) -> None:
        """A fact, when it is new or has changed."""
        if value and self._told.get(name) != value:
            self._told[name] = value
            self.loop.session.fact(name, value, how, pressing=pressing)


def _parameters_of(optimizers: Iterable[Any]) -> Iterator[Any]:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            yield from group["params"]


def _idle(named: Named) -> tuple[str, ...]:
    """Layers of which no parameter requires a gradient."""
    if all(parameter.requires_grad for _, parameter in named):
        return ()
    moving = {layer_of(name) for name, p in named if p.requires_grad}
    return tuple(layer for layer in layers_of(name for name, _ in named) if layer not in moving)


def _features(named: Named) -> set[int]:
    """What comes before the first parameter that requires a gradient, by its id."""
    found: set[int] = set()
    for _, parameter in named:
        if parameter.requires_grad:
            return found
        found.add(id(parameter))
    return set()


def _rest(named: Named, layers: Iterable[str]) -> list[str]:
    meant = set(layers)
    return [layer for layer in layers_of(name for name, _ in named) if layer not in meant]


def _leading(named: Named, found: set[int], held: set[int]) -> bool:
    """Whether what was found comes before all that is held."""
    order = [id(p) in held for _, p in named if id(p) in found or id(p) in held]
    return any(order) and order == sorted(order)


def _held_elsewhere(found: list[Any], known: Iterable[Any]) -> bool:
    """Whether another optimizer that is alive holds one of them: it may step at other times.

    Looks through everything that is alive, which takes a while, and so only when a fault is as
    good as certain.
    """
    ours, meant = set(map(id, known)), set(map(id, found))
    kind = torch.optim.Optimizer
    for thing in gc.get_objects():
        other = issubclass(type(thing), kind) and id(thing) not in ours
        if other and meant & set(map(id, _parameters_of([thing]))):
            return True
    return False
