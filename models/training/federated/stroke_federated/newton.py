"""A fit from means over sites: Newton steps whose loss, gradient and curvature are averaged over the subjects of all sites.

The result is that of the pooled fit (`fit_additive`), not an approximation: the objective is a mean over subjects, and a
mean over sites weighted by their numbers is the same mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import lsq_linear
from stroke_training.additive import (
    AdditiveModel,
    Moments,
    OwnSubjects,
    Penalty,
    curve_columns,
    from_standardized,
    threshold_start,
)
from stroke_training.columns import Array
from stroke_training.mrs_models import MRS_CLASSES, Variant

#: question, arrays sent → arrays that came back, averaged over all subjects of all sites
Ask = Callable[[str, list[Array]], list[Array]]

MOMENTS, STEP = "moments", "step"
MOST_STEPS = 25


@dataclass(frozen=True)
class Answering:
    """One site's side: answers with means over its own subjects, and nothing of any one of them."""

    subjects: OwnSubjects
    #: Published center and scale of the columns: keeps what is sent near 1, as secure aggregation needs it.
    center: Array
    scale: Array

    def answer(self, question: str, arrays: list[Array]) -> list[Array]:
        """@raises ValueError: a question that this site does not answer"""
        if question == MOMENTS:
            z = (self.subjects.columns - self.center) / self.scale
            moments = self.subjects.moments()
            return [z.mean(0), (z**2).mean(0), moments.shares]
        if question == STEP:
            means, variances, theta = arrays
            size = self.subjects.classes - 1
            moments = Moments(means, variances, np.zeros(self.subjects.classes))

            def at(point: Array) -> tuple[float, Array]:
                value, g_start, g_slopes = self.subjects.loss(moments, point[:size], point[size:, None])
                return value, np.concatenate([g_start, g_slopes.ravel()])

            value, gradient = at(theta)
            return [np.array([value]), gradient, _curvature(lambda p: at(p)[1], theta)]
        raise ValueError(f"unknown question {question!r}")


def _curvature(gradient: Callable[[Array], Array], at: Array, h: float = 1e-4) -> Array:
    """Second derivatives, by central differences of the exact gradient."""
    steps = np.eye(len(at)) * h
    rows = np.array([(gradient(at + s) - gradient(at - s)) / (2 * h) for s in steps])
    return (rows + rows.T) / 2


def fit_over_sites(
    variant: Variant,
    ridge: float,
    ask: Ask,
    center: Array,
    scale: Array,
    *,
    tolerance: float = 1e-6,
    say: Callable[[str], None] = lambda _: None,
) -> AdditiveModel:
    """The cumulative-logit model of `variant` over all sites.

    `tolerance`: largest projected gradient at the end. Raises ValueError when a class has no subject at any site, and
    RuntimeError when `MOST_STEPS` were not enough.
    """
    columns, shapes = variant.columns, variant.shapes()
    fitted = curve_columns(columns, shapes)
    z_mean, z_square, shares = ask(MOMENTS, [])
    if np.any(shares < 1e-6):
        raise ValueError("every class needs at least one subject at some site")
    means = center + scale * z_mean
    variances = scale**2 * np.maximum(z_square - z_mean**2, 0)
    penalty: Penalty = variant.penalty(ridge)
    weight = ridge * penalty.of(fitted)
    signs = np.array([c.sign for c in fitted])
    size = len(shares) - 1
    lower = np.concatenate([np.full(size, -np.inf), np.where(signs > 0, 0.0, -np.inf)])
    upper = np.concatenate([np.full(size, np.inf), np.where(signs < 0, 0.0, np.inf)])

    def objective(theta: Array) -> tuple[float, Array, Array]:
        value, gradient, curvature = ask(STEP, [means, variances, theta])
        slopes = theta[size:]
        pull = np.concatenate([np.zeros(size), weight * slopes])
        diagonal = np.diag(np.concatenate([np.zeros(size), weight]))
        return float(value[0]) + 0.5 * float(weight @ slopes**2), gradient + pull, curvature + diagonal

    theta = np.concatenate([threshold_start(shares), np.zeros(len(fitted))])
    value, gradient, curvature = objective(theta)
    for number in range(1, MOST_STEPS + 1):
        target = _bounded_newton(theta, gradient, curvature, lower, upper)
        share = 1.0
        while True:
            candidate = theta + share * (target - theta)
            after = objective(candidate)
            if after[0] <= value + 1e-7 or share < 1e-3:
                break
            share /= 2
        theta, (value, gradient, curvature) = candidate, after
        left = float(np.abs(theta - np.clip(theta - gradient, lower, upper)).max())
        say(f"step {number}: mean loss {value:.6f}, gradient {left:.1e}")
        if left < tolerance:
            return from_standardized(
                "cumulative-logit", MRS_CLASSES, columns, shapes, Moments(means, variances, shares), theta[:size], theta[size:, None]
            )
    raise RuntimeError(f"no convergence in {MOST_STEPS} steps")


def _bounded_newton(theta: Array, gradient: Array, curvature: Array, lower: Array, upper: Array) -> Array:
    """Where the quadratic model is lowest within the bounds."""
    values, vectors = np.linalg.eigh(curvature)
    root = np.sqrt(np.maximum(values, 1e-8))
    # |A d + b|² has the same minimum as g·d + d'Hd/2
    a, b = root[:, None] * vectors.T, (vectors.T @ gradient) / root
    step = lsq_linear(a, -b, bounds=(lower - theta - 1e-12, upper - theta + 1e-12)).x
    return np.clip(theta + step, lower, upper)
