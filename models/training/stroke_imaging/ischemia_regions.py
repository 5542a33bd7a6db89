"""The ten ASPECTS regions of both sides of a synthetic scan: what the pipeline measures there, and the truth.

The measures are those of `src/imaging/pipelines/early-ischemia` (side-density.ts, region-evidence.ts).
"""

from dataclasses import dataclass

import numpy as np
import torch

from .anatomy_labels import label_of, load_labels
from .ischemia_heads import PIXEL_MM, Example, blurred
from .ischemia_shapes import ASPECTS

TISSUE_HU = (14.0, 55.0)
LEAST_ML = 0.8
PIXELS_OF_ONE_GRAIN = 1.5
"""Of 2.4 mm; in the pipeline 6 of 1.2 mm."""
AFFECTED_SHARE = 0.25
"""Of a region's tissue: from here on it is affected."""
UNAFFECTED_SHARE = 0.05
"""Below it is not; between the two nobody is asked."""


@dataclass(frozen=True)
class Regions:
    """Arrays [10, 2]: region by side (left, right); NaN where it was not measured."""

    drop: np.ndarray  # HU, darker than the other side
    noise: np.ndarray  # HU, standard error of the drop
    network: np.ndarray  # mean probability of change
    affected: np.ndarray  # true share of tissue


def label_map() -> np.ndarray:
    """Labels of the template, [z, y, x]."""
    return load_labels()


def regions_of(one: Example, labels: np.ndarray, probability: torch.Tensor | None) -> Regions:
    """`probability` [d, 3, h, w] of the network, None without it."""
    there = one.head.carry(labels).numpy()
    smooth = blurred(one.hu.clamp(-200, 200), 0.75)
    tissue = ((smooth > TISSUE_HU[0]) & (smooth < TISSUE_HU[1])).numpy()
    hu, truth = one.hu.numpy(), (one.truth > 0).numpy()
    voxel_ml = PIXEL_MM**2 * one.plan.slab_mm / 1000
    noise = noise_of(hu, tissue & (there >= label_of("caudate", "left")))
    change = None if probability is None else (1 - probability[:, 0]).numpy()
    hu_of, count, share, network = (np.full((10, 2), np.nan) for _ in range(4))
    for r, name in enumerate(ASPECTS):
        for s, side in enumerate(("left", "right")):
            here = (there == label_of(name, side)) & tissue
            if here.sum() * voxel_ml < LEAST_ML:
                continue
            hu_of[r, s], count[r, s], share[r, s] = np.median(hu[here]), here.sum(), truth[here].mean()
            if change is not None:
                network[r, s] = change[here].mean()
    drop = hu_of[:, ::-1] - hu_of
    error = 1.25 * noise * np.sqrt(PIXELS_OF_ONE_GRAIN * (1 / count + 1 / count[:, ::-1]))
    return Regions(drop, error, network, share)


def noise_of(hu: np.ndarray, tissue: np.ndarray) -> float:
    """HU, of one pixel, from pixels two apart in tissue."""
    apart = np.abs(hu[..., 2:] - hu[..., :-2])[tissue[..., 2:] & tissue[..., :-2]]
    return float(np.median(apart) / (0.6745 * np.sqrt(2))) if apart.size else float("nan")
