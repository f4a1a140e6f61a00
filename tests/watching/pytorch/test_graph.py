"""What the graph behind the loss says, and where no gradient arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from steepest.watching.pytorch.graphs import classes_of, reached, softmax_twice
from steepest.watching.watch import watch
from steepest.watching.watching import Watching

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
nn, functional = torch.nn, torch.nn.functional

ROWS = torch.randn(24, 6, generator=torch.Generator().manual_seed(0))
CLASSES = torch.arange(24) % 4
ONES = functional.one_hot(CLASSES, 4).float()

Loss = Callable[[Any], Any]


class Net(nn.Module):
    """Two layers and a head; `between` is done to what the head gets."""

    def __init__(self, between: Callable[[Any], Any] = torch.relu) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.fc1, self.fc2, self.head = nn.Linear(6, 12), nn.Linear(12, 12), nn.Linear(12, 4)
        self.spare = nn.Linear(2, 2)
        self.between = between

    def forward(self, rows: Any) -> Any:
        return self.head(self.between(self.fc2(torch.relu(self.fc1(rows)))))


TWICE: dict[str, Loss] = {
    "cross entropy": lambda z: functional.cross_entropy(z.softmax(-1), CLASSES),
    "smoothed": lambda z: functional.cross_entropy(z.softmax(1), CLASSES, label_smoothing=0.1),
    "soft targets": lambda z: functional.cross_entropy(z.softmax(1), ONES),
    "reshaped": lambda z: functional.cross_entropy(
        z.softmax(1).view(6, 4, 4).flatten(0, 1), CLASSES
    ),
    "of a sigmoid": lambda z: functional.cross_entropy(z.sigmoid(), CLASSES),
    "likelihood": lambda z: functional.nll_loss(z.softmax(1), CLASSES),
    "by hand": lambda z: functional.nll_loss(z.softmax(1).log_softmax(1), CLASSES),
    "half precision": lambda z: functional.cross_entropy(z.double().softmax(1).float(), CLASSES),
    "logits": lambda z: functional.binary_cross_entropy_with_logits(z.sigmoid(), ONES),
    "with another term": lambda z: (
        functional.cross_entropy(z.softmax(1), CLASSES) + z.pow(2).mean()
    ),
}
ONCE: dict[str, Loss] = {
    "cross entropy": lambda z: functional.cross_entropy(z, CLASSES),
    "soft targets": lambda z: functional.cross_entropy(z, ONES),
    "likelihood": lambda z: functional.nll_loss(z.log_softmax(1), CLASSES),
    "logarithm": lambda z: functional.nll_loss((z.softmax(1) + 1e-9).log(), CLASSES),
    "twice the logarithm, the same": lambda z: functional.cross_entropy(z.log_softmax(1), CLASSES),
    "binary": lambda z: functional.binary_cross_entropy(z.sigmoid(), ONES),
    "logits": lambda z: functional.binary_cross_entropy_with_logits(z, ONES),
    "squares of probabilities": lambda z: (z.softmax(1) - ONES).pow(2).mean(),
    "attention": lambda z: functional.cross_entropy((z @ z.T).softmax(1) @ z, CLASSES),
    "distilled": lambda z: functional.kl_div((z / 2).log_softmax(1), ONES, reduction="batchmean"),
}


@pytest.mark.parametrize("name", TWICE)
def test_what_is_squashed_twice_is_seen_with_its_layer(name: str) -> None:
    model = Net()
    sight = softmax_twice(TWICE[name](model(ROWS)))
    assert sight is not None
    assert any(sight.parameter is p for p in model.head.parameters())


@pytest.mark.parametrize("name", ONCE)
def test_what_is_squashed_once_is_not(name: str) -> None:
    assert softmax_twice(ONCE[name](Net()(ROWS))) is None


def test_the_classes_of_a_cross_entropy() -> None:
    scores = Net()(ROWS)
    assert classes_of(functional.cross_entropy(scores, CLASSES)) == 4
    assert classes_of(functional.nll_loss(scores.log_softmax(-1), CLASSES)) == 4
    maps = scores.view(2, 12, 4).transpose(1, 2)
    assert classes_of(functional.cross_entropy(maps, CLASSES.view(2, 12))) == 4
    assert classes_of(scores.pow(2).mean()) is None
    assert classes_of(functional.cross_entropy(scores, CLASSES) + scores.mean()) is None


def test_what_a_loss_reaches() -> None:
    model = Net()
    meant = {id(p) for name, p in model.named_parameters() if not name.startswith("spare")}
    assert reached(model(ROWS).mean()) == meant
    assert reached(torch.tensor(1.0)) == set()
    assert reached(model(ROWS).mean(), most=3) is None


def trained(model: Any, loss_of: Loss, *, logged: bool = True, steps: int = 12) -> Watching:
    optimizer = torch.optim.Adam(model.parameters())
    with watch(model, optimizer, store=False, quiet=True) as watching:
        watching.session.budget.credit = 5.0  # what is seen shall not depend on the machine
        for _ in range(steps):
            loss = loss_of(model(ROWS))
            if logged:
                watching.log(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert watching.failed is None
    return watching


def test_a_loop_that_squashes_twice() -> None:
    watching = trained(Net(), TWICE["cross entropy"])
    finding = next(f for f in watching.findings if f.code == "double_softmax")
    assert finding.layers == ("head",)
    assert finding.evidence["classes"] == 4


@pytest.mark.parametrize("loss_of", [ONCE["cross entropy"], ONCE["binary"]])
def test_a_sound_loop_has_no_such_facts(loss_of: Loss) -> None:
    facts = set(trained(Net(), loss_of).trace.facts)
    assert not facts & {"softmax_before_loss", "detached_loss", "detached"}


@pytest.mark.parametrize("logged", [True, False])
def test_a_loss_made_anew_reaches_nothing(logged: bool) -> None:
    def anew(scores: Any) -> Any:
        value = functional.cross_entropy(scores, CLASSES).item()
        return torch.tensor(value, requires_grad=True)

    watching = trained(Net(), anew, logged=logged)
    assert watching.findings[0].code == "detached_loss"
    assert ("no graph" in watching.findings[0].because) is logged


def broken(watching: Watching, backward: Callable[[], object]) -> None:
    with watching:
        backward()


def test_a_loop_that_breaks_in_its_first_backward_pass_is_told_why() -> None:
    model, told = Net(), []
    watching = watch(model, torch.optim.Adam(model.parameters()), store=False, quiet=True)
    watching.listeners.append(lambda finding, step: told.append(finding.code))
    loss = functional.cross_entropy(model(ROWS).detach(), CLASSES)

    def backward() -> None:
        watching.log(loss=loss)
        loss.backward()

    with pytest.raises(RuntimeError, match="does not require grad"):
        broken(watching, backward)
    assert told == ["detached_loss"]
    assert watching.diagnosis.verdict == "detached_loss"
    assert watching.trace.loss[0] == pytest.approx(float(loss))


def test_another_error_is_not_blamed_on_the_graph() -> None:
    model = Net()
    optimizer = torch.optim.Adam(model.parameters())
    watching = watch(model, optimizer, store=False, quiet=True)

    def backward() -> None:
        functional.cross_entropy(model(ROWS), CLASSES).backward()
        optimizer.step()
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        broken(watching, backward)
    assert "detached_loss" not in watching.trace.facts


CUTS = {"detached": lambda h: h.detach(), "numpy": lambda h: torch.tensor(h.tolist())}


@pytest.mark.parametrize("cut", CUTS)
def test_a_cut_in_the_middle_is_named_by_what_lies_behind(cut: str) -> None:
    watching = trained(Net(lambda h: CUTS[cut](torch.relu(h))), ONCE["cross entropy"])
    finding = next(f for f in watching.findings if f.code == "detached_loss")
    assert finding.layers == ("fc1", "fc2")


def test_layers_that_are_not_used_are_noted_and_no_fault() -> None:
    watching = trained(Net(), ONCE["cross entropy"])
    assert watching.trace.facts["not_reached"].value == "spare"
    assert "detached" not in watching.trace.facts


class Pooled(Net):
    """The output of `spare` is computed and not used, after all that is."""

    def __init__(self) -> None:
        super().__init__()
        self.spare = nn.Linear(4, 4)

    def forward(self, rows: Any) -> Any:
        scores = super().forward(rows)
        self.pooled = self.spare(scores)
        return scores


def test_an_output_that_is_not_used_is_no_cut() -> None:
    watching = trained(Pooled(), ONCE["cross entropy"])
    assert watching.trace.facts["not_reached"].value == "spare"
    assert "detached" not in watching.trace.facts


class Features(Net):
    """The first layers are used without a graph."""

    def forward(self, rows: Any) -> Any:
        with torch.no_grad():
            features = torch.relu(self.fc2(torch.relu(self.fc1(rows))))
        return self.head(features)


@pytest.mark.parametrize("random", [True, False])
def test_layers_used_without_a_graph_are_a_fault_at_their_random_start_only(random: bool) -> None:
    model = Features()
    if not random:
        with torch.no_grad():
            for layer in (model.fc1, model.fc2):
                layer.weight.mul_(torch.linspace(0.3, 4.0, 12)[:, None])
    watching = trained(model, ONCE["cross entropy"])
    assert ("detached" in watching.trace.facts) is random


class Squashing(Net):
    """Ends in a module of its own; another one of the kind weighs what lies inside."""

    def __init__(self) -> None:
        super().__init__()
        self.weigh, self.shares = nn.Softmax(dim=-1), nn.Softmax(dim=-1)

    def forward(self, rows: Any) -> Any:
        inside = torch.relu(self.fc1(rows))
        return self.shares(self.head(self.fc2(inside) * self.weigh(inside)))


def test_the_module_that_squashes_is_named_where_there_is_one() -> None:
    watching = trained(Squashing(), ONCE["cross entropy"])
    finding = next(f for f in watching.findings if f.code == "double_softmax")
    assert finding.layers == ("shares",)
    assert (
        "of layer head go through a softmax (the module shares) into cross entropy"
        in finding.because
    )
    assert watching.trace.facts["softmax_before_loss"].value == "head"


def test_a_softmax_inside_is_not_taken_for_one_in_the_loss() -> None:
    class Weighing(Net):
        def __init__(self) -> None:
            super().__init__()
            self.weigh = nn.Softmax(dim=-1)

        def forward(self, rows: Any) -> Any:
            inside = torch.relu(self.fc1(rows))
            return self.head(self.fc2(inside) * self.weigh(inside))

    model = Weighing()
    finding = next(
        f for f in trained(model, TWICE["cross entropy"]).findings if f.code == "double_softmax"
    )
    assert finding.layers == ("head",)
    assert not model.weigh._forward_hooks


def test_a_compiled_model_is_only_asked_what_is_reached() -> None:
    model = torch.compile(Net(), backend="eager")
    watching = trained(model, TWICE["cross entropy"])
    assert watching.trace.facts["softmax_before_loss"].value == "head"


def test_every_hook_is_gone_at_the_end() -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watch(model, optimizer, store=False, quiet=True):
        functional.cross_entropy(model(ROWS), CLASSES).backward()
        optimizer.step()
    assert not optimizer._optimizer_step_pre_hooks
    assert not optimizer._optimizer_step_post_hooks
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert not any(p._backward_hooks for p in model.parameters())
