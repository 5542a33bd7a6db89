"""Where ischemic tissue lies: shapes on the template's grid, for synthetic infarcts and early ischemic change.

Half of the shapes are masks of real infarcts (SOOP, diffusion MR, MNI space), of which only the shape is used; the others are
unions of arterial territories (Liu 2023, Sci Data 10:74) and of ASPECTS regions. Subjects that may be the same person are never
split between training and test.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import torch

from .anatomy_labels import LABELS_FILE, label_of
from .template import SHAPE, read_grid

HELD_OUT_FOLD = "0"
"""Of `fold_rep0` in groups_dev.csv: subjects whose shapes are never trained on."""
SMALLEST_ML = 1.0
MCA = {"lenticulostriate": (3, 5), "frontal": (7,), "parietal": (9,), "temporal": (11,), "occipital": (13,), "insular": (15,)}
"""Labels of the arterial atlas on the left; one more on the right."""
OTHERS = {"aca": (1,), "pca": (17, 19), "thalamus": (21,), "choroidal": (23,), "superior cerebellar": (27,), "inferior cerebellar": (29,)}
ASPECTS = ("caudate", "lentiform", "internalCapsule", "insula", "m1", "m2", "m3", "m4", "m5", "m6")
VOXEL_ML = 0.008


def subjects(data: Path, held_out: bool) -> list[str]:
    """Subjects with a mask, of the training or of the held-out fold (group-safe)."""
    with open(data / "soop" / "groups_dev.csv", newline="") as file:
        return [r["participant_id"] for r in csv.DictReader(file) if (r["fold_rep0"] == HELD_OUT_FOLD) == held_out]


def on_template(volume: np.ndarray) -> np.ndarray:
    """[z, y, x] of the template's grid from a 1 mm volume of SOOP (first axis from the patient's right, x = 78 - i; y = j - 112,
    z = k - 50); labels by nearest neighbor, 0 outside."""
    k, j, i = (np.arange(n) for n in SHAPE)
    x, y, z = 78 - (90 - 2 * i), (90 - 2 * j) + 112, (2 * k - 72) + 50
    out = np.zeros(SHAPE, volume.dtype)
    inside = [(a >= 0) & (a < n) for a, n in zip((x, y, z), volume.shape)]
    part = volume[np.ix_(x[inside[0]], y[inside[1]], z[inside[2]])]
    out[np.ix_(inside[2], inside[1], inside[0])] = part.transpose(2, 1, 0)
    return out


@dataclass(frozen=True)
class Shapes:
    """Masks of real infarcts as packed bits, one row a subject, and the labels of two maps on the template's grid."""

    infarcts: np.ndarray
    volumes: np.ndarray
    territories: np.ndarray
    anatomy: np.ndarray

    def draw(self, rng: np.random.Generator) -> torch.Tensor:
        """[z, y, x] float32, 0 or 1: one shape of a random kind."""
        kind = rng.choice(["infarct", "territory", "aspects", "other"], p=[0.5, 0.25, 0.15, 0.1])
        side = int(rng.integers(2))
        if kind == "infarct":
            mask = np.unpackbits(self.infarcts[rng.choice(len(self.infarcts), p=self.volumes)])[: np.prod(SHAPE)].reshape(SHAPE)
            mask = mask[:, :, ::-1] if rng.random() < 0.5 else mask
        elif kind == "aspects":
            names = rng.choice(ASPECTS, rng.integers(1, 6), replace=False)
            mask = np.isin(self.anatomy, [label_of(name, ("left", "right")[side]) for name in names])
        else:
            groups = MCA if kind == "territory" else OTHERS
            count = rng.integers(1, 5) if kind == "territory" else 1
            names = rng.choice(list(groups), count, replace=False)
            mask = np.isin(self.territories, [n + side for name in names for n in groups[name]])
        return torch.from_numpy(np.ascontiguousarray(mask, np.float32))


def load_shapes(data: Path, *, held_out: bool, cache: Path | None = None) -> Shapes:
    """Reads all masks of the fold (a minute; then from `cache`)."""
    stored = None if cache is None else cache / f"shapes-{'test' if held_out else 'train'}.npz"
    if stored is not None and stored.exists():
        packed, ml = (np.load(stored)[name] for name in ("packed", "ml"))
    else:
        rows, sizes = [], []
        for subject in subjects(data, held_out):
            path = data / "soop" / "masks" / f"bwsr{subject}_lesion.nii.gz"
            if not path.exists():
                continue
            mask = on_template(np.asarray(nibabel.load(path).dataobj) > 0)
            if mask.sum() * VOXEL_ML >= SMALLEST_ML:
                rows.append(np.packbits(mask))
                sizes.append(mask.sum() * VOXEL_ML)
        packed, ml = np.stack(rows), np.array(sizes)
        if stored is not None:
            stored.parent.mkdir(parents=True, exist_ok=True)
            np.savez(stored, packed=packed, ml=ml)
    weights = np.sqrt(np.minimum(ml, 100))
    atlas = np.asarray(nibabel.load(data / "soop" / "atlas" / "ArterialAtlas136.nii.gz").dataobj).astype(np.uint8)
    return Shapes(packed, weights / weights.sum(), on_template(atlas), read_grid(LABELS_FILE).astype(np.uint8))
