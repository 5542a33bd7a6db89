"""A site's own model of the mRS at 90 days, on tables with a made-up outcome: named simulated everywhere."""

import json
import os
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from stroke_training import mrs_training
from stroke_training.mrs_90_days import train_site
from stroke_training.mrs_models import LANGUAGE, LOCATION, MOTOR_TRACT
from stroke_training.mrs_training import Effort
from stroke_training.site_texts import TEMPLATE
from stroke_training.tables import BadTable

MODELS = Path(__file__).parents[2]
SOOP = Path(os.environ.get("SOOP", MODELS.parent.parent / "shared" / "data" / "soop"))
QUICK = Effort(figures=20, covariance=20)
THRESHOLDS = np.array([2.0, 0.8, 0.0, -0.9, -2.0, -2.8])


@pytest.fixture(autouse=True)
def one_repeat(monkeypatch):
    monkeypatch.setattr(mrs_training, "REPEATS", 1)


def synthetic_outcome(age, nihss, volume, seed=11):
    linear = 0.05 * (age - 65) + 2 * (np.log10(nihss + 2) - 0.9) + 0.6 * (np.log10(volume + 0.5) - 1)
    u = np.random.default_rng(seed).uniform(size=len(linear))
    return (u[:, None] < expit(linear[:, None] + THRESHOLDS)).sum(1)


def made_up(tmp_path, n=320):
    rng = np.random.default_rng(12)
    age, nihss, volume = rng.integers(35, 95, n), rng.integers(0, 28, n), rng.gamma(0.6, 40, n) + 0.1
    ids = [f"made-up-{i}" for i in range(n)]
    table, features = tmp_path / "table.csv", tmp_path / "features.csv"
    pd.DataFrame(
        {"participant_id": ids, "age": age, "nihss": nihss, "mrs_90_days": synthetic_outcome(age, nihss, volume)}
    ).to_csv(table, index=False)
    places = {c.input: rng.beta(0.3, 3, n).round(4) for c in (*LOCATION, *LANGUAGE, *MOTOR_TRACT)}
    pd.DataFrame({"participant_id": ids, "volumeMl": volume.round(3), **places}).to_csv(features, index=False)
    return table, features


def test_a_table_without_lesions_gives_the_clinical_model_in_the_shadow(tmp_path):
    table, _ = made_up(tmp_path)
    (folder,) = train_site(table, None, None, "mrs-simulated", tmp_path / "models", True, effort=QUICK)
    manifest = json.loads((folder / "model.json").read_text())
    jsonschema.validate(manifest, json.loads((MODELS / "model.schema.json").read_text()))
    jsonschema.validate(
        json.loads((folder / "statistics.json").read_text()), json.loads((MODELS / "statistics.schema.json").read_text())
    )
    assert folder.name == manifest["name"] == "mrs-simulated-clinical"
    assert (manifest["family"], manifest["role"], manifest["simulated"]) == ("mrs-90-days", "shadow", True)
    assert manifest["title"].startswith("SIMULATED")
    card = (folder / "MODEL_CARD.md").read_text()
    assert "SIMULATED" in card and "TRIPOD+AI" in card and "discharge" not in card
    # as the equation that made the outcome has it
    assert manifest["validation"]["metrics"]["auroc"] > 0.7
    assert sorted(p.name for p in (folder / "pictures").iterdir()) == ["calibration.svg", "dependence.svg", "importance.svg"]


def test_no_id_and_no_row_of_a_patient_leaves_the_table(tmp_path):
    table, _ = made_up(tmp_path)
    (folder,) = train_site(table, None, None, "mrs-simulated", tmp_path / "models", True, effort=QUICK)
    for file in (p for p in folder.rglob("*") if p.is_file() and p.suffix != ".onnx"):
        assert "made-up-" not in file.read_text(encoding="utf-8")


def test_a_real_table_needs_the_answers_of_the_site(tmp_path):
    table, _ = made_up(tmp_path)
    with pytest.raises(BadTable, match="--about is missing"):
        train_site(table, None, None, "mrs-ours", tmp_path, effort=QUICK)
    with pytest.raises(BadTable, match="not answered: .*ethics"):
        train_site(table, None, TEMPLATE, "mrs-ours", tmp_path, effort=QUICK)


@pytest.mark.parametrize(("name", "simulated"), [("mrs-ours", True), ("mrs-simulated", False), ("../x", False)])
def test_the_name_must_say_whether_it_is_made_up(tmp_path, name, simulated):
    table, _ = made_up(tmp_path)
    with pytest.raises(BadTable, match="--name"):
        train_site(table, None, None, name, tmp_path, simulated, effort=QUICK)


def test_a_table_without_any_usable_input_is_refused(tmp_path):
    path = tmp_path / "table.csv"
    pd.DataFrame({"participant_id": [f"p{i}" for i in range(200)], "mrs_90_days": np.arange(200) % 7}).to_csv(path, index=False)
    with pytest.raises(BadTable, match="the table has neither"):
        train_site(path, None, None, "mrs-simulated", tmp_path, True, effort=QUICK)


@pytest.mark.skipif(not SOOP.exists(), reason="the development data are not beside the checkout (../shared/data/soop)")
def test_the_development_table_with_a_synthetic_outcome_gives_all_three_models(tmp_path):
    people = pd.read_csv(SOOP / "participants_dev.tsv", sep="\t", na_values=["n/a"], dtype={"age": str})
    lesions = pd.read_csv(SOOP / "features_dev.csv")
    both = people.merge(lesions, on="participant_id").dropna(subset=["age", "nihss"]).head(400)
    age = both.age.str.removesuffix("+").astype(float)
    table, features = tmp_path / "synthetic-outcome.csv", tmp_path / "features.csv"
    both.assign(mrs_90_days=synthetic_outcome(age.to_numpy(), both.nihss.to_numpy(), both.vol_ml.to_numpy()))[
        ["participant_id", "sex", "race", "age", "nihss", "mrs_90_days"]
    ].to_csv(table, index=False)
    # Reference columns under the product's names: the synthetic outcome knows no place.
    stand_ins = {c.input: both.cov_ACA for c in (*LOCATION, *LANGUAGE, *MOTOR_TRACT)}
    pd.DataFrame({"participant_id": both.participant_id, "volumeMl": both.vol_ml, **stand_ins}).to_csv(features, index=False)
    folders = train_site(table, features, None, "mrs-simulated", tmp_path / "models", True, effort=QUICK)
    assert [f.name for f in folders] == [f"mrs-simulated-{s}" for s in ("lesion", "lesion-no-nihss", "clinical")]
    lesion, _, clinical = [json.loads((f / "model.json").read_text())["validation"]["metrics"] for f in folders]
    assert lesion["auroc"] > clinical["auroc"] > 0.7
