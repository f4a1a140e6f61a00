"""Whether labels belong to their inputs, in real small trainings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits

from steepest.watching.pytorch import labels
from steepest.watching.watch import watch
from steepest.watching.watching import Watching

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
nn = torch.nn
functional = torch.nn.functional

TEXT = "the gradient points uphill and the step goes the other way; small steps arrive. " * 30


def _tensors(x: Any, y: Any, seed: int | None) -> tuple[Any, Any]:
    """As float32 and as they are; with a seed, the labels in another order."""
    order = np.arange(len(y)) if seed is None else np.random.default_rng(seed).permutation(len(y))
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y[order])


def _trained(
    model: Any,
    x: Any,
    y: Any,
    loss_of: Callable[[Any, Any], Any],
    rate: float,
    rows: int | None = 32,
) -> tuple[Watching, list[tuple[str, int]]]:
    found: list[tuple[str, int]] = []
    generator = torch.Generator().manual_seed(0)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    with watch(model, optimizer, store=False, quiet=True) as watching:
        watching.listeners.append(lambda finding, step: found.append((finding.code, step)))
        order = torch.cat([torch.randperm(len(x), generator=generator) for _ in range(100)])
        for step in range(120):
            some = slice(None) if rows is None else order[step * rows : (step + 1) * rows]
            loss = loss_of(model(x[some]), y[some])
            watching.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert watching.failed is None
    return watching, [each for each in found if each[0] == "shuffled_labels"]


@pytest.mark.parametrize("rows", [32, None])
@pytest.mark.parametrize("seed", [None, 0, 1])
def test_classes(seed: int | None, rows: int | None) -> None:
    torch.manual_seed(0)
    x, y = load_digits(return_X_y=True)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    rate = 0.1 if rows else 0.5
    watching, found = _trained(
        model, *_tensors(x / 16, y, seed), functional.cross_entropy, rate, rows
    )
    number = watching.trace.number
    assert number("label_entropy") == pytest.approx(np.log(10), abs=0.05)
    assert number("label_chance") == pytest.approx(0.1, abs=0.03)
    if seed is None:
        assert found == []
        assert (number("label_association") or 0) > 0.8
    else:
        assert len(found) == 1
        assert found[0][1] <= 60


@pytest.mark.parametrize("seed", [None, 0])
def test_numbers(seed: int | None) -> None:
    torch.manual_seed(0)
    x, y = load_diabetes(return_X_y=True)
    table, target = _tensors(x / x.std(0), (y - y.mean()) / y.std(), seed)
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
    loss_of = lambda answer, truth: functional.mse_loss(answer[:, 0], truth.float())  # noqa: E731
    watching, found = _trained(model, table, target.float(), loss_of, 0.01)
    assert watching.trace.facts["label_kind"].value == "numbers"
    assert bool(found) == (seed is not None)


@pytest.mark.parametrize("mixed", [False, True])
def test_tokens(mixed: bool) -> None:
    torch.manual_seed(0)
    letters = sorted(set(TEXT))
    ids = torch.tensor([letters.index(letter) for letter in TEXT])
    windows = ids.unfold(0, 17, 3)
    x, y = windows[:, :-1], windows[:, 1:]
    if mixed:
        y = y.reshape(-1)[torch.randperm(y.numel())].reshape(y.shape)
    model = nn.Sequential(nn.Embedding(len(letters), 16), nn.Linear(16, len(letters)))
    loss_of = lambda answer, truth: functional.cross_entropy(  # noqa: E731
        answer.reshape(-1, len(letters)), truth.reshape(-1)
    )
    watching, found = _trained(model, x, y, loss_of, 1.0)
    assert watching.trace.facts["label_kind"].value == "tokens"
    assert bool(found) == mixed


def test_parity_that_neighbours_do_not_solve_is_left_alone() -> None:
    torch.manual_seed(0)
    bits = torch.randint(0, 2, (4000, 16)).float()
    model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 2))
    watching, found = _trained(
        model, bits * 2 - 1, (bits.sum(1) % 2).long(), functional.cross_entropy, 0.1
    )
    assert found == []
    assert watching.trace.number("label_structure") == 0


def test_labels_to_be_left_out_are_counted_as_nothing_and_without_a_mask() -> None:
    generator = torch.Generator().manual_seed(0)
    answer = torch.randn(20, 5, generator=generator)
    target = torch.randint(0, 5, (20,), generator=generator)
    target[::4] = -100
    scores = labels._agreement(answer, target, classes=True)
    rows, known = answer[target >= 0], target[target >= 0]
    table = rows[:, known]
    expected = table.diagonal() - table.mean(0) - table.mean(1) + table.mean()
    torch.testing.assert_close(scores[target >= 0], expected)
    assert not scores[target < 0].any()
    meta = labels._agreement(answer.to("meta"), target.to("meta"), classes=True)
    assert meta.shape == (20,)  # a mask would need numbers


def test_tokens_without_a_label_do_not_wait_for_the_device_either() -> None:
    tokens = torch.zeros(4, 9, dtype=torch.long, device="meta")
    pairs = labels._token_pairs(tokens, torch.zeros(32, dtype=torch.long, device="meta"))
    assert [len(part) for part in pairs] == [32, 32, 32]
