"""Synthetic hemorrhages: labels where blood can be seen, thresholds and parts as the product uses them. Needs torch and the data."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="requirements-imaging.txt is not installed")
pytest.importorskip("nibabel", reason="requirements-imaging.txt is not installed")

DATA = Path(__file__).parents[4] / "shared" / "data"

from stroke_imaging.ct_acquisition import BRIGHTEST_HU, acquire, seen_label, thick_slices, window_8_bit  # noqa: E402
from stroke_imaging.ct_scans import CUTS, random_scans  # noqa: E402
from stroke_imaging.head_mask import inside_skull  # noqa: E402
from stroke_imaging.head import Grid, random_head  # noqa: E402
from stroke_imaging.hemorrhage.constants import EDEMA, EXTRA_AXIAL, INTRAPARENCHYMAL  # noqa: E402
from stroke_imaging.hemorrhage.evaluate import wilson  # noqa: E402
from stroke_imaging.hemorrhage.measure import Thresholds, dice, is_blood, label_map  # noqa: E402
from stroke_imaging.hemorrhage.network import BRAIN_HU, leveled  # noqa: E402
from stroke_imaging.hemorrhage_shapes import Canvas, draw_extra_axial, draw_intraparenchymal  # noqa: E402
from stroke_imaging.template import load_template  # noqa: E402


@pytest.fixture(scope="module")
def template():
    if not (DATA / "ct-template").is_dir():
        pytest.skip("the data folder ../shared/data is not beside the checkout")
    return load_template(DATA)


@pytest.fixture(scope="module")
def head(template):
    return random_head(template, Grid((10 * CUTS, 96, 80), (5 / CUTS, 2.4, 2.4)), np.random.default_rng(2))


def test_nothing_is_labelled_without_bleeding(template):
    scans = random_scans(template, np.random.default_rng(0), 6, 2, bleeding=0.0)
    assert all(int(s.slices.label.sum()) == 0 and s.drawn == () for s in scans)


@pytest.mark.parametrize("seed", range(4))
def test_a_hematoma_is_brighter_than_before_where_it_is_labelled(head, seed):
    rng = np.random.default_rng(seed)
    canvas = Canvas.of(head)
    while not canvas.drawn:  # its place may lie outside these slices
        draw_intraparenchymal(rng, canvas, (8, 20))
    before, after = thick_slices(Canvas.of(head)), thick_slices(canvas)
    marked = after.label == INTRAPARENCHYMAL
    assert float((after.hu - before.hu)[marked].median()) > 6
    assert float(after.bone[marked].max()) < 0.5
    edema = after.label == EDEMA
    if edema.any():
        assert float((after.hu - before.hu)[edema].mean()) < 0


def test_a_collection_that_is_not_brighter_than_brain_is_not_labelled(head):
    for seed in range(60):
        canvas = Canvas.of(head)
        draw_extra_axial(np.random.default_rng(seed), canvas)
        label = thick_slices(canvas).label
        if canvas.drawn and canvas.drawn[0].kind.endswith(("isodense", "chronic")):
            raise AssertionError(f"labelled: {canvas.drawn[0]}")
        if (label == EXTRA_AXIAL).any():
            assert canvas.drawn


def test_the_same_seed_gives_the_same_scan_and_another_scanner_another(template):
    first, second = (random_scans(template, np.random.default_rng(3), 4, 1)[0].slices for _ in range(2))
    assert torch.equal(first.hu, second.hu)
    assert torch.equal(acquire(np.random.default_rng(1), first), acquire(np.random.default_rng(1), second))
    assert not torch.equal(acquire(np.random.default_rng(1), first), acquire(np.random.default_rng(2), first))


def test_a_window_of_8_bits_keeps_256_steps():
    hu = window_8_bit(np.random.default_rng(0), torch.linspace(-1000, 1000, 100_000).view(1, 100, 1000))
    assert len(torch.unique(hu)) <= 256


def test_blood_is_never_asked_for_where_bone_makes_a_voxel_brighter_than_blood():
    label = torch.tensor([1, 1, 3, 0], dtype=torch.uint8)
    hu = torch.tensor([60.0, BRIGHTEST_HU + 1, 300.0, 30.0])
    assert seen_label(label, hu).tolist() == [1, 0, 0, 0]


def test_the_brightness_of_a_slice_does_not_matter_and_the_contrast_does():
    rng = np.random.default_rng(0)
    slices = torch.from_numpy(rng.normal(33, 4, (1, 3, 32, 32)).astype(np.float32))
    slices[..., :4] = 900.0  # bone
    slices[:, :, 10:16, 10:16] = 68.0  # blood
    first, brighter = leveled(slices), leveled(slices + torch.tensor([0.0, 9.0, -6.0]).view(1, 3, 1, 1))
    assert torch.allclose(first, brighter, atol=0.5)
    assert float(first[0, 1, 20:, 10:].mean()) == pytest.approx(BRAIN_HU, abs=1)
    assert float(first[0, 1, 12, 12] - first[0, 1, 20:, 10:].mean()) == pytest.approx(35, abs=1)
    air = torch.full((1, 3, 32, 32), -1000.0)
    assert torch.equal(leveled(air), air)


def test_slices_near_the_vertex_are_not_looked_at():
    z, y, x = np.mgrid[-60:67:2, -70:71:2, -70:71:2].astype(np.float32)
    away = np.sqrt(z**2 + y**2 + x**2)
    hu = np.where(away < 60, 30, np.where(away < 68, 1000, -1000)).astype(np.float32)
    inside = inside_skull(hu, 2.0).sum((1, 2))
    assert inside[np.argmin(np.abs(z[:, 0, 0] - 54))] > 0
    assert inside[np.argmin(np.abs(z[:, 0, 0] - 58))] == 0
    assert inside[np.argmin(np.abs(z[:, 0, 0] + 50))] > 0


@pytest.mark.parametrize("gap", [0, 30, 50])
def test_a_skull_that_bone_does_not_close_still_holds_its_brain(gap):
    z, y, x = np.mgrid[-2:3, -60:60, -50:50].astype(np.float32)
    away = np.hypot(x / 40, y / 45)
    wall = np.where(np.degrees(np.abs(np.arctan2(x, -y))) < gap / 2, 32, 900)
    hu = np.where(away < 1, 32, np.where(away < 1.12, wall, -1000)).astype(np.float32)
    inside = inside_skull(hu, 2.0)
    assert inside[away < 1].mean() > 0.95
    assert not inside[away > 1.5].any()


def test_small_and_doubtful_parts_are_taken_away():
    probability = np.zeros((6, 3, 16, 16), np.float32)
    probability[1, 1, 2:8, 2:8] = 0.9  # 36 voxels, sure
    probability[1, 1, 12, 12] = 0.99  # one voxel
    probability[1, 0, 0, 10:16] = 0.55  # doubtful
    probability[5, 1, 9, 2:8] = 0.8
    probability[0] = 1 - probability[1:].sum(0)
    label = label_map(probability, Thresholds(0.5, 0.8, 0.1), voxel_ml=0.01)
    assert int((label == 1).sum()) == 36
    assert int((label == EDEMA).sum()) == 6
    nothing = label_map(probability * 0, Thresholds(0.5, 0.8, 0.1), voxel_ml=0.01)
    assert not nothing.any()


def test_measures():
    a = np.array([1, 1, 0, 0], bool)
    assert dice(a, np.array([1, 0, 0, 0], bool)) == pytest.approx(2 / 3)
    assert dice(a & False, a & False) == 1
    assert is_blood(np.array([0, 1, 4, 5], np.uint8)).tolist() == [False, True, True, False]
    share = wilson(95, 100)
    assert share["low"] < 0.95 < share["high"]
