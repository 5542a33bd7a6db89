"""The ten ASPECTS regions of both sides of a synthetic scan: what the pipeline measures there, and the truth.

The measures are those of `src/imaging/pipelines/early-ischemia` (side-density.ts, region-evidence.ts).
"""

from dataclasses import dataclass

import numpy as np
import torch

from .anatomy_labels import label_of, load_labels
from .ischemia_heads import PIXEL_MM, Example, Plan, blurred
from .ischemia_shapes import ASPECTS

TISSUE_HU = (10.0, 50.0)
REFERENCE_HU = (20.0, 50.0)
RIM_MM = 4.8
LEAST_ML = 0.8
PIXELS_OF_ONE_GRAIN = 1.5
"""Of 2.4 mm; in the pipeline 6 of 1.2 mm."""
AFFECTED_SHARE = 0.25
"""Of a region's tissue: from here on it is affected."""
UNAFFECTED_SHARE = 0.05
"""Below it is not; between the two nobody is asked."""


@dataclass(frozen=True)
class Judged:
    """What judging a scan needs of it: tensors [d, h, w], labels of `anatomy_labels`, and how it was made."""

    hu: torch.Tensor
    mirrored: torch.Tensor
    truth: torch.Tensor
    known: torch.Tensor
    labels: torch.Tensor
    brain: torch.Tensor  # bool: away from bone and ventricles
    plan: Plan

    @classmethod
    def of(cls, one: Example, labels: np.ndarray) -> "Judged":
        brain = (one.head.depth > RIM_MM) & (one.head.ventricle < 0.5)
        return cls(one.hu, one.mirrored, one.truth, one.known, one.head.carry(labels), brain, one.plan)


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


def regions_of(one: Judged, probability: torch.Tensor | None) -> Regions:
    """`probability` [d, 3, h, w] of the network, None without it."""
    there = one.labels.numpy()
    tissue = (_between(one.hu, TISSUE_HU) & one.brain).numpy()
    compared = tissue & _between(one.mirrored, REFERENCE_HU).numpy()
    hu, other, truth = one.hu.numpy(), one.mirrored.numpy(), (one.truth > 0).numpy()
    voxel_ml = PIXEL_MM**2 * one.plan.slab_mm / 1000
    noise = noise_of(hu, tissue)
    change = None if probability is None else (1 - probability[:, 0]).numpy()
    drop, count, share, network = (np.full((10, 2), np.nan) for _ in range(4))
    for r, name in enumerate(ASPECTS):
        for s, side in enumerate(("left", "right")):
            whole = (there == label_of(name, side)) & tissue
            here = whole & compared
            if here.sum() * voxel_ml < LEAST_ML:
                continue
            drop[r, s], count[r, s], share[r, s] = np.median((other - hu)[here]), here.sum(), truth[whole].mean()
            if change is not None:
                network[r, s] = change[whole].mean()
    return Regions(drop, 1.25 * noise * np.sqrt(2 * PIXELS_OF_ONE_GRAIN / count), network, share)


def _between(hu: torch.Tensor, ends: tuple[float, float]) -> torch.Tensor:
    smooth = blurred(hu.clamp(-200, 200), 0.75)
    return (smooth > ends[0]) & (smooth < ends[1])


def noise_of(hu: np.ndarray, tissue: np.ndarray) -> float:
    """HU, of one pixel, from pixels two apart in tissue."""
    apart = np.abs(hu[..., 2:] - hu[..., :-2])[tissue[..., 2:] & tissue[..., :-2]]
    return float(np.median(apart) / (0.6745 * np.sqrt(2))) if apart.size else float("nan")
