"""The second look at parts of called blood. Needs no torch."""

import json
from pathlib import Path

import numpy as np
import pytest

from stroke_imaging.hemorrhage.measure import Thresholds, label_map, parts_of
from stroke_imaging.hemorrhage.parity import parity
from stroke_imaging.hemorrhage.second_look import SecondLook, ball, fit, out_of_fold

FOLDER = Path(__file__).parents[1]
LOOK = SecondLook((1.0, 0.25, 0.5), (1.0, 0.0, 0.5), -1.0)


def test_a_part_is_its_mean_its_volume_and_its_slices():
    blood = np.zeros((3, 5, 5), np.float32)
    blood[0, 1, 1:3] = (0.5, 0.75)
    blood[1, 2, 2] = 0.55
    blood[0, 3, 4] = 1
    parts = parts_of(blood, 0.5, voxel_ml=2, inside=np.arange(5) < 4 * np.ones((3, 5, 1)))
    assert parts.ml.tolist() == [6, 2]
    assert parts.is_inside.tolist() == [True, False]
    assert parts.features[0] == pytest.approx([np.log(0.6 / 0.4), np.log(6), np.log(2)], abs=1e-6)
    assert parts.features[1] == pytest.approx([np.log(9999), np.log(2), 0], abs=1e-3)
    assert parts_of(blood * 0, 0.5, 2).features.shape == (0, 3)


def test_in_a_single_picture_a_part_is_a_ball():
    # 1 mL: radius 6.2 mm, 1.21 square centimeters in its middle, two and a half slices of 5 mm.
    blood = np.full((1, 11, 11), 0.9, np.float32)
    parts = parts_of(blood, 0.5, voxel_ml=0.005, slice_mm=5)
    assert parts.ml == pytest.approx([1.0], abs=0.002)
    assert np.exp(parts.features[0, 2]) == pytest.approx(2.48, abs=0.01)
    assert ball(np.array([3.0]), 5)[1].tolist() == [1]


def test_features_add_up():
    assert LOOK.probability(np.array([[1.0, 0, 0.5], [2, 4, 2.5]])) == pytest.approx([1 / (1 + np.e), 1 / (1 + np.exp(-2))])


def test_label_map_keeps_what_the_second_look_holds_for_blood():
    probability = np.zeros((6, 2, 16, 16), np.float32)
    probability[1, 0, 2:8, 2:8] = 0.98
    probability[2, 0, 11:15, 11:15] = 0.6
    probability[0] = 1 - probability[1:].sum(0)
    label = label_map(probability, Thresholds(0.5, 0.5, 0.1, second_look=LOOK), voxel_ml=0.01)
    assert int((label == 1).sum()) == 36
    assert int((label > 0).sum()) == 36
    assert int((label_map(probability, Thresholds(0.5, 0.55, 0.1), voxel_ml=0.01) > 0).sum()) == 52


def made_up(count: int, rng):
    """Parts that are the likelier to be blood, the surer, larger and taller they are; ten of each head."""
    features = rng.normal(size=(count, 3)) * (1, 1.5, 0.5) + (1.5, 0, 0.5)
    is_blood = rng.random(count) < 1 / (1 + np.exp(-(features - (1.5, 0, 0.5)) @ (1.5, 0.4, 0.3)))
    return features, np.where(is_blood, rng.uniform(0.4, 1, count), 0.0), np.exp(features[:, 1]), np.arange(count) // 10


def test_a_fit_finds_what_made_the_parts_and_other_heads_judge_them():
    features, share, ml, heads = made_up(1000, np.random.default_rng(0))
    look = fit(features, share, ml)
    assert look.weights == pytest.approx((1.5, 0.4, 0.3), abs=0.35)
    apart = out_of_fold(features, share, ml, heads)
    assert apart[share > 0].mean() > apart[share == 0].mean() + 0.2
    # No part is judged by a look that was fitted on its own head.
    turned = share.copy()
    turned[heads == 3] = 1 - turned[heads == 3]
    assert out_of_fold(features, turned, ml, heads)[heads == 3] == pytest.approx(apart[heads == 3])


def test_parts_that_are_partly_blood_teach_nothing():
    features, share, ml, _ = made_up(300, np.random.default_rng(1))
    more = np.concatenate([features, features[:50] + 9])
    unclear = np.concatenate([share, np.full(50, 0.2)])
    assert fit(more, unclear, np.concatenate([ml, ml[:50]])) == fit(features, share, ml)


def test_the_parity_file_is_that_of_the_figures():
    figures = json.loads((FOLDER.parent / "hemorrhage" / "figures.json").read_text(encoding="utf-8"))
    assert json.loads((FOLDER / "hemorrhage-parity.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(parity(Thresholds.of(figures["thresholds"])))
    )
