"""Tables of a model card for a model of the modified Rankin Scale."""

from __future__ import annotations

import numpy as np

from .judge import NAMES, written
from .model_card import Table
from .mrs_models import GROUP_WORDS, INPUTS
from .mrs_training import Trained

FORMULAS = {
    "identity": "x",
    "log10-plus": "log10(x + {0:g})",
    "hinge-above": "max(0, x - {0:g})",
    "power": "x^{0:g}",
}


def performance(trained: Trained) -> Table:
    rows = [[NAMES[k], written(v)] for k, v in trained.figures.items()]
    sets = trained.conformal
    rows += [
        ["90 % conformal set, mean number of grades", f"{sets['meanSize']:.1f} of 7"],
        ["90 % conformal set, coverage", f"{sets['coverage']:.3f}"],
        ["definite answer about mRS ≥ 3 at 90 %", f"{trained.sure['definite']:.0%} of patients, right in {trained.sure['right']:.0%} of them"],
    ]
    n = len(trained.subjects.outcome)
    note = (
        f"Nested cross-validation, 5 × 5 group-safe folds, {n} subjects; 95 % intervals by resampling whole groups. "
        "Resampling inflates the ICI: its interval lies above its value. "
        "Same source as the training data: this is no external validation."
    )
    return Table("Performance", ["measure", "value (95 % interval)"], rows, note)


def subgroup_table(trained: Trained) -> Table:
    rows = [
        [
            f"{s['attribute']}: {s['level']}",
            str(s["subjects"]),
            str(s["events"]),
            written((s["auroc"], s["low"], s["high"]), 2),
            f"{s['calibrationInTheLarge']:+.3f}",
            f"{s['truePositiveRate']:.2f}",
        ]
        for s in trained.subgroups
    ]
    columns = ["subgroup", "subjects", "mRS 3 to 6", "AUROC (95 % interval)", "predicted minus observed share", "true-positive rate at 50 %"]
    note = "Small groups have wide intervals: a difference inside them is not shown to be one, and none is shown not to be."
    return Table("Subgroups", columns, rows, note)


def participants(trained: Trained) -> Table:
    frame = trained.subjects.frame
    rows = [[k, str(v)] for k, v in trained.subjects.flow.items()]

    def spread(name: str, unit: str) -> str:
        low, middle, high = np.nanpercentile(frame[name].astype(float), [25, 50, 75])
        return f"median {middle:g} {unit}, middle half {low:g} to {high:g}"

    rows.append(["age", spread("age", "years")])
    rows.append(["NIHSS", spread("nihss", "points")])
    if "volumeMl" in frame and frame.volumeMl.notna().any():
        rows.append(["lesion volume (template space)", spread("volumeMl", "mL")])
    for column, words in (("sex", {"F": "women", "M": "men"}), ("race", {"b": "Black", "w": "White"})):
        for level, count in frame[column].value_counts().items():
            rows.append([words.get(level, str(level)), f"{count} ({count / len(frame):.0%})"])
    grades = np.bincount(trained.subjects.outcome, minlength=7)
    rows.append(["mRS 0 / 1 / 2 / 3 / 4 / 5 / 6", " / ".join(str(g) for g in grades)])
    return Table("Participants", ["what", "number"], rows, " ".join(trained.subjects.warnings))


def specification(trained: Trained) -> Table:
    model = trained.model
    rows = [
        [
            GROUP_WORDS[c.group],
            c.input,
            INPUTS[c.input].unit,
            FORMULAS[c.transform].format(*c.parameters),
            f"{float(model.coefficients[i, 0]):.4f}",
        ]
        for i, c in enumerate(model.columns)
    ]
    thresholds = ", ".join(f"≥ {k + 1}: {a:.4f}" for k, a in enumerate(model.intercepts))
    note = f"logit P(mRS ≥ k) = threshold + sum of coefficient × column. Thresholds: {thresholds}."
    return Table("The whole model", ["group", "input x", "unit", "column", "coefficient"], rows, note)
