"""Label map and random heads of head-anatomy, and its loss."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch (requirements-imaging.txt) is not installed")
pytest.importorskip("nibabel", reason="nibabel (requirements-imaging.txt) is not installed")

from stroke_imaging import anatomy_heads as heads  # noqa: E402
from stroke_imaging.anatomy_labels import (  # noqa: E402
    MIDLINE, SIDED, STRUCTURES, join_sides, label_of, label_table, load_labels, split_sides)

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not (DATA / "ct-template").exists(), reason="../shared/data/ct-template is not beside the checkout")


def test_every_label_is_in_the_map_once_and_on_its_side():
    rows = label_table()
    assert [row["label"] for row in rows] == list(range(len(MIDLINE) + 2 * len(SIDED)))
    for row in rows:
        if row["side"] is not None:
            assert np.sign(row["centerMm"][0]) == (-1 if row["side"] == "left" else 1), row


def test_halves_of_the_map_mirror_each_other():
    structure, _ = split_sides(load_labels())
    # The first axis runs from +90 mm to -90 mm.
    assert (structure == structure[::-1]).mean() > 0.999


def test_sides_are_split_and_joined_without_loss():
    labels = load_labels()
    structure, side = split_sides(labels)
    assert np.array_equal(join_sides(structure, side == 2), labels)
    assert label_of("pons") == 6 and label_of("m6", "right") == 31


def test_volumes_are_those_of_an_adult():
    ml = {}
    for row in label_table():
        ml[row["structure"]] = ml.get(row["structure"], 0) + row.get("ml", 0)
    brain = sum(v for k, v in ml.items() if k not in ("background", "headTissue", "cerebrospinalFluid"))
    assert 1200 < brain < 1700
    for name, low, high in (("caudate", 5, 12), ("lentiform", 9, 20), ("thalamus", 10, 25), ("insula", 10, 26),
                            ("lateralVentricle", 15, 50), ("pons", 10, 22)):
        assert low < ml[name] < high, name


@needs_data
def test_the_same_seed_gives_the_same_head_and_every_contrast_differs():
    template = heads.load(DATA)
    shape = (32, 40, 32)
    draw = lambda contrast: heads.example(template, np.random.default_rng(4), shape, 6.0, contrast)
    first, again = draw("ct"), draw("ct")
    assert all(np.array_equal(a, b) for a, b in zip(first, again))
    image, structure, side = first
    assert image.min() >= 0 and image.max() <= 1
    assert set(np.unique(structure)) <= {*range(len(STRUCTURES)), heads.IGNORE}
    # Columns run to the patient's left.
    columns = lambda which: np.nonzero(side == which)[2].mean()
    assert columns(1) > columns(2)
    assert not np.array_equal(draw("t2")[0], image)


@needs_data
def test_an_image_shows_its_labels():
    template = heads.load(DATA)
    rng = np.random.default_rng(11)
    head = heads.bend(template, rng, (64, 80, 64), 3.0)
    hu = heads.image_of(head, "ct", rng)
    of = lambda name: np.nanmedian(hu[head.structure == heads.NUMBER[name]])
    assert of("lateralVentricle") + 5 < of("thalamus")
    assert of("headTissue") != of("thalamus")


def test_loss_is_least_for_the_truth_and_ignores_what_has_no_image():
    from stroke_imaging.head_anatomy import loss_of

    structure = torch.randint(0, len(STRUCTURES), (1, 4, 6, 4))
    side = torch.where(structure >= len(MIDLINE), 2.0, 0.0)
    right = 20 * torch.nn.functional.one_hot(structure, len(STRUCTURES)).movedim(-1, 1).float()
    logits = torch.cat([right, torch.full((1, 1, 4, 6, 4), 20.0)], 1)
    torch.manual_seed(0)
    good = loss_of(logits, structure, side)
    assert good < 0.1
    assert loss_of(logits.roll(1, 2), structure, side) > 1
    hidden = structure.clone()
    hidden[:, 0] = heads.IGNORE
    changed = logits.clone()
    changed[:, :, 0] = 0
    torch.manual_seed(0)
    a = loss_of(logits, hidden, side)
    torch.manual_seed(0)
    assert torch.allclose(a, loss_of(changed, hidden, side))
