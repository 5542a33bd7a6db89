"""Heads with acute and old lesions on the grid of diffusion scans, before any contrast: tissue shares, slice by slice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .head import Grid, random_head
from .noise import smooth_field
from .soop_masks import carried, random_jitter, read_mask, subjects
from .template import Template

ROWS, COLUMNS, PIXEL_MM = 144, 128, 1.5
TISSUES = ("white", "gray", "fluid", "bone", "soft")
"""Shares of a voxel; what is left is air. `soft`: scalp, muscle, eyes and mucosa outside of the skull."""
MAPS = (*TISSUES, "acute", "old", "depth", "near_air", "leukoaraiosis")
PER_SLICE = 2
"""Thin layers that are averaged after the contrast is computed: partial volume of thick slices."""


@dataclass(frozen=True)
class DiffusionHead:
    """`maps` float16 [len(MAPS), slices, PER_SLICE, ROWS, COLUMNS]; millimeters between slices; `acute` is a share of tissue."""

    maps: Tensor
    slice_mm: float
    subject: str | None

    def of(self, name: str) -> Tensor:
        return self.maps[MAPS.index(name)].float()


def random_grid(rng: np.random.Generator) -> tuple[Grid, float]:
    slice_mm = float(rng.choice([4.0, 5.0, 5.0, 5.5, 6.0, 6.5]))
    covered = rng.uniform(125, 150)
    layers = PER_SLICE * int(round(covered / slice_mm))
    grid = Grid(
        (layers, ROWS, COLUMNS),
        (slice_mm / PER_SLICE, PIXEL_MM, PIXEL_MM),
        center=(float(rng.normal(0, 3)), float(-18 + rng.normal(0, 4)), float(12 + rng.normal(0, 6))),
        tilt=tuple(rng.normal(0, 1, 3) * (7, 3, 4)),
    )
    return grid, slice_mm


def blobs(mm: Tensor, where: Tensor, count: int, radius: tuple[float, float], rng: np.random.Generator) -> Tensor:
    """Ellipsoids with bent edges whose centers lie at voxels of `where`; a share of 0 to 1."""
    out = torch.zeros(where.shape)
    places = torch.nonzero(where)
    if len(places) == 0:
        return out
    for _ in range(count):
        center = mm[(slice(None), *places[rng.integers(len(places))])]
        size = np.exp(rng.uniform(*np.log(radius))) * np.exp(0.25 * rng.standard_normal(3))
        distance = sum(((mm[a] - center[a]) / float(size[a])) ** 2 for a in range(3)).sqrt()
        out = torch.maximum(out, torch.sigmoid((1 - distance) * float(size.mean()) / 0.7))
    return out


def diffusion_head(
    template: Template, soop: Path, rng: np.random.Generator, subject: str | None, others: list[str], *, embolic: bool = True
) -> DiffusionHead:
    """A head; the acute lesion is that of `subject` (None: no acute lesion), old ones are those of `others`.

    `embolic` lets small round lesions be added to (or stand for) the subject's, as scattered emboli and lacunes are.
    """
    grid, slice_mm = random_grid(rng)
    head = random_head(template, grid, rng)
    tissue = ((head.grey + head.white) * head.inside).clamp(0, 1)
    # Inside of the skull what is no tissue is fluid: dura and vessels are not told apart.
    fluid = (head.inside - tissue).clamp(0, 1)
    outside = 1 - head.inside
    soft = outside * (1 - head.bone) * (head.hu > -300)
    air = outside * (head.hu <= -300)

    acute = torch.zeros(tissue.shape)
    mirror = bool(rng.random() < 0.5)
    jitter = random_jitter(rng)
    if subject is not None:
        acute = carried(read_mask(soop, subject), head.brain_mm, mirror=mirror, jitter=jitter if embolic else None)
    if embolic and rng.random() < (0.3 if subject is not None else 0.0):
        acute = torch.maximum(acute, blobs(head.brain_mm, tissue > 0.9, int(rng.integers(1, 7)), (2.0, 8.0), rng))
    old = torch.zeros(tissue.shape)
    if rng.random() < 0.35:
        shape = read_mask(soop, others[rng.integers(len(others))])
        if shape.any():
            old = carried(shape, head.brain_mm, mirror=bool(rng.random() < 0.5), jitter=random_jitter(rng))
    if rng.random() < 0.4:
        old = torch.maximum(old, blobs(head.brain_mm, tissue > 0.9, int(rng.integers(1, 5)), (2.0, 5.0), rng))
    old = old * (1 - acute)
    pale = torch.exp(-head.ventricle_distance.clamp(min=0) / 7) * (head.white > 0.5)
    pale = pale * torch.sigmoid(2 * smooth_field(rng, grid.shape, grid.spacing, 25)[0])

    # Susceptibility grows towards air-filled cells of the skull base.
    x, y, z = head.skull_mm
    base = torch.exp(-(head.depth.clamp(min=0) / 9)) * (z < 8)
    near_air = base * (torch.exp(-(((y - 45) / 22) ** 2)) + torch.exp(-(((x.abs() - 45) / 16) ** 2) - (((y + 25) / 25) ** 2)))
    maps = torch.stack(
        [
            head.white * head.inside,
            head.grey * head.inside,
            fluid,
            outside * head.bone * (1 - air),
            soft,
            acute * tissue,
            old * tissue,
            head.depth / 100,
            near_air,
            pale * tissue,
        ]
    )
    layers = maps.shape[1]
    maps = maps.reshape(len(MAPS), layers // PER_SLICE, PER_SLICE, ROWS, COLUMNS)
    return DiffusionHead(maps.half(), slice_mm, subject)
