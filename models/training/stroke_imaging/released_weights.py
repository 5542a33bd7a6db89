"""The weights of a released graph, to train on from: checkpoints are not in the repository, graphs are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn


def released_weights(graph: Path) -> dict[str, Tensor]:
    """Weights by the names that they had in the exported module.

    The exporter keeps the names of convolutions. It splits each group norm into a normalization, a product and a sum with
    unnamed factors: those belong to the norm that follows the last convolution (`….0.weight` → `….1.weight`, `….1.bias`).
    """
    model = onnx.load(graph).graph
    values = {i.name: torch.from_numpy(np.array(numpy_helper.to_array(i), np.float32)) for i in model.initializer}
    for node in model.node:
        if node.op_type == "Constant":
            values[node.output[0]] = torch.from_numpy(np.array(numpy_helper.to_array(node.attribute[0].t), np.float32))
    named = {name: value for name, value in values.items() if name.endswith((".weight", ".bias")) and "::" not in name}
    layer, wanted = "", []
    for node in model.node:
        if node.op_type == "Conv":
            layer = node.input[1].removesuffix(".0.weight")
        elif node.op_type == "InstanceNormalization":
            wanted = ["weight", "bias"]
        elif wanted and node.op_type in ("Mul", "Add"):
            factor = next(values[name] for name in node.input if name in values)
            named[f"{layer}.1.{wanted.pop(0)}"] = factor.reshape(-1)
    return named


def start_from(network: nn.Module, graph: Path, prefix: str = "") -> None:
    """Puts the weights of `graph` into `network`; `prefix` is what the exported module put before its names.

    Raises ValueError naming the weights that the graph lacks or that have another shape.
    """
    found = {name.removeprefix(prefix): value for name, value in released_weights(graph).items()}
    own = network.state_dict()
    wrong = [name for name, value in own.items() if name not in found or found[name].shape != value.shape]
    if wrong:
        raise ValueError(f"{graph} does not hold the weights of this network: {', '.join(wrong[:5])}")
    network.load_state_dict({name: found[name] for name in own})
