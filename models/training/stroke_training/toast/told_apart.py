"""From which distance on the two most probable causes are told apart, measured on out-of-fold predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..columns import Array
from ..metrics import group_bootstrap, interval
from .columns import CRYPTOGENIC
from .procedure import among_causes

BAND = 0.1
STEP = 0.01
LARGEST = 0.5


def first_two(probabilities: Array) -> tuple[Array, Array, Array]:
    """Most probable cause, the next, and the difference of their probabilities among the four causes."""
    q = among_causes(probabilities)
    order = np.argsort(-q, axis=-1, kind="stable")
    top = np.sort(q, axis=-1)
    return order[..., 0], order[..., 1], top[..., -1] - top[..., -2]


def told_apart(y: Array, predictions: Array, groups: Sequence[object], draws: int, seed: int) -> dict[str, float]:
    """The smallest difference from which on the first cause was right more often than the second: in every band of 0.1
    that starts at it or above, up to 0.5, the 95 % interval of (share first right - share second right) lies above 0.

    Subjects in whom a cause was found; intervals from resampling whole groups. 1 when no such difference exists.
    """
    found = np.flatnonzero(y != CRYPTOGENIC)
    p, truth, labels = predictions[:, found], y[found], np.asarray(groups)[found]
    first, second, gap = first_two(p)
    gain = (first == truth).astype(float) - (second == truth)
    starts = np.round(np.arange(0, LARGEST + STEP / 2, STEP), 2)
    inside = np.array([(gap >= s) & ((gap < s + BAND) | (s >= LARGEST)) for s in starts], float)

    def mean(index: Array) -> Array:
        hits = inside[:, :, index]
        return (hits * gain[:, index]).sum((1, 2)) / np.maximum(hits.sum((1, 2)), 1)

    spread = group_bootstrap(labels, mean, draws, seed)
    clear = np.array([interval(column)[0] > 0 for column in spread.T])
    onward = np.flatnonzero(np.logical_and.accumulate(clear[::-1])[::-1])
    threshold = float(starts[onward[0]]) if len(onward) else 1.0
    named = gap >= threshold
    everyone = first_two(predictions)[2] >= threshold
    return {
        "threshold": threshold,
        "namedShare": float(everyone.mean()),
        "firstRight": float((first == truth)[named].mean()) if named.any() else float("nan"),
        "firstRightBelow": float((first == truth)[~named].mean()) if (~named).any() else float("nan"),
        "secondRightBelow": float((second == truth)[~named].mean()) if (~named).any() else float("nan"),
    }
