"""Conformal sets of classes from out-of-fold probabilities (Vovk 2005; ordinal: Lu, Angelopoulos & Pomerantz 2022;
adaptive: Romano, Sesia & Candès 2020). The rules are stated in `models/statistics.schema.json`."""

from __future__ import annotations

import numpy as np

from .columns import Array

METHODS = ("lac", "aps", "ordinal-interval")
# Sums of probabilities are compared with the threshold on two machines: keep equality away from rounding.
MARGIN = 1e-9


def _mass_before(p: Array) -> Array:
    """Mass of the interval around the most probable class just before each class joins it."""
    before = np.zeros(len(p))
    low = high = int(np.argmax(p))
    before[low] = -1.0
    mass = p[low]
    while low > 0 or high < len(p) - 1:
        down = p[low - 1] if low > 0 else -1.0
        up = p[high + 1] if high < len(p) - 1 else -1.0
        if down >= up:
            low -= 1
            before[low] = mass
            mass += p[low]
        else:
            high += 1
            before[high] = mass
            mass += p[high]
    return before


def scores(method: str, probabilities: Array) -> Array:
    """A class is in the set when its score does not exceed the threshold; (subjects, classes)."""
    p = np.asarray(probabilities, float)
    if method == "lac":
        return 1 - p
    if method == "aps":
        order = np.argsort(-p, axis=1, kind="stable")
        sums = np.cumsum(np.take_along_axis(p, order, 1), axis=1)
        out = np.empty_like(p)
        np.put_along_axis(out, order, sums, 1)
        return out
    if method == "ordinal-interval":
        return np.array([_mass_before(row) for row in p])
    raise ValueError(f"unknown conformal method {method!r}")


def threshold_of(method: str, probabilities: Array, y: Array, level: float = 0.9) -> float:
    """Finite-sample quantile of the scores of the true classes."""
    own = np.sort(scores(method, probabilities)[np.arange(len(y)), np.asarray(y, int)])
    rank = int(np.ceil((len(y) + 1) * level)) - 1
    return float((own[rank] if rank < len(own) else np.inf) + MARGIN)


def sets_of(method: str, probabilities: Array, threshold: float) -> Array:
    """(subjects, classes) of truth values; the most probable class is always in."""
    p = np.asarray(probabilities, float)
    member = scores(method, p) < threshold if method == "ordinal-interval" else scores(method, p) <= threshold
    member[np.arange(len(p)), p.argmax(1)] = True
    return member


def conformal(method: str, probabilities: Array, y: Array, calibration: str, level: float = 0.9) -> dict[str, object]:
    """The `conformal` part of statistics.json. `probabilities` are out of fold: one repeat, or several stacked."""
    threshold = threshold_of(method, probabilities, y, level)
    member = sets_of(method, probabilities, threshold)
    return {
        "level": level,
        "method": method,
        "threshold": threshold,
        "calibration": calibration,
        "meanSize": float(member.sum(1).mean()),
        "coverage": float(member[np.arange(len(y)), np.asarray(y, int)].mean()),
    }


def definite_share(event: Array, p: Array, level: float = 0.9) -> dict[str, float]:
    """Of a yes/no question: share of subjects whose set holds one answer, and share of those answers that is right."""
    both = np.column_stack([1 - p, p])
    y = np.asarray(event, int)
    member = sets_of("lac", both, threshold_of("lac", both, y, level))
    definite = member.sum(1) == 1
    right = member[np.arange(len(y)), y]
    return {
        "definite": float(definite.mean()),
        "right": float(right[definite].mean()) if definite.any() else float("nan"),
    }
