"""The trained network as an ONNX graph."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from .constants import CONTEXT, OPSET
from .train import trained


def export(checkpoint: Path, out: Path, say=print) -> None:
    """Writes `out`/model.onnx and compares it with the network on random HU of other sizes. Raises ValueError when they differ."""
    network = trained(checkpoint)
    out.mkdir(parents=True, exist_ok=True)
    path = out / "model.onnx"
    torch.onnx.export(
        network,
        (torch.zeros(2, CONTEXT, 160, 128),),
        str(path),
        input_names=["hu"],
        output_names=["probability"],
        dynamic_axes={"hu": {0: "slices", 2: "rows", 3: "columns"}, "probability": {0: "slices", 2: "rows", 3: "columns"}},
        opset_version=OPSET,
        dynamo=False,
    )
    graph = onnx.load(path)
    onnx.checker.check_model(graph)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    hu = torch.from_numpy(np.random.default_rng(0).normal(20, 60, (3, CONTEXT, 192, 144)).astype(np.float32))
    with torch.no_grad():
        expected = network(hu).numpy()
    (answer,) = session.run(None, {"hu": hu.numpy()})
    worst = float(np.abs(answer - expected).max())
    if worst > 1e-3:
        raise ValueError(f"the graph differs from the network by {worst:.2e}")
    say(f"{path}: {path.stat().st_size / 1e6:.1f} MB, differs from the network by {worst:.1e} at most")
