"""Bad tables are refused in plain words, all problems at once, without quoting a value."""

import numpy as np
import pandas as pd
import pytest

from stroke_training.tables import BadTable, analysis_set, load_subjects


def table(tmp_path, rows, name="ours.csv", sep=","):
    path = tmp_path / name
    pd.DataFrame(rows).to_csv(path, index=False, sep=sep)
    return path


def rows(n=200, **more):
    rng = np.random.default_rng(7)
    return {
        "participant_id": [f"p{i}" for i in range(n)],
        "age": rng.integers(40, 90, n),
        "nihss": rng.integers(1, 25, n),
        "mrs_90_days": np.arange(n) % 7,
        **more,
    }


@pytest.mark.parametrize("sep", [",", "\t", ";"])
def test_a_good_table_is_read_whatever_its_separator(tmp_path, sep):
    found = load_subjects(table(tmp_path, rows(), sep=sep), "mrs_90_days")
    assert len(found.frame) == 200
    assert found.frame.group.nunique() == 200


def test_89_plus_is_89_and_unknown_is_not_zero(tmp_path):
    content = rows()
    content["age"] = ["89+", "n/a", *content["age"][2:]]
    content["nihss"] = ["", "NA", *content["nihss"][2:]]
    frame = load_subjects(table(tmp_path, content), "mrs_90_days").frame
    assert frame.age[0] == 89
    assert np.isnan(frame.age[1]) and np.isnan(frame.nihss[0]) and np.isnan(frame.nihss[1])


def test_every_problem_is_named_with_its_rows_and_no_value(tmp_path):
    content = rows()
    content["age"] = [17, "sixty", *content["age"][2:]]
    content["nihss"] = [43, 3.5, *content["nihss"][2:]]
    content["mrs_90_days"] = [7, -1, *content["mrs_90_days"][2:]]
    content["participant_id"][5] = "p4"
    with pytest.raises(BadTable) as bad:
        load_subjects(table(tmp_path, content), "mrs_90_days")
    text = "\n".join(bad.value.problems)
    for part in ("participant_id is used twice", "age is not", "nihss is not a whole number", "mrs_90_days is not"):
        assert part in text
    assert "2 rows (2, 3)" in text
    assert "sixty" not in text and "43" not in text


def test_a_missing_column_or_file_is_named(tmp_path):
    content = rows()
    del content["mrs_90_days"]
    with pytest.raises(BadTable, match="the column mrs_90_days is missing"):
        load_subjects(table(tmp_path, content), "mrs_90_days")
    with pytest.raises(BadTable, match="no such file"):
        load_subjects(tmp_path / "nothing.csv", "mrs_90_days")


def test_too_few_subjects_events_or_grades_are_refused(tmp_path):
    few = load_subjects(table(tmp_path, rows(140)), "mrs_90_days")
    with pytest.raises(BadTable, match="at least 150"):
        analysis_set(few, ["age"], False)
    content = rows(300)
    content["mrs_90_days"] = np.where(np.arange(300) % 7 == 5, 4, content["mrs_90_days"])
    with pytest.raises(BadTable, match="mRS of 5"):
        analysis_set(load_subjects(table(tmp_path, content), "mrs_90_days"), ["age"], False)


def test_many_zeros_of_nihss_and_twin_lesions_are_warned_of(tmp_path):
    content = rows()
    content["nihss"] = np.where(np.arange(200) < 60, 0, content["nihss"])
    volumes = np.round(np.linspace(1, 90, 200), 3)
    volumes[1] = volumes[0]
    features = table(
        tmp_path,
        {"participant_id": content["participant_id"], "volumeMl": volumes, "acaCoverage": 0.1},
        "features.csv",
    )
    found = load_subjects(table(tmp_path, content), "mrs_90_days", features)
    assert any("NIHSS is 0 in 30%" in w for w in found.warnings)
    assert any("same person" in w for w in found.warnings)


def test_a_file_that_is_not_of_the_features_command_is_refused(tmp_path):
    features = table(tmp_path, {"participant_id": ["p0"], "vol": [1]}, "features.csv")
    with pytest.raises(BadTable, match="stroke-cds features"):
        load_subjects(table(tmp_path, rows()), "mrs_90_days", features)


def test_a_mask_without_lesion_is_no_lesion_to_learn_from(tmp_path):
    content = rows()
    features = table(
        tmp_path,
        {"participant_id": content["participant_id"], "volumeMl": [0.0, *np.linspace(1, 9, 199)], "acaCoverage": 0.0},
        "features.csv",
    )
    found = analysis_set(load_subjects(table(tmp_path, content), "mrs_90_days", features), ["age"], True)
    assert len(found.frame) == 199
