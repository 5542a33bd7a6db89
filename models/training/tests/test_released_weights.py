"""Training goes on from a released graph: the network with its weights answers as the graph does."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch (requirements-imaging.txt) is not installed")
pytest.importorskip("onnx", reason="onnx (requirements-imaging.txt) is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime (requirements.txt) is not installed")

from stroke_imaging.anatomy_unet import HeadUNet, Labels  # noqa: E402
from stroke_imaging.hemorrhage.network import HemorrhageNetwork  # noqa: E402
from stroke_imaging.released_weights import start_from  # noqa: E402
from stroke_imaging.slice_unet import Probabilities, SliceUNet  # noqa: E402

MODELS = Path(__file__).resolve().parents[2]

CASES = [
    ("hemorrhage", HemorrhageNetwork, lambda network: network, "", (2, 3, 96, 80), 40.0),
    ("diffusion-lesion", lambda: SliceUNet(2), Probabilities, "network.", (2, 2, 96, 80), 1.0),
    ("head-anatomy", HeadUNet, Labels, "network.", (1, 1, 64, 80, 64), 1.0),
]


@pytest.mark.parametrize(("name", "make", "shipped", "prefix", "shape", "spread"), CASES)
def test_answers_as_the_graph(name, make, shipped, prefix, shape, spread):
    network = make().eval()
    graph = MODELS / name / "model.onnx"
    start_from(network, graph, prefix)
    image = np.random.default_rng(0).normal(0, spread, shape).astype(np.float32)
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    expected = session.run(None, {session.get_inputs()[0].name: image})
    with torch.no_grad():
        answer = shipped(network).eval()(torch.from_numpy(image))
    for mine, theirs in zip(answer if isinstance(answer, tuple) else (answer,), expected):
        assert np.abs(mine.numpy().astype(np.float32) - theirs.astype(np.float32)).max() < 1e-3


def test_weights_of_another_network_are_refused():
    with pytest.raises(ValueError, match="does not hold the weights of this network"):
        start_from(SliceUNet(2), MODELS / "hemorrhage" / "model.onnx")
