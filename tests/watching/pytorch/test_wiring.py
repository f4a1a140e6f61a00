"""What the optimizer holds, what may move, and what is at its random start."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from steepest.watching.pytorch.layers import layers_of, text_of
from steepest.watching.pytorch.random_start import looks_random
from steepest.watching.watch import watch
from steepest.watching.watching import Watching

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
nn = torch.nn
RNG = np.random.default_rng(0)


def network(seed: int = 0) -> Any:
    torch.manual_seed(seed)
    names = ("fc1", "act1", "fc2", "act2", "head")
    parts = (nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 3))
    made = nn.Sequential()
    for name, part in zip(names, parts, strict=True):
        made.add_module(name, part)
    return made


def trained(
    model: Any,
    optimizers: Any,
    steps: int = 16,
    after: Callable[[int], object] | None = None,
    **more: Any,
) -> Watching:
    """A loop as people write it; several optimizers step one after the other."""
    several = optimizers if isinstance(optimizers, list) else [optimizers]
    draws = torch.Generator().manual_seed(1)
    rows = torch.randn(64, 8, generator=draws)
    classes = (rows[:, 0] > 0).long() + (rows[:, 1] > 0).long()
    with watch(model, optimizers, store=False, quiet=True, **more) as watching:
        watching.session.budget.credit = 5.0  # what is seen shall not depend on the machine
        for step in range(steps):
            loss = nn.functional.cross_entropy(model(rows), classes)
            watching.log(loss=loss)
            for optimizer in several:
                optimizer.zero_grad()
            loss.backward()
            for optimizer in several:
                optimizer.step()
            if after is not None:
                after(step)
    assert watching.failed is None
    return watching


def fact(watching: Watching, name: str) -> Any:
    found = watching.trace.facts.get(name)
    return None if found is None else found.value


def codes(watching: Watching) -> list[str]:
    return [finding.code for finding in watching.findings]


def test_a_sound_loop_says_nothing() -> None:
    model = network()
    watching = trained(model, torch.optim.Adam(model.parameters()))
    wired = {"outside_optimizer", "optimizer_elsewhere", "frozen", "frozen_at_start", "not_reached"}
    assert not wired & set(watching.trace.facts)


def test_layers_left_out_are_named() -> None:
    model = network()
    watching = trained(model, torch.optim.SGD(model.head.parameters(), lr=0.1))
    finding = next(f for f in watching.findings if f.code == "outside_optimizer")
    assert finding.layers == ("fc1", "fc2")
    assert watching.diagnosis.verdict == "outside_optimizer"


def test_a_layer_replaced_after_the_optimizer_was_built() -> None:
    model = network()
    optimizer = torch.optim.Adam(model.parameters())
    model.fc2 = nn.Linear(32, 32)
    watching = trained(model, optimizer)
    assert fact(watching, "outside_optimizer") == "fc2"
    assert fact(watching, "optimizer_elsewhere") == 2
    assert "2 tensors" in watching.findings[0].because


def test_a_layer_replaced_on_the_way() -> None:
    model = network()
    optimizer = torch.optim.Adam(model.parameters())

    def replace(step: int) -> None:
        if step == 10:
            model.fc2 = nn.Linear(32, 32)

    watching = trained(model, optimizer, steps=40, after=replace)
    assert fact(watching, "outside_optimizer") == "fc2"


def test_a_model_made_again() -> None:
    optimizer = torch.optim.Adam(network().parameters())
    watching = trained(network(1), optimizer)
    assert fact(watching, "outside_optimizer") == "fc1, fc2, head"
    assert fact(watching, "optimizer_elsewhere") == 6


def test_what_another_living_optimizer_holds_is_no_fault() -> None:
    model = network()
    other = torch.optim.SGD(model.fc1.parameters(), lr=0.1)
    watching = trained(model, torch.optim.SGD([*model.fc2.parameters(), *model.head.parameters()]))
    assert other.param_groups
    assert fact(watching, "outside_optimizer") is None


def test_what_several_optimizers_hold_together_is_whole() -> None:
    model = network()
    optimizers = [
        torch.optim.SGD(part.parameters(), lr=0.1) for part in model if len([*part.parameters()])
    ]
    assert codes(trained(model, optimizers)) == []


def test_a_part_moved_by_hand_is_no_fault() -> None:
    model = network()

    def move(_: int) -> None:
        with torch.no_grad():
            for parameter in model.fc1.parameters():
                parameter -= 0.1 * parameter.grad
                parameter.grad = None

    held = [*model.fc2.parameters(), *model.head.parameters()]
    watching = trained(model, torch.optim.SGD(held, lr=0.1), after=move)
    assert fact(watching, "outside_optimizer") is None


def used_up(model: Any) -> Any:
    """Values that look trained: some rows larger than others, beyond the bounds of the start."""
    with torch.no_grad():
        for parameter in model.parameters():
            sizes = torch.linspace(0.5, 3.0, len(parameter))
            parameter.mul_(sizes.reshape(-1, *[1] * (parameter.dim() - 1)))
    return model


def test_fine_tuning_with_a_frozen_body_is_no_fault() -> None:
    model = used_up(network())
    model.fc1.requires_grad_(False)
    model.fc2.requires_grad_(False)
    watching = trained(model, torch.optim.Adam(model.parameters()))
    assert fact(watching, "frozen") == "fc1, fc2"
    assert codes(watching) == []


def test_a_trained_body_that_only_lends_its_features_is_no_fault() -> None:
    model = used_up(network())
    watching = trained(model, torch.optim.Adam(model.head.parameters()))
    assert fact(watching, "left_out_features") == "fc1, fc2"
    assert "outside_optimizer" not in codes(watching)


def test_a_little_training_is_seen() -> None:
    """As few steps as a pretraining may have: no value lies where it was drawn."""
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    rows = torch.randn(64, 8)
    for _ in range(30):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(rows), (rows[:, 0] > 0).long()).backward()
        optimizer.step()
    model.fc2.requires_grad_(False)
    watching = trained(model, torch.optim.Adam(model.parameters()))
    assert fact(watching, "frozen") == "fc2"
    assert codes(watching) == []


def test_random_features_are_a_fact_and_no_fault() -> None:
    model = network()
    model.fc1.requires_grad_(False)
    watching = trained(model, torch.optim.Adam(model.parameters()))
    assert fact(watching, "frozen") == "fc1"
    assert "frozen_at_start" not in watching.trace.facts
    assert codes(watching) == []


def test_a_frozen_random_layer_is_named() -> None:
    model = network()
    model.fc2.requires_grad_(False)
    finding = trained(model, torch.optim.Adam(model.parameters())).findings[0]
    assert (finding.code, finding.severity, finding.layers) == (
        "frozen_parameters",
        "warning",
        ("fc2",),
    )


class Pair(nn.Module):
    """A network and one that follows it."""

    def __init__(self, follower: Any) -> None:
        super().__init__()
        self.online, self.follower = network(), follower.requires_grad_(False)

    def forward(self, rows: Any) -> Any:
        return self.online(rows) + 0.01 * self.follower(rows)


def test_a_frozen_copy_is_a_target() -> None:
    pair = Pair(copy.deepcopy(network()))
    watching = trained(pair, torch.optim.Adam(pair.online.parameters()))
    assert fact(watching, "frozen") == "follower.fc1, follower.fc2, follower.head"
    assert codes(watching) == []


def test_a_teacher_that_follows_is_no_fault() -> None:
    pair = Pair(network(5))

    def follow(_: int) -> None:
        with torch.no_grad():
            for slow, fast in zip(
                pair.follower.parameters(), pair.online.parameters(), strict=True
            ):
                slow.lerp_(fast, 0.05)

    watching = trained(pair, torch.optim.Adam(pair.online.parameters()), after=follow)
    assert codes(watching) == []


def test_a_rate_that_stays_zero() -> None:
    model = network()
    watching = trained(model, torch.optim.SGD(model.parameters(), lr=0.0), steps=20)
    finding = next(f for f in watching.findings if f.code == "frozen_parameters")
    assert "learning rate" in finding.because


def test_a_warm_up_from_zero_is_no_fault() -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: step / 20)
    watching = trained(model, optimizer, steps=30, after=lambda _: schedule.step())
    assert not {"rate_zero", "rate_zero_in"} & set(watching.trace.facts)


def test_one_group_at_a_rate_of_zero() -> None:
    model = network()
    groups = [{"params": model.fc1.parameters(), "lr": 0.0}, {"params": model.fc2.parameters()}]
    optimizer = torch.optim.SGD([*groups, {"params": model.head.parameters()}], lr=0.1)
    watching = trained(model, optimizer, steps=40)
    assert fact(watching, "rate_zero_in") == "fc1"
    assert watching.findings[0].layers == ("fc1",)


ZEROS = [np.zeros(16)]


@pytest.mark.parametrize("shape", [(16, 8), (32, 64), (64, 64)])
def test_usual_starts_are_known(shape: tuple[int, int]) -> None:
    torch.manual_seed(3)
    starts = [nn.init.kaiming_uniform_, nn.init.xavier_uniform_]
    if shape[0] * shape[1] > 1000:
        starts += [nn.init.kaiming_normal_, nn.init.xavier_normal_, nn.init.normal_]
        starts.append(lambda t: nn.init.trunc_normal_(t, std=0.02, a=-0.04, b=0.04))
    for start in [lambda t: nn.init.kaiming_uniform_(t, a=5**0.5), *starts]:
        table = start(torch.empty(shape)).double().numpy()
        assert looks_random(table, shape[1], shape[0], ZEROS)


def test_biases_that_have_moved_tell() -> None:
    table = RNG.uniform(-0.125, 0.125, (32, 64))
    inside, outside = RNG.uniform(-0.125, 0.125, 32), RNG.uniform(-0.2, 0.2, 32)
    assert looks_random(table, 64, 32, [inside])
    assert not looks_random(table, 64, 32, [outside])
    assert not looks_random(table, 64, 32, [inside], peak=0.14)


def test_two_biases_are_not_taken_for_gates() -> None:
    table = RNG.uniform(-0.125, 0.125, (32, 64))
    assert not looks_random(table, 64, 32, [np.array([0.2, -0.2])])
    assert looks_random(table, 64, 32, [np.repeat([0.0, 1.0], 8)])


def test_normal_weights_may_be_trained_ones() -> None:
    table = RNG.normal(0.0, 0.125, (32, 64))
    assert looks_random(table, 64, 32, ZEROS)
    assert not looks_random(table, 64, 32)
    assert not looks_random(table, 64, 32, [RNG.uniform(-0.125, 0.125, 32)])


@pytest.mark.parametrize("moved", [0.05, 0.3, 1.0])
def test_what_has_moved_is_no_start(moved: float) -> None:
    for _ in range(20):
        bound = 1 / np.sqrt(64)
        start = RNG.uniform(-bound, bound, (32, 64))
        change = np.outer(RNG.normal(size=32), RNG.normal(size=64))
        assert not looks_random(start + moved * bound * change, 64, 32)


def test_constants_are_no_start() -> None:
    assert not looks_random(np.ones((8, 8)), 8, 8)
    assert not looks_random(np.zeros((8, 8)), 8, 8)


def test_very_many_layers_are_named_by_what_holds_them() -> None:
    body = [f"body.{at}.{part}" for at in range(20) for part in ("attention", "norm")]
    assert text_of(body, ["head"]) == "body"
    assert text_of(body, ["body.3.mlp"]).split(", ")[:4] == [
        "body.0",
        "body.1",
        "body.2",
        "body.3.attention",
    ]
    assert layers_of(["a.weight", "a.bias", "b"]) == ("a", "b")
