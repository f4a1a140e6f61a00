"""Training steps of JAX, seen from inside the optimizer: `observed(optax.adam(1e-3), w)`.

A jitted step cannot be looked into from outside, and a callback out of it costs a few tenths of a
millisecond at every step, called or not, because the step then leaves JAX's fast way in. So what
is seen is kept in the optimizer's own state, on the device: a few rows of sampled parameters and
gradients. The loop hands the state over with its loss, `w.log(loss=loss, state=state)`, and it is
read at a stated cadence, every 8th call at first and every 32nd later: one wait for the device
each. Where no line of the loop holds the state, `callback=True` sends the rows by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from steepest.watching.coordinates import Coordinates, Tensor, coordinates_of
from steepest.watching.doors import framework
from steepest.watching.optax_loop import DENSE, EVERY, HEAD, OptaxLoop, Seen
from steepest.watching.session import SMALL

if TYPE_CHECKING:
    from steepest.watching.watching import Watching

__all__ = ["Observed", "observe", "observed"]

jax = framework("jax", "jax")
optax = framework("optax", "jax")
jnp = jax.numpy

ROWS = 8
LOSSES = 256

Rate = float | Callable[[Any], Any] | None


class Observed(NamedTuple):
    """The state of an observed optimizer: its own, and what was seen (None: nothing is)."""

    inner: Any
    seen: Seen | None


def observe(watching: Watching, *, every: int = EVERY, callback: bool = False) -> Any:
    """A link of `optax.chain` that changes nothing, and sees the gradients at its place.

    every, callback: as of `observed`
    """
    return observed(optax.identity(), watching, every=every, callback=callback)


def observed(
    optimizer: Any,
    watching: Watching,
    *,
    every: int = EVERY,
    callback: bool = False,
    learning_rate: Rate = None,
) -> Any:
    """The same optimizer, watched: the gradients that come in, and the parameters they are of.

    optimizer:      any gradient transformation, also `optax.inject_hyperparams(...)`, whose
                    learning rate is recorded; around `optax.MultiSteps` micro-batches are seen,
                    within it whole updates
    watching:       what `steepest.watch()` gave
    every:          two steps that follow each other are seen out of so many; the first 64, and
                    all of a model of up to 64 parameters, are all seen
    callback:       send what was seen from inside the step, for loops that cannot hand over the
                    state; this costs 0.2 to 0.5 ms a step on a CPU
    learning_rate:  a number, or a schedule of the step, where the optimizer does not say it

    Where `update` is called with `value=loss`, that is the loss of the step; else it is the one
    of `w.log(loss=loss, state=state)`, once a step.
    """
    loop = OptaxLoop.of(watching, type(optimizer).__name__)
    inner = optax.with_extra_args_support(_transformation(optimizer))
    eye = _Eye(loop, every, callback, learning_rate)

    def init(params: Any) -> Observed:
        return Observed(inner.init(params), eye.begin(params))

    def update(
        updates: Any, state: Observed, params: Any = None, **extra: Any
    ) -> tuple[Any, Observed]:
        out, after = inner.update(updates, state.inner, params, **extra)
        seen = eye.look(state.seen, updates, params, after, extra.get("value"))
        return out, Observed(after, seen)

    return optax.GradientTransformationExtraArgs(init, update)


def _transformation(optimizer: Any) -> Any:
    """`optax.MultiSteps` as what it stands for."""
    multi = isinstance(optimizer, optax.MultiSteps)
    return optimizer.gradient_transformation() if multi else optimizer


class _Eye:
    """What is traced into the training step: gathers, and writes into the rows of the state."""

    def __init__(self, loop: OptaxLoop, every: int, callback: bool, rate: Rate) -> None:
        self.loop, self.every, self.callback, self.rate = loop, every, callback, rate
        self.where: Coordinates | None = None

    def begin(self, params: Any) -> Seen | None:
        """Empty rows for these parameters; None where they cannot be watched."""
        try:
            named = _named(params)
            tensors = [Tensor(name, leaf.size) for name, leaf in named.items()]
            if not tensors:
                return None
            self.where = coordinates_of(tensors)
            self.loop.follow(self.where)
            return self._empty(named)
        except Exception as error:  # nothing that is raised here may reach the loop
            self.loop.watching.step_aside(error)
            return None

    def look(
        self, seen: Seen | None, updates: Any, params: Any, state: Any, value: Any
    ) -> Seen | None:
        """The rows after one step, traced; as they were where that fails."""
        if seen is None or self.where is None:
            return seen
        try:
            return self._look(seen, updates, params, self._rate_at(seen.head[0], state), value)
        except Exception as error:
            self.loop.watching.step_aside(error)
            return seen

    def _empty(self, named: dict[str, Any]) -> Seen:
        assert self.where is not None  # noqa: S101
        kind = jnp.promote_types(jnp.result_type(*named.values()), jnp.float32)
        whole = self.where.whole and self.where.count <= SMALL
        rows = 2 * EVERY if whole else ROWS
        head = jnp.concatenate((jnp.zeros(HEAD, jnp.int32), jnp.full(rows, -1, jnp.int32)))
        table = jnp.zeros((rows, 2 * self.where.count), kind)
        lines = jnp.tile(jnp.asarray([-jnp.inf, jnp.nan], jnp.float32), (LOSSES, 1))
        return Seen(head, table, lines)

    def _look(self, seen: Seen, updates: Any, params: Any, rate: Any, value: Any) -> Seen:
        assert self.where is not None  # noqa: S101
        head, table, lines = seen
        count, looks, was_broken = head[0], head[1], head[2]
        rows, whole = table.shape[0], table.shape[0] > ROWS
        theta = self._gathered(params, table.dtype)
        gradient = self._gathered(updates, table.dtype)
        finite = jnp.isfinite(gradient) & (jnp.isfinite(theta) | (params is None))
        broken = jnp.maximum(was_broken, ~jnp.all(finite))
        due = whole | (count < DENSE) | (count % self.every < 2) | (broken > was_broken)
        slot = looks % rows
        row = jnp.where(due, jnp.concatenate((theta, gradient)), table[slot])
        table = table.at[slot].set(row)
        head = head.at[HEAD + slot].set(jnp.where(due, count, head[HEAD + slot]))
        head = head.at[:HEAD].set(jnp.stack((count + 1, looks + due, broken)))
        for column, number in enumerate((value, rate)):
            if number is not None:
                line = jnp.asarray(number, lines.dtype).reshape(())
                lines = lines.at[count % LOSSES, column].set(line)
        if self.callback:
            self._send(Seen(head, table, lines), due, value is not None)
        return Seen(head, table, lines)

    def _send(self, seen: Seen, due: Any, told: bool) -> None:
        """Out of the step when the rows are half new, or something broke."""
        half = seen.rows.shape[0] // 2
        full = due & ((seen.head[1] % half == 0) | (seen.head[2] > 0))

        def send() -> None:
            jax.debug.callback(self.loop.heard, told, *seen)

        jax.lax.cond(full, send, lambda: None)

    def _gathered(self, tree: Any, kind: Any) -> Any:
        """(s,) the recorded coordinates; zeros of what has no gradient."""
        assert self.where is not None  # noqa: S101
        if tree is None:
            return jnp.full((self.where.count,), jnp.nan, kind)
        named = _named(tree)
        parts: list[Any] = []
        for tensor, places in zip(self.where.tensors, self.where.places, strict=True):
            leaf = named.get(tensor.name)
            if leaf is None:
                parts.append(jnp.zeros(tensor.size if places is None else len(places), kind))
            elif places is None:
                parts.append(leaf.reshape(-1).astype(kind))
            else:
                parts.append(leaf[jnp.unravel_index(places, leaf.shape)].astype(kind))
        return jnp.concatenate(parts)

    def _rate_at(self, count: Any, state: Any) -> Any:
        """The learning rate of a step: as given, or as the optimizer's state says."""
        if callable(self.rate):
            return self.rate(count)
        if self.rate is not None:
            return self.rate
        found = optax.tree_utils.tree_get_all_with_path(state, "learning_rate")
        for _, value in found:  # a schedule's own state goes by that name as well
            if isinstance(value, (float, jax.Array)) and jnp.ndim(value) == 0:
                return value
        return None


def _named(tree: Any) -> dict[str, Any]:
    """The real arrays of a tree by name: "layers.0.kernel"."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    return {
        jax.tree_util.keystr(path, simple=True, separator=".") or "w": leaf
        for path, leaf in leaves
        if jnp.issubdtype(jnp.result_type(leaf), jnp.floating) and jnp.size(leaf)
    }
