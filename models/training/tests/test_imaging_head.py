"""The synthetic head: reproducible, anatomically ordered, and labels move with it. Needs torch and the data folder."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="requirements-imaging.txt is not installed")
pytest.importorskip("nibabel", reason="requirements-imaging.txt is not installed")

DATA = Path(__file__).parents[4] / "shared" / "data"

from stroke_imaging.head import Grid, random_head, sample, template_mm  # noqa: E402
from stroke_imaging.template import hounsfield, load_template, mni_mm  # noqa: E402

GRID = Grid((24, 64, 56), (5.0, 3.2, 3.2))


@pytest.fixture(scope="module")
def template():
    if not (DATA / "ct-template").is_dir():
        pytest.skip("the data folder ../shared/data is not beside the checkout")
    return load_template(DATA)


def test_cormack_units_are_read_back():
    hu = np.array([-1000.0, -124, 0, 40, 76, 600])
    cormack = hu + 1024 + np.clip((hu + 124) * 10, 0, 2000)
    assert np.allclose(hounsfield(cormack), hu, atol=1e-3)


def test_the_same_seed_gives_the_same_head(template):
    first, second, other = (random_head(template, GRID, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert (first.hu == second.hu).all()
    assert (first.hu != other.hu).any()


@pytest.mark.parametrize("seed", range(3))
def test_tissues_have_the_density_of_tissues(template, seed):
    head = random_head(template, GRID, np.random.default_rng(seed))
    deep = head.depth > 12
    assert 26 < float(head.hu[(head.grey > 0.9) & deep].mean()) < 45
    assert 14 < float(head.hu[(head.white > 0.9) & deep].mean()) < 34
    assert float(head.hu[(head.ventricle > 0.9)].mean()) < 16
    assert float(head.hu[head.bone > 0.9].mean()) > 300
    litres = float((head.inside > 0.5).sum()) * np.prod(GRID.spacing) / 1e6
    assert 0.8 < litres < 2.2


def test_columns_run_from_right_to_left_and_rows_from_front_to_back(template):
    x, y, z = mni_mm()
    marks = np.stack([x, y, z])
    mm = template_mm(GRID)
    found = sample(__import__("torch").from_numpy(marks.astype(np.float32)), mm)
    inside = (mm[0].abs() < 88) & (mm[1] < 88) & (mm[1] > -124) & (mm[2] > -70) & (mm[2] < 106)
    assert float((found - mm)[:, inside].abs().max()) < 1e-2
    assert mm[0, 0, 0, 0] > 0 > mm[0, 0, 0, -1]  # right first
    assert mm[1, 0, 0, 0] > mm[1, 0, -1, 0]  # front first
    assert mm[2, 0, 0, 0] < mm[2, -1, 0, 0]  # below first


def test_labels_move_with_the_brain(template):
    head = random_head(template, GRID, np.random.default_rng(1))
    x, _, _ = mni_mm()
    halves = np.where(x > 0, 1, np.where(x < 0, 2, 0)).astype(np.int16)
    carried = head.carry(halves)
    assert carried.dtype == __import__("torch").int16
    assert set(np.unique(carried)) <= {0, 1, 2}
    right = head.brain_mm[0] > 4
    assert (carried[right & (head.brain_mm[0] < 88) & (head.inside > 0.5)] == 1).all()
