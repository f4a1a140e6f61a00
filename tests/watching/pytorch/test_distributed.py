"""Distributed training: the first process records, the others are left alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from steepest.watching.watch import watch

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.skipif(
    not torch.distributed.is_available(), reason="this PyTorch trains in one process only"
)


@pytest.fixture
def group(tmp_path: Path) -> Iterator[None]:
    """A group of this process alone."""
    store = torch.distributed.FileStore(str(tmp_path / "store"), 1)
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def trained(*, watched: bool, **how: Any) -> tuple[Any, Any, Any]:
    torch.manual_seed(0)
    inner = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Dropout(0.2), nn.Linear(12, 1))
    model = nn.parallel.DistributedDataParallel(inner)
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)
    watching = watch(model, optimizer, quiet=True, **{"store": False, **how})

    def loop() -> None:
        for _ in range(20):
            X = torch.randn(16, 6)
            loss = (model(X) - X[:, :1]).square().mean()
            if watched:
                watching.log(loss=loss, closure=lambda X=X: (model(X) - X[:, :1]).square().mean())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    if watched:
        with watching:
            loop()
    else:
        loop()
    return inner, optimizer, watching


@pytest.mark.usefixtures("group")
def test_the_first_process_is_watched_and_unchanged() -> None:
    alone, _, _ = trained(watched=False)
    beside, _, watching = trained(watched=True)
    assert watching.failed is None
    assert len(watching.trace) == 20
    assert "gradient_norm/0" in watching.trace.measures
    for one, other in zip(alone.parameters(), beside.parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.usefixtures("group")
def test_another_process_hangs_nothing_keeps_nothing_and_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.distributed, "get_rank", lambda group=None: 1)
    model, optimizer, watching = trained(watched=True, store=tmp_path / "runs.db")
    assert watching.failed is None
    assert watching.run is None
    assert not (tmp_path / "runs.db").exists()
    assert watching.findings == ()
    assert not any(module._forward_hooks for module in model.modules())
    assert not optimizer._optimizer_step_pre_hooks
    assert capsys.readouterr().err == ""


SCRIPT = """
import sys, torch, steepest
torch.set_num_threads(1)
rank, place = int(sys.argv[1]), sys.argv[2]
store = torch.distributed.FileStore(place + "/store", 2)
torch.distributed.init_process_group("gloo", store=store, rank=rank, world_size=2)
torch.manual_seed(0)
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(6, 1))
torch.manual_seed(rank)
optimizer = torch.optim.SGD(model.parameters(), 0.05)
ends = []
with steepest.watch(model, optimizer, store=place + "/runs.db") as watching:
    for _ in range(12):
        X = torch.randn(16, 6)
        closure = lambda: (model(X) - X[:, :1]).square().mean()
        loss = closure()
        watching.log(loss=loss, closure=closure)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(rank, watching.failed, watching.run is not None, watching.session.step + 1)
print(model.module.weight.tolist())
torch.distributed.destroy_process_group()
"""


def test_two_processes_train_on_and_one_of_them_records(tmp_path: Path) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(rank), str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    first, second = ([*out.splitlines(), err] for out, err in said)
    assert first[0] == "0 None True 12"
    assert second[0] == "1 None False 0"
    assert first[1] == second[1]
    assert "12 steps watched" in first[2]
    assert "steepest" not in second[2]
