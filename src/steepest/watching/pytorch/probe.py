"""Curvature, now and then: on the same batch, where the loop hands over a closure."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.watching.doors import framework
from steepest.watching.pytorch.aside import Aside, put_aside
from steepest.watching.pytorch.closures import after_update
from steepest.watching.pytorch.inspector import NEVER, Inspector
from steepest.watching.pytorch.sharpness import (
    PRODUCTS,
    dot,
    norm,
    sharpness_of,
    twice_differentiable,
)

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Probe"]

torch = framework("torch", "torch")

SHARE = 0.004
TRIFLE = 4e-3
FLOOR = 6e-6
LIGHT = 14  # forward passes
COSTS = LIGHT + 4 * PRODUCTS  # a second derivative is four of them
FIRST = 4
PAUSE = 16
FELT = 1e-3
SEEN = 2e-5
ALONG = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
SAME = 1e-4


class Probe(Inspector):
    """Probes the loss around a step, on the batch of that step, and puts everything back.

    For 0.4 % of the loop's time, and once out of turn when something was found. Nothing is
    changed (`put_aside`); what it holds meanwhile is some six times the parameters and the graph
    of a second derivative. Not where several processes train together: the others would wait.

    Measures, at the probed steps: probe_sharpness, λ_max of the Hessian of that batch;
    probe_step_curvature, how much of the slope along the step the step itself used up (1 lands at
    the bottom of the parabola, above 2 the loss rises); slope_ratio, the gradient that the
    optimizer was handed over the slope of the loss along it, by a central difference (1 where
    sound), unless the loss is drawn anew every time (dropout) or is one of several of a step.
    Facts: probe_line (2, 7), shares s from -1 to 2 and the losses at θ + s u of the newest
    step u; slope_ratio, the median so far; step_size_limit, 2 / sharpness at the newest probe;
    probe_trouble, why there is none.
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self.due = self.loss_due = FIRST
        self._forward: float | None = None
        self._seen = False
        self._spent = 0.0
        self._found = 0
        self._hook: Any = None
        self._counted: tuple[int, int] = (-1, 0)
        self._said: Any = math.nan
        self._ratios: list[float] = []
        self._twice, self._held, self._over = True, False, False

    def attach(self) -> None:
        """Nothing of a loop that is spread over several processes."""
        self._began = perf_counter()
        shared = torch.distributed.is_available() and torch.distributed.is_initialized()
        if shared and torch.distributed.get_world_size() > 1:
            self.due = self.loss_due = NEVER

    def loss(self, step: int, loss: Any) -> None:
        """How many losses a step has that may be probed, and the last of them."""
        last, count = self._counted
        self._counted = (step, count + 1 if last == step else 1)
        self._said = loss.detach()

    def before_update(self, step: int) -> None:
        """Probe, where it is time; take away the hook that looked along the last step."""
        self.due = self.loss_due = step + PAUSE
        if self._over:
            self.due = self.loss_due = NEVER
        if self._hook is not None or self._over:
            self._let_go()
            return
        closure, found = self.loop.closure, len(self.loop.session.findings)
        out_of_turn = found > self._found
        if closure is None or not (out_of_turn or self._allowed()):
            return
        self._found = found
        params = [p for _, p in self.loop.recorded if p.requires_grad and p.grad is not None]
        if not params or not all(_plain(parameter) for parameter in params):
            return
        handed = [parameter.grad.detach() for parameter in params]
        self._guarded(lambda: self._probe(step, params, closure, handed, out_of_turn=out_of_turn))

    def detach(self) -> None:
        """No hook stays, and nothing of a batch."""
        if self._hook is not None and self.loop.watching.inside:
            self.loop.later([self._hook])
            self._hook = None
        self._let_go()
        self._said = math.nan

    def _let_go(self) -> None:
        if self._hook is not None:
            self._hook.remove()
            self._hook = None

    def _allowed(self) -> bool:
        """Whether a share of the loop's time pays for one."""
        if self._forward is None:
            return True
        return self._affords(LIGHT if not self._seen else COSTS)

    def _affords(self, forwards: float) -> bool:
        steps = self.loop.session.step + 1
        share = max(SHARE * (perf_counter() - self._began), FLOOR * steps)
        return self._spent + forwards * (self._forward or 0.0) <= TRIFLE + share

    def _guarded(self, look: Callable[[], None]) -> None:
        """With every other hook asleep; what a closure cannot bear ends probing, not watching."""
        watching, began = self.loop.watching, perf_counter()
        watching.paused = True
        try:
            look()
        except Exception as error:
            self._over = True
            self.loss_due = NEVER
            how = "the closure could not be asked again"
            self.loop.session.fact("probe_trouble", f"{type(error).__name__}: {error}", how)
        finally:
            watching.paused = False
            seconds = perf_counter() - began
            self._spent += seconds
            self.loop.session.budget.spend(seconds)

    def _probe(
        self,
        step: int,
        params: list[Any],
        closure: Callable[[], Any],
        handed: list[Any],
        *,
        out_of_turn: bool,
    ) -> None:
        """All of it; or, where that turns out to be too dear by now, only what it would cost."""
        with self._aside(params, closure) as place:
            first = place.loss()
            if not math.isfinite(first):
                return
            warm = perf_counter()
            still = place.drawn_anew() == first
            known, self._forward = self._forward is not None, perf_counter() - warm
            if not (known or out_of_turn or self._affords(LIGHT)):
                return
            slope = self._slope(step, place, twice=out_of_turn or self._affords(COSTS))
            alone = self._counted == (step, 1) and _near(float(self._said), first)
            if still and alone:
                self._compare(step, place, slope, handed, first)
        self._seen = True
        self._wait(step, params, closure)

    def _aside(self, params: list[Any], closure: Callable[[], Any]) -> Any:
        groups = (group for each in self.loop.optimizers for group in each.param_groups)
        others = [parameter for group in groups for parameter in group["params"]]
        return put_aside(self.loop.model, params, closure, others)

    def _slope(self, step: int, place: Aside, *, twice: bool) -> list[Any]:
        """The gradient there, without a graph; where `twice`, the sharpness as a measure."""
        second = twice and self._twice
        gradient = torch.autograd.grad(
            place.graph(),
            place.params,
            create_graph=second,
            allow_unused=True,
            materialize_grads=True,
        )
        slope = [part.detach() for part in gradient]
        if twice:
            self._sharpness(step, place, gradient if second else slope, slope)
        return slope

    def _sharpness(self, step: int, place: Aside, gradient: Any, slope: list[Any]) -> None:
        how = "by Lanczos, on Hessian-vector products"
        steep = None
        if self._twice:
            try:
                self._held = self._held or twice_differentiable(place, gradient, slope)
                self._twice = self._held
                steep = sharpness_of(place, gradient) if self._twice else None
            except RuntimeError:  # some kernels have no second derivative
                self._twice = False
        if not self._twice:
            how = "by Lanczos, on differences of gradients"
            steep = sharpness_of(place, slope)
        if steep is None:
            return
        session = self.loop.session
        session.measure(step, "probe_sharpness", steep)
        if steep > 0:
            session.fact("step_size_limit", 2.0 / steep, f"2 / sharpness of a batch, {how}")

    def _compare(
        self, step: int, place: Aside, slope: list[Any], handed: list[Any], loss: float
    ) -> None:
        """The gradient in the optimizer's hands, over the slope of the loss along it."""
        length, size = norm(handed), norm(place.origin())
        fused = getattr(self.loop.optimizers[0], "grad_scale", None) is not None
        if fused or not (0 < length < math.inf and size > 0):
            return  # a fused step divides by the scale itself
        along = [part / length for part in handed]
        steep = abs(dot(along, slope))
        step_length = min(FELT * max(abs(loss), 1e-6) / max(steep, 1e-300), FELT * size)
        ends: list[float] = []
        for side in (1.0, -1.0):
            place.move(along, side * step_length)
            ends.append(place.loss())
        place.move(along, 0.0)
        rise = ends[0] - ends[1]
        if not abs(rise) > SEEN * abs(loss):
            return
        ratio = length * 2 * step_length / rise
        self._ratios.append(ratio)
        session = self.loop.session
        session.measure(step, "slope_ratio", ratio)
        middle = float(np.median(self._ratios))
        how = f"the gradient of the optimizer over a central difference, {len(self._ratios)} times"
        session.fact("slope_ratio", middle, how, pressing=abs(middle - 1.0) > 0.5)

    def _wait(self, step: int, params: list[Any], closure: Callable[[], Any]) -> None:
        """Look along the step once it is made."""
        self._let_go()
        before = [parameter.detach().clone() for parameter in params]
        held = [(params, closure, before)]

        def made(optimizer: Any, args: Any, kwargs: Any) -> None:
            if held:  # nothing of the batch is held beyond its step
                of = held.pop()
                if self.loop.session.step == step:
                    self._guarded(lambda: self._along(step, *of))

        hook = after_update(self.loop.watching, made)
        self._hook = self.loop.optimizers[0].register_step_post_hook(hook)
        self.due = step + 1

    def _along(
        self, step: int, params: list[Any], closure: Callable[[], Any], before: list[Any]
    ) -> None:
        """The losses on a line through the step just made, with the same random numbers."""
        with self._aside(params, closure) as place:
            update = [now - then for now, then in zip(place.origin(), before, strict=True)]
            losses: list[float] = []
            for share in ALONG:
                place.move(update, share - 1.0)
                losses.append(place.loss())
        session = self.loop.session
        how = "the loss of a batch along the step made with it: shares of the step, and losses"
        session.fact("probe_line", np.array([ALONG, losses]), how)
        behind, here, ahead = losses[0], losses[2], losses[4]
        slope, bend = (ahead - behind) / 2, ahead - 2 * here + behind
        if all(map(math.isfinite, losses)) and abs(slope) > SEEN * abs(here):
            session.measure(step, "probe_step_curvature", -bend / slope)


def _plain(parameter: Any) -> bool:
    """Whether it is a tensor like any other, in a precision that shows small differences."""
    kind = type(parameter) in (torch.Tensor, torch.nn.Parameter)
    fine = parameter.dtype in (torch.float32, torch.float64)
    return kind and fine and not parameter.grad.is_sparse


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= SAME * abs(other)
