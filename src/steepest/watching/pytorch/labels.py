"""Whether labels belong to their inputs: both are read off the loss that is there anyway."""

from __future__ import annotations

import math
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.watching.association import Association, of_neighbours, of_tokens
from steepest.watching.doors import framework
from steepest.watching.pytorch.feeding import first_tensor, hang, quiet_now, strided
from steepest.watching.pytorch.inspector import NEVER, Inspector
from steepest.watching.pytorch.operations import nearest, operation_of, saved

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Labels"]

torch = framework("torch", "torch")

CLASSES = ("NllLoss", "NllLoss2D")
BINARY = ("BinaryCrossEntropyWithLogits", "BinaryCrossEntropy")
NUMBERS = ("MseLoss", "SmoothL1Loss", "HuberLoss", "L1Loss")
NEAR = 60
ENOUGH = {"rows": 256, "tokens": 2048}
LEAST = 200
AT_ONCE = 64
COLUMNS = 64
TRIES = 8
FREE = 2e-3
ASKS = 50
FIRST_SCORE = 5
LAST_SCORE = 400
MANY = 2048
SCORES = 6
PARAMETERS = 8
FEW = 32
COSTS = 80e-6
LATER = 8
CLEAR = 6.0
LOST = 64


class Labels(Inspector):
    """Collects inputs with their labels over the first steps, and says how they go together; then
    how far the model's answers go with the labels of batches before it has stepped on them.

    Facts: label_association, label_chance, label_sigmas, label_entropy, label_rows,
    label_kind ("classes", "numbers", "tokens"), label_structure (1 where inputs have a structure
    that labels could follow), all as in `Association`; label_gain: by how many standard errors the
    answers agree with the labels of their rows better than with those of other rows; label_moved:
    how far a sample of the parameters has come since, over its size at first.
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._hook: Any = None
        self._input: Any = None
        self._lost = 0
        self._pairs: list[tuple[Any, ...]] = []
        self._scores: list[Any] = []
        self._kind = ""
        self._spent = 0.0
        self._tells = ASKS
        self._rows = self._failed = 0
        self._known: Association | None = None

    def attach(self) -> None:
        """Wait for batches and for losses."""
        self._hook = hang(self.loop, self._batch)
        if self._hook is not None:
            self.loss_due = 0
            self._start = self._sampled()

    def _batch(self, module: Any, args: Any, words: Any) -> None:
        """Hold the batch until its loss comes, or its update: no longer."""
        self._input = None
        step = self.loop.session.step + 1
        if step >= self.loss_due and not quiet_now():
            self._input = first_tensor(args, words)
            if self._input is not None and self.due == NEVER:
                self.due = step
                self.loop.wake()

    def loss(self, step: int, loss: Any) -> None:
        """Take the labels of the batch out of the loss of the step."""
        tensor, self._input = self._input, None
        self._lost = 0
        budget = self.loop.session.budget
        self.loss_due = step + 1
        if self._spent > FREE and not budget.allows(COSTS, steps=step + 1):
            self.loss_due = step + LATER
            return
        began = perf_counter()
        if tensor is None or not self._look(step, tensor, loss):
            self._failed += 1
            if self._failed > TRIES and not self._pairs:
                self.detach()
        took = perf_counter() - began
        self._spent += min(took, COSTS)
        budget.spend(took)

    def _look(self, step: int, tensor: Any, loss: Any) -> bool:
        node = _judge(loss)
        if node is None:
            return False
        answer, target = saved(node, "self"), saved(node, "target")
        if answer is None or target is None:
            return False
        if self._known is None:
            self._collect(step, tensor, target, operation_of(node))
        if step >= FIRST_SCORE:
            self._score(step, answer, target, operation_of(node))
        return True

    def _collect(self, step: int, tensor: Any, target: Any, kind: str) -> None:
        """Rows of one batch; enough of them are held against each other."""
        pair = _token_pairs(tensor, target) or _row_pairs(tensor, target)
        if pair is None:
            self._failed += 1
            return
        if len(pair) == 3:
            self._kind = "tokens"
        elif kind in CLASSES or kind in BINARY:
            self._kind = "classes"
        else:
            self._kind = "numbers"
        self._pairs.append(pair)
        self._rows += len(pair[1])
        enough = ENOUGH["tokens" if self._kind == "tokens" else "rows"]
        if self._rows >= enough:
            self._conclude()

    def _conclude(self) -> None:
        """How inputs and labels go together."""
        columns = [torch.cat(parts).cpu().numpy() for parts in zip(*self._pairs, strict=True)]
        self._rows = 0
        found = None
        if self._kind == "tokens":
            known = columns[1] >= 0
            found = of_tokens(*(column[known] for column in columns))
        elif all(np.isfinite(column).all() for column in columns):
            inputs, labels = (column.astype(np.float64) for column in columns)
            found = of_neighbours(inputs, labels, classes=self._kind == "classes")
        if found is None or found.rows < LEAST:
            if len(self._pairs) > 4 * AT_ONCE or found is None:
                self.detach()
            return
        self._known = found
        self._pairs.clear()
        how = f"{found.rows:,} different rows of the first batches"
        facts = {
            "label_association": found.value,
            "label_chance": found.chance,
            "label_sigmas": found.sigmas,
            "label_entropy": found.entropy,
            "label_rows": float(found.rows),
            "label_structure": float(found.structured),
            "label_kind": found.kind,
        }
        for name, value in facts.items():
            self.loop.session.fact(name, value, how)
        if abs(found.sigmas) > CLEAR:
            self.detach()

    def _score(self, step: int, answer: Any, target: Any, kind: str) -> None:
        """Agreement of answers with the labels of their rows, above that with others' labels."""
        score = _agreement(answer, target, classes=kind in CLASSES)
        if score is not None:
            self._scores.append(score)
        if self._known is None:
            return
        self.loss_due = step + max(4, step // 12)
        if step < ASKS < self.loss_due:
            self.loss_due = ASKS
        if len(self._scores) >= SCORES and step >= self._tells:
            self._tells = step + max(1, step // 2)
            self._tell()
        if step > LAST_SCORE:
            self.detach()

    def _tell(self) -> None:
        """What the answers know of the labels by now, and how far the parameters have come."""
        scores = torch.cat(self._scores)
        size = scores.square().sum().sqrt()
        moved = (self._sampled() - self._start).norm() / self._start.norm()
        gain, far = torch.stack([scores.sum() / size, moved.to(scores.device)]).tolist()
        how = f"{len(scores):,} answers of {len(self._scores):,} batches"
        if math.isfinite(gain) and math.isfinite(far):
            self.loop.session.fact("label_gain", gain, how)
            self.loop.session.fact("label_moved", far, "a sample of the parameters", pressing=True)

    def _sampled(self) -> Any:
        """(n,) a few values of a few parameters."""
        tensors = [parameter for _, parameter in self.loop.recorded]
        some = tensors[:: max(1, len(tensors) // PARAMETERS)]
        home = some[0].device
        return torch.cat([strided(tensor, FEW).to(home) for tensor in some])

    def before_update(self, step: int) -> None:
        """A batch whose loss was not said is let go; after some of them, all are."""
        self.due = NEVER
        if self._input is not None:
            self._input = None
            self._lost += 1
            if self._lost > LOST:
                self.detach()

    def detach(self) -> None:
        """Take the hook away."""
        if self._hook is not None:
            self._hook.remove()
            self._hook = None
        self._input = None
        self._pairs.clear()
        self._scores.clear()
        self.loss_due = NEVER


def _judge(loss: Any) -> Any:
    """The operation that holds answers against labels; None where there is none near the loss."""
    if loss.grad_fn is None:
        return None
    kinds = (*CLASSES, *BINARY, *NUMBERS)
    return next((node for node in nearest(loss.grad_fn, NEAR) if operation_of(node) in kinds), None)


def _row_pairs(tensor: Any, target: Any) -> tuple[Any, ...] | None:
    """Inputs (k, d) and labels (k,) of at most 64 rows; None where there is not one label a row."""
    rows = tensor.shape[0] if tensor.ndim else 0
    if rows < 2 or target.numel() != rows or tensor.numel() == 0:
        return None
    each = max(1, -(-rows // max(AT_ONCE, ENOUGH["rows"] if rows > 4 * AT_ONCE else 0)))
    table = tensor.detach()[::each].reshape(-(-rows // each), -1)
    labels = target.reshape(-1)[::each].to(torch.float64, copy=True)
    if not tensor.is_floating_point():
        words = table % COLUMNS
        counts = torch.zeros(len(table), COLUMNS, device=table.device)
        return counts.scatter_add_(1, words, torch.ones_like(words, dtype=counts.dtype)), labels
    step = max(1, -(-table.shape[1] // COLUMNS))
    while step < table.shape[1] and math.gcd(step, tensor.shape[-1]) > 1:
        step += 1
    return table[:, ::step].to(torch.float32, copy=True), labels


def _token_pairs(tensor: Any, target: Any) -> tuple[Any, ...] | None:
    """Tokens, labels and the tokens before; None where there is not one label a token."""
    if tensor.is_floating_point() or tensor.ndim != 2 or tensor.shape[1] < 2:
        return None
    rows, length = tensor.shape
    if target.numel() == rows * (length - 1):
        length -= 1
    if target.numel() != rows * length:
        return None
    tokens = tensor.detach()[:, :length]
    before = torch.full_like(tokens, -1)
    before[:, 1:] = tokens[:, :-1]
    each = max(1, rows * length // (ENOUGH["tokens"] // 4))
    columns = [part.reshape(-1)[::each] for part in (tokens, target, before)]
    return tuple(column.to(torch.int64, copy=True) for column in columns)


def _agreement(answer: Any, target: Any, *, classes: bool) -> Any:
    """(k,) of at most 64 rows, centered over rows and labels: its mean is zero for an answer that
    knows nothing; None where there is not one label a row."""
    if classes:
        if answer.ndim != 2 or answer.shape[1] > MANY or target.ndim != 1:
            return None
        each = max(1, len(target) // AT_ONCE)
        rows, labels = answer[::each].float(), target[::each]
        known = (labels >= 0).float()  # zeros, not left out: a mask would wait for the device
        table = rows.index_select(1, labels.clamp(min=0)).where(known[:, None] > 0, 0.0)
        count = known.sum().clamp(min=1)
        below, beside = (table * known[:, None]).sum(0) / count, (table * known).sum(1) / count
        return known * (table.diagonal() - below - beside + (below * known).sum() / count)
    if answer.numel() != target.numel():
        return None
    left, right = answer.reshape(-1)[:AT_ONCE].float(), target.reshape(-1)[:AT_ONCE].float()
    return (left - left.mean()) * (right - right.mean())
