"""A second look at each part of called blood: is it blood? Log odds are a weighted sum of what explains itself.

The network is surest where it is wrong (calcification, edges of bone): its most probable voxel says little. The mean over all of a part
says more, and blood goes through more slices than what only looks like it. The product does the same (`src/imaging/pipelines/hemorrhage/second-look.ts`).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

FEATURES = ("mean", "logVolume", "logSlices")
"""Log odds of the mean probability of a part, natural logarithms of its volume in mL and of the number of slices it lies in."""
NEVER_SURER = 1e-4
"""Probabilities nearer to 0 or 1 say no more."""
BLOOD_SHARE, NO_BLOOD_SHARE = 0.3, 0.1
"""A part is blood when this share of it is, and none when less than the other; what lies between teaches nothing."""
PENALTY = 0.1
"""Inverse strength of the quadratic penalty on weights of standardized features."""
FOLDS = 8


@dataclass(frozen=True)
class SecondLook:
    """Log odds that a part is blood: `intercept` and `weights` times what the features lie above `means`."""

    weights: tuple[float, ...]
    means: tuple[float, ...]
    intercept: float

    def probability(self, features: np.ndarray) -> np.ndarray:
        """[parts] of [parts, FEATURES]."""
        return expit(self.intercept + (features - np.array(self.means)) @ np.array(self.weights))


def ball(square_mm: np.ndarray, slice_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """mL and slices of a ball with this area in its middle: what a part of a single picture, which has no height, counts for."""
    radius = np.sqrt(square_mm / np.pi)
    return 4 / 3 * np.pi * radius**3 / 1000, np.maximum(1, 2 * radius / slice_mm)


def part_features(blood: np.ndarray, parts: np.ndarray, ml: np.ndarray, slices: np.ndarray) -> np.ndarray:
    """[parts, FEATURES] of the parts numbered from 1 on; `blood` is the probability of any, `ml` and `slices` belong to each part."""
    sizes = np.bincount(parts.ravel(), minlength=len(ml) + 1)[1:]
    mean = np.bincount(parts.ravel(), blood.ravel().astype(float), minlength=len(ml) + 1)[1:] / sizes
    return np.stack([logit(np.clip(mean, NEVER_SURER, 1 - NEVER_SURER)), np.log(ml), np.log(slices)], 1)


def fit(features: np.ndarray, share: np.ndarray, ml: np.ndarray) -> SecondLook:
    """From parts of which `share` is truly blood; large ones count more, by the root of their volume. Rounded as it is released."""
    clear = (share >= BLOOD_SHARE) | (share < NO_BLOOD_SHARE)
    x, y, weight = features[clear], share[clear] >= BLOOD_SHARE, np.sqrt(ml[clear])
    means, spread = x.mean(0), x.std(0)
    model = LogisticRegression(C=PENALTY, max_iter=1000).fit((x - means) / spread, y, sample_weight=weight)
    weights = model.coef_[0] / spread
    return SecondLook(*(tuple(round(float(v), 4) for v in values) for values in (weights, means)), round(float(model.intercept_[0]), 4))


def out_of_fold(features: np.ndarray, share: np.ndarray, ml: np.ndarray, heads: np.ndarray) -> np.ndarray:
    """Probability of each part by a look that was fitted on other heads."""
    out = np.zeros(len(ml))
    for rest, own in GroupKFold(min(FOLDS, len(np.unique(heads)))).split(features, groups=heads):
        out[own] = fit(features[rest], share[rest], ml[rest]).probability(features[own])
    return out
