"""The reference population: what counts as usual, synthetic rows for unknown inputs, distance from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .columns import Array, Column, design

SMALLEST_CELL = 5
MOST_ROWS = 60


def synthetic_rows(
    raw: Array, whole: Sequence[bool], scales: Sequence[Column | None] | None = None
) -> tuple[Array, Array]:
    """Averages over at least 5 similar subjects (MDAV microaggregation, Domingo-Ferrer & Mateo-Sanz 2002) and weights.

    `whole`: inputs that hold whole numbers (flags, counts, NIHSS) and are rounded. At most 60 rows.
    `scales`: the model's root or logarithm of each input, None for its own scale. The average is taken there: the root of a
    mean is above the mean of roots, so that averages of raw values would look more severe than the subjects are.
    """
    raw = np.asarray(raw, float)
    scales = list(scales) if scales is not None else [None] * raw.shape[1]
    raw = np.column_stack([x if c is None else c.apply(x) for x, c in zip(raw.T, scales, strict=True)])
    n = len(raw)
    size = max(SMALLEST_CELL, int(np.ceil(n / MOST_ROWS)))
    spread = raw.std(0)
    z = (raw - raw.mean(0)) / np.where(spread > 1e-9, spread, np.inf)
    left = np.arange(n)
    cells: list[Array] = []

    def take(center: Array) -> None:
        nonlocal left
        near = left[np.argsort(((z[left] - center) ** 2).sum(1), kind="stable")[:size]]
        cells.append(near)
        left = np.setdiff1d(left, near)

    while len(left) >= 3 * size:
        middle = z[left].mean(0)
        far = z[left[np.argmax(((z[left] - middle) ** 2).sum(1))]]
        take(far)
        other = z[left[np.argmax(((z[left] - far) ** 2).sum(1))]]
        take(other)
    if len(left) >= 2 * size:
        middle = z[left].mean(0)
        take(z[left[np.argmax(((z[left] - middle) ** 2).sum(1))]])
    cells.append(left)
    rows = np.array([raw[cell].mean(0) for cell in cells])
    rows = np.column_stack([x if c is None else _back(c, x) for x, c in zip(rows.T, scales, strict=True)])
    rows[:, list(whole)] = np.rint(rows[:, list(whole)])
    weights = np.array([len(cell) for cell in cells], float)
    return np.round(rows, 4), weights / weights.sum()


def averaging_scale(columns: Sequence[Column], name: str) -> Column | None:
    """The column of an input on whose scale it is averaged: its only one, where that is a root or a logarithm."""
    own = [c for c in columns if c.input == name]
    return own[0] if len(own) == 1 and own[0].transform in ("power", "log10-plus") else None


def _back(column: Column, values: Array) -> Array:
    (parameter,) = column.parameters
    return np.maximum(values ** (1 / parameter) if column.transform == "power" else 10**values - parameter, 0)


def out_of_distribution(
    raw: Array, inputs: Sequence[str], columns: Sequence[Column], folds: Sequence[tuple[Array, Array]], shrink: float = 0.1
) -> dict[str, object]:
    """Mahalanobis distance in transformed columns; thresholds are percentiles of distances measured out of fold.

    The covariance is shrunk towards its diagonal by `shrink`, so that near-constant combinations do not decide alone.
    """
    t = design(raw, inputs, columns)

    def center(rows: Array) -> tuple[Array, Array]:
        covariance = np.atleast_2d(np.cov(t[rows], rowvar=False))
        diagonal = np.maximum(np.diag(covariance), 1e-8)
        shrunk = (1 - shrink) * covariance
        np.fill_diagonal(shrunk, diagonal)
        return t[rows].mean(0), np.linalg.inv(shrunk)

    def distance(rows: Array, mean: Array, precision: Array) -> Array:
        away = t[rows] - mean
        return np.sqrt(np.einsum("ij,jk,ik->i", away, precision, away))

    outside = np.empty(len(t))
    for train, test in folds:
        outside[test] = distance(test, *center(train))
    mean, precision = center(np.arange(len(t)))
    return {
        "columns": [{"input": c.input, "transform": c.transform, "parameters": list(c.parameters)} for c in columns],
        "mean": mean.tolist(),
        "precision": ((precision + precision.T) / 2).tolist(),
        "threshold95": float(np.percentile(outside, 95)),
        "threshold99": float(np.percentile(outside, 99)),
        "basis": f"95th and 99th percentile of the distance of {len(t)} training subjects, each measured out of fold",
    }
