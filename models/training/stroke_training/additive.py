"""Additive models with a cumulative-logit, softmax or logit link, and their penalized maximum-likelihood fit.

Cumulative logit (proportional odds, McCullagh 1980): logit P(Y >= k) = intercept_k + predictor, k = 1 … K-1, so that a
larger predictor is a worse outcome and every P(Y >= k) comes from one coherent distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

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


@dataclass(frozen=True)
class Moments:
    """What standardizing needs of the subjects: weighted means and variances of the columns, share of each class."""

    means: Array
    variances: Array
    shares: Array

    @property
    def scales(self) -> Array:
        scale = np.sqrt(self.variances)
        # a constant column gets no coefficient
        return np.where(scale < 1e-9, np.inf, scale)


class Likelihood(Protocol):
    """The subjects as the fit sees them: only means over them, so that they may lie at several sites."""

    def moments(self) -> Moments: ...

    def loss(self, moments: Moments, start: Array, slopes: Array) -> tuple[float, Array, Array]:
        """Mean negative log-likelihood and its gradients by `start` (as `start_of`) and by `slopes` of standardized
        columns, (columns, predictors)."""


@dataclass(frozen=True)
class OwnSubjects:
    """`columns`: transformed columns, (subjects, columns); `y`: class numbers; `weights` sum to 1."""

    columns: Array
    y: Array
    weights: Array
    classes: int
    link: str

    def moments(self) -> Moments:
        w = self.weights
        means = w @ self.columns
        variances = w @ (self.columns - means) ** 2
        return Moments(means, variances, np.bincount(self.y, weights=w, minlength=self.classes))

    def loss(self, moments: Moments, start: Array, slopes: Array) -> tuple[float, Array, Array]:
        z, w = (self.columns - moments.means) / moments.scales, self.weights
        eta = z @ slopes
        if self.link == "softmax":
            onehot = np.eye(self.classes)[self.y]
            score = start + eta
            norm = logsumexp(score, axis=1, keepdims=True)
            value = float(-(w[:, None] * onehot * (score - norm)).sum())
            g = w[:, None] * (np.exp(score - norm) - onehot)
            return value, g.sum(0), z.T @ g
        gaps = np.exp(start[1:])
        value, g_a, g_eta = _cumulative_loss(_falling(start), eta[:, 0], self.y, w)
        tail = np.cumsum(g_a[::-1])[::-1]
        return value, np.concatenate([[g_a.sum()], -gaps * tail[1:]]), (z.T @ g_eta)[:, None]


def curve_columns(columns: Sequence[Column], shapes: Sequence[Shape]) -> list[Column]:
    """`columns`, then a stand-in for the curve of each shape."""
    curves = [Column(f"curve{i}", s.columns[0].group, "identity", (), s.sign) for i, s in enumerate(shapes)]
    return [*columns, *curves]


def curve_design(raw: Array, columns: Sequence[Column], shapes: Sequence[Shape]) -> Array:
    """Transformed columns of `curve_columns`, (subjects, columns); `raw` as `inputs_of((*columns, *shape columns))`."""
    names = inputs_of((*columns, *(c for s in shapes for c in s.columns)))
    curves = [design(raw, names, s.columns) @ np.array(s.weights) for s in shapes]
    return np.column_stack([design(raw, names, columns), *curves])


def _taken_apart(inner: AdditiveModel, columns: Sequence[Column], shapes: Sequence[Shape]) -> AdditiveModel:
    """The factor of each curve times the weights of its columns. The means of those are not known here: 0."""
    plain = len(columns)
    parts = [inner.coefficients[:plain]]
    parts += [np.array(s.weights)[:, None] * inner.coefficients[plain + i] for i, s in enumerate(shapes)]
    everything = (*columns, *(c for s in shapes for c in s.columns))
    means = np.zeros(len(everything))
    means[:plain] = inner.means[:plain]
    return AdditiveModel(inner.link, inner.classes, everything, inner.intercepts, np.vstack(parts), means)


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

    The columns of a shape come after `columns` and share one free coefficient.
    """
    y = np.asarray(y, int)
    if len(np.unique(y)) < len(classes):
        raise ValueError("every class needs at least one subject")
    w = np.full(len(y), 1.0 / len(y)) if weights is None else np.asarray(weights, float) / np.sum(weights)
    subjects = OwnSubjects(curve_design(raw, columns, shapes), y, w, len(classes), link)
    model = fit_likelihood(subjects, columns, classes, link, penalty, shapes)
    names = inputs_of(model.columns)
    return replace(model, means=w @ design(np.asarray(raw, float), names, model.columns))


def fit_likelihood(
    subjects: Likelihood,
    columns: Sequence[Column],
    classes: Sequence[str],
    link: str = "cumulative-logit",
    penalty: Penalty = Penalty(),
    shapes: Sequence[Shape] = (),
    tolerance: float = 1e-11,
) -> AdditiveModel:
    """The fit by means over subjects alone, of the columns `curve_columns`. The means of the columns of a shape stay 0.

    Lasso and sign constraints are exact: each coefficient is the difference of two non-negative parts.
    """
    if link not in LINKS:
        raise ValueError(f"unknown link {link!r}")
    k = len(classes)
    if link == "logit" and k != 2:
        raise ValueError("a logit link has two classes")
    fitted = curve_columns(columns, shapes)
    moments = subjects.moments()
    m, outputs = len(fitted), k if link == "softmax" else 1
    factor = np.repeat(penalty.of(fitted)[:, None], outputs, axis=1).ravel()
    signs = np.repeat([c.sign for c in fitted], outputs)
    # free, or positive and negative part
    split = penalty.lasso > 0
    start = np.log(moments.shares) if link == "softmax" else threshold_start(moments.shares)
    size = len(start)

    def unpack(theta: Array) -> Array:
        b = theta[size:]
        return b[: m * outputs] - b[m * outputs :] if split else b

    def objective(theta: Array) -> tuple[float, Array]:
        beta = unpack(theta)
        value, g_start, g_slopes = subjects.loss(moments, theta[:size], beta.reshape(m, outputs))
        value += 0.5 * penalty.ridge * float(factor @ beta**2)
        g_beta = g_slopes.ravel() + penalty.ridge * factor * beta
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
        options={"maxiter": 2000, "ftol": tolerance, "gtol": 1e-7},
    )
    beta = unpack(solution.x).reshape(m, outputs)
    return from_standardized(link, classes, columns, shapes, moments, solution.x[:size], beta)


def from_standardized(
    link: str,
    classes: Sequence[str],
    columns: Sequence[Column],
    shapes: Sequence[Shape],
    moments: Moments,
    start: Array,
    slopes: Array,
) -> AdditiveModel:
    """The model of raw columns; `start` as the fit has it, `slopes` of standardized `curve_columns`, (columns, predictors)."""
    intercepts = start - start.mean() if link == "softmax" else _falling(start)
    coefficients = slopes / moments.scales[:, None]
    fitted = tuple(curve_columns(columns, shapes))
    inner = AdditiveModel(
        link, tuple(classes), fitted, intercepts - moments.means @ coefficients, coefficients, moments.means
    )
    return _taken_apart(inner, columns, shapes)


def _falling(theta: Array) -> Array:
    """First threshold, then logarithms of the steps down."""
    return theta[0] - np.concatenate([[0.0], np.cumsum(np.exp(theta[1:]))])


def threshold_start(share: Array) -> Array:
    """Where the thresholds begin, from the share of each class: the first one, then logarithms of the steps down."""
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
