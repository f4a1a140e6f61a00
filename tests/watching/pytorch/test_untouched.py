"""Watching changes nothing: not a number, not a random state, not a hook; nor does its failing."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.watching.pytorch import probe as probing
from steepest.watching.pytorch.inspector import Inspector
from steepest.watching.telling import FindingError
from steepest.watching.watch import watch

torch = pytest.importorskip("torch")
nn = torch.nn

STEPS = 24
Log = Callable[..., None]


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probe every fourth step, whatever it costs."""
    monkeypatch.setattr(probing, "PAUSE", 4)
    monkeypatch.setattr(probing.Probe, "_affords", lambda probe, forwards: True)


def network() -> Any:
    return nn.Sequential(
        nn.Linear(6, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Dropout(0.2), nn.Linear(12, 3)
    )


class Loop:
    """A loop over random batches; each kind of it changes one thing."""

    def __init__(self, optimizer: Callable[[Any], Any], **how: Any) -> None:
        self.optimizer, self.how = optimizer, how

    def begin(self) -> None:
        torch.manual_seed(0)
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002
        self.model = network()
        self.forward = self.model
        if backend := self.how.get("compiled"):
            self.forward = torch.compile(self.model, backend=backend)
        made = self.optimizer(self.model)
        self.optimizers = made if isinstance(made, list) else [made]
        self.scaler = torch.amp.GradScaler("cpu") if self.how.get("scaler") else None
        schedule = torch.optim.lr_scheduler.StepLR
        self.schedule = schedule(self.optimizers[0], 5) if self.how.get("schedule") else None

    def watched(self) -> Any:
        optimizer = self.optimizers if len(self.optimizers) > 1 else self.optimizers[0]
        more = {} if self.scaler is None else {"scaler": self.scaler}
        return watch(self.forward, optimizer, activations=True, store=False, quiet=True, **more)

    def run(self, log: Log | None) -> list[float]:
        said: list[float] = []
        parts = self.how.get("parts", 1)
        for _ in range(STEPS):
            for optimizer in self.optimizers:
                optimizer.zero_grad()
            for _ in range(parts):
                X, y = torch.randn(16, 6), torch.randint(0, 3, (16,))
                loss = self.loss(X, y)
                said.append(float(loss.detach()))
                if log is not None:
                    log(loss=loss, closure=lambda X=X, y=y: self.loss(X, y), epoch=1.0)
                (loss if self.scaler is None else self.scaler.scale(loss)).backward()
            for optimizer in self.optimizers:
                if self.scaler is None:
                    optimizer.step()
                else:
                    self.scaler.step(optimizer)
            if self.scaler is not None:
                self.scaler.update()
            if self.schedule is not None:
                self.schedule.step()
        return said

    def loss(self, X: Any, y: Any) -> Any:
        half = self.how.get("half", False)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            return nn.functional.cross_entropy(self.forward(X).float(), y)


def groups(model: Any) -> Any:
    return torch.optim.AdamW(
        [{"params": model[0].parameters(), "lr": 1e-3}, {"params": model[4].parameters()}], 1e-2
    )


def two(model: Any) -> list[Any]:
    return [
        torch.optim.SGD(model[0].parameters(), 0.1),
        torch.optim.Adam([*model[1].parameters(), *model[4].parameters()], 1e-3),
    ]


def sgd(model: Any) -> Any:
    return torch.optim.SGD(model.parameters(), 0.1)


def momentum(model: Any) -> Any:
    return torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)


LOOPS: dict[str, Callable[[], Loop]] = {
    "sgd": lambda: Loop(sgd),
    "momentum": lambda: Loop(momentum),
    "adam": lambda: Loop(lambda model: torch.optim.Adam(model.parameters(), 1e-3)),
    "accumulation": lambda: Loop(momentum, parts=3),
    "schedule": lambda: Loop(sgd, schedule=True),
    "groups": lambda: Loop(groups),
    "autocast": lambda: Loop(momentum, half=True),
    "autocast and scaler": lambda: Loop(momentum, half=True, scaler=True),
    "compiled": lambda: Loop(sgd, compiled="eager"),
    "two optimizers": lambda: Loop(two),
}


def states() -> list[Any]:
    return [
        random.getstate(),
        np.random.get_state()[1].tolist(),  # noqa: NPY002
        torch.get_rng_state().tolist(),
    ]


def everything(loop: Loop, said: list[float]) -> dict[str, Any]:
    found: dict[str, Any] = {"losses": said, "random": states()}
    found |= {name: tensor.tolist() for name, tensor in loop.model.state_dict().items()}
    found |= {f"gradient of {name}": p.grad.tolist() for name, p in loop.model.named_parameters()}
    found["training"] = [module.training for module in loop.model.modules()]
    held = [optimizer.state_dict() for optimizer in loop.optimizers]
    found["optimizers"] = repr([(h["param_groups"], list(h["state"].items())) for h in held])
    return found


def hooks_of(*things: Any) -> list[str]:
    """Names of what is still hung on modules, their parameters and optimizers."""
    names = ["_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks"]
    names += ["_optimizer_step_pre_hooks", "_optimizer_step_post_hooks"]
    names += ["_post_accumulate_grad_hooks", "_state_dict_hooks"]
    return [
        f"{type(thing).__name__}.{n}" for thing in things for n in names if getattr(thing, n, None)
    ]


def left_on(loop: Loop) -> list[str]:
    return hooks_of(*loop.model.modules(), *loop.model.parameters(), *loop.optimizers, loop.forward)


@pytest.mark.usefixtures("often")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", LOOPS)
def test_not_a_bit_is_different(name: str) -> None:
    alone, beside = LOOPS[name](), LOOPS[name]()
    alone.begin()
    expected = everything(alone, alone.run(None))
    beside.begin()
    traced = sys.gettrace(), sys.getprofile()
    with beside.watched() as watching:
        said = beside.run(watching.log)
    assert watching.failed is None
    assert len(watching.trace) == STEPS
    found = everything(beside, said)
    for what in expected:
        assert found[what] == expected[what], what
    assert left_on(beside) == []
    assert (sys.gettrace(), sys.getprofile()) == traced


def test_an_optimizer_that_is_handed_a_closure() -> None:
    ends: list[Any] = []
    for watched in (False, True):
        torch.manual_seed(0)
        model = nn.Linear(6, 1)
        X = torch.randn(32, 6)
        optimizer = torch.optim.LBFGS(model.parameters(), 0.5, max_iter=4)

        def closure(model: Any = model, optimizer: Any = optimizer, X: Any = X) -> Any:
            optimizer.zero_grad()
            loss = (model(X) - X[:, :1]).square().mean()
            loss.backward()
            return loss

        if watched:
            with watch(model, optimizer, store=False, quiet=True) as watching:
                for _ in range(5):
                    watching.log(loss=float(optimizer.step(closure).detach()))
            assert watching.failed is None
            assert hooks_of(model, optimizer) == []
        else:
            for _ in range(5):
                optimizer.step(closure)
        ends.append([parameter.tolist() for parameter in model.parameters()])
    assert ends[0] == ends[1]


def test_the_hooks_go_where_the_loop_raises() -> None:
    loop = Loop(sgd)
    loop.begin()

    def fails() -> None:
        with loop.watched() as watching:
            loop.run(watching.log)
            raise KeyError("of the loop")

    with pytest.raises(KeyError, match="of the loop"):
        fails()
    assert left_on(loop) == []


class Broken(Inspector):
    """Fails where it is told to."""

    where = ""

    def __init__(self, loop: Any) -> None:
        super().__init__(loop)
        self.due = self.loss_due = 3

    def _fail(self, where: str) -> None:
        if where == self.where:
            raise ZeroDivisionError(f"in {where}")

    def attach(self) -> None:
        self._fail("attach")

    def loss(self, step: int, loss: Any) -> None:
        self._fail("loss")

    def before_update(self, step: int) -> None:
        self._fail("before_update")

    def detach(self) -> None:
        self._fail("detach")


@pytest.mark.parametrize("where", ["attach", "loss", "before_update", "detach"])
def test_an_error_of_the_watcher_is_said_once_and_never_reaches_the_loop(
    where: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from steepest.watching.pytorch import loop as home

    monkeypatch.setattr(Broken, "where", where)
    monkeypatch.setattr(home, "INSPECTORS", (*home.INSPECTORS, Broken))
    alone, beside = Loop(momentum), Loop(momentum)
    alone.begin()
    expected = everything(alone, alone.run(None))
    beside.begin()
    with beside.watched() as watching:
        said = beside.run(watching.log)
    assert everything(beside, said) == expected
    assert watching.failed == f"ZeroDivisionError: in {where}"
    assert capsys.readouterr().err.count("ZeroDivisionError") == 1
    assert left_on(beside) == []


def test_a_store_that_cannot_be_written_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    loop = Loop(sgd)
    loop.begin()
    place = tmp_path / "file" / "runs.db"
    with watch(loop.model, loop.optimizers[0], store=place, quiet=True) as watching:
        loop.run(watching.log)
    assert watching.failed is None
    assert watching.run is None
    assert len(watching.trace) == STEPS
    assert capsys.readouterr().err.count("not kept") == 1


def runaway(watching: Any, model: Any, optimizer: Any) -> int:
    """A loop whose rate is far too high; how many steps of it were made."""
    steps = 0
    with watching:
        for _ in range(60):
            X = torch.randn(16, 6)
            loss = (model(X) - X[:, :1]).square().mean()
            watching.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            steps += 1
    return steps


def far_too_fast(**how: Any) -> tuple[Any, Any, Any]:
    torch.manual_seed(0)
    model = nn.Linear(6, 1)
    optimizer = torch.optim.SGD(model.parameters(), 1e6)
    return watch(model, optimizer, store=False, quiet=True, every=1, **how), model, optimizer


def test_a_finding_stops_the_loop() -> None:
    watching, model, optimizer = far_too_fast(on_finding="stop")
    runaway(watching, model, optimizer)
    assert watching.stopped is not None
    assert watching.session.step < 59
    assert hooks_of(model, optimizer) == []


def test_a_finding_is_raised() -> None:
    watching, model, optimizer = far_too_fast(on_finding="raise")
    with pytest.raises(FindingError) as caught:
        runaway(watching, model, optimizer)
    assert caught.value.finding.code in {"large_steps", "non_finite"}
    assert hooks_of(model, optimizer) == []


def test_a_finding_is_handed_over_and_what_the_users_function_raises_is_the_users() -> None:
    told: list[str] = []
    watching, model, optimizer = far_too_fast(on_finding=lambda finding: told.append(finding.code))
    assert runaway(watching, model, optimizer) == 60
    assert told
    assert told == [finding.code for finding in watching.findings][: len(told)]

    def refuses(finding: Any) -> None:
        raise LookupError(finding.code)

    watching, model, optimizer = far_too_fast(on_finding=refuses)
    with pytest.raises(LookupError):
        runaway(watching, model, optimizer)
    assert hooks_of(model, optimizer) == []
