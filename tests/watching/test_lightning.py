"""Lightning's Trainer, watched by its callback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pytorch_lightning")

import pytorch_lightning as pl  # noqa: E402

from steepest.errors import InputError  # noqa: E402
from steepest.store import Store  # noqa: E402
from steepest.watching.lightning import WatchCallback  # noqa: E402
from steepest.watching.telling import FindingError  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # Lightning's own, of many kinds

ROWS, BATCH = 48, 8


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Net(pl.LightningModule):
    """Three classes by the largest of three inputs."""

    def __init__(self, optimizer: str = "SGD", rate: float = 0.1, poison: int = -1) -> None:
        super().__init__()
        self.fc1, self.fc2 = torch.nn.Linear(6, 8), torch.nn.Linear(8, 3)
        self.drop = torch.nn.Dropout(0.1)
        self.kind, self.rate, self.poison = optimizer, rate, poison
        self.losses: list[float] = []

    def forward(self, x: Any) -> Any:
        return self.fc2(self.drop(torch.relu(self.fc1(x))))

    def training_step(self, batch: Any, at: int) -> Any:
        loss = torch.nn.functional.cross_entropy(self(batch[0]), batch[1])
        if len(self.losses) == self.poison:
            loss = loss * float("nan")
        self.losses.append(loss.item())
        return loss

    def validation_step(self, batch: Any, at: int) -> None:
        self.log("val_loss", torch.nn.functional.cross_entropy(self(batch[0]), batch[1]))

    def configure_optimizers(self) -> Any:
        return getattr(torch.optim, self.kind)(self.parameters(), lr=self.rate)


class Pair(Net):
    """Two optimizers, stepped by hand: the second one twice for each step of the first."""

    def __init__(self) -> None:
        super().__init__()
        self.automatic_optimization = False

    def training_step(self, batch: Any, at: int) -> None:
        first, second = self.optimizers()
        for optimizer, factor in ((second, 100.0), (second, 100.0), (first, 1.0)):
            loss = torch.nn.functional.cross_entropy(self(batch[0]), batch[1])
            if optimizer is first:
                self.losses.append(loss.item())
            optimizer.zero_grad()
            self.manual_backward(factor * loss)
            optimizer.step()

    def configure_optimizers(self) -> Any:
        layers = self.fc1, self.fc2
        return [torch.optim.SGD(layer.parameters(), lr=1e-3) for layer in layers]


def loaders() -> tuple[Any, Any]:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(ROWS, 6, generator=generator)
    data = torch.utils.data.TensorDataset(x, x[:, :3].argmax(1))
    load = torch.utils.data.DataLoader
    return load(data, BATCH, shuffle=True), load(data, ROWS)


def fit(net: Any, *callbacks: Any, seed: int = 0, **settings: Any) -> Any:
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    words: dict[str, Any] = {"max_epochs": 3, "accelerator": "cpu", "logger": False}
    quiet = ("enable_checkpointing", "enable_progress_bar", "enable_model_summary")
    trainer = pl.Trainer(
        callbacks=list(callbacks), **(words | dict.fromkeys(quiet, False) | settings)
    )
    trainer.fit(net, *loaders())
    return trainer


def trained(make: Any, *callbacks: Any, **settings: Any) -> tuple[Any, Any]:
    pl.seed_everything(0, verbose=False)
    net = make()
    trainer = fit(net, *callbacks, **settings)
    return net, trainer


def hooks_of(net: Any, trainer: Any) -> int:
    modules = [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in net.modules()]
    steps = [o._optimizer_step_pre_hooks for o in trainer.optimizers]
    return sum(modules) + sum(len(held) for held in steps)


@pytest.mark.parametrize(
    "settings",
    [{}, {"accumulate_grad_batches": 2}, {"precision": "bf16-mixed"}, {"gradient_clip_val": 0.1}],
    ids=str,
)
def test_the_training_is_the_same_with_and_without(settings: dict[str, Any]) -> None:
    alone, _ = trained(Net, **settings)
    watch = WatchCallback(store=False, quiet=True)
    watched, trainer = trained(Net, watch, **settings)
    for one, other in zip(alone.parameters(), watched.parameters(), strict=True):
        assert torch.equal(one, other)
    assert watch.watching is not None
    assert watch.watching.failed is None
    assert hooks_of(watched, trainer) == 0


@pytest.mark.parametrize("batches", [1, 3])
def test_losses_are_those_of_the_training_step(batches: int) -> None:
    watch = WatchCallback(store=False, quiet=True)
    net, _ = trained(Net, watch, accumulate_grad_batches=batches)
    expected = np.mean(np.reshape(net.losses, (-1, batches)), axis=1)
    np.testing.assert_allclose(watch.trace.loss, expected, rtol=1e-6)


def test_gradients_are_those_that_the_update_follows() -> None:
    watch = WatchCallback(store=False, quiet=True, every=1)
    trained(Net, watch, gradient_clip_val=0.1)
    measures = watch.trace.measures
    np.testing.assert_allclose(measures["update_cosine"][:-1], 1, atol=1e-4)
    ratio = measures["update_norm"] / measures["gradient_norm"]
    np.testing.assert_allclose(ratio[:-1], 0.1, rtol=1e-4)
    assert np.all(measures["gradient_norm"] <= 0.1 + 1e-6)


def test_the_logged_validation_loss_goes_along() -> None:
    watch = WatchCallback(store=False, quiet=True)
    _, trainer = trained(Net, watch)
    measured = watch.trace.measures["val_loss"]
    assert np.flatnonzero(np.isfinite(measured)).tolist() == [5, 11, 17]
    assert measured[-1] == pytest.approx(float(trainer.callback_metrics["val_loss"]))


def test_of_two_optimizers_the_first_one_counts_with_its_own_loss() -> None:
    watch = WatchCallback(store=False, quiet=True)
    net, trainer = trained(Pair, watch, max_epochs=1)
    np.testing.assert_allclose(watch.trace.loss, net.losses, rtol=1e-6)
    assert hooks_of(net, trainer) == 0


def test_it_stops_at_a_finding() -> None:
    watch = WatchCallback(store=False, quiet=True, on_finding="stop")
    _, trainer = trained(lambda: Net(poison=9), watch, max_epochs=50)
    assert [finding.code for finding in watch.findings] == ["non_finite"]
    assert 9 < trainer.global_step < 20
    assert watch.trace.stop.because.startswith("stopped at a finding")


def test_it_raises_at_a_finding_and_leaves_nothing_behind() -> None:
    watch = WatchCallback(store=False, quiet=True, on_finding="raise")
    net = Net(poison=9)
    with pytest.raises(FindingError, match="NaN"):
        fit(net, watch)
    assert not net._forward_hooks
    assert watch.trace.stop.reason == "interrupted"


def test_an_error_of_the_training_ends_the_watching(tmp_path: Path) -> None:
    class Failing(Net):
        def on_train_epoch_end(self) -> None:
            raise RuntimeError("the disk is full")

    store = Store(tmp_path / "runs.db")
    watch = WatchCallback(store=store, quiet=True)
    with pytest.raises(RuntimeError, match="disk is full"):
        fit(Failing(), watch)
    assert "the disk is full" in watch.trace.stop.because
    assert watch.run is not None
    assert len(store.trace(watch.run)) == ROWS // BATCH


def test_an_error_of_the_watching_leaves_the_training_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from steepest.watching import lightning

    def broken(*args: Any, **words: Any) -> None:
        raise OSError("no room")

    monkeypatch.setattr(lightning, "TorchLoop", broken)
    watch = WatchCallback(store=False)
    _, trainer = trained(Net, watch)
    assert trainer.global_step == 18
    assert "not watched (OSError: no room)" in capsys.readouterr().err
    with pytest.raises(InputError, match="no training was watched yet"):
        _ = watch.trace


def test_one_callback_watches_one_training_after_the_other() -> None:
    watch = WatchCallback(store=False, quiet=True)
    fit(Net(), watch, max_epochs=1)
    fit(Net(), watch, max_epochs=2)
    assert len(watch.trace) == 12


def test_a_reaction_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="on_finding"):
        WatchCallback(on_finding="explode")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="every"):
        WatchCallback(every=0)
