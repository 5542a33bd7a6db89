"""How a TOAST model is fitted, and its honest judgement: every choice is made again inside each training fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..additive import AdditiveModel, Penalty, fit_additive
from ..columns import Array
from ..folds import group_folds, out_of_fold
from .columns import CRYPTOGENIC, TOAST_CLASSES, Variant

INNER_FOLDS = 5
RIDGES = (0.015, 0.03, 0.06)
# Location has many columns, each with little to say: penalized more. Age has few and says much: penalized less.
LOCATION_WEIGHTS = (3.0, 10.0)
AGE_WEIGHT = 0.1
FLOOR = 1e-9


@dataclass(frozen=True)
class Choice:
    ridge: float
    location: float

    def penalty(self) -> Penalty:
        return Penalty(self.ridge, relative=(("lesion-location", self.location), ("age", AGE_WEIGHT)))



def among_causes(probabilities: Array) -> Array:
    """Probabilities of the four causes when one was found: p_k / (1 - p_5)."""
    four = np.delete(probabilities, CRYPTOGENIC, axis=-1)
    return four / four.sum(-1, keepdims=True)


def log_loss(probabilities: Array, y: Array) -> float:
    return float(-np.mean(np.log(np.maximum(probabilities[np.arange(len(y)), y], FLOOR))))


def both_losses(probabilities: Array, y: Array) -> float:
    """Log loss of all five classes plus that among the four causes, where a cause was found: both questions count."""
    found = y != CRYPTOGENIC
    return log_loss(probabilities, y) + log_loss(among_causes(probabilities[found]), y[found])


def choose(variant: Variant, raw: Array, y: Array, groups: Array, seed: int, repeats: int = 1) -> Choice:
    """The penalty with the lowest `both_losses` in inner group-safe folds, repeated with other folds."""
    weights = LOCATION_WEIGHTS if variant.uses_lesion else LOCATION_WEIGHTS[:1]
    choices = [Choice(r, w) for r in RIDGES for w in weights]
    losses = np.zeros(len(choices))
    splits = [split for r in range(repeats) for split in group_folds(y, groups, INNER_FOLDS, seed + r)]
    for train, test in splits:
        losses += [both_losses(fit(variant, raw[train], y[train], c).probabilities(raw[test]), y[test]) for c in choices]
    return choices[int(np.argmin(losses))]


def fit(variant: Variant, raw: Array, y: Array, choice: Choice) -> AdditiveModel:
    return fit_additive(raw, y, variant.columns, TOAST_CLASSES, "softmax", choice.penalty())


def nested(
    variant: Variant, raw: Array, y: Array, groups: Array, repeats: Sequence[Sequence[tuple[Array, Array]]], seed: int
) -> tuple[Array, list[Choice]]:
    """Out-of-fold probabilities, (repeats, subjects, 5), and what the inner folds chose."""
    chosen: list[Choice] = []

    def predictor(train: Array, test: Array) -> Array:
        chosen.append(choose(variant, raw[train], y[train], groups[train], seed))
        return fit(variant, raw[train], y[train], chosen[-1]).probabilities(raw[test])

    return out_of_fold(repeats, groups, len(TOAST_CLASSES), predictor), chosen
