"""Writes models/<name>/: graph, statistics, pictures, card, and last the manifest with the digest of each file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx

from .additive import AdditiveModel
from .columns import Array
from .onnx_export import build_graph, run_graph
from .statistics_file import InputInfo, write_json

PARITY = 1e-9


@dataclass(frozen=True)
class Release:
    """What a manifest says beyond the model; see `models/model.schema.json`."""

    name: str
    version: str
    title: str
    family: str
    preference: int
    role: str
    licence: str
    training: Mapping[str, object]
    validation: Mapping[str, object]
    limits: Sequence[str]
    attributes: Mapping[int, str]
    simulated: bool = False
    thresholds: Sequence[Mapping[str, object]] = field(default_factory=tuple)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_release(
    folder: Path,
    release: Release,
    model: AdditiveModel,
    raw: Array,
    inputs: Mapping[str, InputInfo],
    statistics: Mapping[str, object],
    card: str,
) -> None:
    """`folder` is models/<name>; pictures are already in `folder/pictures`. Raises when graph and model differ."""
    if folder.name != release.name:
        raise ValueError("the folder must have the name of the model")
    if set(release.attributes) != set(range(1, 32)):
        raise ValueError("all 31 source attributes are needed")
    folder.mkdir(parents=True, exist_ok=True)
    graph = build_graph(model, release.name)
    difference = float(np.abs(run_graph(graph, raw) - model.probabilities(raw)).max())
    if difference > PARITY:
        raise ValueError(f"graph and model differ by {difference}")
    onnx.save(graph, str(folder / "model.onnx"))
    write_json(folder / "statistics.json", statistics)
    (folder / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    manifest = {
        "$schema": "../model.schema.json",
        "name": release.name,
        "version": release.version,
        "kind": "tabular",
        "title": release.title,
        "family": release.family,
        "preference": release.preference,
        "classes": list(model.classes),
        "role": release.role,
        **({"simulated": True} if release.simulated else {}),
        "attributes": {str(k): release.attributes[k] for k in sorted(release.attributes)},
        "licence": release.licence,
        "files": [{"path": f, "sha256": _digest(folder / f)} for f in ("model.onnx", "statistics.json")],
        "inputs": [
            {
                "name": "features",
                "type": "float64",
                "shape": ["batch", len(model.inputs)],
                "unit": "1" if len({inputs[n].unit for n in model.inputs}) > 1 else inputs[model.inputs[0]].unit,
            }
        ],
        "outputs": [
            {"name": "probabilities", "type": "float64", "shape": ["batch", len(model.classes)], "unit": "1", "range": [0, 1]}
        ],
        **({"thresholds": list(release.thresholds)} if release.thresholds else {}),
        "training": dict(release.training),
        "validation": dict(release.validation),
        "limits": list(release.limits),
    }
    (folder / "model.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
