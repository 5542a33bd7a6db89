"""Random CT scans with and without blood: what the hemorrhage network is trained and tested on."""

from dataclasses import dataclass

import numpy as np

from .ct_acquisition import Slices, thick_slices
from .head import Grid, Head, random_head, random_style
from .hemorrhage_shapes import Canvas, Drawn, draw_hemorrhages
from .mimics import draw_mimics
from .template import Template

CUTS = 3
PIXEL_MM = 1.2


@dataclass(frozen=True)
class Scan:
    """Noise-free slices of one drawing, what was drawn, and the slice spacing in mm."""

    slices: Slices
    drawn: tuple[Drawn, ...]
    spacing_mm: float
    head: Head


def random_grid(rng: np.random.Generator, slices: int, whole: bool = False) -> Grid:
    """A grid of `slices` slices of CUTS cuts: 160 x 128 to 192 x 160 pixels of about 1.2 mm, tilted; the whole head or a part."""
    spacing = rng.uniform(4, 6.2)
    pixel = PIXEL_MM * float(np.exp(rng.normal(0, 0.06)))
    h, w = (176, 144) if rng.random() < 0.5 else [(160, 128), (192, 160), (176, 160), (192, 144)][rng.integers(4)]
    reach = slices * spacing / 2
    middle = 6 + rng.normal(0, 3) if whole else rng.uniform(-62 + reach, 82 - reach)
    tilt = (rng.normal(0, 9), rng.normal(0, 3), rng.normal(0, 5))
    center = (rng.normal(0, 4), -18 + rng.normal(0, 5), middle)
    return Grid((slices * CUTS, h, w), (spacing / CUTS, pixel, pixel), tuple(float(c) for c in center), tuple(float(t) for t in tilt))


def random_scans(
    template: Template, rng: np.random.Generator, slices: int, drawings: int, bleeding: float = 0.8, whole: bool = False
) -> list[Scan]:
    """One head, drawn into `drawings` times: each with its own mimics and, with probability `bleeding`, its own hemorrhages."""
    grid = random_grid(rng, slices, whole)
    head = random_head(template, grid, rng, random_style(rng))
    scans = []
    for _ in range(drawings):
        canvas = Canvas.of(head)
        draw_mimics(rng, canvas)
        if rng.random() < bleeding:
            draw_hemorrhages(rng, canvas)
        scans.append(Scan(thick_slices(canvas, CUTS), tuple(canvas.drawn), grid.spacing[0] * CUTS, head))
    return scans
