"""Pictures of a TOAST model card."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from ..metrics import smooth_calibration
from ..pictures import ACCENT, INK, PALE, _save, importance_plot
from .columns import CLASS_WORDS, GROUP_WORDS, INPUTS
from .training import Trained

COLORS = ("#b23a48", "#0b6e99", "#2d7f5e", "#8a5a00", "#7b8794")
BINS = 8
SHOWN = ("age", "nihss", "volumeMl", "componentCount", "deepFraction", "corticalFraction")


def calibration_of_classes(path: Path, trained: Trained) -> None:
    y, p = trained.cohort.y, trained.predictions.mean(0)
    figure, axes = plt.subplots(1, len(CLASS_WORDS), figsize=(12, 2.9), sharey=True)
    for k, (axis, word) in enumerate(zip(axes, CLASS_WORDS, strict=True)):
        event, own = (y == k).astype(float), p[:, k]
        top = max(0.1, float(own.max()) * 1.05)
        axis.plot([0, 1], [0, 1], color=PALE, linewidth=1)
        at = np.linspace(np.quantile(own, 0.01), np.quantile(own, 0.99), 50)
        axis.plot(at, smooth_calibration(event, own, at), color=ACCENT)
        for part in np.array_split(np.argsort(own, kind="stable"), BINS):
            share, n = event[part].mean(), len(part)
            reach = 1.96 * np.sqrt(max(share * (1 - share), 1e-4) / n)
            axis.errorbar(own[part].mean(), share, yerr=reach, fmt="o", color=INK, markersize=3, linewidth=0.8)
        axis.set(xlim=(0, top), ylim=(0, 0.9), title=word, xlabel="predicted")
        axis.title.set_fontsize(8)
    axes[0].set_ylabel("observed share")
    _save(figure, path)


def dependence(path: Path, trained: Trained) -> None:
    model, raw = trained.model, trained.raw
    names = [n for n in SHOWN if n in model.inputs]
    figure, axes = plt.subplots(1, len(names), figsize=(2.2 * len(names) + 1.6, 2.7), sharey=True, squeeze=False)
    for axis, name in zip(axes[0], names, strict=True):
        at = model.inputs.index(name)
        grid = np.unique(np.quantile(raw[:, at], np.linspace(0.01, 0.99, 40)))
        mean = []
        for value in grid:
            moved = raw.copy()
            moved[:, at] = value
            mean.append(model.probabilities(moved).mean(0))
        for k, word in enumerate(CLASS_WORDS):
            axis.plot(grid, np.array(mean)[:, k], color=COLORS[k], label=word)
        if name in ("volumeMl", "componentCount"):
            axis.set_xscale("symlog", linthresh=1)
        axis.set(xlabel=f"{name} ({INPUTS[name].unit})", ylim=(0, 0.8))
    axes[0][0].set_ylabel("mean probability")
    axes[0][-1].legend(frameon=False, fontsize=6, loc="upper right")
    _save(figure, path)


def draw(folder: Path, trained: Trained) -> dict[str, str]:
    """Writes pictures/ and returns file name → caption."""
    pictures = folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    calibration_of_classes(pictures / "calibration.svg", trained)
    importance_plot(pictures / "importance.svg", trained.model, trained.raw, GROUP_WORDS)
    dependence(pictures / "dependence.svg", trained)
    return {
        "calibration.svg": "Calibration of each class against the rest: out-of-fold predictions (mean of the repeats), eighths with 95 % intervals, local regression.",
        "importance.svg": "Global importance: mean size of the exact Shapley values of each group over the five scores (each minus the mean of the five), in log-odds.",
        "dependence.svg": "Partial dependence: mean probability of each class when one input is set for everyone and the others stay.",
    }
