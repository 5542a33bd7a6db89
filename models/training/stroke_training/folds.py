"""Cross-validation that never splits a group: repeated outer folds, inner folds for every choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from .columns import Array


class Predictor(Protocol):
    def __call__(self, train: Array, test: Array) -> Array:
        """Probabilities (test, classes) after fitting, and choosing everything there is to choose, on `train` alone."""


def assigned_folds(fold_numbers: Sequence[int]) -> list[tuple[Array, Array]]:
    """(train, test) for ready fold numbers, one per subject."""
    fold = np.asarray(fold_numbers)
    return [(np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in np.unique(fold)]


def group_folds(y: Sequence[int], groups: Sequence[object], folds: int, seed: int) -> list[tuple[Array, Array]]:
    """Stratified by outcome, group-safe, shuffled by the seed."""
    y = np.asarray(y)
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(y)), y, np.asarray(groups)))


def check_groups(splits: Sequence[tuple[Array, Array]], groups: Sequence[object]) -> None:
    """Raises when a group lies on both sides of a split."""
    g = np.asarray(groups)
    for train, test in splits:
        if set(g[train]) & set(g[test]):
            raise ValueError("a group of subjects lies on both sides of a split")


def out_of_fold(
    repeats: Sequence[Sequence[tuple[Array, Array]]], groups: Sequence[object], classes: int, predictor: Predictor
) -> Array:
    """Out-of-fold probabilities, (repeats, subjects, classes). The inner choice is the predictor's own affair."""
    n = len(groups)
    out = np.full((len(repeats), n, classes), np.nan)
    for r, splits in enumerate(repeats):
        check_groups(splits, groups)
        for train, test in splits:
            out[r, test] = predictor(train, test)
    if np.isnan(out).any():
        raise ValueError("a subject is in no test fold")
    return out


def best_of(candidates: Sequence[object], splits: Sequence[tuple[Array, Array]], score: Callable[..., float]) -> int:
    """Number of the candidate with the lowest mean of `score(candidate, train, test)` over inner splits."""
    means = [np.mean([score(c, train, test) for train, test in splits]) for c in candidates]
    return int(np.argmin(means))
