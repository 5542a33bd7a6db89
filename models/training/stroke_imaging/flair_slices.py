"""Real FLAIR slices with expert lesion masks (SOOP, 8 bit, template space, skull-stripped), and how they are varied."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

TRAINED, TUNED, TESTED = (0, 1, 2), 3, 4
"""Folds of `fold_rep0`, which never split a group: weights, thresholds, test."""


@dataclass(frozen=True)
class Slices:
    """`images` uint8 and `lesions` 0/1, both [n, h, w]; 1 mm; rows from anterior (or superior) on, columns right to left."""

    ids: list[str]
    images: np.ndarray
    lesions: np.ndarray

    def of(self, ids: set[str]) -> "Slices":
        at = [i for i, one in enumerate(self.ids) if one in ids]
        return Slices([self.ids[i] for i in at], self.images[at], self.lesions[at])


def read_slices(soop: Path, cut: str) -> Slices:
    """`cut`: 'axial' or 'cor'. The files show the patient's left on the left: turned, so that columns grow to the left."""
    with np.load(soop / "flair_slices" / f"flair_{cut}_dev.npz") as file:
        width = int(file["width"])
        lesions = np.unpackbits(file["mask"], axis=-1)[..., :width]
        ids = [str(one) for one in file["ids"]]
        return Slices(ids, np.ascontiguousarray(file["img"][..., ::-1]), np.ascontiguousarray(lesions[..., ::-1]))


def subjects_of(soop: Path, folds: tuple[int, ...]) -> set[str]:
    with open(soop / "groups_dev.csv", newline="", encoding="utf-8") as file:
        return {row["participant_id"] for row in csv.DictReader(file) if int(row["fold_rep0"]) in folds}


def normalized(image: np.ndarray) -> np.ndarray:
    """Signal over the median of the brain (what is not zero); outside 0."""
    inside = image[image > 0]
    return image.astype(np.float32) / np.float32(np.median(inside) if inside.size else 1)


def padded(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Centered on a larger canvas of zeros."""
    top, left = (height - image.shape[-2]) // 2, (width - image.shape[-1]) // 2
    out = np.zeros((*image.shape[:-2], height, width), image.dtype)
    out[..., top : top + image.shape[-2], left : left + image.shape[-1]] = image
    return out


def smooth_field(shape: tuple[int, int, int], cells: int, generator: torch.Generator) -> Tensor:
    """[n, h, w] of smooth noise with a standard deviation of about 1 at `cells` supporting points a side."""
    n, h, w = shape
    coarse = torch.randn((n, 1, cells, cells), generator=generator)
    return F.interpolate(coarse, size=(h, w), mode="bicubic", align_corners=True)[:, 0]


def varied(images: Tensor, lesions: Tensor, size: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Random turn, size, shear, bend, mirror; contrast, bias field, blur, coarse pixels, noise, ghosts.

    [n, h, w] each, 0 outside; the results have `size` rows and columns over the same field of view.
    """
    n, (h, w) = len(images), size

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, generator=generator)

    def some(share: float) -> Tensor:
        return (torch.rand(n, generator=generator) < share).float()

    angle = uniform(-0.3, 0.3)
    sx, sy = uniform(0.85, 1.2), uniform(0.85, 1.2)
    mirror = 1 - 2 * some(0.5)
    shear = uniform(-0.1, 0.1)
    cos, sin = torch.cos(angle), torch.sin(angle)
    rows = torch.stack(
        [
            torch.stack([mirror * cos * sx, (-sin + shear) * sy * h / w, uniform(-0.08, 0.08)], 1),
            torch.stack([mirror * sin * sx * w / h, cos * sy, uniform(-0.08, 0.08)], 1),
        ],
        1,
    )
    grid = F.affine_grid(rows, [n, 1, h, w], align_corners=False)
    bend = torch.stack([smooth_field((n, h, w), 6, generator) for _ in range(2)], -1)
    grid = grid + bend * (0.02 * torch.rand((n, 1, 1, 1), generator=generator))
    both = torch.stack([images, lesions.float()], 1)
    both = F.grid_sample(both, grid, mode="bilinear", align_corners=False)
    x, target = both[:, 0], both[:, 1].clamp(0, 1)
    brain = x > 0.02

    wide = lambda values: values[:, None, None]  # noqa: E731
    x = x.clamp(min=0) ** wide(uniform(0.8, 1.3))
    x = x * torch.exp(0.15 * wide(uniform(0, 1)) * smooth_field((n, h, w), 4, generator))
    # Coarse pixels of one axis or both, as clinical images have them before they are brought onto 1 mm.
    factor = float(1 + 1.2 * torch.rand((), generator=generator))
    small = F.interpolate(x[:, None], size=(round(h / factor), round(w / factor)), mode="area")
    coarse = F.interpolate(small, size=(h, w), mode="bilinear", align_corners=False)[:, 0]
    soften = wide(some(0.4))
    x = soften * coarse + (1 - soften) * x
    # The other way: sharper than the files, which were resampled once.
    blur = F.avg_pool2d(x[:, None], 3, 1, 1)[:, 0]
    x = x + wide(some(0.4) * uniform(0, 1.2)) * (x - blur)
    shift = int(h * (0.25 + 0.25 * torch.rand((), generator=generator)))
    x = x + wide(some(0.1) * uniform(0, 0.08)) * torch.roll(x, shift, 1)
    noise = wide(uniform(0, 0.06))
    x = torch.sqrt((x + noise * torch.randn(x.shape, generator=generator)) ** 2 + (noise * torch.randn(x.shape, generator=generator)) ** 2)
    x = torch.where(brain, x, torch.zeros(()))
    medians = torch.stack([one[m].median() if m.any() else torch.ones(()) for one, m in zip(x, brain)])
    # The product takes the median over the whole brain, a slice has only its own.
    x = x / wide(medians * uniform(0.85, 1.15)).clamp(min=1e-3)
    return x, target
