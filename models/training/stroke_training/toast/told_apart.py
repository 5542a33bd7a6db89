"""From which difference on the two most probable causes are told apart: the first must be right more often than the second,
and a model learned from other subjects of the same kind must name the same one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..additive import AdditiveModel, to_probabilities
from ..columns import Array, design
from ..metrics import group_bootstrap, interval
from .columns import CRYPTOGENIC
from .procedure import among_causes

BAND = 0.1
STEP = 0.01
LARGEST = 0.5
KEPT = 0.95


def first_two(probabilities: Array) -> tuple[Array, Array, Array]:
    """Most probable cause, the next, and the difference of their probabilities among the four causes."""
    q = among_causes(probabilities)
    order = np.argsort(-q, axis=-1, kind="stable")
    top = np.sort(q, axis=-1)
    return order[..., 0], order[..., 1], top[..., -1] - top[..., -2]


def _onward(holds: Array, starts: Array) -> float:
    """First start from which on the condition holds in every band; 1 when there is none."""
    onward = np.flatnonzero(np.logical_and.accumulate(holds[::-1])[::-1])
    return float(starts[onward[0]]) if len(onward) else 1.0


def _bands(gap: Array) -> tuple[Array, Array]:
    """Starts of the bands, and which difference lies in which band; the last band is open above."""
    starts = np.round(np.arange(0, LARGEST + STEP / 2, STEP), 2)
    return starts, np.array([(gap >= s) & ((gap < s + BAND) | (s >= LARGEST)) for s in starts], float)


def right_more_often(y: Array, predictions: Array, groups: Array, draws: int, seed: int) -> float:
    """In every band from there on the 95 % interval of (share first right - share second right) lies above 0."""
    first, second, gap = first_two(predictions)
    gain = (first == y).astype(float) - (second == y)
    starts, inside = _bands(gap)

    def mean(index: Array) -> Array:
        hits = inside[:, :, index]
        return (hits * gain[:, index]).sum((1, 2)) / np.maximum(hits.sum((1, 2)), 1)

    spread = group_bootstrap(groups, mean, draws, seed)
    return _onward(np.array([interval(column)[0] > 0 for column in spread.T]), starts)


def same_when_refitted(model: AdditiveModel, covariance: Array, raw: Array, draws: int, seed: int) -> float:
    """In every band from there on the first two keep their order in 95 % of models drawn from the bootstrap covariance."""
    k, m = len(model.intercepts), len(model.columns)
    center = np.concatenate([model.intercepts, model.coefficients.ravel()])
    drawn = np.random.default_rng(seed).multivariate_normal(center, covariance, draws, method="eigh")
    t = design(raw, model.inputs, model.columns)
    first, second, gap = first_two(model.probabilities(raw))
    rows = np.arange(len(raw))
    kept = np.zeros(len(raw))
    for one in drawn:
        p = to_probabilities("softmax", one[:k], t @ one[k:].reshape(m, k))
        kept += p[rows, first] > p[rows, second]
    starts, inside = _bands(gap)
    share = (inside @ (kept / draws)) / np.maximum(inside.sum(1), 1)
    return _onward((share >= KEPT) | (inside.sum(1) == 0), starts)


def told_apart(
    y: Array,
    predictions: Array,
    groups: Sequence[object],
    fitted: tuple[AdditiveModel, Array, Array],
    draws: int,
    seed: int,
) -> dict[str, float]:
    """The larger of the two thresholds, and what follows from it in subjects in whom a cause was found.

    `predictions` are out of fold; `fitted`: the final model, its covariance, the raw inputs of all subjects.
    """
    found = np.flatnonzero(y != CRYPTOGENIC)
    p, truth = predictions[:, found], y[found]
    right = right_more_often(truth, p, np.asarray(groups)[found], draws, seed)
    same = same_when_refitted(*fitted, draws, seed)
    threshold = max(right, same)
    first, second, gap = first_two(p)
    named = gap >= threshold

    def share(hit: Array, of: Array) -> float:
        return float(hit[of].mean()) if of.any() else float("nan")

    return {
        "threshold": threshold,
        "rightMoreOften": right,
        "sameWhenRefitted": same,
        "namedShare": float((first_two(predictions)[2] >= threshold).mean()),
        "firstRight": share(first == truth, named),
        "firstRightBelow": share(first == truth, ~named),
        "secondRightBelow": share(second == truth, ~named),
    }
