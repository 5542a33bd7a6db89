"""The path of a site: table → checks → model → folder, on a SIMULATED cohort."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest

from stroke_training.hemorrhage_card import TEMPLATE, load_about
from stroke_training.hemorrhage_models import compare, fit_tuned, measures, spline_columns
from stroke_training.hemorrhage_table import INPUTS, load_cohort
from stroke_training.hemorrhagic_transformation import main
from stroke_training.onnx_export import run_graph
from stroke_training.simulate_cohort import simulate
from stroke_training.tables import BadTable

MODELS = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def simulated() -> pd.DataFrame:
    return simulate(700)


@pytest.fixture(scope="module")
def table(simulated: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "simulated-cohort.csv"
    simulated.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def folder(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models")
    name = "simulated-hemorrhage-risk"
    code = main(["--table", str(table), "--name", name, "--out", str(out), "--repeats", "1", "--folds", "3", "--draws", "20"])
    assert code == 0
    return out / name


def problems_of(frame: pd.DataFrame, path: Path) -> str:
    frame.to_csv(path, index=False)
    with pytest.raises(BadTable) as caught:
        load_cohort(path, "hemorrhage")
    return str(caught.value)


def test_the_simulation_is_the_same_for_the_same_seed_and_marks_every_row(simulated: pd.DataFrame) -> None:
    assert simulate(700).equals(simulated)
    assert not simulate(700, 1).equals(simulated)
    assert (simulated.simulated == 1).all()
    assert simulated.patient_id.str.startswith("simulated-").all()
    assert 0.06 < simulated.hemorrhage.mean() < 0.2


def test_the_folder_is_valid_and_says_simulated_everywhere(folder: Path) -> None:
    manifest = json.loads((folder / "model.json").read_text())
    statistics = json.loads((folder / "statistics.json").read_text())
    jsonschema.validate(manifest, json.loads((MODELS / "model.schema.json").read_text()))
    jsonschema.validate(statistics, json.loads((MODELS / "statistics.schema.json").read_text()))
    assert manifest["role"] == "shadow"
    assert manifest["simulated"] is True
    assert manifest["title"].startswith("SIMULATED")
    assert manifest["limits"][0].startswith("SIMULATED")
    assert "SIMULATED" in statistics["reference"]["population"]
    card = (folder / "MODEL_CARD.md").read_text()
    assert card.startswith("# SIMULATED")
    assert "may never be used in care" in card
    assert "validated" not in card.lower()
    for picture in ("calibration", "importance", "dependence"):
        assert f"pictures/{picture}.svg" in card
        assert (folder / "pictures" / f"{picture}.svg").exists()
    assert set(manifest["attributes"]) == {str(i) for i in range(1, 32)}


def test_no_row_of_the_table_can_be_read_from_the_model(folder: Path, simulated: pd.DataFrame) -> None:
    statistics = json.loads((folder / "statistics.json").read_text())
    names = [i["name"] for i in statistics["inputs"]]
    rows = {tuple(r) for r in simulated[names].dropna().to_numpy(float).round(4).tolist()}
    assert not rows & {tuple(r) for r in statistics["reference"]["rows"]}
    assert "simulated-0001" not in (folder / "statistics.json").read_text()


def test_graph_trainer_and_statistics_agree_on_every_row(folder: Path, table: Path) -> None:
    cohort = load_cohort(table, "hemorrhage")
    statistics = json.loads((folder / "statistics.json").read_text())
    names = [i["name"] for i in statistics["inputs"]]
    raw = cohort.frame[names].to_numpy(float)
    p = run_graph(folder / "model.onnx", raw)[:, 1]
    from stroke_training.columns import Column

    eta = np.full(len(raw), statistics["intercepts"][0])
    for c in statistics["columns"]:
        column = Column(c["input"], c["group"], c["transform"], tuple(c["parameters"]))
        eta += c["coefficients"][0] * column.apply(raw[:, names.index(c["input"])])
    np.testing.assert_allclose(p, 1 / (1 + np.exp(-eta)), atol=1e-9)


def test_a_candidate_never_sees_the_subjects_that_it_is_tested_on(table: Path) -> None:
    """Random outcomes cannot be predicted: an AUROC away from 0.5 would mean a leak."""
    cohort = load_cohort(table, "hemorrhage")
    y = np.random.default_rng(7).permutation(cohort.y)
    out = compare(cohort.raw, y, cohort.groups, cohort.inputs, 1, 3, 7)
    for name, p in out.items():
        assert 0.38 < measures(y, p[0])["auroc"] < 0.62, name


def test_splines_find_a_threshold_that_a_line_cannot() -> None:
    rng = np.random.default_rng(3)
    raw = np.column_stack([rng.uniform(40, 90, 2000), rng.integers(0, 30, 2000), rng.uniform(80, 300, 2000)])
    logit = -3 + 0.05 * np.maximum(0, raw[:, 2] - 220)
    y = (rng.random(2000) < 1 / (1 + np.exp(-logit))).astype(int)
    inputs = ("age", "nihss", "glucose")
    groups = np.arange(2000).astype(str)
    half = np.arange(2000) < 1000
    spline, _ = fit_tuned(raw[half], y[half], groups[half], inputs, False, 1)
    line, _ = fit_tuned(raw[half], y[half], groups[half], inputs, True, 1)
    loss = {m: measures(y[~half], k.probabilities(raw[~half])[:, 1])["brier"] for m, k in (("s", spline), ("l", line))}
    assert loss["s"] < loss["l"]
    assert len(spline_columns(raw, inputs)) == 9


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda f: f.drop(columns="nihss"), "the column nihss is missing"),
        (lambda f: f.drop(columns=[c for c in f if "Volume" in c or "erm" in c]), "no perfusion column"),
        (lambda f: f.assign(glucose=f.glucose / 18.0156 + 15), "looks like mmol/L"),
        (lambda f: f.assign(age=f.age.where(f.index != 3, 720)), "age is not a number from 18 to 120 in 1 row (5)"),
        (lambda f: f.assign(tmaxOver14Volume=f.hypoperfusionVolume + 5), "exceeds severeHypoperfusionVolume"),
        (lambda f: f.assign(hemorrhage=2), "hemorrhage is not a number from 0 to 1"),
        (lambda f: f.assign(coreVolume=f.hemorrhage * 100), "alone tells the outcome"),
        (lambda f: f.head(120), "at least 150 are needed"),
        (lambda f: f.assign(simulated=[1] * 10 + [0] * (len(f) - 10)), "never mix"),
        (lambda f: f.assign(patient_id="one"), "used twice"),
    ],
)
def test_a_bad_table_is_refused_in_plain_words(simulated, tmp_path, change, expected) -> None:
    assert expected in problems_of(change(simulated.copy()), tmp_path / "simulated-bad.csv")


def test_a_problem_never_quotes_a_value(simulated: pd.DataFrame, tmp_path: Path) -> None:
    frame = simulated.astype({"age": object})
    frame.loc[2, "age"] = "Jane Doe"
    assert "Jane" not in problems_of(frame, tmp_path / "simulated-bad.csv")


def test_a_column_with_many_gaps_is_left_out_and_named(simulated: pd.DataFrame, tmp_path: Path) -> None:
    frame = simulated.copy()
    frame.loc[frame.index < 300, "coreVolume"] = np.nan
    path = tmp_path / "simulated-gaps.csv"
    frame.to_csv(path, index=False)
    cohort = load_cohort(path, "hemorrhage")
    assert "coreVolume" not in cohort.inputs
    assert any("coreVolume is missing in 43%" in w for w in cohort.warnings)


def test_simulated_and_real_cannot_be_confused_by_name(table: Path, simulated: pd.DataFrame, tmp_path: Path) -> None:
    assert main(["--table", str(table), "--name", "hemorrhage-risk", "--out", str(tmp_path)]) == 1
    real = tmp_path / "table.csv"
    simulated.drop(columns="simulated").to_csv(real, index=False)
    assert main(["--table", str(real), "--name", "simulated-x", "--out", str(tmp_path)]) == 1
    assert not list(tmp_path.glob("*/model.json"))


def test_a_real_model_needs_what_only_the_site_knows(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="--about is missing"):
        load_about(None, False)
    about = tmp_path / "about.json"
    about.write_text(TEMPLATE.read_text())
    with pytest.raises(BadTable, match="outcome is not answered"):
        load_about(about, False)
    about.write_text(json.dumps({k: "told" for k in json.loads(TEMPLATE.read_text())}))
    assert set(load_about(about, False).values()) == {"told"}


def test_a_site_trains_its_own_and_the_definition_stands_in_the_title(simulated: pd.DataFrame, tmp_path: Path) -> None:
    """The same rows without the mark stand in for a site's table: no other is at hand."""
    table = tmp_path / "ours.csv"
    simulated.drop(columns=["simulated", "sex"]).to_csv(table, index=False)
    about = {k: "told by the site" for k in json.loads(TEMPLATE.read_text())} | {"outcome": "PH1 or PH2 (ECASS) at 22 to 36 h"}
    (tmp_path / "about.json").write_text(json.dumps(about))
    run = ["--table", str(table), "--about", str(tmp_path / "about.json"), "--name", "hemorrhage-risk-ours"]
    assert main([*run, "--out", str(tmp_path / "models"), "--repeats", "1", "--folds", "3", "--draws", "20"]) == 0
    folder = tmp_path / "models" / "hemorrhage-risk-ours"
    manifest = json.loads((folder / "model.json").read_text())
    assert manifest["role"] == "shadow"
    assert "simulated" not in manifest
    assert manifest["title"].endswith("PH1 or PH2 (ECASS) at 22 to 36 h")
    card = (folder / "MODEL_CARD.md").read_text()
    assert "simulated" not in card.lower()
    assert "Not tested on patients from elsewhere" in card


def test_every_input_has_what_the_service_needs() -> None:
    assert {"unit", "low", "high", "group", "scale", "noise"} == set.intersection(*(set(i) for i in INPUTS.values()))
