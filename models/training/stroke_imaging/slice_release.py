"""From a trained slice network to models/<name>/: graph, manifest and card, with the figures of its own evaluation."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .slice_unet import MULTIPLE_OF, Probabilities

OPSET = 17
PARITY = 1e-4


def export_graph(network: nn.Module, channels: int, input_name: str, path: Path) -> float:
    """Writes the graph (float32, open numbers of slices, rows, columns). Returns the largest difference to torch.

    Raises ValueError when onnxruntime says something else than torch, on sizes other than those of the tracing.
    """
    import onnxruntime

    network = Probabilities(network.float().to(memory_format=torch.contiguous_format)).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    example = torch.zeros(2, channels, 4 * MULTIPLE_OF, 5 * MULTIPLE_OF)
    axes = {0: "slices", 2: "rows", 3: "columns"}
    torch.onnx.export(
        network,
        (example,),
        str(path),
        input_names=[input_name],
        output_names=["probability"],
        dynamic_axes={input_name: axes, "probability": axes},
        opset_version=OPSET,
        dynamo=False,
    )
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    largest = 0.0
    for n, h, w in ((1, 128, 112), (3, 96, 144)):
        x = torch.rand(n, channels, h, w, generator=torch.Generator().manual_seed(n)) * 2
        with torch.no_grad():
            expected = network(x).numpy()
        largest = max(largest, float(np.abs(session.run(None, {input_name: x.numpy()})[0] - expected).max()))
    if largest > PARITY:
        raise ValueError(f"the graph and the network differ by {largest}")
    return largest


def seconds_per_slice(path: Path, channels: int, input_name: str, size: tuple[int, int] = (128, 112)) -> float:
    """Of the graph on one thread, processor time."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    x = np.zeros((4, channels, *size), np.float32)
    session.run(None, {input_name: x})
    begun = time.process_time()
    for _ in range(3):
        session.run(None, {input_name: x})
    return (time.process_time() - begun) / 12


def write_manifest(
    folder: Path,
    *,
    version: str,
    title: str,
    input_name: str,
    channels: int,
    unit: str,
    pixel_mm: float,
    thresholds: Sequence[Mapping[str, object]],
    floors: Sequence[Mapping[str, object]],
    training: Mapping[str, object],
    validation: Mapping[str, object],
    limits: Sequence[str],
) -> None:
    """models/<folder.name>/model.json, last: it holds the digests of the other files."""
    files = [path.name for path in sorted(folder.glob("*.onnx"))] + ["figures.json"]
    manifest = {
        "$schema": "../model.schema.json",
        "name": folder.name,
        "version": version,
        "kind": "imaging",
        "title": title,
        "licence": "Apache-2.0",
        "files": [{"path": f, "sha256": hashlib.sha256((folder / f).read_bytes()).hexdigest()} for f in files],
        "inputs": [
            {
                "name": input_name,
                "type": "float32",
                "shape": ["slices", channels, "rows", "columns"],
                "unit": unit,
                "image": {
                    "modality": "MR",
                    "axes": ["batch", "channel", "row", "column"],
                    "orientation": "SPL",
                    "spacing": [None, pixel_mm, pixel_mm],
                    "intensity": {"kind": "none"},
                },
            }
        ],
        "outputs": [
            {"name": "probability", "type": "float32", "shape": ["slices", 2, "rows", "columns"], "unit": "1", "range": [0, 1]}
        ],
        "opset": OPSET,
        "detectionFloor": list(floors),
        "thresholds": list(thresholds),
        "training": dict(training),
        "validation": dict(validation),
        "limits": list(limits),
    }
    (folder / "model.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_figures(folder: Path, figures: Mapping[str, object]) -> None:
    def rounded(value: object) -> object:
        if isinstance(value, float):
            return round(value, 4)
        if isinstance(value, Mapping):
            return {k: rounded(v) for k, v in value.items()}
        return [rounded(v) for v in value] if isinstance(value, list | tuple) else value

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "figures.json").write_text(json.dumps(rounded(figures), indent=2) + "\n", encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
