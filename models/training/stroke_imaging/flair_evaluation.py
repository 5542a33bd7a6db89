"""The FLAIR network on real slices of subjects that it never saw, beside a plain brightness threshold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .flair_slices import TESTED, TUNED, Slices, normalized, padded, read_slices, subjects_of
from .lesion_metrics import Case, by_size, dice, false_alarms, lesions_found, summary, without_small_parts

PIXEL_MM = 1.5
FIELDS = {"axial": (192, 168), "cor": (144, 168)}
"""Millimeters of rows and columns of the canvas on which slices are put, by cut."""
LEAST_PIXELS = 20
"""mm²: smaller parts of the truth are not counted as lesions, smaller parts of the answer are taken away."""
EDGES = (0.2, 1, 3, 10)
"""cm²"""
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)


def probabilities(network: nn.Module, slices: Slices, field: tuple[int, int]) -> np.ndarray:
    """[n, rows, columns] at 1 mm: read at 1.5 mm as it is and mirrored, brought back."""
    out = []
    size = tuple(round(mm / PIXEL_MM) for mm in field)
    height, width = slices.images.shape[1:]
    top, left = (field[0] - height) // 2, (field[1] - width) // 2
    for first in range(0, len(slices.images), 16):
        images = padded(np.stack([normalized(one) for one in slices.images[first : first + 16]]), *field)
        x = F.interpolate(torch.from_numpy(images)[:, None], size=size, mode="bilinear", align_corners=False)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            both = torch.cat([x, x.flip(-1)]).contiguous(memory_format=torch.channels_last)
            p = torch.softmax(network(both).float(), 1)[:, 1:]
        straight, mirrored = p.chunk(2)
        mean = (straight + mirrored.flip(-1)) / 2
        fine = F.interpolate(mean, size=field, mode="bilinear", align_corners=False)[:, 0]
        out.append(fine[:, top : top + height, left : left + width].numpy())
    return np.concatenate(out)


def cases_of(slices: Slices, answer: Callable[[int], tuple[np.ndarray, np.ndarray, np.ndarray]]) -> list[Case]:
    """`answer(i)`: mask, and the masks of the ends of the interval."""
    found = []
    for i, lesion in enumerate(slices.lesions.astype(bool)):
        mask, least, most = (without_small_parts(one & (slices.images[i] > 0), LEAST_PIXELS) for one in answer(i))
        lesions, touched = lesions_found(lesion, mask, LEAST_PIXELS)
        area = lambda one: float(one.sum()) / 100  # noqa: E731
        found.append(Case(area(lesion), area(mask), area(least), area(most), dice(lesion, mask), lesions, touched))
    return found


def bright(slices: Slices, factor: float) -> list[Case]:
    images = [normalized(one) for one in slices.images]
    return cases_of(slices, lambda i: (images[i] > factor,) * 3)


def figures_of(cases: list[Case]) -> dict[str, object]:
    positive = [c for c in cases if c.truth >= EDGES[0]]
    negative = [c for c in cases if c.truth == 0]
    return {
        "lesions": summary(positive),
        "negatives": false_alarms(negative),
        "bySize": [
            {"from": a, "to": None if b == float("inf") else b, **summary(group)} for a, b, group in by_size(cases, EDGES) if group
        ],
    }


def evaluate(network: nn.Module, soop: Path) -> dict[str, object]:
    """Threshold chosen on the tuning fold (mean Dice of lesions less the share of false alarms), figures of the test fold."""
    network = network.eval().to(memory_format=torch.channels_last)
    tuned = {cut: read_slices(soop, cut).of(subjects_of(soop, (TUNED,))) for cut in FIELDS}
    tested = {cut: read_slices(soop, cut).of(subjects_of(soop, (TESTED,))) for cut in FIELDS}
    p = {cut: probabilities(network, tuned[cut], FIELDS[cut]) for cut in FIELDS}

    def score(threshold: float) -> float:
        cases = cases_of(tuned["axial"], lambda i: (p["axial"][i] >= threshold,) * 3)
        return summary([c for c in cases if c.truth >= EDGES[0]])["dice"] - 0.5 * false_alarms([c for c in cases if c.truth == 0])["share"]

    threshold = max(THRESHOLDS, key=score)
    factor = max((1.3, 1.4, 1.5, 1.6, 1.8), key=lambda f: summary([c for c in bright(tuned["axial"], f) if c.truth >= EDGES[0]])["dice"])
    figures: dict[str, object] = {"threshold": threshold, "brightFactor": factor}
    for cut in FIELDS:
        q = probabilities(network, tested[cut], FIELDS[cut])
        figures[cut] = {
            "subjects": len(set(tested[cut].ids)),
            "network": figures_of(cases_of(tested[cut], lambda i: (q[i] >= threshold, q[i] >= 0.8, q[i] >= 0.2))),
            "brightness": figures_of(bright(tested[cut], factor)),
        }
    return figures
