"""The models of the modified Rankin Scale: which columns, and how they are fitted and judged.

Monotone by construction: older, a higher NIHSS, a larger lesion and more of a territory filled never lower the predicted
grade. Without the constraint single territories flip their sign by chance, and nobody could read the explanation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .additive import AdditiveModel, Penalty, Shape, fit_additive
from .age_curve import AGE_COLUMNS, age_shape
from .columns import Array, Column, inputs_of
from .folds import group_folds, out_of_fold
from .statistics_file import InputInfo

MRS_CLASSES = tuple(f"mrs-{g}" for g in range(7))
POOR = 3
HEADLINE = {"id": "mrs-at-least-3", "classes": list(MRS_CLASSES[POOR:])}
RIDGES = (0.001, 0.003, 0.01)
INNER_FOLDS = 5

# Eight arterial territories; the ventricle is no tissue.
TERRITORIES = (
    "aca",
    "lenticulostriate",
    "mcaSuperficial",
    "mcaInsular",
    "pcaSuperficial",
    "thalamochoroidal",
    "basilar",
    "cerebellar",
)
# Logarithm: between 0 and 5 a point weighs more than between 15 and 20.
NIHSS = (Column("nihss", "nihss", "log10-plus", (2.0,), 1),)
SIZE = (Column("volumeMl", "lesion-size", "log10-plus", (0.5,), 1),)
# Square root: the first tenth of a territory weighs more than the last.
LOCATION = tuple(Column(f"{t}Coverage", "lesion-location", "power", (0.5,), 1) for t in TERRITORIES)
# The language cortex of the usual side: the NIHSS sees aphasia itself, so this is for patients without it.
LANGUAGE = (Column("perisylvianCoverageLeft", "lesion-location", "power", (0.5,), 1),)

# The largest share of a cross-section of the motor tract that is cut: weakness that stays.
MOTOR_TRACT = (Column("corticospinalMaxSection", "corticospinal-tract", "identity", (), 1),)

GROUP_WORDS = {
    "age": "age",
    "nihss": "NIHSS",
    "lesion-size": "lesion size",
    "lesion-location": "lesion location",
    "corticospinal-tract": "motor tract",
}


@dataclass(frozen=True)
class Variant:
    """One model of the family; `preference`: the lowest number whose inputs are known answers."""

    suffix: str
    preference: int
    columns: tuple[Column, ...]

    @property
    def inputs(self) -> list[str]:
        return inputs_of((*self.columns, *AGE_COLUMNS))

    @property
    def uses_lesion(self) -> bool:
        return any(c.input not in ("age", "nihss") for c in self.columns)

    @property
    def clinical_inputs(self) -> list[str]:
        return [n for n in self.inputs if n in ("age", "nihss")]

    def shapes(self) -> tuple[Shape, ...]:
        return (age_shape(),)

    def penalty(self, ridge: float) -> Penalty:
        """Location has many columns; the few others are penalized a tenth as much."""
        return Penalty(ridge, relative=(("age", 0.1), ("nihss", 0.1), ("lesion-size", 0.1), ("corticospinal-tract", 0.1)))

    def fit(self, raw: Array, y: Array, ridge: float) -> AdditiveModel:
        return fit_additive(raw, y, self.columns, MRS_CLASSES, penalty=self.penalty(ridge), shapes=self.shapes())

    def out_of_distribution_columns(self) -> list[Column]:
        return [Column("age", "age"), *self.columns]


VARIANTS = (
    Variant("lesion", 1, (*NIHSS, *SIZE, *LOCATION, *MOTOR_TRACT)),
    Variant("lesion-no-nihss", 2, (*SIZE, *LOCATION, *LANGUAGE, *MOTOR_TRACT)),
    Variant("clinical", 3, NIHSS),
)

INPUTS: dict[str, InputInfo] = {
    "age": InputInfo("a", whole=True),
    # Two trained raters differ by about one point.
    "nihss": InputInfo("{score}", absolute_noise=1.0, whole=True),
    # Automatic against manual outlines: about a tenth of the volume.
    "volumeMl": InputInfo("mL", relative_noise=0.1),
    "corticospinalMaxSection": InputInfo("1", absolute_noise=0.02, relative_noise=0.1),
    **{c.input: InputInfo("1", absolute_noise=0.005, relative_noise=0.1) for c in (*LOCATION, *LANGUAGE)},
}


def log_loss(probabilities: Array, y: Array) -> float:
    return float(-np.mean(np.log(np.clip(probabilities[np.arange(len(y)), y], 1e-9, 1))))


def choose_ridge(variant: Variant, raw: Array, y: Array, groups: Array, seed: int, repeats: int = 1) -> float:
    """By the log loss in inner group-safe folds; of nearly equal ones (0.1 %) the weaker, because shrinkage makes
    predictions timid and the sign constraints already guard against chance."""
    splits = [s for r in range(repeats) for s in group_folds(y, groups, INNER_FOLDS, seed + r)]
    losses = [
        np.mean([log_loss(variant.fit(raw[train], y[train], ridge).probabilities(raw[test]), y[test]) for train, test in splits])
        for ridge in RIDGES
    ]
    return next(r for r, loss in zip(RIDGES, losses, strict=True) if loss <= min(losses) * 1.001)


def nested(
    variant: Variant, raw: Array, y: Array, groups: Array, repeats: Sequence[Sequence[tuple[Array, Array]]], seed: int
) -> tuple[Array, list[float]]:
    """Out-of-fold probabilities, (repeats, subjects, 7), and the penalties that the inner folds chose."""
    chosen: list[float] = []

    def predictor(train: Array, test: Array) -> Array:
        chosen.append(choose_ridge(variant, raw[train], y[train], groups[train], seed))
        return variant.fit(raw[train], y[train], chosen[-1]).probabilities(raw[test])

    return out_of_fold(repeats, groups, len(MRS_CLASSES), predictor), chosen
