"""Trains and judges one TOAST model: from the cohort to everything that its folder and its card need."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ..additive import AdditiveModel
from ..columns import Array
from ..conformal import conformal, sets_of
from ..population import out_of_distribution
from ..statistics_file import Statistics, bootstrap_covariance, statistics_of
from .cohort import Cohort
from .columns import HEADLINE, INPUTS, TOAST_CLASSES, Variant
from .figures import (
    calibration,
    class_counts,
    discrimination,
    errors,
    headline_calibration,
    of_causes,
    prior_log_loss,
    subgroups,
    with_intervals,
)
from .procedure import Choice, choose, fit, nested
from .told_apart import told_apart

SEED = 20240502
CONFORMAL = "aps"
# Without a lesion there is no pattern to name: the order of the causes is little more than their frequency.
NEVER_APART = {"threshold": 1.0, "namedShare": 0.0}


@dataclass(frozen=True)
class Effort:
    """Numbers of resamples: of figures, of slopes (slow), of the coefficients."""

    figures: int = 500
    slopes: int = 200
    covariance: int = 400


@dataclass(frozen=True)
class Trained:
    """`predictions`: out of fold, (repeats, subjects, 5). `report`: every figure of the card, as in cross-validation.json."""

    variant: Variant
    cohort: Cohort
    model: AdditiveModel
    raw: Array
    predictions: Array
    report: dict[str, object]
    conformal: dict[str, object]
    covariance: Array


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def rounded(value: object, digits: int = 4) -> object:
    if isinstance(value, dict):
        return {k: rounded(v, digits) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(v, digits) for v in value]
    if isinstance(value, (float, np.floating)):
        return round(float(value), digits) if np.isfinite(value) else None
    return value


def chosen_most(choices: Sequence[Choice]) -> dict[str, int]:
    counted = Counter(f"ridge {c.ridge:g}, location x {c.location:g}" for c in choices)
    return dict(counted.most_common())


def coverage_by_class(method: str, threshold: float, y: Array, predictions: Array) -> dict[str, float]:
    """Share of subjects of each class whose set holds it."""
    member = np.stack([sets_of(method, p, threshold) for p in predictions])
    return {f"toast-{k + 1}": float(member[:, y == k, k].mean()) for k in range(len(TOAST_CLASSES))}


def train(variant: Variant, everyone: Cohort, effort: Effort) -> Trained:
    cohort = everyone.with_lesion() if variant.uses_lesion else everyone
    raw, y, groups = cohort.raw(variant.inputs), cohort.y, cohort.groups
    say(f"{variant.name}: {len(y)} subjects; nested cross-validation")
    predictions, choices = nested(variant, raw, y, groups, cohort.repeats(), SEED)
    final = choose(variant, raw, y, groups, SEED, repeats=len(predictions))
    model = fit(variant, raw, y, final)
    say(f"{variant.name}: intervals")
    stacked, repeated = np.concatenate(predictions), np.tile(y, len(predictions))
    sets = conformal(
        CONFORMAL, stacked, repeated, f"out-of-fold predictions of {len(y)} training subjects, {len(predictions)} repeats"
    )
    covariance = bootstrap_covariance(lambda i: fit(variant, raw[i], y[i], final), groups, effort.covariance, SEED)
    y4, _ = of_causes(y, predictions[0])
    report = {
        "model": variant.name,
        "seed": SEED,
        "subjects": len(y),
        "causeFound": len(y4),
        "groups": len(set(groups)),
        "flow": cohort.flow,
        "classes": class_counts(y),
        "discrimination": with_intervals(y, predictions, groups, discrimination, effort.figures, SEED),
        "calibration": with_intervals(y, predictions, groups, calibration, effort.slopes, SEED),
        "calibrationError": {k: float(np.mean([errors(y, p)[k] for p in predictions])) for k in errors(y, predictions[0])},
        "headline": headline_calibration(y, predictions),
        "priorLogLossFive": prior_log_loss(y),
        "priorLogLossFour": prior_log_loss(y4),
        "conformal": {
            **{k: sets[k] for k in ("level", "method", "meanSize", "coverage")},
            "byClass": coverage_by_class(CONFORMAL, float(sets["threshold"]), y, predictions),
        },
        "toldApart": told_apart(y, predictions, groups, (model, covariance, raw), effort.figures, SEED)
        if variant.uses_lesion
        else NEVER_APART,
        "subgroups": subgroups(cohort.frame, y, predictions, effort.slopes, SEED),
        "penalties": chosen_most(choices),
        "finalPenalty": asdict(final),
    }
    return Trained(variant, cohort, model, raw, predictions, rounded(report), sets, covariance)


def statistics_from(trained: Trained, population: str, effort: Effort) -> dict[str, object]:
    model, cohort = trained.model, trained.cohort
    folds = cohort.repeats()[0]
    report = trained.report
    return statistics_of(
        model,
        trained.raw,
        Statistics(
            headline=HEADLINE,
            inputs={n: INPUTS[n] for n in model.inputs},
            covariance=trained.covariance,
            covariance_method=f"{effort.covariance} refits on resamples of whole groups of subjects, penalty fixed",
            conformal=trained.conformal,
            out_of_distribution=out_of_distribution(trained.raw, model.inputs, trained.variant.distance_columns, folds),
            population=population,
            calibration={**report["headline"], **{k: v[0] for k, v in report["calibration"].items()}, **report["calibrationError"]},
            subgroups=report["subgroups"],
        ),
    )
