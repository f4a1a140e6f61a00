"""Where hooks would have a model run otherwise, none is hung; and what was hung goes in time."""

from __future__ import annotations

import contextlib
import weakref
from typing import Any

import pytest

from steepest.watching.pytorch.hookable import hookable, stands_for
from steepest.watching.watch import watch
from steepest.watching.watching import Watching

torch = pytest.importorskip("torch")
nn = torch.nn


class Tagger(nn.Module):
    """An encoder between two layers of its own."""

    def __init__(self, cut: bool = False) -> None:
        super().__init__()
        torch.manual_seed(0)
        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, dropout=0.0)
        self.into, self.encoder, self.head = (
            nn.Linear(6, 16),
            nn.TransformerEncoder(layer, 2),
            nn.Linear(16, 2),
        )
        self.cut = cut

    def forward(self, rows: Any, mask: Any = None) -> Any:
        inside = self.encoder(self.into(rows), src_key_padding_mask=mask)
        return self.head(inside.detach() if self.cut else inside)


def tagged(model: Any, watched: bool, *, evaluated: bool = True) -> tuple[list[Any], Any]:
    """What it puts out in evaluation after every step, with a padding mask."""
    generator = torch.Generator().manual_seed(3)
    rows = torch.randn(8, 5, 6, generator=generator)
    mask = torch.zeros(8, 5, dtype=torch.bool)
    mask[:, 3:] = True
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    watching = watch(model, optimizer, store=False, quiet=True, every=1) if watched else None
    seen: list[Any] = []
    with watching or contextlib.nullcontext():
        for _ in range(6):
            model.train()
            loss = model(rows).square().mean()
            if watching is not None:
                watching.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if not evaluated:
                continue
            model.eval()
            with torch.no_grad():
                seen += [model(rows), _masked(model, rows, mask)]
    assert watching is None or watching.failed is None
    return seen, watching


def _masked(model: Any, rows: Any, mask: Any) -> Any:
    if isinstance(model, Tagger):
        return model(rows, mask)
    return model(rows, src_key_padding_mask=mask)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@pytest.mark.parametrize("alone", [True, False], ids=["layer", "model"])
def test_the_fast_path_of_an_encoder_is_left_as_it_is(alone: bool) -> None:
    def made() -> Any:
        torch.manual_seed(0)
        return nn.TransformerEncoderLayer(6, 2, 8, batch_first=True) if alone else Tagger()

    torch.manual_seed(1)
    expected, _ = tagged(made(), False)
    torch.manual_seed(1)
    found, watching = tagged(made(), True)
    assert all(torch.equal(one, other) for one, other in zip(expected, found, strict=True))
    scales = {name for name in watching.trace.measures if name.startswith("output_scale/")}
    assert alone or {"output_scale/into", "output_scale/head"} <= scales


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_a_cut_behind_an_encoder_is_still_found() -> None:
    _, watching = tagged(Tagger(cut=True), True, evaluated=False)
    assert watching.trace.facts["detached"].value == "into, encoder"


def test_nothing_is_hung_inside_of_what_is_compiled() -> None:
    compiled = torch.compile(nn.Sequential(nn.Linear(6, 8), nn.ReLU()), backend="eager")
    inplace = nn.Linear(8, 8)
    inplace.compile(backend="eager")
    model = nn.Sequential(compiled, inplace, nn.Linear(8, 3))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with watch(model, optimizer, store=False, quiet=True) as watching:
        assert [name for name, _ in hookable(watching.adapter)] == ["", "2"]
        ((around, names),) = stands_for(watching.adapter)
        assert around is model
        assert {"0.0", "1"} <= set(names)
        for _ in range(4):
            loss = model(torch.ones(4, 6)).square().mean()
            watching.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            shut = [*compiled.modules(), inplace]
            assert not any(m._forward_hooks or m._forward_pre_hooks for m in shut)
    assert watching.failed is None
    assert "output_scale/2" in watching.trace.measures


class Kept:
    """Something that lives as long as a graph does."""


class Holds(torch.autograd.Function):
    """Keeps something beside a number."""

    @staticmethod
    def forward(context: Any, x: Any, kept: Kept) -> Any:
        context.kept = kept
        return x.clone()

    @staticmethod
    def backward(context: Any, gradient: Any) -> Any:
        return gradient, None


@pytest.mark.parametrize("said", [True, False], ids=["said", "unsaid"])
def test_no_batch_and_no_graph_lives_beyond_its_step(said: bool) -> None:
    model = nn.Sequential(nn.Linear(6, 8), nn.Softmax(-1), nn.Linear(8, 3), nn.Softmax(-1))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    alive: list[int] = []
    with watch(model, optimizer, store=False, quiet=True) as watching:
        for step in range(30):
            rows, kept = torch.randn(8, 6), Kept()
            of_rows, of_kept = weakref.ref(rows), weakref.ref(kept)
            answers = nn.functional.cross_entropy(model(rows), torch.zeros(8, dtype=torch.long))
            loss = Holds.apply(answers, kept)
            if said:
                watching.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            del rows, kept, loss, answers
            if of_rows() is not None or of_kept() is not None:
                alive.append(step)
    assert watching.failed is None
    assert alive == []


@pytest.mark.parametrize("kind", ["complex", "lazy"])
def test_parameters_without_plain_numbers_are_gone_around(kind: str) -> None:
    class Mixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.LazyLinear(4) if kind == "lazy" else nn.Linear(6, 4)
            self.turn = nn.Parameter(torch.ones(4, 4, dtype=torch.complex64))
            self.head = nn.Linear(4, 1)

        def forward(self, rows: Any) -> Any:
            return self.head((self.first(rows).to(torch.complex64) @ self.turn).real)

    model = Mixed()
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    with watch(model, optimizer, store=False, quiet=True, activations=True) as watching:
        for _ in range(12):
            loss = model(torch.ones(4, 6)).square().mean()
            watching.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert watching.failed is None
    assert len(watching.trace) == 12


def test_hooks_of_the_user_after_an_update_run_on() -> None:
    """One hook that is taken away while the optimizer goes through them would break the loop."""
    model = nn.Linear(6, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    calls: list[int] = []

    def closure() -> Any:
        return model(torch.ones(4, 6)).square().mean()

    def trained(watching: Watching, end: int) -> None:
        for step in range(30):
            loss = closure()
            watching.log(loss=loss, closure=closure)
            optimizer.zero_grad()
            loss.backward()
            if step % 3 == 0:
                optimizer.register_step_post_hook(lambda *_: calls.append(1))
            if step == end:
                optimizer.register_step_post_hook(lambda *_: watching.close())
            optimizer.step()

    with watch(model, optimizer, store=False, quiet=True, every=1) as watching:
        trained(watching, 2)
    assert watching.failed is None
    hung = len(optimizer._optimizer_step_post_hooks)
    with watch(model, optimizer, store=False, quiet=True, every=1) as watching:
        trained(watching, -1)
    assert watching.failed is None
    assert calls
    assert len(optimizer._optimizer_step_post_hooks) == hung + 10
