"""A model as an ONNX graph in double precision: one input for each column, as pipelines have.

Opset 19 and version 3 of the machine learning operators: ONNX 1.14 and onnxruntime 1.16 on.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from steepest.data.reading import MISSING_LEVEL
from steepest.data.representation import TextColumn
from steepest.errors import MissingDependencyError
from steepest.exporting.json_file import json_file
from steepest.exporting.origin import Origin
from steepest.exporting.score_limit import score_limit
from steepest.model import Model
from steepest.trace import Array

__all__ = ["ONNX_MARK", "onnx_file"]

ONNX_MARK = b"steepest"
OPSET, ML_OPSET, IR = 19, 3, 9
_ML = "ai.onnx.ml"


def onnx_file(origin: Origin) -> bytes:
    """The graph, checked by onnx; MissingDependencyError where that is not installed.

    Inputs, each (rows, 1): float64 for a number or truth, NaN where it is missing; string for a
    text, "(missing)" where it is missing, as is "" where no training row had that. Outputs:
    `prediction` (rows, 1) of a number; of classes `label` (rows,) and `probabilities` (rows, K).
    A graph raises nothing: an infinite value gives a prediction that is none.
    """
    onnx = _onnx()
    graph = _Graph(onnx, set(origin.columns))
    score = _score(graph, origin.model)
    outputs = _outputs(graph, origin.model, score)
    inputs = [_input(onnx, column.name, "DOUBLE") for column in origin.model.representation.numbers]
    inputs += [_input(onnx, column.name, "STRING") for column in origin.model.representation.texts]
    made = onnx.helper.make_graph(graph.nodes, "steepest", inputs, outputs, graph.constants)
    model = onnx.helper.make_model(
        made,
        producer_name="steepest",
        producer_version=origin.version,
        ir_version=IR,
        opset_imports=[
            onnx.helper.make_opsetid("", OPSET),
            onnx.helper.make_opsetid(_ML, ML_OPSET),
        ],
        doc_string=origin.sentence,
    )
    onnx.helper.set_model_props(model, _properties(origin))
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def _onnx() -> Any:
    """The one door to onnx, which is not installed unless asked for."""
    try:
        onnx: Any = importlib.import_module("onnx")
        for part in ("checker", "helper", "numpy_helper"):
            importlib.import_module(f"onnx.{part}")
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"the export to ONNX needs the package {error.name}, which is not installed: "
            'pip install "steepest[onnx]"'
        ) from error
    return onnx


def _properties(origin: Origin) -> dict[str, str]:
    """What the graph itself does not say; "model" holds all that the JSON export does."""
    return {
        "target": origin.model.target,
        "loss": origin.model.loss,
        "run": origin.run or "",
        "created": origin.created or "",
        "missing_text": MISSING_LEVEL,
        "steepest": json_file(origin).decode(),
    }


@dataclass(slots=True)
class _Graph:
    """Nodes and constants as they are added; names that no column has."""

    onnx: Any
    taken: set[str]
    nodes: list[Any] = field(default_factory=list[Any])
    constants: list[Any] = field(default_factory=list[Any])

    def name(self, wanted: str) -> str:
        """The name, longer where a column or another value has it."""
        while wanted in self.taken:
            wanted += "_"
        self.taken.add(wanted)
        return wanted

    def add(self, operator: str, *inputs: str, named: str | None = None, **settings: Any) -> str:
        """One operation; the name of its result."""
        output = named or self.name(f"{operator.lower()}:{len(self.nodes)}")
        domain = _ML if operator == "LabelEncoder" else ""
        node = self.onnx.helper.make_node(operator, inputs, [output], domain=domain, **settings)
        self.nodes.append(node)
        return output

    def constant(self, values: Array | list[str]) -> str:
        """Numbers, or texts; their name."""
        name = self.name(f"constant:{len(self.constants)}")
        kinds = self.onnx.TensorProto
        if isinstance(values, list):
            coded = [text.encode("utf-8") for text in values]
            tensor = self.onnx.helper.make_tensor(name, kinds.STRING, [len(coded)], coded)
        else:
            tensor = self.onnx.numpy_helper.from_array(np.ascontiguousarray(values), name)
        self.constants.append(tensor)
        return name


def _input(onnx: Any, name: str, kind: str) -> Any:
    return onnx.helper.make_tensor_value_info(name, getattr(onnx.TensorProto, kind), [None, 1])


def _score(graph: _Graph, model: Model) -> str:
    """(rows, scores): the centred terms times their coefficients."""
    shape = model.representation
    parts = [*_monomials(graph, model), *(_one_hot(graph, text) for text in shape.texts)]
    raw = graph.add("Concat", *[part for part in parts if part], axis=1)
    centred = graph.add("Sub", raw, graph.constant(np.array(shape.centre)[None]))
    weights = model.rows()  # (K, p)
    # not a Div: onnxruntime fuses one by a single number with the product, in single precision
    slopes = weights[:, : len(shape.spread)] / np.array(shape.spread)
    ends = weights[:, -1] if model.intercept_learned else np.zeros(model.scores)
    product = graph.add("MatMul", centred, graph.constant(slopes.T.copy()))
    return graph.add("Add", product, graph.constant(ends[None].copy()))


def _monomials(graph: _Graph, model: Model) -> list[str]:
    """(rows, 1) for each, made as the representation makes them: lower ones times a column."""
    filled = [
        graph.add(
            "Where",
            graph.add("IsNaN", column.name),
            graph.constant(np.array([[column.fill]])),
            column.name,
        )
        for column in model.representation.numbers
    ]
    made: list[str] = []
    for powers in model.representation.powers:
        factors = [name for name, power in zip(filled, powers, strict=True) for _ in range(power)]
        product = factors[0]
        for factor in factors[1:]:
            product = graph.add("Mul", product, factor)
        made.append(product)
    return made


def _one_hot(graph: _Graph, text: TextColumn) -> str:
    """(rows, levels) 0.0 and 1.0; a level that the training rows did not have is in none."""
    if not text.levels:
        return ""
    places = {level: place for place, level in enumerate(text.levels)}
    if MISSING_LEVEL in places and "" not in (text.reference, *text.levels):
        places[""] = places[MISSING_LEVEL]
    code = graph.add(
        "LabelEncoder",
        text.name,
        keys_strings=list(places),
        values_int64s=list(places.values()),
        default_int64=-1,
    )
    each = graph.constant(np.arange(len(text.levels), dtype=np.int64)[None])  # pyright: ignore[reportArgumentType]
    return graph.add("Cast", graph.add("Equal", code, each), to=graph.onnx.TensorProto.DOUBLE)


def _outputs(graph: _Graph, model: Model, score: str) -> list[Any]:
    kinds, info = graph.onnx.TensorProto, graph.onnx.helper.make_tensor_value_info
    if not model.classes:
        prediction = graph.name("prediction")
        graph.add("Exp" if model.loss == "poisson" else "Identity", score, named=prediction)
        return [info(prediction, kinds.DOUBLE, [None, 1])]
    label, shares = graph.name("label"), graph.name("probabilities")
    names = graph.constant(list(model.classes))
    if model.loss == "softmax":
        graph.add("Softmax", score, named=shares, axis=1)
        place = _decided(graph, model, shares)
    else:
        positive = graph.add("Sigmoid", score)
        negative = graph.add("Sigmoid", graph.add("Neg", score))
        graph.add("Concat", negative, positive, named=shares, axis=1)
        limit = graph.constant(np.array([[score_limit(model.threshold)]]))
        above = graph.add("GreaterOrEqual", score, limit)
        flat = graph.add("Reshape", above, graph.constant(np.array([-1])))  # pyright: ignore[reportArgumentType]
        place = graph.add("Cast", flat, to=kinds.INT64)
    graph.add("Gather", names, place, named=label)
    return [
        info(label, kinds.STRING, [None]),
        info(shares, kinds.DOUBLE, [None, len(model.classes)]),
    ]


def _decided(graph: _Graph, model: Model, shares: str) -> str:
    """(rows,) the place of the class of the least expected cost, or of the largest probability."""
    if not model.costs:
        return graph.add("ArgMax", shares, axis=1, keepdims=0)
    expected = graph.add("MatMul", shares, graph.constant(np.array(model.costs)))
    return graph.add("ArgMin", expected, axis=1, keepdims=0)
