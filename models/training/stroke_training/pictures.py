"""Pictures of a model card, as small SVG files without dates or random ids, so that a rerun gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from .additive import AdditiveModel
from .columns import Array
from .metrics import smooth_calibration

INK, ACCENT, PALE = "#1f2933", "#0b6e99", "#9fb3c8"
plt.rcParams.update(
    {"svg.hashsalt": "stroke", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
)


def _save(figure: plt.Figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)


def calibration_plot(path: Path, event: Array, p: Array, what: str, bins: int = 10) -> None:
    """Smoothed and binned observed against predicted risk, with the distribution of predictions below."""
    event, p = np.asarray(event, float), np.asarray(p, float)
    figure, (upper, lower) = plt.subplots(
        2, 1, figsize=(4, 4.6), sharex=True, gridspec_kw={"height_ratios": [4, 1]}
    )
    upper.plot([0, 1], [0, 1], color=PALE, linewidth=1)
    at = np.linspace(np.quantile(p, 0.01), np.quantile(p, 0.99), 50)
    upper.plot(at, smooth_calibration(event, p, at), color=ACCENT, label="local regression")
    for part in np.array_split(np.argsort(p), bins):
        share, n = event[part].mean(), len(part)
        reach = 1.96 * np.sqrt(max(share * (1 - share), 1e-4) / n)
        upper.errorbar(p[part].mean(), share, yerr=reach, fmt="o", color=INK, markersize=3, linewidth=0.8)
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel=f"observed {what}")
    upper.legend(frameon=False, loc="upper left")
    lower.hist(p, bins=25, range=(0, 1), color=PALE)
    lower.set(xlabel=f"predicted {what} (out of fold)", yticks=[])
    _save(figure, path)


def importance_plot(path: Path, model: AdditiveModel, raw: Array, labels: Mapping[str, str] | None = None) -> dict[str, float]:
    """Mean absolute Shapley value of each group in log-odds; returns the numbers."""
    labels = labels or {}
    size = {g: float(np.mean(np.abs(v - v.mean(1, keepdims=True) if v.shape[1] > 1 else v))) for g, v in model.contributions(raw).items()}
    order = sorted(size, key=lambda g: size[g])
    figure, axis = plt.subplots(figsize=(5, 0.6 + 0.35 * len(order)))
    axis.barh([labels.get(g, g) for g in order], [size[g] for g in order], color=ACCENT)
    axis.set_xlabel("mean size of the contribution (log-odds)")
    _save(figure, path)
    return size


def dependence_plot(
    path: Path, model: AdditiveModel, raw: Array, names: Sequence[str], units: Mapping[str, str], event: Sequence[int], what: str
) -> None:
    """Partial dependence: mean predicted probability of the `event` classes when one input is set for everyone."""
    figure, axes = plt.subplots(1, len(names), figsize=(2.6 * len(names), 2.6), sharey=True, squeeze=False)
    place = {n: i for i, n in enumerate(model.inputs)}
    for axis, name in zip(axes[0], names, strict=True):
        values = raw[:, place[name]]
        grid = np.unique(np.quantile(values, np.linspace(0.01, 0.99, 40)))
        mean = []
        for v in grid:
            moved = raw.copy()
            moved[:, place[name]] = v
            mean.append(model.probabilities(moved)[:, list(event)].sum(1).mean())
        axis.plot(grid, mean, color=ACCENT)
        # Tenths of the population, not its members: a picture must not show anyone's values.
        axis.plot(np.quantile(values, np.arange(1, 10) / 10), np.full(9, 0.02), "|", color=PALE, markersize=6)
        if (values >= 0).all() and values.max() > 20 * max(np.median(values), 1e-9):
            axis.set_xscale("symlog", linthresh=1)
        axis.set(xlabel=f"{name} ({units[name]})", ylim=(0, 1))
    axes[0][0].set_ylabel(what)
    _save(figure, path)
