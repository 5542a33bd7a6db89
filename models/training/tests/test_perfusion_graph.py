"""The shipped perfusion graph is what its script builds."""

import importlib.util
from pathlib import Path

PERFUSION = Path(__file__).parents[2] / "perfusion"


def test_the_same_bytes():
    spec = importlib.util.spec_from_file_location("build_graph", PERFUSION / "build_graph.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.build().SerializeToString(deterministic=True) == (PERFUSION / "model.onnx").read_bytes()
