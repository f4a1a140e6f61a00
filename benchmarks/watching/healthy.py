"""Trainings in which nothing is wrong, also where something looks odd: all must be let be."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from loop import Parts
from rates import usual
from sklearn.datasets import load_breast_cancer, load_diabetes
from tasks import (
    ConvNet,
    Perceptron,
    Recurrent,
    Transformer,
    batches,
    digits,
    images,
    loss_of,
    prose,
    task,
)
from torch import nn
from torch.nn import functional
from units import standard, table

__all__ = ["HEALTHY", "Healthy"]


@dataclass(frozen=True)
class Healthy:
    """One training without a fault."""

    name: str
    make: Callable[[int], Parts]


def _as_is(name: str) -> Callable[[int], Parts]:
    return lambda seed: usual(task(name), seed)


def _warm_cosine(seed: int) -> Parts:
    """AdamW with warm-up and a cosine to nought."""
    parts = usual(task("MLP, Adam"), seed)
    optimizer = torch.optim.AdamW(parts.model.parameters(), lr=0.01)
    steps = parts.steps

    def factor(step: int) -> float:
        warm = min(1.0, (step + 1) / 40)
        return warm * 0.5 * (1 + math.cos(math.pi * step / steps))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    return replace(parts, optimizer=optimizer, between=lambda step: schedule.step())


def _stairs(seed: int) -> Parts:
    """Momentum with Nesterov and weight decay; the rate falls by ten at half-time."""
    parts = usual(task("conv net, momentum"), seed)
    optimizer = torch.optim.SGD(
        parts.model.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4
    )
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, parts.steps // 2, 0.1)
    return replace(parts, optimizer=optimizer, between=lambda step: schedule.step())


def _dropout(seed: int) -> Parts:
    """Dropout, and a validation every thirty steps that puts the mode back."""
    held = replace(task("MLP, momentum"), model=lambda: Perceptron(dropout=0.3))
    parts = usual(held, seed)
    inputs, _ = digits()

    def validate(step: int) -> None:
        if (step + 1) % 30 == 0:
            parts.model.eval()
            with torch.no_grad():
                parts.model(inputs[:200])
            parts.model.train()

    return replace(parts, between=validate)


def _gru_clipped(seed: int) -> Parts:
    return replace(usual(task("GRU, Adam"), seed), clip=1.0)


def _lstm(seed: int) -> Parts:
    model = Recurrent("LSTM")
    return Parts(
        model,
        torch.optim.RMSprop(model.parameters(), lr=0.003),
        batches(*prose(), 16, seed),
        lambda x, y: loss_of(model(x), y),
        250,
    )


def _regression(seed: int) -> Parts:
    """Diabetes: columns and targets standardised."""
    inputs, targets = table(load_diabetes)
    inputs, targets = standard(inputs), standard(targets[:, None])
    model = Perceptron(inputs.shape[1], 32, 1)
    return Parts(
        model,
        torch.optim.Adam(model.parameters(), lr=0.003),
        batches(inputs, targets, 32, seed),
        lambda x, y: functional.mse_loss(model(x), y),
        400,
    )


def _autoencoder(seed: int) -> Parts:
    inputs, _ = digits()
    model = nn.Sequential(
        nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 8), nn.Linear(8, 32), nn.ReLU(),
        nn.Linear(32, 64), nn.Sigmoid(),
    )  # fmt: skip
    return Parts(
        model,
        torch.optim.Adam(model.parameters(), lr=0.005),
        batches(inputs, inputs, 64, seed),
        lambda x, y: functional.mse_loss(model(x), y),
        400,
    )


def _variational(seed: int) -> Parts:
    """A variational autoencoder: two terms in its loss, noise in its forward pass."""
    inputs, _ = digits()
    model = nn.ModuleDict(
        {
            "encode": nn.Sequential(nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 8)),
            "decode": nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 64)),
        }
    )

    def loss(x: Any, y: Any) -> Any:
        mean, log_variance = model["encode"](x).chunk(2, 1)
        drawn = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        gap = (torch.sigmoid(model["decode"](drawn)) - y).square().sum(1)
        apart = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)
        return (gap + 0.1 * apart).mean()

    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    return Parts(model, optimizer, batches(inputs, inputs, 64, seed), loss, 400)


def _pretrained(model: nn.Module, inputs: Any, targets: Any, seed: int) -> None:
    """Some epochs on the digits below five, before the training that is watched."""
    low = targets < 5
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    rows = batches(inputs[low], targets[low], 64, seed)
    for _ in range(150):
        optimizer.zero_grad()
        x, y = next(rows)
        functional.cross_entropy(model(x), y).backward()
        optimizer.step()


def _fine_tuned(norm: bool) -> Callable[[int], Parts]:
    """A new head on a pretrained network that is frozen, in evaluation mode if it has norms."""

    def make(seed: int) -> Parts:
        inputs, targets = images()
        model = ConvNet(norm)
        _pretrained(model, inputs, targets, seed)
        model.requires_grad_(False)
        model.head = nn.Linear(64, 10)
        if norm:
            model.eval()
            model.head.train()
        high = targets >= 5
        return Parts(
            model,
            torch.optim.Adam(model.head.parameters(), lr=0.01),
            batches(inputs[high], targets[high] - 5, 32, seed),
            lambda x, y: loss_of(model(x), y),
            300,
        )

    return make


def _fine_tuned_whole(seed: int) -> Parts:
    """A pretrained network at a small rate, its new head at a larger one."""
    inputs, targets = images()
    model = ConvNet()
    _pretrained(model, inputs, targets, seed)
    model.head = nn.Linear(64, 10)
    body = [*model.conv1.parameters(), *model.conv2.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": 1e-3}, {"params": model.head.parameters(), "lr": 1e-2}]
    )
    rows = batches(inputs, targets, 32, seed)
    return Parts(model, optimizer, rows, lambda x, y: loss_of(model(x), y), 300)


def _adversarial(seed: int) -> Parts:
    """Two optimizers: a generator of points on a ring, and who tells them from true ones."""
    model = nn.ModuleDict(
        {
            "generator": nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2)),
            "critic": nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1)),
        }
    )
    two = [
        torch.optim.Adam(model["critic"].parameters(), lr=1e-3, betas=(0.5, 0.999)),
        torch.optim.Adam(model["generator"].parameters(), lr=1e-3, betas=(0.5, 0.999)),
    ]
    return Parts(model, two, iter(()), lambda x, y: None, 400, drive=_two_players)


def _two_players(parts: Parts, watch: Any) -> list[float]:
    generator, critic = parts.model["generator"], parts.model["critic"]
    for_critic, for_generator = parts.optimizer
    losses: list[float] = []
    told = functional.binary_cross_entropy_with_logits
    with watch(parts.model, parts.optimizer) as w:
        for _ in range(parts.steps):
            angle = 2 * torch.pi * torch.rand(64, 1)
            true = torch.cat([angle.cos(), angle.sin()], 1) + 0.05 * torch.randn(64, 2)
            false = generator(torch.randn(64, 4))
            for_critic.zero_grad()
            loss = told(critic(true), torch.ones(64, 1))
            loss = loss + told(critic(false.detach()), torch.zeros(64, 1))
            loss.backward()
            w.log(loss=loss)
            for_critic.step()
            for_generator.zero_grad()
            told(critic(false), torch.ones(64, 1)).backward()
            for_generator.step()
            losses.append(loss.item())
    return losses


def _accumulated(seed: int) -> Parts:
    """Four backward passes to a step."""

    def drive(parts: Parts, watch: Any) -> list[float]:
        losses: list[float] = []
        with watch(parts.model, parts.optimizer) as w:
            for at in range(4 * parts.steps):
                loss = parts.loss_of(*next(parts.batches))
                w.log(loss=loss)
                (loss / 4).backward()
                if at % 4 == 3:
                    parts.optimizer.step()
                    parts.optimizer.zero_grad()
                losses.append(loss.item())
        return losses

    held = replace(task("MLP, momentum"), batch=16, steps=300)
    return replace(usual(held, seed), drive=drive)


def _compiled(seed: int) -> Parts:
    """`torch.compile`, whose graphs are not lowered any further."""
    parts = usual(task("MLP, Adam"), seed)
    model = torch.compile(parts.model, backend="aot_eager")
    return replace(parts, model=model, loss_of=lambda x, y: loss_of(model(x), y), steps=250)


def _logged_late(seed: int) -> Parts:
    """The loss is said after the step, as a number."""

    def drive(parts: Parts, watch: Any) -> list[float]:
        losses: list[float] = []
        with watch(parts.model, parts.optimizer) as w:
            for _ in range(parts.steps):
                loss = parts.loss_of(*next(parts.batches))
                parts.optimizer.zero_grad()
                loss.backward()
                parts.optimizer.step()
                losses.append(loss.item())
                w.log(loss=losses[-1])
        return losses

    return replace(usual(task("MLP, SGD"), seed), drive=drive)


def _full_batch(seed: int) -> Parts:
    """Linear regression by descent on all rows."""
    inputs, targets = table(load_diabetes)
    inputs, targets = standard(inputs), standard(targets[:, None])
    model = nn.Linear(inputs.shape[1], 1)
    rows = _always(inputs, targets)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return Parts(model, optimizer, rows, lambda x, y: functional.mse_loss(model(x), y), 300)


def _always(inputs: Any, targets: Any) -> Iterator[tuple[Any, Any]]:
    while True:
        yield inputs, targets


def _logistic(seed: int) -> Parts:
    inputs, targets = table(load_breast_cancer)
    inputs, targets = standard(inputs), targets.float()[:, None]
    model = nn.Linear(inputs.shape[1], 1)
    told = functional.binary_cross_entropy_with_logits
    return Parts(
        model,
        torch.optim.SGD(model.parameters(), lr=0.1),
        batches(inputs, targets, 32, seed),
        lambda x, y: told(model(x), y),
        400,
    )


def _bag(seed: int, sparse: bool = False) -> Parts:
    """Which of two authors: bags of words, by their embeddings' mean."""
    random = torch.Generator().manual_seed(seed)
    classes = torch.randint(0, 2, (2000,), generator=random)
    words = torch.randint(0, 400, (2000, 12), generator=random)
    own = torch.rand(2000, 12, generator=random) < 0.3
    words = torch.where(own, words % 50 + 50 * classes[:, None], words)
    model = nn.Sequential(nn.EmbeddingBag(400, 16, mode="mean", sparse=sparse), nn.Linear(16, 2))
    optimizer: Any = torch.optim.Adam(model.parameters(), lr=0.01)
    if sparse:
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    rows = batches(words, classes, 32, seed)
    return Parts(model, optimizer, rows, lambda x, y: loss_of(model(x), y), 400)


def _quasi_newton(seed: int) -> Parts:
    """L-BFGS, which calls the loss several times a step."""
    inputs, targets = digits()
    inputs, targets = inputs[:500], targets[:500]
    model = nn.Linear(64, 10)
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=5)

    def drive(parts: Parts, watch: Any) -> list[float]:
        losses: list[float] = []
        with watch(model, optimizer) as w:
            for _ in range(parts.steps):

                def closure() -> Any:
                    optimizer.zero_grad()
                    loss = loss_of(model(inputs), targets) + 1e-3 * model.weight.square().sum()
                    loss.backward()
                    return loss

                loss = optimizer.step(closure)
                w.log(loss=loss)
                losses.append(loss.item())
        return losses

    return Parts(model, optimizer, iter(()), lambda x, y: None, 60, drive=drive)


def _teaching(seed: int) -> Parts:
    """The first loop of every course: a line through points."""
    x = torch.linspace(-1, 1, 50)[:, None]
    y = 2 * x + 1 + 0.1 * torch.randn(50, 1)
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    told = nn.MSELoss()
    return Parts(model, optimizer, _always(x, y), lambda x, y: told(model(x), y), 200)


def _log_softmax(seed: int) -> Parts:
    """A network that ends in a log-softmax, and the loss that belongs to it."""
    parts = usual(task("MLP, momentum"), seed)
    model = nn.Sequential(parts.model, nn.LogSoftmax(dim=1))
    told = nn.NLLLoss()
    return replace(parts, model=model, loss_of=lambda x, y: told(model(x), y))


def _noisy_labels(seed: int) -> Parts:
    """A fifth of the labels is wrong: hard, but learned from."""
    held = task("MLP, momentum")
    inputs, targets = digits()
    random = torch.Generator().manual_seed(seed)
    wrong = torch.rand(len(targets), generator=random) < 0.2
    drawn = torch.randint(0, 10, targets.shape, generator=random)
    rows = batches(inputs, torch.where(wrong, drawn, targets), held.batch, seed)
    return replace(usual(held, seed), batches=rows)


def _smoothed(seed: int) -> Parts:
    """Smoothed labels and their weights, in bfloat16."""
    parts = usual(task("MLP, Adam"), seed)
    told = nn.CrossEntropyLoss(label_smoothing=0.1)

    def loss(x: Any, y: Any) -> Any:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return told(parts.model(x).float(), y)

    return replace(parts, loss_of=loss)


def _tied(seed: int) -> Parts:
    """A transformer whose head is its embedding, with dropout, a warm-up and clipping."""
    model = Transformer(dropout=0.1)
    nn.init.normal_(model.embedding.weight, std=0.1)
    nn.init.normal_(model.place.weight, std=0.1)
    model.head.weight = model.embedding.weight
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 0.05, 1.0, 30)
    return Parts(
        model,
        optimizer,
        batches(*prose(), 16, seed),
        lambda x, y: loss_of(model(x), y),
        250,
        between=lambda step: schedule.step(),
        clip=1.0,
    )


def _loader(seed: int) -> Parts:
    """A DataLoader and a criterion that is a module, in epochs."""
    parts = usual(task("MLP, Adam"), seed)
    data = torch.utils.data.TensorDataset(*digits())
    loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)

    def rows() -> Iterator[tuple[Any, Any]]:
        while True:
            yield from loader

    return replace(parts, batches=rows(), steps=200)


def _imbalanced(seed: int) -> Parts:
    """Is it a nine: one row in ten."""
    inputs, targets = digits()
    model = Perceptron(64, 32, 1)
    told = functional.binary_cross_entropy_with_logits
    return Parts(
        model,
        torch.optim.Adam(model.parameters(), lr=0.003),
        batches(inputs, (targets == 9).float()[:, None], 32, seed),
        lambda x, y: told(model(x), y),
        300,
    )


def _small_rate(seed: int) -> Parts:
    """A careful rate: slow, and nothing wrong with it."""
    return usual(replace(task("MLP, SGD"), rate=0.05), seed)


HEALTHY: tuple[Healthy, ...] = (
    Healthy("digits, MLP, SGD", _as_is("MLP, SGD")),
    Healthy("digits, MLP, momentum", _as_is("MLP, momentum")),
    Healthy("digits, MLP, Adam", _as_is("MLP, Adam")),
    Healthy("digits, MLP, AdamW, warm-up and cosine", _warm_cosine),
    Healthy("digits, MLP, SGD at a careful rate", _small_rate),
    Healthy("digits, conv net, Nesterov, stairs, decay", _stairs),
    Healthy("digits, conv net with norm, Adam", _as_is("conv net with norm, Adam")),
    Healthy("digits, MLP with dropout and validation", _dropout),
    Healthy("prose, transformer, AdamW", _as_is("transformer, AdamW")),
    Healthy("prose, transformer, tied, dropout, clipped", _tied),
    Healthy("prose, GRU, Adam, clipped", _gru_clipped),
    Healthy("prose, LSTM, RMSprop", _lstm),
    Healthy("diabetes, MLP, Adam", _regression),
    Healthy("digits, autoencoder", _autoencoder),
    Healthy("digits, variational autoencoder", _variational),
    Healthy("fine-tuning, frozen backbone", _fine_tuned(norm=False)),
    Healthy("fine-tuning, frozen backbone with norm in eval", _fine_tuned(norm=True)),
    Healthy("fine-tuning, two rates", _fine_tuned_whole),
    Healthy("a ring, adversarial, two optimizers", _adversarial),
    Healthy("digits, MLP, four passes a step", _accumulated),
    Healthy("digits, MLP, compiled", _compiled),
    Healthy("digits, MLP, loss logged late, as a number", _logged_late),
    Healthy("diabetes, linear, full batch", _full_batch),
    Healthy("tumours, logistic", _logistic),
    Healthy("words, embedding bag, Adam", _bag),
    Healthy("words, embedding bag, sparse, SGD", lambda seed: _bag(seed, sparse=True)),
    Healthy("digits, linear, L-BFGS", _quasi_newton),
    Healthy("a line through points", _teaching),
    Healthy("digits, MLP, log-softmax and its loss", _log_softmax),
    Healthy("digits, MLP, a fifth of the labels wrong", _noisy_labels),
    Healthy("digits, MLP, smoothed labels, bfloat16", _smoothed),
    Healthy("digits, MLP, a data loader", _loader),
    Healthy("digits, MLP, one class in ten", _imbalanced),
)
"""What nobody should be warned of."""
