"""The graph of an additive model: raw inputs → transformations → linear predictors → probabilities, all in float64.

One input `features` (batch, inputs) in the order of `AdditiveModel.inputs`, one output `probabilities` (batch, classes).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .additive import AdditiveModel
from .columns import Array

OPSET = 13
IR_VERSION = 8


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: object, dtype: type = np.float64) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def node(self, operator: str, *inputs: str, output: str | None = None, **attributes: object) -> str:
        name = output or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name


def _transformed(graph: _Graph, transform: str, values: str, parameters: Array) -> str:
    """`parameters`: (columns, number of parameters), applied to `values` (batch, columns)."""
    zero = graph.constant(0.0)
    given = [graph.constant(parameters[:, i]) for i in range(parameters.shape[1])]

    def log10_plus() -> str:
        shifted = graph.node("Add", graph.node("Max", values, zero), given[0])
        return graph.node("Mul", graph.node("Log", shifted), graph.constant(1 / np.log(10)))

    if transform == "identity":
        return values
    if transform == "log10-plus":
        return log10_plus()
    if transform == "hinge-above":
        return graph.node("Max", graph.node("Sub", values, given[0]), zero)
    if transform == "hinge-below":
        return graph.node("Max", graph.node("Sub", given[0], values), zero)
    if transform == "at-least":
        return graph.node("Cast", graph.node("Not", graph.node("Less", values, given[0])), to=TensorProto.DOUBLE)
    if transform == "equals":
        away = graph.node("Abs", graph.node("Sub", values, given[0]))
        return graph.node("Cast", graph.node("Less", away, graph.constant(1e-9)), to=TensorProto.DOUBLE)
    if transform == "cap":
        return graph.node("Min", graph.node("Max", values, given[0]), given[1])
    if transform == "power":
        return graph.node("Pow", graph.node("Max", values, zero), given[0])
    if transform == "log10-plus-above":
        return graph.node("Max", graph.node("Sub", log10_plus(), given[1]), zero)
    raise ValueError(f"no graph for the transformation {transform!r}")


def build_graph(model: AdditiveModel, name: str) -> onnx.ModelProto:
    graph = _Graph()
    inputs = model.inputs
    place = {n: i for i, n in enumerate(inputs)}
    parts: list[str] = []
    for transform in dict.fromkeys(c.transform for c in model.columns):
        index = [i for i, c in enumerate(model.columns) if c.transform == transform]
        chosen = [model.columns[i] for i in index]
        values = graph.node("Gather", "features", graph.constant([place[c.input] for c in chosen], np.int64), axis=1)
        parameters = np.array([c.parameters for c in chosen], float).reshape(len(chosen), -1)
        moved = _transformed(graph, transform, values, parameters)
        parts.append(graph.node("MatMul", moved, graph.constant(model.coefficients[index])))
    total = parts[0]
    for part in parts[1:]:
        total = graph.node("Add", total, part)
    scores = graph.node("Add", total, graph.constant(model.intercepts))
    classes = len(model.classes)
    if model.link == "softmax":
        graph.node("Softmax", scores, output="probabilities", axis=1)
    else:
        # P(class k) = P(Y >= k) - P(Y >= k + 1)
        above = graph.node("Sigmoid", scores)
        difference = np.zeros((classes - 1, classes))
        for k in range(classes - 1):
            difference[k, k], difference[k, k + 1] = -1.0, 1.0
        first = np.zeros(classes)
        first[0] = 1.0
        raw = graph.node("Add", graph.node("MatMul", above, graph.constant(difference)), graph.constant(first))
        graph.node("Max", raw, graph.constant(0.0), output="probabilities")
    proto = helper.make_graph(
        graph.nodes,
        name,
        [helper.make_tensor_value_info("features", TensorProto.DOUBLE, ["batch", len(inputs)])],
        [helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, ["batch", classes])],
        graph.constants,
    )
    made = helper.make_model(proto, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="stroke_training")
    made.ir_version = IR_VERSION
    onnx.checker.check_model(made)
    return made


def run_graph(graph: onnx.ModelProto | Path, raw: Array) -> Array:
    """Probabilities as onnxruntime computes them on the CPU."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    source = str(graph) if isinstance(graph, Path) else graph.SerializeToString()
    session = onnxruntime.InferenceSession(source, providers=["CPUExecutionProvider"])
    return session.run(["probabilities"], {"features": np.asarray(raw, np.float64)})[0]
