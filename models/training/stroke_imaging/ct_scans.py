"""Random CT scans with and without blood: what the hemorrhage network is trained and tested on."""

from dataclasses import dataclass

import numpy as np

from .ct_acquisition import Slices, average, thick_slices
from .head import Grid, Head, random_head, random_style
from .hemorrhage_shapes import VISIBLE_HU, Canvas, Drawn, draw_hemorrhages
from .mimics import draw_mimics
from .template import Template

CUTS = 3
PIXEL_MM = 1.2
ATTEMPTS = 5  # a place may lie outside the slices


@dataclass(frozen=True)
class Scan:
    """Noise-free slices of one drawing, what was drawn, and the slice spacing in mm.

    `mimics` [slices]: how many voxels inside the skull hold something without blood that is as bright as blood.
    """

    slices: Slices
    drawn: tuple[Drawn, ...]
    spacing_mm: float
    head: Head
    mimics: np.ndarray


def random_grid(rng: np.random.Generator, slices: int | None) -> Grid:
    """A grid of `slices` slices of CUTS cuts, of the whole head when None: 160 x 128 to 192 x 160 pixels of about 1.2 mm, tilted."""
    spacing = rng.uniform(4, 6.2)
    pixel = PIXEL_MM * float(np.exp(rng.normal(0, 0.06)))
    h, w = (176, 144) if rng.random() < 0.5 else [(160, 128), (192, 160), (176, 160), (192, 144)][rng.integers(4)]
    whole = slices is None
    slices = int(np.ceil(150 / spacing)) if slices is None else slices
    reach = slices * spacing / 2
    middle = 8 + rng.normal(0, 3) if whole else rng.uniform(-62 + reach, 82 - reach)
    tilt = (rng.normal(0, 9), rng.normal(0, 4), rng.normal(0, 9))
    center = (rng.normal(0, 4), -18 + rng.normal(0, 5), middle)
    return Grid((slices * CUTS, h, w), (spacing / CUTS, pixel, pixel), tuple(float(c) for c in center), tuple(float(t) for t in tilt))


def random_scans(
    template: Template, rng: np.random.Generator, slices: int | None, drawings: int, bleeding: float | tuple[bool, ...] = 0.8
) -> list[Scan]:
    """One head, drawn into `drawings` times: each with its own mimics and its own hemorrhages, with a probability or as said."""
    grid = random_grid(rng, slices)
    head = random_head(template, grid, rng, random_style(rng))
    scans = []
    for n in range(drawings):
        canvas = Canvas.of(head)
        draw_mimics(rng, canvas)
        bright = average((canvas.hu - head.hu) * head.inside, CUTS) > VISIBLE_HU
        if bleeding[n] if isinstance(bleeding, tuple) else rng.random() < bleeding:
            for _ in range(ATTEMPTS):
                draw_hemorrhages(rng, canvas)
                if canvas.drawn:
                    break
        scans.append(Scan(thick_slices(canvas, CUTS), tuple(canvas.drawn), grid.spacing[0] * CUTS, head, bright.sum((1, 2)).numpy()))
    return scans
