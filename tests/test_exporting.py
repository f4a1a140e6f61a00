"""Exported models predict what the model predicts, refuse what it refuses, and hold no code."""

from __future__ import annotations

import ast
import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steepest.data import datasets
from steepest.data.representation import NumberColumn, Representation, TextColumn
from steepest.errors import InputError, MissingDependencyError
from steepest.exporting import onnx_file as of_onnx
from steepest.exporting.export import export
from steepest.exporting.json_file import model_from_json_file
from steepest.exporting.literals import assignment, docstring, literal
from steepest.exporting.origin import origin_of
from steepest.exporting.python_file import python_file
from steepest.fitting import fit
from steepest.model import Margin, Model
from steepest.run import Run

RNG = np.random.default_rng(3)
ROWS = 60
TABLE = pl.DataFrame(
    {
        "size": RNG.normal(120.0, 40.0, ROWS).tolist(),
        "year": (2000.0 + RNG.integers(0, 20, ROWS)).tolist(),
        "new": (RNG.random(ROWS) < 0.3).tolist(),
        "place": RNG.choice(["hill", "sea", 'the "old" town', "it's"], ROWS).tolist(),
    }
).with_columns(
    size=pl.when(pl.int_range(ROWS) == 5).then(None).otherwise(pl.col("size")),
    place=pl.when(pl.int_range(ROWS) % 13 == 0).then(None).otherwise(pl.col("place")),
    price=pl.col("size").fill_null(0) / 10 + (pl.col("place") == "sea").fill_null(False) * 5,
)
TABLE = TABLE.with_columns(
    price=pl.col("price") + pl.Series(RNG.random(ROWS)),
    dear=pl.when(pl.col("price") > 12).then(pl.lit("yes")).otherwise(pl.lit("no")),
    band=(pl.col("price") // 6).clip(0, 2).replace_strict({0: "low", 1: "middle", 2: "high"}),
)
NEW = pl.DataFrame(
    {
        "size": [100.0, None, 1e6, -5.0],
        "year": [2010.0, 1990.0, None, 2010.5],
        "new": [True, None, False, True],
        "place": ["sea", None, "the moon", 'the "old" town'],
    }
)
FEATURES = ["size", "year", "new", "place"]
BAND_COSTS = "low->high=9,low->middle=1,middle->low=4,middle->high=1,high->low=30,high->middle=2"
CASES: dict[str, dict[str, Any]] = {
    "squared": {"target": "price"},
    "degree": {"target": "price", "degree": 3},
    "no-intercept": {"target": "price", "intercept": False},
    "as-they-are": {"target": "price", "scale": "none"},
    "huber": {"target": "price", "loss": "huber"},
    "poisson": {"target": "price", "loss": "poisson", "l2": 0.01},
    "two-classes": {"target": "dear", "l2": 0.01},
    "softmax": {"target": "band", "l2": 0.01, "degree": 2},
    "by-cost": {"target": "band", "l2": 0.01, "costs": BAND_COSTS},
}


def fitted(case: str) -> Run:
    return fit(TABLE, features=FEATURES, steps=40, units="size=m2,price=EUR", **CASES[case])


@pytest.fixture(scope="module", params=CASES)
def run(request: pytest.FixtureRequest) -> Run:
    return fitted(request.param)


def functions_of(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(text, "exported.py", "exec"), names)  # noqa: S102
    return names


def of_python(names: dict[str, Any], model: Model, frame: pl.DataFrame) -> np.ndarray:
    answers = [names["predict"](row) for row in frame.to_dicts()]
    if model.scores > 1:
        answers = [[answer[name] for name in model.classes] for answer in answers]
    return np.array(answers)


def test_the_python_file_predicts_as_the_model(run: Run, tmp_path: Path) -> None:
    names = functions_of(export(run, tmp_path / "model.py").read_text("utf-8"))
    for frame in (TABLE, NEW):
        want = run.model.predict(frame)
        assert of_python(names, run.model, frame) == pytest.approx(want, rel=1e-12, abs=1e-12)
        if run.model.classes:
            decided = [names["decide"](row) for row in frame.to_dicts()]
            assert decided == run.model.decide(frame)


def run_graph(path: Path, model: Model, frame: pl.DataFrame) -> list[np.ndarray]:
    ort: Any = pytest.importorskip("onnxruntime")
    feed: dict[str, np.ndarray] = {}
    for number in model.representation.numbers:
        column = frame[number.name].cast(pl.Float64).fill_null(float("nan"))
        feed[number.name] = column.to_numpy()[:, None]
    for text in model.representation.texts:
        levels = frame[text.name].fill_null("").to_list()
        feed[text.name] = np.array(levels, dtype=object)[:, None]
    return ort.InferenceSession(str(path)).run(None, feed)


def check_graph(path: Path, model: Model, frame: pl.DataFrame) -> None:
    given, want = run_graph(path, model, frame), model.predict(frame)
    if not model.classes:
        assert given[0][:, 0] == pytest.approx(want, rel=1e-9)
        return
    assert given[0].tolist() == model.decide(frame)
    shares = given[1] if model.scores > 1 else given[1][:, 1]
    assert shares == pytest.approx(want, rel=1e-9, abs=1e-12)
    assert given[1].sum(axis=1) == pytest.approx(np.ones(frame.height))


def test_the_graph_predicts_as_the_model(run: Run, tmp_path: Path) -> None:
    path = export(run, tmp_path / "model.onnx")
    check_graph(path, run.model, TABLE)
    check_graph(path, run.model, NEW)


@pytest.mark.parametrize("name", datasets.names())
def test_built_in_tables_in_both_forms(name: str, tmp_path: Path) -> None:
    run, frame = fit(name, datasets.describe(name).target, steps=30), datasets.load(name)
    check_graph(export(run, tmp_path / "model.onnx"), run.model, frame)
    names = functions_of(export(run, tmp_path / "model.py").read_text("utf-8"))
    part = frame.head(200)
    want = run.model.predict(part)
    assert of_python(names, run.model, part) == pytest.approx(want, rel=1e-12, abs=1e-12)


def test_the_graph_says_where_it_comes_from(tmp_path: Path) -> None:
    onnx: Any = pytest.importorskip("onnx")
    run = fitted("squared")
    graph = onnx.load(export(run, tmp_path / "model.onnx"))
    held = {entry.key: entry.value for entry in graph.metadata_props}
    assert held["target"] == "price"
    assert held["created"] == run.created
    assert held["missing_text"] == "(missing)"
    assert model_from_json_file(held["steepest"]) == run.model
    assert json.loads(held["steepest"])["contract"]["rows"] == ROWS
    assert [entry.name for entry in graph.graph.input] == FEATURES
    assert graph.producer_name == "steepest"


def test_columns_named_as_outputs_are_kept_apart(tmp_path: Path) -> None:
    data = {"prediction": [1.0, 2.0, 3.0, 4.0] * 3, "label": list("abca") * 3}
    frame = pl.DataFrame(data | {"y": np.arange(12.0)})
    run = fit(frame, "y", steps=20)
    check_graph(export(run, tmp_path / "a.onnx"), run.model, frame)
    classes = frame.with_columns(y=pl.Series(["no", "yes"] * 6))
    run = fit(classes, "y", steps=20, l2=0.1)
    check_graph(export(run, tmp_path / "b.onnx"), run.model, classes)


def test_onnx_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = fitted("squared")
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "steepest\[onnx\]"'):
        export(run, tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()
    assert of_onnx.ONNX_MARK in b"steepest"


def test_the_json_is_read_by_people_and_read_back(run: Run, tmp_path: Path) -> None:
    text = export(run, tmp_path / "model.json").read_text("utf-8")
    assert model_from_json_file(text) == run.model
    document = json.loads(text)
    assert document["kind"] == "steepest export"
    assert document["units"].get("size") == "m2"
    assert {column["name"] for column in document["contract"]["columns"]} == set(TABLE.columns)
    slopes, intercept = run.model.by_class()[0]
    assert document["coefficients"][0]["of"] == pytest.approx(slopes)
    assert document["coefficients"][0]["intercept"] == intercept
    assert text.count("\n") > 50


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[1", "not the JSON of an exported model"),
        ("[1]", "`steepest export` writes one"),
        ('{"kind": "steepest export"}', "`steepest export` writes one"),
        ('{"kind": "steepest export", "format": 2}', "upgrade it"),
        ('{"kind": "steepest export", "format": 0}', "has format 0; a whole number from 1"),
        ('{"kind": "steepest export", "format": -1}', "has format -1"),
        ('{"kind": "steepest export", "format": 1}', "not the JSON of a saved model"),
    ],
)
def test_other_json_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        model_from_json_file(text)


def test_the_same_run_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    for ending in (".py", ".json", ".onnx"):
        first = export(run, tmp_path / f"one{ending}").read_bytes()
        assert export(run, tmp_path / f"two{ending}").read_bytes() == first
        assert export(run, tmp_path / f"one{ending}").read_bytes() == first  # written again


def test_the_python_file_is_laid_out_as_formatters_lay_it_out(run: Run, tmp_path: Path) -> None:
    path = export(run, tmp_path / "model.py")
    words = [sys.executable, "-m", "ruff"]
    for asked in (["format", "--isolated", "--check"], ["check", "--isolated"]):
        done = subprocess.run([*words, *asked, str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    tree = ast.parse(path.read_text("utf-8"))
    imported = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert [ast.unparse(node) for node in imported] == ["import math"]
    assert "EUR" in path.read_text("utf-8") or run.model.classes


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"size": math.inf}, "'size' is inf; expected a finite number"),
        ({"size": "large"}, "'size' is 'large'; expected a number"),
        ({"size": "nan"}, "'size' is 'nan'"),
        ({"size": "1.5"}, "'size' is '1.5'; expected a number"),
        ({"size": "1_000"}, "'size' is '1_000'; expected a number"),
        ({"size": b"1"}, "'size' is b'1'; expected a number"),
        ({"size": 10**400}, "expected a number"),
        ({"size": 1e200}, "too large for a number"),
        ({"size": [1.0]}, "expected a number"),
    ],
)
def test_values_that_cannot_be_used_are_refused(change: dict[str, Any], sentence: str) -> None:
    names = functions_of(python_file(origin_of(fitted("degree"))).decode())
    row = {"size": 100.0, "year": 2010, "new": False, "place": "sea"}
    assert math.isfinite(names["predict"](row))
    with pytest.raises(ValueError, match=sentence):
        names["predict"](row | change)
    with pytest.raises(ValueError, match="the row lacks 'size', 'place'"):
        names["predict"]({"year": 2010, "new": False})
    for no_row in (None, 5, [1.0]):
        with pytest.raises(ValueError, match="expected a dict of its columns"):
            names["predict"](no_row)


def test_what_a_row_may_hold_besides_floats() -> None:
    model = fitted("squared").model
    names = functions_of(python_file(origin_of(model)).decode())
    row = {"size": 100.0, "year": 2010.0, "new": 1.0, "place": "sea", "more": object()}
    same = row | {"size": np.float32(100.0), "year": Decimal("2010"), "new": True}
    assert names["predict"](same) == names["predict"](row)
    empty = names["predict"](row | {"size": None, "place": None})
    for gap in (math.nan, np.float32("nan"), Decimal("nan"), pd.NA, pd.NaT):
        assert names["predict"](row | {"size": gap, "place": gap}) == empty


def test_intervals_come_with_a_model_that_has_them() -> None:
    shape = Representation((NumberColumn("size", 1.0),), (), ((1,),), (2.0,), (0.5,), 1, "standard")
    margins = (Margin(0.5, 1.0, 2.0), Margin(0.9, 3.0, 4.0))
    model = Model(shape, (10.0, 300.0), True, "squared", "price", margins=margins)
    names = functions_of(python_file(origin_of(model)).decode())
    assert names["predict_interval"]({"size": 2.0}) == (297.0, 304.0)
    assert names["predict_interval"]({"size": 2.0}, 0.5) == (299.0, 302.0)
    with pytest.raises(ValueError, match=r"expected one of 0.5, 0.9"):
        names["predict_interval"]({"size": 2.0}, 0.8)


@pytest.mark.parametrize(
    ("known", "usual"), [((0.5, 0.8, 0.9, 0.95), 0.9), ((0.5, 0.8), 0.8), ((0.95, 0.99), 0.95)]
)
def test_the_usual_interval_is_that_of_predict(known: tuple[float, ...], usual: float) -> None:
    shape = Representation((NumberColumn("size", 1.0),), (), ((1,),), (2.0,), (0.5,), 1, "standard")
    margins = tuple(Margin(share, share, 2.0) for share in known)
    model = Model(shape, (10.0, 300.0), True, "squared", "price", margins=margins)
    names = functions_of(python_file(origin_of(model)).decode())
    assert names["predict_interval"]({"size": 2.0}) == (300.0 - usual, 302.0)


def test_an_interval_of_a_count_begins_at_zero() -> None:
    shape = Representation((NumberColumn("size", 1.0),), (), ((1,),), (2.0,), (0.5,), 1, "standard")
    model = Model(shape, (1.0, 0.0), True, "poisson", "visits", margins=(Margin(0.9, 3.0, 4.0),))
    names = functions_of(python_file(origin_of(model)).decode())
    assert names["predict_interval"]({"size": 2.0}) == (0.0, 5.0)
    assert names["predict_interval"]({"size": 4.0})[0] == pytest.approx(math.exp(4.0) - 3.0)


def test_a_row_at_the_threshold_is_decided_as_the_model_decides_it(tmp_path: Path) -> None:
    """Policies choose thresholds that are the probability of some row, to the last digit."""
    run, frame = fit("breast_cancer", "diagnosis", steps=60), datasets.load("breast_cancer")
    probability = run.model.predict(frame)
    place = tmp_path / "m.onnx"
    for row in range(0, frame.height, 12):
        model = replace(run.model, threshold=float(probability[row]))
        want = model.decide(frame)
        assert want[row] == model.classes[1]
        assert run_graph(export(model, place), model, frame)[0].tolist() == want
        names = functions_of(python_file(origin_of(model)).decode())
        assert [names["decide"](one) for one in frame.to_dicts()] == want


@pytest.mark.parametrize("threshold", [0.0, 1.0, math.nextafter(1.0, 2.0)])
def test_thresholds_at_the_ends(threshold: float, tmp_path: Path) -> None:
    run = fitted("two-classes")
    model = replace(run.model, threshold=threshold)
    names = functions_of(python_file(origin_of(model)).decode())
    for frame in (TABLE, NEW):
        assert [names["decide"](one) for one in frame.to_dicts()] == model.decide(frame)
        check_graph(export(model, tmp_path / "m.onnx"), model, frame)


@pytest.mark.parametrize("levels", [("", "a", "b"), ("a", "b")])
def test_a_missing_text_is_told_from_an_empty_one(levels: tuple[str, ...], tmp_path: Path) -> None:
    place = [*levels, None] * 10
    y = [{"": 1.0, "a": 2.0, "b": 4.0, None: 8.0}[level] for level in place]
    frame = pl.DataFrame({"place": place, "x": np.arange(float(len(y))) % 7, "y": y})
    run = fit(frame, "y", holdout=0)
    path = export(run, tmp_path / "m.onnx")
    told = run_graph(path, run.model, frame.with_columns(pl.col("place").fill_null("(missing)")))
    assert told[0][:, 0] == pytest.approx(run.model.predict(frame), rel=1e-12)
    if "" not in levels:
        check_graph(path, run.model, frame)


@pytest.mark.parametrize("year", [1e6, 1e9])
def test_columns_far_from_zero_keep_their_digits(year: float, tmp_path: Path) -> None:
    """Multiplied out, slope times 1e9 less as much would leave seven digits."""
    x = year + np.arange(40.0)
    run = fit({"year": x, "y": np.sin(x) + np.arange(40.0)}, "y", steps=30, holdout=0)
    names = functions_of(export(run, tmp_path / "model.py").read_text("utf-8"))
    frame = pl.DataFrame({"year": x})
    want = run.model.predict(frame)
    assert of_python(names, run.model, frame) == pytest.approx(want, rel=1e-14)
    assert run_graph(export(run, tmp_path / "m.onnx"), run.model, frame)[0][:, 0] == pytest.approx(
        want, rel=1e-14
    )


NASTY = st.text(
    st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12
) | st.sampled_from(
    [
        '"""',
        "'''",
        '\\"""',
        "\\",
        "\n",
        "\r\n",
        "{x}",
        '"""\nimport os\n"""',
        "\u202e",
        "\0",
        "#",
        "%s",
    ]
)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(name=NASTY, other=NASTY, levels=st.lists(NASTY, min_size=2, max_size=4, unique=True))
def test_names_and_levels_are_text_and_nothing_else(
    name: str, other: str, levels: list[str]
) -> None:
    name, other = f"{name}1", f"{other}2"  # a table's columns have names, each its own
    shape = Representation(
        (NumberColumn(name, 1.0),),
        (TextColumn(other, levels[0], tuple(levels[1:])),),
        ((1,),),
        (0.0,) * len(levels),
        (1.0,) * len(levels),
        1,
        "none",
    )
    params = tuple(float(i + 1) for i in range(len(levels)))
    target = levels[-1] + name
    model = Model(shape, params, False, "logistic", target, classes=(levels[0], levels[1]))
    text = python_file(origin_of(model)).decode()
    names = functions_of(text)
    assert names["TARGET"] == target
    assert names["CLASSES"] == model.classes
    for level in levels:
        row = {name: 0.5, other: level}
        want = float(model.predict(pl.DataFrame({key: [value] for key, value in row.items()}))[0])
        assert names["predict"](row) == pytest.approx(want, rel=1e-12)
        assert names["decide"](row) == model.classes[want >= 0.5]
    kinds = {type(node).__name__ for node in ast.parse(text).body}
    assert kinds == {"Expr", "Import", "Assign", "FunctionDef"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | NASTY,
        lambda inner: (
            st.lists(inner, max_size=4).map(tuple) | st.dictionaries(NASTY, inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_a_literal_is_the_value(value: Any) -> None:
    assert ast.literal_eval(literal(value)) == value
    assert assignment("NAME", value).startswith("NAME = ")


@given(st.lists(NASTY, min_size=1, max_size=3))
def test_a_docstring_ends_where_it_should(lines: list[str]) -> None:
    tree = ast.parse(docstring(["Begin.", *(line for text in lines for line in [repr(text)])]))
    assert [type(node) for node in tree.body] == [ast.Expr]


def test_places_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    run = fitted("squared")
    with pytest.raises(InputError, match=r"tells no form .*json, python, onnx"):
        export(run, tmp_path / "model.txt")
    with pytest.raises(InputError, match="no form 'pmml' to export to; known: json, python, onnx"):
        export(run, tmp_path / "model.txt", to="pmml")  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError, match="does not exist"):
        export(run, tmp_path / "none" / "model.py")
    with pytest.raises(InputError, match="is a folder"):
        export(run, tmp_path, to="python")
    mine = tmp_path / "mine.py"
    mine.write_text("print('mine')\n")
    with pytest.raises(InputError, match="no python export of steepest; it was left as it is"):
        export(run, mine)
    assert mine.read_text() == "print('mine')\n"
    assert "predict" in export(run, mine, overwrite=True).read_text("utf-8")
    with pytest.raises(InputError, match="a dict came; expected a Run or a Model"):
        export({}, tmp_path / "model.py")  # pyright: ignore[reportArgumentType]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_no_force_replaces_what_is_no_file(tmp_path: Path) -> None:
    place = tmp_path / "model.py"
    os.mkfifo(place)
    with pytest.raises(InputError, match="a device, a pipe or a socket and not a file"):
        export(fitted("squared"), place, overwrite=True)
    assert place.is_fifo()


def test_a_runaway_is_not_exported(tmp_path: Path) -> None:
    run = fit("houses", "price", learning_rate=10.0, steps=2_000)
    with pytest.raises(InputError, match="its descent diverged"):
        export(run, tmp_path / "model.py")
    assert list(tmp_path.iterdir()) == []


def test_decisions_by_cost_are_not_those_for_the_likeliest() -> None:
    run = fitted("by-cost")
    assert run.model.costs[run.model.classes.index("high")][run.model.classes.index("low")] == 30
    likeliest = [run.model.classes[place] for place in run.model.predict(TABLE).argmax(axis=1)]
    assert run.model.decide(TABLE) != likeliest
