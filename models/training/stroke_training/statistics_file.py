"""Writes statistics.json (`models/statistics.schema.json`): all that the service needs beside the graph."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .additive import AdditiveModel
from .columns import Array, design
from .population import averaging_scale, synthetic_rows


@dataclass(frozen=True)
class InputInfo:
    """A raw input: UCUM unit, standard deviation of its measurement error, whole numbers only or not."""

    unit: str
    absolute_noise: float = 0.0
    relative_noise: float = 0.0
    whole: bool = False


@dataclass(frozen=True)
class Statistics:
    """The parts that are not in the model itself; see the schema for each."""

    headline: Mapping[str, object] | None
    inputs: Mapping[str, InputInfo]
    covariance: Array
    covariance_method: str
    conformal: Mapping[str, object]
    out_of_distribution: Mapping[str, object]
    population: str
    calibration: Mapping[str, float]
    subgroups: Sequence[Mapping[str, object]] = field(default_factory=tuple)


def bootstrap_covariance(
    refit: Callable[[Array], AdditiveModel], groups: Sequence[object], draws: int, seed: int
) -> Array:
    """Covariance of (intercepts, coefficients column by column) over refits on resamples of whole groups.

    A resample without one of the classes cannot be fitted and is drawn again.
    """
    labels, inverse = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(inverse == g) for g in range(len(labels))]
    rng = np.random.default_rng(seed)
    found: list[Array] = []
    attempts = 0
    while len(found) < draws:
        attempts += 1
        if attempts > 3 * draws:
            raise ValueError("too few subjects in a class for a bootstrap")
        index = np.concatenate([members[g] for g in rng.integers(0, len(labels), len(labels))])
        try:
            model = refit(index)
        except ValueError:
            continue
        found.append(np.concatenate([model.intercepts, model.coefficients.ravel()]))
    return np.cov(np.array(found), rowvar=False)


def linear_interval(model: AdditiveModel, covariance: Array, raw: Array, k: int, z: float = 1.959964) -> tuple[Array, Array]:
    """Interval of logit P(Y >= k) of a cumulative-logit or logit model: exact on that scale, no approximation."""
    t = design(raw, model.inputs, model.columns)
    gradient = np.zeros((len(t), len(covariance)))
    gradient[:, k - 1] = 1.0
    gradient[:, len(model.intercepts) :] = t
    deviation = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", gradient, covariance, gradient), 0))
    center = model.intercepts[k - 1] + model.linear(raw)[:, 0]
    return center - z * deviation, center + z * deviation


def _digits(value: object, digits: int = 10) -> object:
    if isinstance(value, Mapping):
        return {k: _digits(v, digits) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_digits(v, digits) for v in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.{digits}g}") if np.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    return value


def statistics_of(model: AdditiveModel, raw: Array, more: Statistics, weights: Array | None = None) -> dict[str, object]:
    """The content of statistics.json; `raw` are the training subjects in the order of `model.inputs`."""
    raw = np.asarray(raw, float)
    t = design(raw, model.inputs, model.columns)
    w = np.full(len(raw), 1 / len(raw)) if weights is None else weights / weights.sum()
    whole = [more.inputs[n].whole for n in model.inputs]
    scales = [averaging_scale(model.columns, n) for n in model.inputs]
    rows, row_weights = synthetic_rows(raw, whole, scales)
    extremes = np.array([raw.min(0), raw.max(0)])
    checks = np.vstack([rows[:: max(1, len(rows) // 12)], extremes])
    means = w @ t
    return {
        "format": 1,
        "link": model.link,
        "classes": list(model.classes),
        "headline": more.headline,
        "inputs": [
            {
                "name": name,
                "unit": more.inputs[name].unit,
                "low": _digits(raw[:, i].min()),
                "high": _digits(raw[:, i].max()),
                "noise": {"absolute": more.inputs[name].absolute_noise, "relative": more.inputs[name].relative_noise},
            }
            for i, name in enumerate(model.inputs)
        ],
        "groups": list(dict.fromkeys(c.group for c in model.columns)),
        # Parameters are written in full: they must reproduce the graph.
        "columns": [
            {
                "input": c.input,
                "group": c.group,
                "transform": c.transform,
                "parameters": list(c.parameters),
                "mean": float(means[i]),
                "coefficients": [float(v) for v in model.coefficients[i]],
            }
            for i, c in enumerate(model.columns)
        ],
        "intercepts": [float(v) for v in model.intercepts],
        "covariance": {"method": more.covariance_method, "matrix": _digits(more.covariance, 7)},
        "conformal": _digits(more.conformal, 12),
        "outOfDistribution": _digits(more.out_of_distribution),
        "reference": {
            "population": more.population,
            "subjects": len(raw),
            "meanLinear": [float(v) for v in means @ model.coefficients],
            "rows": rows.tolist(),
            "weights": _digits(row_weights, 12),
        },
        "checks": {"rows": checks.tolist(), "probabilities": model.probabilities(checks).tolist()},
        "calibration": _digits(more.calibration, 5),
        "subgroups": _digits(more.subgroups, 5),
    }


def write_json(path: Path, value: object) -> None:
    """Compact lists of numbers, one top-level entry per line: small and still readable in a diff."""
    if isinstance(value, Mapping):
        lines = [f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False, allow_nan=False)}" for k, v in value.items()]
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    else:
        path.write_text(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
