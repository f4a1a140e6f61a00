"""The Trainer of Hugging Face's Transformers, watched by its callback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from steepest.watching.telling import FindingError  # noqa: E402
from steepest.watching.transformers import WatchCallback  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # Transformers' own, of many kinds

WORDS = 13


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def sentences() -> list[dict[str, Any]]:
    rows = [(torch.arange(8) * (1 + at % 3) + at) % WORDS for at in range(36)]
    return [{"input_ids": row, "labels": row} for row in rows]


def language_model() -> Any:
    return transformers.GPT2LMHeadModel(
        transformers.GPT2Config(n_layer=1, n_embd=8, n_head=2, vocab_size=WORDS, n_positions=8)
    )


class Plain(torch.nn.Module):
    """A module that returns its own loss, a mean; from a given call on, not a number."""

    def __init__(self, poison: int = -1) -> None:
        super().__init__()
        self.table = torch.nn.Embedding(WORDS, 8)
        self.head = torch.nn.Linear(8, WORDS)
        self.losses: list[float] = []
        self.poison = poison

    def forward(self, input_ids: Any, labels: Any) -> dict[str, Any]:
        scores = self.head(self.table(input_ids[:, :-1]))
        loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), labels[:, 1:].flatten())
        if len(self.losses) == self.poison:
            loss = loss * float("nan")
        self.losses.append(loss.item())
        return {"loss": loss, "logits": scores}


class Logs(transformers.TrainerCallback):
    """What the Trainer itself says."""

    def __init__(self) -> None:
        self.said: list[dict[str, float]] = []

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **given: Any) -> None:
        self.said.append(dict(logs))

    def all(self, name: str) -> list[float]:
        return [logs[name] for logs in self.said if name in logs]


def trained(
    make: Any, path: Path, *callbacks: Any, words: dict[str, Any] | None = None, **settings: Any
) -> tuple[Any, Any]:
    transformers.set_seed(0)
    transformers.logging.set_verbosity_error()
    model = make()
    usual: dict[str, Any] = {"num_train_epochs": 2, "learning_rate": 1e-2, "logging_steps": 1}
    usual |= {"per_device_train_batch_size": 4, "use_cpu": True, "disable_tqdm": True}
    usual |= {"report_to": [], "save_strategy": "no", "output_dir": str(path)}
    trainer = transformers.Trainer(
        model=model,
        args=transformers.TrainingArguments(**(usual | settings)),
        train_dataset=sentences(),
        eval_dataset=sentences()[:4],
        callbacks=list(callbacks),
        **(words or {}),
    )
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.train()
    return model, trainer


def hooks_of(model: Any, trainer: Any) -> int:
    modules = [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules()]
    return sum(modules) + len(trainer.optimizer.optimizer._optimizer_step_pre_hooks)


@pytest.mark.parametrize(
    "settings", [{}, {"gradient_accumulation_steps": 2}, {"bf16": True}], ids=str
)
def test_the_training_is_the_same_and_its_losses_are_the_trainers(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    alone, _ = trained(language_model, tmp_path, **settings)
    watch, logs = WatchCallback(store=False, quiet=True), Logs()
    watched, trainer = trained(language_model, tmp_path, watch, logs, **settings)
    for one, other in zip(alone.parameters(), watched.parameters(), strict=True):
        assert torch.equal(one, other)
    assert watch.watching is not None
    assert watch.watching.failed is None
    np.testing.assert_allclose(watch.trace.loss, logs.all("loss"), rtol=1e-5)
    assert hooks_of(watched, trainer) == 0
    assert watch.findings == ()


def test_losses_of_accumulated_batches_that_are_means_are_averaged(tmp_path: Path) -> None:
    watch = WatchCallback(store=False, quiet=True)
    model, _ = trained(Plain, tmp_path, watch, gradient_accumulation_steps=3)
    expected = np.mean(np.reshape(model.losses, (-1, 3)), axis=1)
    np.testing.assert_allclose(watch.trace.loss, expected, rtol=1e-6)


def test_a_loss_of_the_users_own_passes_by(tmp_path: Path) -> None:
    def mine(outputs: Any, labels: Any, num_items_in_batch: Any = None) -> Any:
        scores = outputs.logits[:, :-1].flatten(0, 1)
        loss = torch.nn.functional.cross_entropy(scores, labels[:, 1:].flatten(), reduction="sum")
        return loss / num_items_in_batch

    watch, logs = WatchCallback(store=False, quiet=True), Logs()
    words = {"compute_loss_func": watch.seen(mine)}
    trained(language_model, tmp_path, watch, logs, words=words, gradient_accumulation_steps=2)
    np.testing.assert_allclose(watch.trace.loss, logs.all("loss"), rtol=1e-5)
    assert "loss_logged" not in watch.trace.facts


def test_of_a_loss_that_nobody_shows_the_logged_means_are_taken(tmp_path: Path) -> None:
    watch, logs = WatchCallback(store=False, quiet=True), Logs()
    settings = {"label_smoothing_factor": 0.1, "logging_steps": 3}
    trained(language_model, tmp_path, watch, logs, **settings)
    np.testing.assert_allclose(watch.trace.loss, np.repeat(logs.all("loss"), 3), rtol=1e-5)
    assert watch.trace.facts["loss_logged"].value == "mean"


def test_the_loss_of_an_evaluation_goes_along(tmp_path: Path) -> None:
    watch, logs = WatchCallback(store=False, quiet=True), Logs()
    trained(language_model, tmp_path, watch, logs, eval_strategy="epoch")
    measured = watch.trace.measures["val_loss"]
    assert np.flatnonzero(np.isfinite(measured)).tolist() == [8, 17]
    np.testing.assert_allclose(measured[[8, 17]], logs.all("eval_loss"))
    assert len(watch.trace) == 18


def test_it_stops_at_a_finding(tmp_path: Path) -> None:
    watch = WatchCallback(store=False, quiet=True, on_finding="stop")
    _, trainer = trained(lambda: Plain(poison=5), tmp_path, watch, num_train_epochs=20)
    assert [finding.code for finding in watch.findings] == ["non_finite"]
    assert 5 < trainer.state.global_step < 16
    assert watch.trace.stop.because.startswith("stopped at a finding")


def test_it_raises_at_a_finding_and_leaves_nothing_behind(tmp_path: Path) -> None:
    watch = WatchCallback(store=False, quiet=True, on_finding="raise")
    model = Plain(poison=5)
    with pytest.raises(FindingError, match="NaN"):
        trained(lambda: model, tmp_path, watch)
    assert not model._forward_hooks
    assert watch.trace.stop.reason == "interrupted"


def test_what_a_failed_training_left_behind_goes_with_the_next_one(tmp_path: Path) -> None:
    class Failing(transformers.TrainerCallback):
        def on_epoch_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            raise RuntimeError("the disk is full")

    watch, model = WatchCallback(store=False, quiet=True), Plain()
    with pytest.raises(RuntimeError, match="disk is full"):
        trained(lambda: model, tmp_path, watch, Failing())
    first = watch.watching
    _, trainer = trained(lambda: model, tmp_path, watch)
    assert first is not watch.watching
    assert hooks_of(model, trainer) == 0
