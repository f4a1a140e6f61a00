"""The labelled runs: the same for a seed, every fault among them, and as written on disk."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks" / "diagnosis"

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the benchmarks are not here")

CODES = {
    "converged", "unfinished", "diverging", "oscillating", "overshooting", "crawling",
    "ill_conditioned", "gradient_sign", "gradient_scale", "gradient_missing_term",
    "sequential_update", "non_finite", "noise_floor", "plateau", "saddle", "separable",
    "overfitting", "accumulating_gradients", "frozen_parameters", "dead_units",
    "shuffled_labels", "double_softmax", "label_leak", "scale_drift",
}  # fmt: skip


@pytest.fixture(scope="module")
def load() -> Iterator[object]:
    """Modules of the benchmark by name; they lie beside each other, outside the package."""
    sys.path.insert(0, str(FOLDER))
    names = {path.stem for path in FOLDER.glob("*.py")}
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    yield importlib.import_module
    sys.path.remove(str(FOLDER))
    for name in names:
        sys.modules.pop(name, None)
    sys.modules.update(before)


@pytest.fixture(scope="module")
def made(load) -> dict[str, object]:
    """The quick kinds, by name: one run of each."""
    corpus: ModuleType = load("corpus")
    slow = {"plateau", "noise_floor", "healthy", "crawling", "diverging", "dead_units"}
    return {
        each.name: corpus.draws(each, seed=5, count=1)[0]
        for each in corpus.MADE
        if each.name.startswith("full/") or each.name.split("/")[1] not in slow
    }


def test_every_fault_has_a_maker(load) -> None:
    names = [each.name for each in load("corpus").MADE]
    assert len(names) == len(set(names))
    labels = {name.split("/")[1] for name in names}
    assert labels - {"healthy"} == CODES


def test_a_run_has_the_label_of_its_maker(made) -> None:
    for name, run in made.items():
        kind, label = name.split("/")
        assert run.kind == kind
        assert run.label in ((label,) if label != "healthy" else ("converged", "unfinished"))
        assert run.label in run.right
        assert run.healthy == (run.label in ("converged", "unfinished"))


@pytest.mark.parametrize("name", ["full/gradient_scale", "full/noise_floor", "losses/scale_drift"])
def test_the_same_seed_gives_the_same_runs(load, made, name) -> None:
    corpus = load("corpus")
    each = next(each for each in corpus.MADE if each.name == name)
    again = corpus.draws(each, seed=5, count=1)[0]
    other = corpus.draws(each, seed=6, count=1)[0]
    np.testing.assert_array_equal(again.log.loss, made[name].log.loss)
    assert again.note == made[name].note
    assert not np.array_equal(other.log.loss, again.log.loss)


def test_a_log_comes_back_from_its_file(load, made, tmp_path) -> None:
    import polars as pl

    write = load("write")
    for name in ("full/diverging", "full/non_finite", "losses/overfitting", "losses/label_leak"):
        log = made[name].log
        write.write_log(log, tmp_path / "log.csv")
        back = pl.read_csv(tmp_path / "log.csv", infer_schema_length=None)
        assert back.columns == list(log.table())
        for header, column in log.table().items():
            read = back[header].cast(pl.Float64).fill_null(float("nan")).to_numpy()
            np.testing.assert_array_equal(read, column)


@pytest.mark.parametrize("name", ["linear", "logistic", "bowl", "unit", "saddle", "product"])
def test_the_slopes_are_right(load, name) -> None:
    """By central differences: a bug must be the one on the label, and no other."""
    problems, flats, saddles = load("problems"), load("flats"), load("saddles")
    generator = np.random.default_rng(3)
    cost = {
        "linear": lambda: problems.regression(generator, l2=True),
        "logistic": lambda: problems.classification(generator, l2=True),
        "bowl": lambda: problems.bowl(generator, 6, 50.0),
        "unit": lambda: flats.SigmoidUnit.drawn(generator),
        "saddle": lambda: saddles.Saddle.drawn(generator),
        "product": lambda: saddles.Product.drawn(generator),
    }[name]()
    params = generator.normal(0, 0.5, cost.size)
    h = 1e-6
    slopes = [
        (cost.value(params + h * e) - cost.value(params - h * e)) / (2 * h)
        for e in np.eye(cost.size)
    ]
    right = cost.gradient(params)
    np.testing.assert_allclose(right, slopes, rtol=1e-5, atol=1e-6 * max(np.abs(right).max(), 1))


@pytest.mark.parametrize("output", ["softmax", "double_softmax", "linear", "sigmoid"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_the_networks_go_backward_as_they_go_forward(load, activation, output) -> None:
    generator = np.random.default_rng(4)
    classes = output.endswith("softmax")
    network = load("networks").Network((3, 5, 4, 3 if classes else 1), activation, output)
    params = network.start(generator, bias=0.1)
    X = generator.standard_normal((20, 3))
    target = generator.integers(0, 3, 20) if classes else generator.random((20, 1))
    loss, gradient = network.loss_and_gradient(params, X, target)
    assert loss == pytest.approx(network.loss(params, X, target))
    for part, slope in zip(params, gradient, strict=True):
        direction = generator.standard_normal(part.shape)
        values = []
        for h in (1e-6, -1e-6):
            part += h * direction
            values.append(network.loss(params, X, target))
            part -= h * direction
        found = (values[0] - values[1]) / 2e-6
        assert found == pytest.approx(float((slope * direction).sum()), rel=1e-5, abs=1e-8)


def test_the_double_softmax_has_its_floor(load) -> None:
    """ln(e + k - 1) - 1, where the first softmax is sure and right."""
    network = load("networks").Network((4, 4), "relu", "double_softmax")
    params = [1e3 * np.eye(4), np.zeros(4)]
    loss = network.loss(params, np.eye(4), np.arange(4))
    assert loss == pytest.approx(np.log(np.e + 3) - 1)


def test_separable_is_proven(load) -> None:
    models, separable = load("models"), load("problems").separable
    x = np.array([-2.0, -1.0, 1.0, 2.0])
    X = np.stack([x, np.ones(4)], axis=1)
    assert separable(models.Logistic(X, np.array([0.0, 0.0, 1.0, 1.0])))
    assert not separable(models.Logistic(X, np.array([0.0, 1.0, 0.0, 1.0])))


def test_the_counts(load) -> None:
    """Precision, recall and false alarms of five verdicts, by hand."""
    tally, page = load("tally"), load("page")

    def said(
        label: str, verdict: str, accept: tuple[str, ...] = (), warned: bool = False
    ) -> object:
        healthy = label == "converged"
        accepted = accept or (label,)
        return tally.Judged("run", "full", label, accepted, healthy, "note", verdict, warned)

    judged = [
        said("converged", "converged"),
        said("converged", "crawling", warned=True),
        said("crawling", "crawling"),
        said("crawling", "cannot_tell"),
        said("plateau", "dead_units", ("plateau", "dead_units")),
    ]
    assert tally.overall(judged, "full").text == "60.0 % (3 of 5)"
    assert tally.alarms(judged, "full").text == "50.0 % (1 of 2)"
    assert tally.precision(judged, "full", "crawling").text == "50.0 % (1 of 2)"
    assert tally.recall(judged, "full", "crawling").text == "50.0 % (1 of 2)"
    assert tally.recall(judged, "full", "plateau").text == "100.0 % (1 of 1)"
    text = page.page(judged, "seeds 1")
    assert "| 1 `converged` | 1 | 1 |" in text
    assert text.isascii()


def test_the_scorer_reads_what_is_written(load, made, tmp_path) -> None:
    write, score = load("write"), load("score")
    entries = []
    for name in ("full/converged", "losses/overfitting"):
        write.write_log(made[name].log, tmp_path / f"{made[name].kind}.csv")
        entries.append(write.entry(made[name].kind, made[name]))
    (tmp_path / "manifest.json").write_text(json.dumps(entries))
    judged = score.judged_folder(tmp_path)
    assert [each.label for each in judged] == ["converged", "overfitting"]
    assert all(each.verdict in CODES | {"cannot_tell"} for each in judged)


def advised(
    code: str, told: dict[str, float], evidence: dict[str, float], because: str = ""
) -> object:
    """A finding with these values."""
    from steepest.diagnosis.finding import Finding, Remedy

    return Finding(code, "warning", code, because, evidence, (Remedy("do it", told),))


@pytest.fixture(scope="module")
def bowl_run(load) -> object:
    """10 steps at 1/20 of the best rate on a bowl of curvatures 1 and 4, minimum (3, -2)."""
    models, walking, labelled = load("models"), load("walking"), load("labelled")
    cost, start = models.Bowl(np.diag([1.0, 4.0]), np.array([3.0, -2.0])), np.zeros(2)
    log = walking.walk(cost, start, 10, 0.02)
    return labelled.Labelled("crawling", log, "note", truth=load("truth").Truth(cost, start))


@pytest.mark.parametrize(
    ("rate", "falls", "faster"),
    [(0.25, True, True), (0.49, True, False), (0.51, False, False), (0.03, True, False),
     (1e-6, False, False)],
)  # fmt: skip
def test_a_rate_is_tried_on_the_run(load, bowl_run, rate, falls, faster) -> None:
    """Stable below 2 / 4 (0.49 keeps 0.96 a step); 1e-6 leaves 0.96 after 5,000 steps."""
    tried = load("remedies").trials(advised("crawling", {"learning_rate": rate}, {}), bowl_run)
    assert [each.what for each in tried] == ["learning_rate", "speed"]
    assert [each.right for each in tried] == [falls, faster]


def test_steps_are_counted(load, bowl_run) -> None:
    """(1 - 0.02)^k of the first distance, 3 of a size of sqrt(13), is left: 1e-8 at k = 903."""
    trials, needed = load("remedies").trials, np.log(1e-8 * np.sqrt(13) / 3) / np.log(0.98)
    assert needed == pytest.approx(902.7, abs=0.1)
    for steps, right in ((903, True), (980, True), (1020, False), (700, False)):
        said = {"steps_needed": steps - 10.0}
        (tried,) = trials(advised("unfinished", {"steps": steps}, said), bowl_run)
        assert (tried.what, tried.right) == ("steps", right)
        assert "10 + 893" in tried.seen
    assert not list(trials(advised("unfinished", {"steps": 20}, {}), bowl_run))
    for least, right in ((800, True), (1100, False)):
        (tried,) = trials(advised("unfinished", {}, {"steps_needed_at_least": least}), bowl_run)
        assert (tried.what, tried.right) == ("least steps", right)


def test_a_factor_is_held_against_the_one_put_in(load, bowl_run) -> None:
    from dataclasses import replace

    remedies = load("remedies")
    truth = replace(bowl_run.truth, factor=np.array([1.0, 2.0]))
    run = replace(bowl_run, truth=truth)
    because = "the gradient of w_1 is 2 times the slope"
    finding = advised("gradient_scale", {}, {"factor": 2.01}, because)
    assert [each.right for each in remedies.trials(finding, run)] == [True, True]
    elsewhere = advised("gradient_scale", {}, {"factor": 2.1}, because.replace("w_1", "w_0"))
    assert [each.right for each in remedies.trials(elsewhere, run)] == [False, False]
    ridge = replace(bowl_run, truth=replace(bowl_run.truth, ridge=np.array([0.5, 0.5])))
    because = (
        "loss and gradient differ by 0.5, the slope of a ridge penalty of 0.5 on every coordinate"
    )
    finding = advised("gradient_missing_term", {}, {"strength": 0.5}, because)
    assert [each.right for each in remedies.trials(finding, ridge)] == [True, True]
    assert not any(each.right for each in remedies.trials(finding, run))


def test_the_page_counts_the_values(load, made) -> None:
    page, tally, remedies = load("page"), load("tally"), load("remedies")
    tried = tuple(remedies.Trial("learning_rate", right, "seen") for right in (True, False))
    judged = [
        tally.Judged("a", "full", "crawling", ("crawling",), False, "", "crawling", True, tried)
    ]
    assert "| `crawling` | 1 | learning_rate 50.0 % (1 of 2) |" in page.page(judged, "seeds 1")
    assert made["full/crawling"].truth is not None
    assert made["losses/label_leak"].truth is None
