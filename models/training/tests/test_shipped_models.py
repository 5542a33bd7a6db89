"""What lies under models/: as the schemas say, digests right, and the statistics alone give the graph's answer."""

import hashlib
import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from scipy.special import expit, softmax

from stroke_training.columns import TRANSFORMS
from stroke_training.onnx_export import run_graph

MODELS = Path(__file__).parents[2]
SHIPPED = sorted(p.parent for p in MODELS.glob("*/statistics.json"))
OUTCOME = [p for p in SHIPPED if p.name.startswith("discharge-mrs-")]


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def by_statistics(statistics, raw):
    """Written from the schema alone, without the code of the trainer's model."""
    names = [i["name"] for i in statistics["inputs"]]
    linear = 0
    for column in statistics["columns"]:
        t = TRANSFORMS[column["transform"]][1](raw[:, names.index(column["input"])], *column["parameters"])
        linear = linear + t[:, None] * np.array(column["coefficients"])
    score = linear + np.array(statistics["intercepts"])
    if statistics["link"] == "softmax":
        return softmax(score, axis=1)
    above = np.hstack([np.ones((len(raw), 1)), expit(score), np.zeros((len(raw), 1))])
    return above[:, :-1] - above[:, 1:]


def test_the_three_models_of_the_outcome_are_there():
    assert [p.name for p in OUTCOME] == ["discharge-mrs-clinical", "discharge-mrs-lesion", "discharge-mrs-lesion-no-nihss"]


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda p: p.name)
def test_manifest_and_statistics_follow_their_schemas_and_digests(folder):
    manifest, statistics = read(folder / "model.json"), read(folder / "statistics.json")
    jsonschema.validate(manifest, read(MODELS / "model.schema.json"))
    jsonschema.validate(statistics, read(MODELS / "statistics.schema.json"))
    for file in manifest["files"]:
        assert hashlib.sha256((folder / file["path"]).read_bytes()).hexdigest() == file["sha256"]
    assert {f["path"] for f in manifest["files"]} >= {"model.onnx", "statistics.json"}
    assert manifest["classes"] == statistics["classes"]
    assert set(manifest["attributes"]) == {str(i) for i in range(1, 32)}
    groups = {}
    for column in statistics["columns"]:
        groups.setdefault(column["input"], set()).add(column["group"])
    assert all(len(g) == 1 for g in groups.values())


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda p: p.name)
def test_graph_statistics_and_recorded_answers_agree(folder):
    statistics = read(folder / "statistics.json")
    for rows in (np.array(statistics["checks"]["rows"], float), np.array(statistics["reference"]["rows"], float)):
        assert np.abs(run_graph(folder / "model.onnx", rows) - by_statistics(statistics, rows)).max() < 1e-9
    recorded = np.array(statistics["checks"]["probabilities"])
    assert np.abs(by_statistics(statistics, np.array(statistics["checks"]["rows"], float)) - recorded).max() < 1e-9


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda p: p.name)
def test_covariance_is_one_and_fits_the_parameters(folder):
    statistics = read(folder / "statistics.json")
    covariance = np.array(statistics["covariance"]["matrix"])
    parameters = len(statistics["intercepts"]) + sum(len(c["coefficients"]) for c in statistics["columns"])
    assert covariance.shape == (parameters, parameters)
    assert np.abs(covariance - covariance.T).max() < 1e-9
    assert np.linalg.eigvalsh(covariance).min() > -1e-6 * np.trace(covariance)


@pytest.mark.parametrize("folder", OUTCOME, ids=lambda p: p.name)
def test_a_worse_input_never_gives_a_better_outcome(folder):
    statistics = read(folder / "statistics.json")
    rows = np.array(statistics["reference"]["rows"], float)
    poor = by_statistics(statistics, rows)[:, 3:].sum(1)
    for i, entry in enumerate(statistics["inputs"]):
        worse = rows.copy()
        worse[:, i] += 0.1 * (entry["high"] - entry["low"])
        assert (by_statistics(statistics, worse)[:, 3:].sum(1) >= poor - 1e-12).all(), entry["name"]


@pytest.mark.parametrize("folder", OUTCOME, ids=lambda p: p.name)
def test_the_outcome_is_named_at_discharge_and_no_outside_data_are_claimed(folder):
    text = (folder / "MODEL_CARD.md").read_text(encoding="utf-8") + (folder / "model.json").read_text(encoding="utf-8")
    assert "At discharge, not at 90 days" in text
    assert "validated" not in text.lower()
    assert "no external validation" in text


@pytest.mark.parametrize("folder", OUTCOME, ids=lambda p: p.name)
def test_reference_rows_are_as_severe_as_the_subjects(folder):
    reference, statistics = read(folder / "statistics.json")["reference"], read(folder / "statistics.json")
    probabilities = by_statistics(statistics, np.array(reference["rows"], float))
    linear = np.array(reference["weights"]) @ np.log(probabilities[:, 3:].sum(1) / probabilities[:, :3].sum(1))
    assert linear == pytest.approx(statistics["intercepts"][2] + reference["meanLinear"][0], abs=0.06)


@pytest.mark.parametrize("folder", OUTCOME, ids=lambda p: p.name)
def test_a_card_says_what_its_sets_intervals_and_figures_do_not_promise(folder):
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    limits = " ".join(read(folder / "model.json")["limits"])
    assert "on average, not for each grade" in limits and "grade 6" in limits
    assert "uncertainty of the coefficients" in limits
    assert "chosen on these subjects" in limits
    if folder.name.endswith("clinical"):
        assert "motor tract" not in card.split("## Compared")[0] and "with a mask" not in read(folder / "model.json")["attributes"]["13"]


def test_the_figures_reach_what_was_asked_for():
    lesion = read(MODELS / "discharge-mrs-lesion" / "model.json")["validation"]["metrics"]
    assert lesion["auroc"] >= 0.81 and lesion["aurocWorst"] >= 0.84
    assert 0.9 <= lesion["slope"] <= 1.1
    assert lesion["kappa"] >= 0.53 and lesion["cIndex"] >= 0.74
