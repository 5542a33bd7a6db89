"""Figures of out-of-fold predictions of the TOAST class, each with an interval from resampling whole groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import softmax

from ..columns import Array
from ..metrics import auroc, calibration_line, group_bootstrap, ici, interval
from .columns import CRYPTOGENIC, TOAST_CLASSES
from .procedure import among_causes, log_loss

FLOOR = 1e-9
CAUSES = 4
FEWEST = 5
Figures = dict[str, tuple[float, float, float]]


def of_causes(y: Array, p: Array) -> tuple[Array, Array]:
    """Subjects in whom a cause was found, and the probabilities among the four causes."""
    found = y != CRYPTOGENIC
    return y[found], among_causes(p[found])


def macro_auroc(y: Array, p: Array, classes: int) -> float:
    """Mean of the one-against-rest AUROC; nan when a class is empty."""
    return float(np.mean([auroc(y == k, p[:, k]) for k in range(classes)]))


def brier(y: Array, p: Array) -> float:
    return float(np.mean(((np.eye(p.shape[1])[y] - p) ** 2).sum(1)))


def prior_log_loss(y: Array) -> float:
    """Log loss of telling everyone the shares of the classes."""
    share = np.bincount(y) / len(y)
    share = share[share > 0]
    return float(-(share * np.log(share)).sum())


def joint_slope(y: Array, p: Array) -> float:
    """Slope of the multinomial recalibration: 1 is right, below 1 the probabilities are too far apart."""
    z, k = np.log(np.maximum(p, FLOOR)), p.shape[1]
    truth = np.eye(k)[y]

    def loss(theta: Array) -> tuple[float, Array]:
        q = softmax(theta[1:] + theta[0] * z, axis=1)
        value = -np.log(np.maximum(q[np.arange(len(y)), y], FLOOR)).mean()
        rest = (q - truth) / len(y)
        return value, np.concatenate([[(rest * z).sum()], rest.sum(0)])

    return float(minimize(loss, np.concatenate([[1.0], np.zeros(k)]), jac=True, method="BFGS").x[0])


def discrimination(y: Array, p: Array) -> dict[str, float]:
    """The figures that are resampled most: of all five classes, and of the four causes where one was found."""
    y4, p4 = of_causes(y, p)
    return {
        "macroAurocFive": macro_auroc(y, p, CAUSES + 1),
        **{f"auroc{k + 1}": auroc(y == k, p[:, k]) for k in range(CAUSES + 1)},
        "macroAurocFour": macro_auroc(y4, p4, CAUSES),
        **{f"aurocFour{k + 1}": auroc(y4 == k, p4[:, k]) for k in range(CAUSES)},
        "logLossFive": log_loss(p, y),
        "logLossFour": log_loss(p4, y4),
        "brierFive": brier(y, p),
        "brierFour": brier(y4, p4),
    }


def calibration(y: Array, p: Array) -> dict[str, float]:
    """Slopes on the logit scale: of each class against the rest, of all five at once, of the four causes."""
    return {
        "jointSlope": joint_slope(y, p),
        "jointSlopeFour": joint_slope(*of_causes(y, p)),
        **{f"slope{k + 1}": calibration_line(y == k, p[:, k])[0] for k in range(CAUSES + 1)},
        **{f"large{k + 1}": float(p[:, k].mean() - (y == k).mean()) for k in range(CAUSES + 1)},
    }


def errors(y: Array, p: Array) -> dict[str, float]:
    """Integrated calibration index of each class; slow, hence with fewer resamples."""
    return {f"ici{k + 1}": ici(y == k, p[:, k]) for k in range(CAUSES + 1)}


def with_intervals(
    y: Array, predictions: Array, groups: Array, statistic: Callable[[Array, Array], Mapping[str, float]], draws: int, seed: int
) -> Figures:
    """Mean over repeats, low, high (95 %). `predictions`: (repeats, subjects, 5)."""
    names = list(statistic(y, predictions[0]))

    def mean(index: Array) -> Array:
        return np.mean([list(statistic(y[index], p[index]).values()) for p in predictions], axis=0)

    point = mean(np.arange(len(y)))
    spread = group_bootstrap(groups, mean, draws, seed)
    return {name: (float(point[i]), *interval(spread[:, i])) for i, name in enumerate(names)}


def headline_calibration(y: Array, predictions: Array) -> dict[str, float]:
    """Of the most probable of the four causes: its probability (of all five classes) against how often it was right."""
    repeated = np.tile(y, len(predictions))
    causes = np.concatenate(predictions)[:, :CAUSES]
    right, p = causes.argmax(1) == repeated, causes.max(1)
    slope, large = calibration_line(right, p)
    return {"slope": slope, "intercept": large, "ici": ici(right[: len(y)], p[: len(y)])}


def bands(frame: pd.DataFrame) -> dict[str, pd.Series]:
    age = pd.cut(frame.age, [0, 54.5, 74.5, 200], labels=["below 55", "55 to 74", "75 and above"]).astype(object)
    return {"sex": frame.sex, "age": age, "race": frame.race}


def subgroups(frame: pd.DataFrame, y: Array, predictions: Array, draws: int, seed: int) -> list[dict[str, object]]:
    """Macro AUROC among the four causes. `events`: subjects in whom a cause was found. `calibrationInTheLarge`: mean
    predicted minus observed share in whom one was found. Null where a cause has fewer than five subjects."""
    found: list[dict[str, object]] = []
    for attribute, series in bands(frame).items():
        for level in sorted(series.dropna().unique()):
            index = np.flatnonzero((series == level).to_numpy())
            y4 = y[index][y[index] != CRYPTOGENIC]
            enough = min(np.bincount(y4, minlength=CAUSES)) >= FEWEST

            def mean(chosen: Array, index: Array = index) -> float:
                at = index[chosen]
                return float(np.mean([macro_auroc(*of_causes(y[at], p[at]), CAUSES) for p in predictions]))

            inside = np.arange(len(index))
            spread = group_bootstrap(frame.group.to_numpy()[index], mean, draws, seed) if enough else np.array([])
            low, high = interval(spread) if enough else (None, None)
            found.append(
                {
                    "attribute": attribute,
                    "level": str(level),
                    "subjects": len(index),
                    "events": len(y4),
                    "auroc": mean(inside) if enough else None,
                    "low": low,
                    "high": high,
                    "calibrationInTheLarge": float(
                        (1 - predictions[:, index, CRYPTOGENIC]).mean() - (y[index] != CRYPTOGENIC).mean()
                    ),
                }
            )
    return found


def class_counts(y: Array) -> dict[str, int]:
    return dict(zip(TOAST_CLASSES, np.bincount(y, minlength=CAUSES + 1).tolist(), strict=True))
