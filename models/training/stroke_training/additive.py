"""Additive models with a cumulative-logit, softmax or logit link, and their penalized maximum-likelihood fit.

Cumulative logit (proportional odds, McCullagh 1980): logit P(Y >= k) = intercept_k + predictor, k = 1 … K-1, so that a
larger predictor is a worse outcome and every P(Y >= k) comes from one coherent distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logsumexp, softmax

from .columns import Array, Column, design, inputs_of

LINKS = ("cumulative-logit", "softmax", "logit")


@dataclass(frozen=True)
class Penalty:
    """Ridge and lasso weights per subject on standardized columns; `relative` multiplies both for a group of columns."""

    ridge: float = 0.01
    lasso: float = 0.0
    relative: tuple[tuple[str, float], ...] = ()

    def of(self, columns: Sequence[Column]) -> Array:
        factor = dict(self.relative)
        return np.array([factor.get(c.group, 1.0) for c in columns])


@dataclass(frozen=True)
class AdditiveModel:
    """Coefficients are those of the raw transformed columns: (columns, predictors)."""

    link: str
    classes: tuple[str, ...]
    columns: tuple[Column, ...]
    intercepts: Array
    coefficients: Array
    means: Array

    @property
    def inputs(self) -> list[str]:
        return inputs_of(self.columns)

    def linear(self, raw: Array) -> Array:
        """Linear predictors without intercepts, (subjects, predictors)."""
        return design(raw, self.inputs, self.columns) @ self.coefficients

    def probabilities(self, raw: Array) -> Array:
        return to_probabilities(self.link, self.intercepts, self.linear(raw))

    def contributions(self, raw: Array) -> dict[str, Array]:
        """Exact Shapley values of each group against the reference means, on the scale of the linear predictors."""
        t = design(raw, self.inputs, self.columns) - self.means
        groups = dict.fromkeys(c.group for c in self.columns)
        return {
            g: t[:, index] @ self.coefficients[index]
            for g in groups
            for index in [[i for i, c in enumerate(self.columns) if c.group == g]]
        }


def to_probabilities(link: str, intercepts: Array, predictors: Array) -> Array:
    if link == "softmax":
        return softmax(intercepts + predictors, axis=1)
    above = expit(intercepts + predictors)
    return np.maximum(-np.diff(above, axis=1, prepend=1.0, append=0.0), 0.0)


@dataclass(frozen=True)
class Shape:
    """A curve of one input that was learned elsewhere: fixed weights of its columns, one free factor (sign as given)."""

    columns: tuple[Column, ...]
    weights: tuple[float, ...]
    sign: int = 1


def _fit_with_shapes(
    raw: Array,
    y: Array,
    columns: Sequence[Column],
    classes: Sequence[str],
    link: str,
    penalty: Penalty,
    weights: Array | None,
    shapes: Sequence[Shape],
) -> AdditiveModel:
    """Each curve becomes one input for the fit and is taken apart again afterwards."""
    plain = list(columns)
    all_columns = (*plain, *(c for s in shapes for c in s.columns))
    names = inputs_of(all_columns)
    place = {n: i for i, n in enumerate(names)}
    raw = np.asarray(raw, float)
    own = inputs_of(plain)
    curves = [design(raw, names, s.columns) @ np.array(s.weights) for s in shapes]
    stand_ins = [Column(f"curve{i}", s.columns[0].group, "identity", (), s.sign) for i, s in enumerate(shapes)]
    together = np.column_stack([raw[:, [place[n] for n in own]], *curves])
    inner = fit_additive(together, y, [*plain, *stand_ins], classes, link, penalty, weights)
    parts = [inner.coefficients[: len(plain)]]
    for i, s in enumerate(shapes):
        parts.append(np.array(s.weights)[:, None] * inner.coefficients[len(plain) + i])
    w = np.full(len(raw), 1 / len(raw)) if weights is None else np.asarray(weights) / np.sum(weights)
    means = w @ design(raw, names, all_columns)
    return AdditiveModel(link, tuple(classes), all_columns, inner.intercepts, np.vstack(parts), means)


def _cumulative_loss(a: Array, eta: Array, y: Array, w: Array) -> tuple[float, Array, Array]:
    """Negative log-likelihood, gradient by intercept and by predictor. a falls; y is 0 … K-1."""
    upper = np.concatenate([[np.inf], a, [-np.inf]])
    hi, lo = upper[y] + eta, upper[y + 1] + eta
    # log(sigma(hi) - sigma(lo)) without cancellation
    gap = np.where(np.isinf(hi) | np.isinf(lo), np.inf, hi - lo)
    with np.errstate(invalid="ignore", divide="ignore"):
        logp = log_expit(hi) + log_expit(-lo) + np.log(-np.expm1(-np.maximum(gap, 1e-12)))
    p = np.exp(logp)
    d_hi = expit(hi) * expit(-hi) / p
    d_lo = expit(lo) * expit(-lo) / p
    g_eta = -w * (d_hi - d_lo)
    g_upper = np.zeros(len(a) + 2)
    np.add.at(g_upper, y, -w * d_hi)
    np.add.at(g_upper, y + 1, w * d_lo)
    return float(-(w * logp).sum()), g_upper[1:-1], g_eta


def fit_additive(
    raw: Array,
    y: Array,
    columns: Sequence[Column],
    classes: Sequence[str],
    link: str = "cumulative-logit",
    penalty: Penalty = Penalty(),
    weights: Array | None = None,
    shapes: Sequence[Shape] = (),
) -> AdditiveModel:
    """Penalized maximum likelihood; `raw` has the columns `inputs_of(columns)`, `y` holds class numbers 0 … K-1.

    Lasso and sign constraints are exact: each coefficient is the difference of two non-negative parts. The columns of a
    shape come after `columns` and share one free coefficient.
    """
    if shapes:
        return _fit_with_shapes(raw, y, columns, classes, link, penalty, weights, shapes)
    if link not in LINKS:
        raise ValueError(f"unknown link {link!r}")
    y = np.asarray(y, int)
    n, k = len(y), len(classes)
    if link == "logit" and k != 2:
        raise ValueError("a logit link has two classes")
    if len(np.unique(y)) < k:
        raise ValueError("every class needs at least one subject")
    w = np.full(n, 1.0 / n) if weights is None else np.asarray(weights, float) / np.sum(weights)
    t = design(raw, inputs_of(columns), columns)
    mean = w @ t
    scale = np.sqrt(w @ (t - mean) ** 2)
    scale[scale < 1e-9] = np.inf  # a constant column gets no coefficient
    z = (t - mean) / scale
    m, outputs = t.shape[1], k if link == "softmax" else 1
    factor = np.repeat(penalty.of(columns)[:, None], outputs, axis=1).ravel()
    signs = np.repeat([c.sign for c in columns], outputs)
    split = penalty.lasso > 0
    # free, or positive and negative part
    counts = np.bincount(y, weights=w, minlength=k)
    if link == "softmax":
        start = np.log(counts)
    else:
        start = _threshold_start(counts)
    size = len(start)
    onehot = np.eye(k)[y] if link == "softmax" else None

    def unpack(theta: Array) -> Array:
        b = theta[size:]
        return b[: m * outputs] - b[m * outputs :] if split else b

    def objective(theta: Array) -> tuple[float, Array]:
        beta = unpack(theta)
        b = beta.reshape(m, outputs)
        eta = z @ b
        if link == "softmax":
            score = theta[:size] + eta
            norm = logsumexp(score, axis=1, keepdims=True)
            value = float(-(w[:, None] * onehot * (score - norm)).sum())
            g = w[:, None] * (np.exp(score - norm) - onehot)
            g_start, g_beta = g.sum(0), (z.T @ g).ravel()
        else:
            gaps = np.exp(theta[1:size])
            a = _falling(theta[:size])
            value, g_a, g_eta = _cumulative_loss(a, eta[:, 0], y, w)
            tail = np.cumsum(g_a[::-1])[::-1]
            g_start = np.concatenate([[g_a.sum()], -gaps * tail[1:]])
            g_beta = z.T @ g_eta
        value += 0.5 * penalty.ridge * float(factor @ beta**2)
        g_beta = g_beta + penalty.ridge * factor * beta
        if split:
            value += penalty.lasso * float(np.concatenate([factor, factor]) @ theta[size:])
            g_beta = np.concatenate([g_beta + penalty.lasso * factor, -g_beta + penalty.lasso * factor])
        return value, np.concatenate([g_start, g_beta])

    free = (None, None)
    if split:
        bounds = [(0, 0) if s < 0 else (0, None) for s in signs] + [(0, 0) if s > 0 else (0, None) for s in signs]
    else:
        bounds = [(0, None) if s > 0 else (None, 0) if s < 0 else free for s in signs]
    theta0 = np.concatenate([start, np.zeros(m * outputs * (2 if split else 1))])
    solution = minimize(
        objective,
        theta0,
        jac=True,
        method="L-BFGS-B",
        bounds=[free] * size + bounds,
        options={"maxiter": 2000, "ftol": 1e-11, "gtol": 1e-7},
    )
    beta = unpack(solution.x).reshape(m, outputs)
    if link == "softmax":
        a = solution.x[:size] - solution.x[:size].mean()
    else:
        a = _falling(solution.x[:size])
    coefficients = beta / scale[:, None]
    return AdditiveModel(link, tuple(classes), tuple(columns), a - mean @ coefficients, coefficients, mean)


def _falling(theta: Array) -> Array:
    """First threshold, then logarithms of the steps down."""
    return theta[0] - np.concatenate([[0.0], np.cumsum(np.exp(theta[1:]))])


def _threshold_start(share: Array) -> Array:
    above = 1 - np.cumsum(share)[:-1]
    a0 = np.log(above / (1 - above))
    return np.concatenate([a0[:1], np.log(np.maximum(-np.diff(a0), 1e-3))])


def average(models: Sequence[AdditiveModel]) -> AdditiveModel:
    """Mean of the parameters of models with the same columns: again additive, on the scale of the linear predictors."""
    first = models[0]
    return replace(
        first,
        intercepts=np.mean([m.intercepts for m in models], axis=0),
        coefficients=np.mean([m.coefficients for m in models], axis=0),
        means=np.mean([m.means for m in models], axis=0),
    )
