"""How well masks agree: Dice, volumes, lesions found, false alarms. Plain numpy; tested without torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage


@dataclass(frozen=True)
class Case:
    """One image with its truth. Sizes in mL (volumes) or cm² (single slices)."""

    truth: float
    measured: float
    low: float
    high: float
    dice: float
    lesions: int
    """Connected parts of the truth that are large enough to count, and how many of them were touched."""
    found: int


def dice(a: np.ndarray, b: np.ndarray) -> float:
    """2 |a and b| / (|a| + |b|); 1 when both are empty."""
    total = int(a.sum()) + int(b.sum())
    return 1.0 if total == 0 else 2 * int((a & b).sum()) / total


def parts(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels of the connected parts (diagonals connect) and the voxels of each, from label 1 on."""
    labels, count = ndimage.label(mask, np.ones((3,) * mask.ndim))
    return labels, np.bincount(labels.ravel(), minlength=count + 1)[1:]


def without_small_parts(mask: np.ndarray, least: int) -> np.ndarray:
    labels, sizes = parts(mask)
    keep = np.concatenate([[False], sizes >= least])
    return keep[labels]


def lesions_found(truth: np.ndarray, measured: np.ndarray, least: int) -> tuple[int, int]:
    """Parts of the truth with at least `least` voxels; those of them that the measured mask touches."""
    labels, sizes = parts(truth)
    counted = np.nonzero(sizes >= least)[0] + 1
    touched = set(np.unique(labels[measured])) & set(counted.tolist())
    return len(counted), len(touched)


def bland_altman(cases: Sequence[Case]) -> tuple[float, float, float]:
    """Mean difference measured less truth, and its 95 % limits of agreement."""
    difference = np.array([case.measured - case.truth for case in cases])
    mean, deviation = float(difference.mean()), float(difference.std(ddof=1)) if len(difference) > 1 else 0.0
    return mean, mean - 1.96 * deviation, mean + 1.96 * deviation


def summary(cases: Sequence[Case]) -> dict[str, float]:
    """Figures of cases that have a lesion."""
    bias, low, high = bland_altman(cases)
    scores = np.array([case.dice for case in cases])
    return {
        "cases": len(cases),
        "dice": float(scores.mean()),
        "medianDice": float(np.median(scores)),
        "diceLowerQuartile": float(np.percentile(scores, 25)),
        "detected": float(np.mean([case.dice > 0 for case in cases])),
        "lesionSensitivity": sum(c.found for c in cases) / max(1, sum(c.lesions for c in cases)),
        "bias": bias,
        "limitLow": low,
        "limitHigh": high,
        "insideInterval": float(np.mean([c.low <= c.truth <= c.high for c in cases])),
    }


def false_alarms(cases: Sequence[Case]) -> dict[str, float]:
    """Figures of cases without any lesion."""
    measured = np.array([case.measured for case in cases])
    return {
        "cases": len(cases),
        "share": float((measured > 0).mean()),
        "mean": float(measured.mean()),
        "largest": float(measured.max()),
    }


def by_size(cases: Sequence[Case], edges: Sequence[float]) -> list[tuple[float, float, list[Case]]]:
    """Cases with a lesion, by its true size: [edge, next edge)."""
    ends = [*edges[1:], float("inf")]
    return [(a, b, [c for c in cases if a <= c.truth < b and c.truth > 0]) for a, b in zip(edges, ends)]
