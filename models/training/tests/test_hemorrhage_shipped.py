"""models/hemorrhage as it is shipped: manifest, digests, opset, and a card that says what figures.json says. Needs no torch."""

import hashlib
import json
from pathlib import Path

import jsonschema
import numpy as np
import onnx
import onnxruntime
import pytest

from stroke_imaging.hemorrhage.card import card
from stroke_imaging.hemorrhage.constants import CLASSES, OPSET
from stroke_imaging.hemorrhage.release import LIMITS, manifest

FOLDER = Path(__file__).parents[2] / "hemorrhage"
pytestmark = pytest.mark.skipif(not (FOLDER / "model.json").exists(), reason="no hemorrhage network is shipped")


@pytest.fixture(scope="module")
def shipped():
    return json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def figures():
    return json.loads((FOLDER / "figures.json").read_text(encoding="utf-8"))


def test_manifest_follows_the_schema_and_digests(shipped):
    jsonschema.validate(shipped, json.loads((FOLDER.parent / "model.schema.json").read_text(encoding="utf-8")))
    for file in shipped["files"]:
        assert hashlib.sha256((FOLDER / file["path"]).read_bytes()).hexdigest() == file["sha256"]


def test_manifest_and_card_are_made_from_the_figures(shipped, figures):
    assert manifest(figures, FOLDER) == shipped
    assert card(figures, shipped["version"], LIMITS) == (FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_graph_uses_operators_that_every_runtime_has():
    graph = onnx.load(FOLDER / "model.onnx")
    assert [o.version for o in graph.opset_import if o.domain in ("", "ai.onnx")] == [OPSET]
    assert {o.domain for o in graph.opset_import} <= {"", "ai.onnx"}
    kinds = {node.op_type for node in graph.graph.node}
    assert "ConvTranspose" not in kinds
    leveling = {"Abs", "And", "Cast", "ConstantOfShape", "Div", "Greater", "GreaterOrEqual", "Less", "ReduceSum", "Where"}
    network = {"Add", "Clip", "Concat", "Constant", "Conv", "InstanceNormalization", "Mul", "Relu", "Reshape", "Resize", "Shape", "Softmax", "Sub"}
    assert kinds <= network | leveling


def test_slices_do_not_depend_on_their_company_and_probabilities_add_up():
    session = onnxruntime.InferenceSession(str(FOLDER / "model.onnx"), providers=["CPUExecutionProvider"])
    hu = np.random.default_rng(1).normal(30, 20, (3, 3, 64, 48)).astype(np.float32)
    (together,) = session.run(None, {"hu": hu})
    (alone,) = session.run(None, {"hu": hu[1:2]})
    assert together.shape == (3, len(CLASSES), 64, 48)
    assert np.allclose(together.sum(1), 1, atol=1e-5)
    assert np.allclose(together[1:2], alone, atol=1e-4)
