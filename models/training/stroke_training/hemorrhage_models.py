"""Candidates for hemorrhagic transformation, compared by nested cross-validation on the same folds.

The model that is released is the additive spline: non-linear, and explained in closed form. The others say what that
costs: a linear logistic model (what the non-linearity gains), a random forest and gradient boosting (what is lost by
leaving out interactions).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from .additive import AdditiveModel, Penalty, fit_additive
from .columns import Array, Column
from .folds import group_folds
from .hemorrhage_table import INPUTS
from .metrics import CLIP, auroc, brier, calibration_line, group_bootstrap, ici, interval

CLASSES = ("absent", "present")
RIDGES = (0.003, 0.01, 0.03, 0.1, 0.3)
SHIFT = {"volume": 1.0, "ratio": 0.1}
CANDIDATES = ("additive splines (released)", "linear logistic", "random forest", "gradient boosting")


def plain_columns(inputs: Sequence[str]) -> list[Column]:
    """One column for each input; volumes and permeability by their logarithm, for every candidate alike."""
    out = []
    for name in inputs:
        scale, group = str(INPUTS[name]["scale"]), str(INPUTS[name]["group"])
        if scale in SHIFT:
            out.append(Column(name, group, "log10-plus", (SHIFT[scale],)))
        else:
            out.append(Column(name, group))
    return out


def spline_columns(raw: Array, inputs: Sequence[str]) -> list[Column]:
    """Linear splines with knots at the tertiles of the training fold, so that a slope may change twice."""
    out = plain_columns(inputs)
    for i, name in enumerate(inputs):
        scale, group = str(INPUTS[name]["scale"]), str(INPUTS[name]["group"])
        if scale == "flag":
            continue
        values = raw[:, i]
        if scale in SHIFT:
            values = np.log10(np.maximum(values, 0) + SHIFT[scale])
        low, high = float(values.min()), float(values.max())
        knots = sorted({round(float(k), 3) for k in np.quantile(values, [1 / 3, 2 / 3])})
        for knot in (k for k in knots if low < k < high):
            if scale in SHIFT:
                out.append(Column(name, group, "log10-plus-above", (SHIFT[scale], knot)))
            else:
                out.append(Column(name, group, "hinge-above", (knot,)))
    return sorted(out, key=lambda c: (list(inputs).index(c.input), len(c.parameters)))


def fit_tuned(
    raw: Array, y: Array, groups: Array, inputs: Sequence[str], linear: bool, seed: int
) -> tuple[AdditiveModel, float]:
    """The ridge weight with the lowest logarithmic loss over three inner folds, then the fit on all of `raw`."""
    inner = group_folds(y, groups, 3, seed)
    losses = []
    for ridge in RIDGES:
        total = 0.0
        for train, test in inner:
            columns = plain_columns(inputs) if linear else spline_columns(raw[train], inputs)
            model = fit_additive(raw[train], y[train], columns, CLASSES, "logit", Penalty(ridge))
            total += log_loss(y[test], model.probabilities(raw[test])[:, 1]) * len(test)
        losses.append(total)
    ridge = RIDGES[int(np.argmin(losses))]
    columns = plain_columns(inputs) if linear else spline_columns(raw, inputs)
    return fit_additive(raw, y, columns, CLASSES, "logit", Penalty(ridge)), ridge


def log_loss(y: Array, p: Array) -> float:
    p = np.clip(p, CLIP, 1 - CLIP)
    return float(-np.mean(np.where(y == 1, np.log(p), np.log(1 - p))))


def _candidate(
    name: str, raw: Array, y: Array, groups: Array, inputs: Sequence[str], train: Array, test: Array, seed: int
) -> Array:
    if name in CANDIDATES[:2]:
        model, _ = fit_tuned(raw[train], y[train], groups[train], inputs, name == CANDIDATES[1], seed)
        return model.probabilities(raw[test])[:, 1]
    if name == "random forest":
        forest = RandomForestClassifier(300, min_samples_leaf=10, max_features="sqrt", random_state=seed, n_jobs=1)
        return forest.fit(raw[train], y[train]).predict_proba(raw[test])[:, 1]
    boosting = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=100, max_leaf_nodes=7, min_samples_leaf=20, l2_regularization=1.0, random_state=seed
    )
    return boosting.fit(raw[train], y[train]).predict_proba(raw[test])[:, 1]


def compare(
    raw: Array, y: Array, groups: Array, inputs: Sequence[str], repeats: int, folds: int, seed: int
) -> dict[str, Array]:
    """Out-of-fold probability of hemorrhage by candidate, (repeats, subjects); all candidates see the same folds."""
    out = {name: np.full((repeats, len(y)), np.nan) for name in CANDIDATES}
    for r in range(repeats):
        for train, test in group_folds(y, groups, folds, seed + r):
            for name in CANDIDATES:
                out[name][r, test] = _candidate(name, raw, y, groups, inputs, train, test, seed + r)
    return out


MEASURES = ("auroc", "brier", "logLoss", "slope", "intercept", "ici")


def measures(y: Array, p: Array) -> dict[str, float]:
    slope, large = calibration_line(y, p)
    values = (auroc(y == 1, p), brier(y, p), log_loss(y, p), slope, large, ici(y, p))
    return dict(zip(MEASURES, values, strict=True))


def with_intervals(
    y: Array, predictions: Array, groups: Array, draws: int, seed: int
) -> dict[str, tuple[float, float, float]]:
    """Mean over repeats, low, high (95 %, resampling whole groups)."""

    def mean(index: Array) -> Array:
        return np.mean([list(measures(y[index], p[index]).values()) for p in predictions], axis=0)

    point = mean(np.arange(len(y)))
    spread = group_bootstrap(groups, mean, draws, seed)
    return {name: (float(point[i]), *interval(spread[:, i])) for i, name in enumerate(MEASURES)}
