"""Figures of a set of out-of-fold predictions of the mRS: each with an interval from resampling whole groups."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .columns import Array
from .metrics import auroc, group_bootstrap, interval, ordinal_metrics

Figures = dict[str, tuple[float, float, float]]

NAMES = {
    "auroc": "AUROC, mRS ≥ 3",
    "aurocWorst": "AUROC, death",
    "brier": "Brier, mRS ≥ 3",
    "slope": "calibration slope",
    "intercept": "calibration in the large",
    "ici": "ICI",
    "cIndex": "C-index",
    "kappa": "kappa (quadratic)",
    "rps": "RPS",
}


def figures(y: Array, predictions: Array, groups: Array, draws: int, seed: int) -> Figures:
    """Mean over the repeats of the cross-validation, low, high (95 %). `predictions`: (repeats, subjects, classes)."""

    def mean(index: Array) -> Array:
        each = [list(ordinal_metrics(y[index], p[index]).values()) for p in predictions]
        return np.mean(each, axis=0)

    point = mean(np.arange(len(y)))
    spread = group_bootstrap(groups, mean, draws, seed)
    return {name: (float(point[i]), *interval(spread[:, i])) for i, name in enumerate(NAMES_ORDER)}


NAMES_ORDER = ("auroc", "brier", "slope", "intercept", "ici", "cIndex", "kappa", "rps", "aurocWorst")


def written(figure: tuple[float, float, float], digits: int = 3) -> str:
    value, low, high = (f"{v:.{digits}f}" for v in figure)
    return f"{value} ({low} to {high})"


def bands(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Subgroups that can be told from the table; a missing value is in none of them."""
    out: dict[str, pd.Series] = {}
    if frame.sex.notna().any():
        out["sex"] = frame.sex.map({"F": "women", "M": "men", "female": "women", "male": "men"})
    age = pd.cut(frame.age, [0, 64.5, 79.5, 200], labels=["below 65", "65 to 79", "80 and above"])
    out["age"] = age.astype(object).where(frame.age.notna())
    if frame.race.notna().any():
        out["race"] = frame.race.map({"b": "Black", "w": "White"}).fillna(frame.race)
    nihss = pd.cut(frame.nihss, [-1, 0, 5, 15, 42], labels=["0", "1 to 5", "6 to 15", "16 and above"])
    out["NIHSS"] = nihss.astype(object).where(frame.nihss.notna())
    if "infratentorial" in frame:
        out["lesion"] = frame.infratentorial.map({0.0: "supratentorial", 1.0: "infratentorial"})
    return out


def subgroups(frame: pd.DataFrame, y: Array, predictions: Array, cut: int, draws: int, seed: int) -> list[Mapping[str, object]]:
    """For each level with 20 subjects or more: AUROC of mRS >= cut, predicted minus observed share, and the share of those
    with mRS >= cut whose predicted risk is a half or more."""
    poor = y >= cut
    p = predictions[:, :, cut:].sum(2)
    found: list[Mapping[str, object]] = []
    for attribute, series in bands(frame).items():
        for level in sorted(series.dropna().unique()):
            index = np.flatnonzero((series == level).to_numpy())
            if len(index) < 20:
                continue

            def mean(chosen: Array, index: Array = index) -> float:
                at = index[chosen]
                return float(np.mean([auroc(poor[at], row[at]) for row in p]))

            everyone = np.arange(len(index))
            low, high = interval(group_bootstrap(frame.group.to_numpy()[index], mean, draws, seed))
            found.append(
                {
                    "attribute": attribute,
                    "level": str(level),
                    "subjects": len(index),
                    "events": int(poor[index].sum()),
                    "auroc": mean(everyone),
                    "low": low,
                    "high": high,
                    "calibrationInTheLarge": float(p[:, index].mean() - poor[index].mean()),
                    "truePositiveRate": float((p[:, index][:, poor[index]] >= 0.5).mean()),
                }
            )
    return found
