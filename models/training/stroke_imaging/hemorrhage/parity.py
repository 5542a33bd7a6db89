"""A small answer of the network, made up, and what is made of it: parts, their features, and what the second look holds for blood."""

import numpy as np

from .constants import CLASSES, EDEMA, SUBARACHNOID
from .measure import Thresholds, label_map, parts_of

SIZE = (6, 40, 40)
MILLIMETERS = (5.0, 1.2, 1.2)
STEPS = 997
"""Probabilities are whole numbers of these: both languages read the same, and none lies on a threshold."""
# Class, middle (slice, row, column), radius in pixels, highest probability: large and sure, small and sure, small and doubtful, large and
# doubtful, two that touch, one outside the skull.
BALLS = (
    (1, (2, 10, 10), 7, 1.0),
    (1, (4, 30, 8), 2, 0.99),
    (3, (1, 8, 30), 2, 0.7),
    (2, (4, 14, 28), 6, 0.75),
    (4, (1, 28, 24), 4, 0.97),
    (2, (2, 31, 26), 3, 0.8),
    (3, (2, 20, 38), 3, 0.98),
    (5, (2, 18, 10), 4, 0.9),
)
INSIDE = 37
"""Columns from here on are outside the skull."""


def answer() -> np.ndarray:
    """Probabilities [6, d, h, w] in whole STEPS."""
    z, y, x = np.mgrid[tuple(slice(n) for n in SIZE)]
    out = np.zeros((len(CLASSES), *SIZE))
    for label, (k, j, i), radius, highest in BALLS:
        away = np.sqrt((z - k) ** 2 * (MILLIMETERS[0] / MILLIMETERS[1]) ** 2 + (y - j) ** 2 + (x - i) ** 2)
        out[label] = np.maximum(out[label], highest * np.clip(2 * (1 - away / radius), 0, 1))
    out = np.floor(STEPS * out / np.maximum(1, out.sum(0)))
    out[0] = STEPS - out[1:].sum(0)
    return out.astype(int)


def parity(thresholds: Thresholds) -> dict:
    """The answer (voxels that are not all none: flat index and classes 1 to 5), the parts that are looked at, and the voxels of each label."""
    whole = answer()
    probability = (whole / STEPS).astype(np.float32)
    voxel_ml = float(np.prod(MILLIMETERS)) / 1000
    inside = np.broadcast_to(np.arange(SIZE[2]) < INSIDE, SIZE)
    parts = parts_of(probability[1 : SUBARACHNOID + 1].sum(0), thresholds.blood, voxel_ml, inside)
    sure = thresholds.second_look.probability(parts.features)
    looked = parts.is_inside & (parts.ml >= thresholds.smallest_ml)
    flat = whole.reshape(len(CLASSES), -1)
    labels = label_map(probability, thresholds, voxel_ml, inside)
    return {
        "size": SIZE[::-1],
        "millimeters": MILLIMETERS[::-1],
        "insideColumns": INSIDE,
        "steps": STEPS,
        "voxels": [[int(at), *(int(v) for v in flat[1 : EDEMA + 1, at])] for at in np.flatnonzero(flat[0] < STEPS)],
        "parts": [
            {"ml": round(float(ml), 4), "features": [round(float(f), 5) for f in features], "probability": round(float(p), 6)}
            for ml, features, p in zip(parts.ml[looked], parts.features[looked], sure[looked])
        ],
        "labels": [int((labels == k).sum()) for k in range(len(CLASSES))],
    }
