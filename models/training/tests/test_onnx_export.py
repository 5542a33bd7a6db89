"""The graph computes what the trainer computes, for every transformation and link."""

import numpy as np
import pytest

from stroke_training.additive import LINKS, AdditiveModel
from stroke_training.columns import TRANSFORMS, Column
from stroke_training.onnx_export import build_graph, run_graph

PARAMETERS = {
    "log10-plus": (0.01,),
    "hinge-above": (2.0,),
    "hinge-below": (3.0,),
    "at-least": (1.0,),
    "equals": (0.0,),
    "cap": (1.0, 6.0),
    "power": (0.5,),
    "log10-plus-above": (0.1, 0.5),
}


@pytest.mark.parametrize("link", LINKS)
def test_graph_and_model_agree(link):
    rng = np.random.default_rng(3)
    columns = tuple(Column(n, t, t, PARAMETERS.get(t, ())) for t in TRANSFORMS for n in ("a", "b"))
    classes = ("no", "yes") if link == "logit" else tuple("abcde")
    outputs = len(classes) if link == "softmax" else 1
    intercepts = rng.normal(size=len(classes)) if link == "softmax" else -np.arange(len(classes) - 1.0)
    model = AdditiveModel(
        link, classes, columns, intercepts, rng.normal(size=(len(columns), outputs)) * 0.3, np.zeros(len(columns))
    )
    raw = np.vstack([rng.gamma(1, 3, (500, 2)), [[0, 0], [1, 1], [-2, 1e6], [1e-12, 2]]])
    p = run_graph(build_graph(model, "test"), raw)
    assert p.dtype == np.float64
    assert np.abs(p - model.probabilities(raw)).max() < 1e-12
    assert np.abs(p.sum(1) - 1).max() < 1e-12


def test_every_transformation_has_a_graph():
    assert {t for t, (n, _) in TRANSFORMS.items() if n} == set(PARAMETERS)
