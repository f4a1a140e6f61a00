import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest import saved
from steepest.data.contract import Column, Contract, Remark
from steepest.data.representation import NumberColumn, Representation, TextColumn
from steepest.diagnosis.finding import Diagnosis, Finding, Remedy
from steepest.errors import InputError
from steepest.evaluation.decisions import Confusion
from steepest.evaluation.evaluation import ErrorSlice, Evaluation, Score
from steepest.evaluation.scoring.baseline import Baseline
from steepest.evaluation.splits.split import Split
from steepest.landscape import Landscape
from steepest.model import Model
from steepest.run import Minimum, Request, Run, Sample
from steepest.saved import (
    Summary,
    begin_documents,
    load_baseline,
    load_model,
    load_part,
    load_run,
    save_documents,
    summary_of,
)
from steepest.store import Store
from steepest.trace import Fact, Stop, Trace

NUMBER = Column("size", "Int64", "number", "feature", "", 1, 4, 1.0, 4.0, 2.5, 1.1)
TEXT = Column("place", "String", "text", "feature", "", 0, 2, levels=(("sea", 3), ("hill", 1)))
PRICE = Column("price", "Float64", "number", "target", "", 0, 4, 10.0, 40.0, 25.0, 11.0)
SICK = Column("sick", "String", "text", "target", "", 0, 2, levels=(("yes", 3), ("no", 1)))
KIND = Column("kind", "String", "text", "target", "", 0, 3, levels=(("b", 2), ("a", 1), ("c", 1)))


def contract(target: Column = PRICE, classes: tuple[str, ...] = ()) -> Contract:
    remark = Remark("missing", "info", ("size",), "1 value of size is missing")
    return Contract("houses.csv", 4, 1, target.name, classes, (NUMBER, TEXT, target), (remark,))


def a_run(store_id: str | None = None) -> Run:
    """One run with every part filled, and each kind of number that JSON does not know."""
    inf, nan = math.inf, math.nan
    score = Score("mean_absolute_error", 1.5, None, None, 9.0, "lower", "price")
    return Run(
        id=store_id,
        created="2025-11-21T10:00:00+00:00",
        version="0.1.0",
        request=Request("houses.csv", "price", features=("size", "place"), learning_rate=0.1),
        contract=contract(),
        split=Split("random", 0.25, 3, 4, (2,)),
        model=Model(
            Representation(
                (NumberColumn("size", 2.5),),
                (TextColumn("place", "sea", ("hill",)),),
                ((1,), (2,)),
                (2.5, 7.5, 0.25),
                (1.1, 5.0, 0.4),
                2,
                "standard",
            ),
            (0.1 + 0.2, -0.0, inf, 5e-324),
            True,
            "squared",
            "price",
        ),
        trace=Trace(
            step=np.arange(2),
            loss=np.array([1.0, nan]),
            learning_rate=np.array([0.1, 0.1]),
            rule="gradient_descent",
            names=("size", "size^2", "place=hill", "intercept"),
            stop=Stop("non_finite", "the loss overflowed at step 1"),
            params=np.array([[0.0] * 4, [inf] * 4]),
            facts={"sharpness": Fact(2.0, "exact")},
        ),
        diagnosis=Diagnosis(
            "diverging",
            (
                Finding(
                    "diverging",
                    "error",
                    "The loss grows",
                    "it grew to infinity",
                    MappingProxyType({"loss": inf, "lowest": -inf, "growth": np.float64(2.0)}),
                    (Remedy("set it lower", {"learning_rate": 0.5, "steps": 9, "scale": "none"}),),
                ),
            ),
            ("separable",),
            {"noise_floor": "more steps"},
        ),
        evaluation=Evaluation(
            "1 of 4 rows held out",
            1,
            "always predicts the mean",
            (score,),
            ((0.5, nan),),
            (ErrorSlice("size above 2", 3, -1.0, -2.0, inf),),
            Confusion(0.5, 1, 2, 3, 4),
            ("it is bad",),
            None,
        ),
        sample=Sample("size", (1.0, 2.0), (10.0, nan), (9.0, inf), (False, True), (0.0,), (1.0,)),
        seconds={"descend": 0.25},
        minimum=Minimum({"size": 1.0}, None, 16.5, "QR"),
        landscape=Landscape(
            "both", "x", "y", (0.0, 1.0), (0.0,), ((1.0, inf),), (0.5,), (0.5,), (0,), (0.1, nan)
        ),
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs.db")


def keep(store: Store, run: Run, **more: Any) -> Run:
    documents = begin_documents(run.request, run.contract, run.split)
    with store.begin("houses", documents) as writer:
        writer.finish(run.trace, save_documents(run, **more))
    return load_run(store, "last")


def test_a_run_comes_back_as_it_was(store: Store) -> None:
    was, back = a_run("houses-1"), keep(store, a_run())
    for name in Run.__slots__:
        if name != "trace":
            # repr tells NaN, -0.0 and the last digit of every number
            assert _plain(getattr(back, name)) == _plain(getattr(was, name)), name
    np.testing.assert_array_equal(back.trace.params, was.trace.params)
    assert back.trace.stop == was.trace.stop


def _plain(part: object) -> str:
    return (
        repr(part)
        .replace("mappingproxy({", "{")
        .replace("})", "}")
        .replace("np.float64(2.0)", "2.0")
    )


def test_parts_that_are_none_stay_none(store: Store) -> None:
    back = keep(store, replace(a_run(), minimum=None, landscape=None))
    assert back.minimum is None
    assert back.landscape is None


def test_every_document_is_plain_json() -> None:
    for text in save_documents(a_run()).values():
        json.loads(text, parse_constant=pytest.fail)  # no NaN, no Infinity: strict JSON


def test_the_model_is_numbers_in_json() -> None:
    model = json.loads(save_documents(a_run())["model"])
    assert model["params"] == [0.30000000000000004, -0.0, {"non_finite": "inf"}, 5e-324]
    assert model["representation"]["numbers"] == [{"name": "size", "fill": 2.5}]


requests = st.builds(
    Request,
    source=st.text(max_size=9),
    target=st.text(max_size=9),
    features=st.none() | st.lists(st.text(max_size=5), max_size=3).map(tuple),
    learning_rate=st.floats() | st.just("auto"),
    batch=st.none() | st.integers(1, 2**62),
    tolerance=st.floats(),
    intercept=st.booleans(),
)
remedies = st.builds(
    Remedy,
    st.text(max_size=9),
    st.dictionaries(
        st.text(max_size=5), st.floats() | st.integers(-9, 2**40) | st.text(max_size=4)
    ),
)
findings = st.builds(
    Finding,
    code=st.text(max_size=5),
    severity=st.sampled_from(["info", "warning", "error"]),
    title=st.text(max_size=5),
    because=st.text(max_size=5),
    evidence=st.dictionaries(st.text(max_size=5), st.floats()),
    remedies=st.lists(remedies, max_size=2).map(tuple),
)


@given(requests | findings)
@settings(max_examples=100, deadline=None)
def test_any_part_comes_back_as_it_was(part: Request | Finding) -> None:
    text = saved._to_json(part)  # pyright: ignore[reportPrivateUsage]
    back = saved._from_json(text, type(part), "'part'")  # pyright: ignore[reportPrivateUsage]
    assert repr(back) == repr(part)


# the line in the list of runs


def test_the_summary_of_a_run(store: Store) -> None:
    keep(store, a_run())
    assert summary_of(store.runs()[0]) == Summary(
        "houses.csv", "price", "diverging", a_run().evaluation.scores[0]
    )


def test_the_summary_of_a_run_that_goes_on(store: Store) -> None:
    run = a_run()
    with store.begin("houses", begin_documents(run.request, run.contract, run.split)):
        assert summary_of(store.runs()[0]) == Summary("houses.csv", "price")


def test_a_run_of_another_writer_has_no_summary(store: Store) -> None:
    with store.begin("watched", {}):
        pass
    assert summary_of(store.runs()[0]) is None


# what later evaluations compare with


@pytest.mark.parametrize(
    ("target", "classes", "given_one", "expected"),
    [
        (PRICE, (), 27.5, 27.5),
        (PRICE, (), None, 25.0),
        (SICK, ("no", "yes"), None, 0.75),
        (SICK, ("yes", "no"), None, 0.25),
        (KIND, ("a", "b", "c"), None, (0.25, 0.5, 0.25)),
        (KIND, ("a", "b", "c"), (0.5, 0.25, 0.25), (0.5, 0.25, 0.25)),
    ],
)
def test_the_baseline(
    store: Store,
    target: Column,
    classes: tuple[str, ...],
    given_one: Baseline | None,
    expected: Baseline,
) -> None:
    keep(store, replace(a_run(), contract=contract(target, classes)), baseline=given_one)
    assert load_baseline(store, "last") == expected


# what cannot be loaded


def test_a_killed_run_tells_its_parts_and_has_no_model(store: Store) -> None:
    run = a_run()
    with store.begin("houses", begin_documents(run.request, run.contract, run.split)):
        pass
    assert load_part(store, "houses-1", "contract", Contract) == run.contract
    assert load_part(store, "houses-1", "split", Split) == run.split
    assert load_part(store, "houses-1", "model", Model) is None
    with pytest.raises(InputError, match=r"houses-1 .interrupted. holds no model: 0 steps"):
        load_run(store, "houses-1")


def test_a_finished_run_without_a_part_is_refused(store: Store) -> None:
    run = a_run()
    documents = save_documents(run)
    del documents["sample"]
    with store.begin("houses", {}) as writer:
        writer.finish(run.trace, documents)
    with pytest.raises(InputError, match=r"houses-1 in .* holds no document 'sample'"):
        load_run(store, "last")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1, 2", "Expecting"),
        ("{}", "missing required field `method`"),
        ('{"method":"random","share":"0.2","seed":0,"rows":4,"held_out":[]}', r"share"),
        ('{"method":"random","share":{"non_finite":"x"},"seed":0,"rows":4,"held_out":[]}', "x"),
    ],
)
def test_a_document_that_does_not_fit_is_refused(store: Store, text: str, reason: str) -> None:
    with store.begin("houses", {"split": text}):
        pass
    with pytest.raises(InputError, match=f"'split' of the run houses-1 cannot be read: .*{reason}"):
        load_part(store, "houses-1", "split", Split)


# whole documents with the right checksums, and wrong all the same

Change = Callable[[dict[str, Any]], Any]


def keep_changed(store: Store, name: str, change: Change) -> None:
    documents = save_documents(a_run())
    document = json.loads(documents[name])
    change(document)
    with store.begin("houses", {}) as writer:
        writer.finish(a_run().trace, documents | {name: json.dumps(document)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(params=[1.0, 2.0]), "2 parameters where 4 are needed"),
        (lambda d: d.update(classes=["no"]), "1 classes with the squared loss"),
        (lambda d: d.update(loss="logistic", classes=["no"]), "1 classes with the logistic loss"),
        (lambda d: d.update(loss="cubic"), "cubic"),
        (lambda d: d["representation"].update(powers=[[1], [-1]]), "powers that do not fit"),
        (lambda d: d["representation"].update(powers=[[1], [3]]), "without the lower one"),
        (lambda d: d["representation"].update(spread=[1.0, 0.0, 1.0]), "spread that is not above"),
    ],
)
def test_a_model_whose_parts_do_not_fit_is_refused(store: Store, change: Change, said: str) -> None:
    keep_changed(store, "model", change)
    for load in (load_model, load_run):
        with pytest.raises(InputError, match=f"model of the run houses-1 .*{said}"):
            load(store, "last")


@pytest.mark.parametrize("created", ["", "yesterday", "2025-13-40"])
def test_a_run_with_a_bad_date_is_refused(store: Store, created: str) -> None:
    keep_changed(store, "about", lambda d: d.update(created=created))
    with pytest.raises(InputError, match="the run houses-1 has no readable date"):
        load_run(store, "last")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"method":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"method":"random","share":' + "9" * 400 + ',"seed":0,"rows":4,"held_out":[]}',
        '{"method":"random","share":{"non_finite":[]},"seed":0,"rows":4,"held_out":[]}',
    ],
    ids=["opened", "deep", "a number too large", "a list for a number"],
)
def test_a_document_made_to_break_the_reader_is_refused(store: Store, text: str) -> None:
    with store.begin("houses", {"split": text}):
        pass
    with pytest.raises(InputError, match="'split' of the run houses-1 cannot be read"):
        load_part(store, "houses-1", "split", Split)
