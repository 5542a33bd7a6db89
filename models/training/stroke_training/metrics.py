"""Measures of discrimination and calibration, and their intervals by resampling whole groups of subjects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import rankdata

from .columns import Array

CLIP = 1e-6


def auroc(event: Array, score: Array) -> float:
    """Area under the ROC curve, ties count half; nan when one class is empty."""
    event = np.asarray(event, bool)
    n1, n0 = int(event.sum()), int((~event).sum())
    if n1 == 0 or n0 == 0:
        return float("nan")
    return float((rankdata(score)[event].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def brier(event: Array, p: Array) -> float:
    return float(np.mean((np.asarray(event, float) - p) ** 2))


def calibration_line(event: Array, p: Array) -> tuple[float, float]:
    """Slope, and intercept with slope fixed at 1 (calibration in the large), both on the logit scale."""
    event = np.asarray(event, float)
    x = logit(np.clip(p, CLIP, 1 - CLIP))

    def loss(theta: Array, fixed: bool) -> float:
        eta = theta[0] + (1.0 if fixed else theta[1]) * x
        return float(np.sum(np.logaddexp(0, eta) - event * eta))

    slope = minimize(loss, [0.0, 1.0], args=(False,), method="BFGS").x[1]
    large = minimize(loss, [0.0], args=(True,), method="BFGS").x[0]
    return float(slope), float(large)


def smooth_calibration(event: Array, p: Array, at: Array | None = None, span: float = 0.75) -> Array:
    """Observed risk at predicted risk by local linear regression with tricube weights (Austin & Steyerberg 2019)."""
    event, p = np.asarray(event, float), np.asarray(p, float)
    at = p if at is None else np.asarray(at, float)
    reach = max(int(np.ceil(span * len(p))), 2)
    out = np.empty(len(at))
    for i, x in enumerate(at):
        distance = np.abs(p - x)
        width = max(np.partition(distance, reach - 1)[reach - 1], 1e-9)
        w = np.clip(1 - (distance / width) ** 3, 0, None) ** 3
        total = w.sum()
        mx, my = w @ p / total, w @ event / total
        sxx = w @ (p - mx) ** 2
        out[i] = my + (0.0 if sxx < 1e-12 else (w @ ((p - mx) * (event - my))) / sxx * (x - mx))
    return np.clip(out, 0, 1)


def ici(event: Array, p: Array) -> float:
    """Integrated calibration index: mean distance of predicted from smoothed observed risk."""
    return float(np.mean(np.abs(smooth_calibration(event, p) - p)))


def concordance(grade: Array, score: Array) -> float:
    """C-index of an ordinal outcome: share of pairs of different grade that the score orders rightly, ties half."""
    grade, score = np.asarray(grade), np.asarray(score)
    worse = grade[:, None] > grade[None, :]
    difference = score[:, None] - score[None, :]
    return float((((difference > 0) + 0.5 * (difference == 0)) * worse).sum() / max(worse.sum(), 1))


def quadratic_kappa(grade: Array, predicted: Array, k: int) -> float:
    table = np.zeros((k, k))
    np.add.at(table, (np.asarray(grade, int), np.asarray(predicted, int)), 1)
    weight = (np.arange(k)[:, None] - np.arange(k)[None, :]) ** 2
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    return float(1 - (weight * table).sum() / (weight * expected).sum())


def ranked_probability_score(grade: Array, probabilities: Array) -> float:
    """Mean squared distance of the cumulative distributions, divided by K - 1."""
    k = probabilities.shape[1]
    observed = (np.arange(k)[None, :] >= np.asarray(grade, int)[:, None]).astype(float)
    return float(np.mean(((np.cumsum(probabilities, 1) - observed) ** 2)[:, :-1].sum(1) / (k - 1)))


def expected_grade(probabilities: Array) -> Array:
    return probabilities @ np.arange(probabilities.shape[1])


def ordinal_metrics(grade: Array, probabilities: Array, cut: int = 3) -> dict[str, float]:
    """All measures of one set of predictions of an ordinal outcome; `cut`: grade from which the outcome is 'poor'."""
    grade = np.asarray(grade, int)
    k = probabilities.shape[1]
    poor, p = grade >= cut, probabilities[:, cut:].sum(1)
    slope, large = calibration_line(poor, p)
    score = expected_grade(probabilities)
    return {
        "auroc": auroc(poor, p),
        "brier": brier(poor, p),
        "slope": slope,
        "intercept": large,
        "ici": ici(poor, p),
        "cIndex": concordance(grade, score),
        "kappa": quadratic_kappa(grade, np.clip(np.rint(score), 0, k - 1), k),
        "rps": ranked_probability_score(grade, probabilities),
        "aurocWorst": auroc(grade == k - 1, probabilities[:, -1]),
    }


def class_metrics(y: Array, probabilities: Array) -> dict[str, float]:
    """Macro one-against-rest AUROC, multiclass Brier score and logarithmic loss of a nominal outcome."""
    y = np.asarray(y, int)
    k = probabilities.shape[1]
    each = [auroc(y == c, probabilities[:, c]) for c in range(k)]
    return {
        "macroAuroc": float(np.nanmean(each)),
        **{f"auroc{c + 1}": each[c] for c in range(k)},
        "brier": float(np.mean(((np.eye(k)[y] - probabilities) ** 2).sum(1))),
        "logLoss": float(-np.mean(np.log(np.clip(probabilities[np.arange(len(y)), y], CLIP, 1)))),
        "accuracy": float(np.mean(probabilities.argmax(1) == y)),
    }


def group_bootstrap(
    groups: Sequence[object], statistic: Callable[[Array], float | Array], draws: int, seed: int
) -> Array:
    """`statistic(index)` for resamples of whole groups; (draws, …)."""
    labels, inverse = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(inverse == g) for g in range(len(labels))]
    rng = np.random.default_rng(seed)
    return np.array(
        [
            statistic(np.concatenate([members[g] for g in rng.integers(0, len(labels), len(labels))]))
            for _ in range(draws)
        ]
    )


def interval(values: Array, level: float = 0.95) -> tuple[float, float]:
    """Percentiles, nan left out."""
    edge = (1 - level) / 2 * 100
    low, high = np.nanpercentile(np.asarray(values, float), [edge, 100 - edge])
    return float(low), float(high)
