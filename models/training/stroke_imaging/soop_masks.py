"""Lesion masks of real patients (SOOP, template space, 1 mm): shapes and places of lesions, and which subjects serve for what."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .flair_slices import subjects_of

SHAPE_XYZ = (157, 189, 136)
LEFTMOST_MM, BACK_MM, LOWEST_MM = 78.0, -112.0, -50.0
"""MNI mm of voxel (0, 0, 0): x = 78 - i, y = j - 112, z = k - 50. Below z = -50 nothing was drawn."""
MIDLINE_MM = 1.5


def subjects(soop: Path, folds: tuple[int, ...]) -> list[str]:
    """Subjects of the folds that have a mask, sorted."""
    there = {path.name.removeprefix("bwsr").removesuffix("_lesion.nii.gz") for path in (soop / "masks").glob("bwsrsub-*")}
    return sorted(there & subjects_of(soop, folds))


@lru_cache(maxsize=1500)
def packed_mask(soop: Path, subject: str) -> np.ndarray:
    import nibabel

    voxels = np.asarray(nibabel.load(soop / "masks" / f"bwsr{subject}_lesion.nii.gz").dataobj)
    if voxels.shape != SHAPE_XYZ:
        raise ValueError(f"mask of {subject}: {voxels.shape} voxels, expected {SHAPE_XYZ}")
    return np.packbits(voxels.transpose(2, 1, 0) > 0, axis=-1)


def read_mask(soop: Path, subject: str) -> np.ndarray:
    """uint8 [z, y, x], columns from right to left, rows from back to front."""
    return np.unpackbits(packed_mask(soop, subject), axis=-1)[..., : SHAPE_XYZ[0]]


def carried(mask: np.ndarray, mm: Tensor, *, mirror: bool = False, jitter: np.ndarray | None = None) -> Tensor:
    """The share of lesion at MNI mm [3, d, h, w] (linear).

    `mirror`: about the midline. `jitter` 3 × 4: an affine of the places about the center of the lesion, in mm.
    """
    x, y, z = mm
    if mirror:
        x = 2 * MIDLINE_MM - x
    if jitter is not None:
        k, j, i = (float(at.mean()) for at in np.nonzero(mask))
        cx, cy, cz = LEFTMOST_MM - i, BACK_MM + j, LOWEST_MM + k
        dx, dy, dz = x - cx, y - cy, z - cz
        x, y, z = (row[0] * dx + row[1] * dy + row[2] * dz + row[3] + c for row, c in zip(jitter.tolist(), (cx, cy, cz)))
    nx, ny, nz = SHAPE_XYZ
    place = torch.stack(
        [(LEFTMOST_MM - x) / (nx - 1) * 2 - 1, (y - BACK_MM) / (ny - 1) * 2 - 1, (z - LOWEST_MM) / (nz - 1) * 2 - 1], -1
    )
    volume = torch.from_numpy(mask)[None, None].float()
    return F.grid_sample(volume, place[None], mode="bilinear", padding_mode="zeros", align_corners=True)[0, 0]


def random_jitter(rng: np.random.Generator) -> np.ndarray:
    """3 × 4: turned by up to some 10 degrees, 0.8 to 1.25 as large, moved by some 3 mm."""
    turn = np.eye(3) + 0.1 * rng.standard_normal((3, 3)) * (1 - np.eye(3))
    return np.concatenate([turn * rng.uniform(0.8, 1.25, 3)[:, None], 3 * rng.standard_normal((3, 1))], 1)
