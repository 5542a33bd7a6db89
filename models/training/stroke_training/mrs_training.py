"""Trains and judges one model of the modified Rankin Scale, from a table to a folder under models/."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .additive import AdditiveModel
from .columns import Array
from .conformal import conformal, definite_share
from .folds import assigned_folds, group_folds
from .judge import Figures, figures, subgroups
from .model_card import Card, model_card
from .mrs_models import GROUP_WORDS, HEADLINE, INPUTS, MRS_CLASSES, POOR, Variant, choose_ridge, nested
from .pictures import calibration_plot, dependence_plot, importance_plot
from .population import out_of_distribution
from .release import Release, write_release
from .statistics_file import Statistics, bootstrap_covariance, statistics_of
from .tables import Subjects, analysis_set

SEED = 20240501
REPEATS, FOLDS = 5, 5


@dataclass(frozen=True)
class Effort:
    """How many resamples: `figures` for intervals of the figures, `covariance` for those of single predictions."""

    figures: int = 300
    covariance: int = 400


@dataclass(frozen=True)
class Trained:
    """`predictions`: out of fold, (repeats, subjects, 7). `sure`: share with a definite answer about mRS >= 3."""

    variant: Variant
    subjects: Subjects
    predictions: Array
    ridges: list[float]
    model: AdditiveModel
    raw: Array
    figures: Figures
    subgroups: Sequence[dict[str, object]]
    conformal: dict[str, object]
    sure: dict[str, float]
    covariance: Array


def folds_of(subjects: Subjects) -> list[list[tuple[Array, Array]]]:
    """The ready assignments of the table (`fold_rep0` …) where it has them, else group-safe ones from the seed."""
    ready = sorted(c for c in subjects.frame.columns if c.startswith("fold_rep"))
    if ready and subjects.frame[ready].notna().to_numpy().all():
        return [assigned_folds(subjects.frame[c].astype(int).to_numpy()) for c in ready]
    return [group_folds(subjects.outcome, subjects.groups, FOLDS, SEED + r) for r in range(REPEATS)]


def train(variant: Variant, everyone: Subjects, effort: Effort) -> Trained:
    """Raises BadTable when there are too few subjects."""
    subjects = analysis_set(everyone, variant.clinical_inputs, variant.uses_lesion)
    raw, y, groups = subjects.raw(variant.inputs), subjects.outcome, subjects.groups
    repeats = folds_of(subjects)
    say(f"{variant.suffix}: {len(y)} subjects; nested cross-validation")
    predictions, ridges = nested(variant, raw, y, groups, repeats, SEED)
    ridge = choose_ridge(variant, raw, y, groups, SEED, repeats=REPEATS)
    model = variant.fit(raw, y, ridge)
    say(f"{variant.suffix}: intervals from {effort.figures} and {effort.covariance} resamples")
    stacked, repeated = np.concatenate(predictions), np.tile(y, len(predictions))
    source = f"out-of-fold predictions of {len(y)} training subjects, {len(predictions)} repeats"
    poor = stacked[:, POOR:].sum(1)
    return Trained(
        variant,
        subjects,
        predictions,
        [*ridges, ridge],
        model,
        subjects.raw(model.inputs),
        figures(y, predictions, groups, effort.figures, SEED),
        subgroups(subjects.frame, y, predictions, POOR, effort.figures, SEED),
        conformal("ordinal-interval", stacked, repeated, source),
        definite_share(repeated >= POOR, poor),
        bootstrap_covariance(lambda i: variant.fit(raw[i], y[i], ridge), groups, effort.covariance, SEED),
    )


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def statistics_from(trained: Trained, population: str, effort: Effort) -> dict[str, object]:
    folds = [s for r in folds_of(trained.subjects)[:1] for s in r]
    model = trained.model
    return statistics_of(
        model,
        trained.raw,
        Statistics(
            headline=HEADLINE,
            inputs={n: INPUTS[n] for n in model.inputs},
            covariance=trained.covariance,
            covariance_method=f"{effort.covariance} refits on resamples of whole groups of subjects, penalty fixed",
            conformal=trained.conformal,
            out_of_distribution=out_of_distribution(
                trained.raw, model.inputs, trained.variant.out_of_distribution_columns(), folds
            ),
            population=population,
            calibration={name: value[0] for name, value in trained.figures.items()},
            subgroups=trained.subgroups,
        ),
    )


def draw_pictures(folder: Path, trained: Trained) -> dict[str, str]:
    """Writes pictures/ and returns file name → caption."""
    pictures = folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    y, model, raw = trained.subjects.outcome, trained.model, trained.raw
    p = trained.predictions.mean(0)[:, POOR:].sum(1)
    calibration_plot(pictures / "calibration.svg", y >= POOR, p, "share with mRS 3 to 6")
    importance_plot(pictures / "importance.svg", model, raw, GROUP_WORDS)
    shown = [n for n in ("age", "nihss", "volumeMl", "corticospinalMaxSection") if n in model.inputs]
    units = {n: INPUTS[n].unit for n in model.inputs}
    dependence_plot(pictures / "dependence.svg", model, raw, shown, units, range(POOR, 7), "P(mRS 3 to 6)")
    return {
        "calibration.svg": "Calibration for mRS 3 to 6: out-of-fold predictions (mean of the repeats), tenths with 95 % intervals.",
        "importance.svg": "Global importance: mean size of the exact Shapley values of each group, in log-odds.",
        "dependence.svg": "Partial dependence: mean P(mRS 3 to 6) when one input is set for everyone and the others stay.",
    }


def publish(
    folder: Path,
    trained: Trained,
    release: Release,
    population: str,
    effort: Effort,
    card: Callable[[dict[str, str]], Card],
) -> None:
    """Pictures, statistics, graph, card and manifest of one model."""
    captions = draw_pictures(folder, trained)
    inputs = {n: INPUTS[n] for n in trained.model.inputs}
    statistics = statistics_from(trained, population, effort)
    write_release(folder, release, trained.model, trained.raw, inputs, statistics, model_card(card(captions)))
    say(f"{folder.name}: written")


def write_parity(path: Path, trained: Sequence[tuple[str, Trained]]) -> None:
    """The trainer's predictions for every training subject, compressed: what the service must reproduce within 1e-5."""
    header = ["model", "participant_id", *(f"p_mrs{g}" for g in range(len(MRS_CLASSES)))]
    lines = [",".join(header)]
    for name, one in trained:
        for subject, row in zip(one.subjects.frame.participant_id, one.model.probabilities(one.raw), strict=True):
            lines.append(",".join([name, str(subject), *(f"{v:.8f}" for v in row)]))
    # Without the time, so that a rerun gives the same bytes.
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))
