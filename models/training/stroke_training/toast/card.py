"""MODEL_CARD.md of a TOAST model: made from the report of the cross-validation and the model, no figure typed by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..additive import AdditiveModel
from ..model_card import Card, Table, model_card
from .cohort import Cohort
from .columns import CLASS_WORDS, GROUP_WORDS, INPUTS, Variant
from .texts import COMMAND, FORMULAS, Report, attributes, limits, tripod, written

DISCRIMINATION = {
    "macroAurocFour": "macro AUROC, four causes (where one was found)",
    **{f"aurocFour{k + 1}": f"– {word} against the other causes" for k, word in enumerate(CLASS_WORDS[:4])},
    "macroAurocFive": "macro AUROC, five classes",
    **{f"auroc{k + 1}": f"– {word} against the rest" for k, word in enumerate(CLASS_WORDS)},
    "logLossFour": "log loss, four causes",
    "logLossFive": "log loss, five classes",
    "brierFour": "Brier score, four causes (0 to 2)",
    "brierFive": "Brier score, five classes (0 to 2)",
}
COMPARED = ("macroAurocFour", "macroAurocFive", "logLossFour", "logLossFive")


def performance(report: Report) -> Table:
    d, told, sets = report["discrimination"], report["toldApart"], report["conformal"]
    rows = [[label, written(d[name])] for name, label in DISCRIMINATION.items()]
    rows += [
        ["log loss of the shares of the classes alone", f"four {report['priorLogLossFour']:.3f}, five {report['priorLogLossFive']:.3f}"],
        ["90 % conformal set, mean number of classes", f"{sets['meanSize']:.1f} of 5"],
        ["90 % conformal set, coverage", f"{sets['coverage']:.3f}"],
        ["– by class 1 / 2 / 3 / 4 / 5", " / ".join(f"{v:.2f}" for v in sets["byClass"].values())],
    ]
    if "firstRight" in told:
        rows += [
            ["the first two causes are told apart from a difference of", f"{told['threshold']:.2f}"],
            ["– share of patients above it", f"{told['namedShare']:.0%}"],
            ["– first cause right above it, below it", f"{told['firstRight']:.0%}, {told['firstRightBelow']:.0%}"],
        ]
    note = (
        f"Nested cross-validation, 5 × 5 group-safe folds, {report['subjects']} subjects ({report['causeFound']} with a cause); "
        "95 % intervals by resampling whole groups. Same source as the training data: this is no external validation."
    )
    return Table("Performance", ["measure", "value (95 % interval)"], rows, note)


def calibration(report: Report) -> Table:
    c, error = report["calibration"], report["calibrationError"]
    rows = [
        [word, written(c[f"slope{k}"], 2), f"{c[f'large{k}'][0]:+.3f}", f"{error[f'ici{k}']:.3f}"]
        for k, word in enumerate(CLASS_WORDS, 1)
    ]
    note = (
        f"All five at once: slope {written(c['jointSlope'], 2)}; the four causes among themselves: slope {written(c['jointSlopeFour'], 2)}. Of the most probable cause: slope {report['headline']['slope']:.2f}, "
        f"ICI {report['headline']['ici']:.3f}. Slope below 1: too extreme, above 1: too cautious."
    )
    return Table("Calibration", ["class", "slope (95 % interval)", "predicted minus observed share", "ICI"], rows, note)


def subgroup_table(report: Report) -> Table:
    rows = [
        [
            f"{s['attribute']}: {s['level']}",
            str(s["subjects"]),
            str(s["events"]),
            "too few" if s["auroc"] is None else written((s["auroc"], s["low"], s["high"]), 2),
            f"{s['calibrationInTheLarge']:+.3f}",
        ]
        for s in report["subgroups"]
    ]
    columns = ["subgroup", "subjects", "cause found", "macro AUROC, four causes", "predicted minus observed share with a cause"]
    return Table("Subgroups", columns, rows, "'Too few': a cause with fewer than five subjects. A difference inside wide intervals is not shown to be one.")


def participants(cohort: Cohort) -> Table:
    frame = cohort.frame
    rows = [[k, str(v)] for k, v in cohort.flow.items()]
    for name, label, unit in (("age", "age", "years"), ("nihss", "NIHSS", "points"), ("volumeMl", "lesion volume (template space)", "mL")):
        values = frame[name].dropna()
        low, middle, high = np.percentile(values, [25, 50, 75])
        rows.append([f"{label} ({len(values)} known)", f"median {middle:.3g} {unit}, middle half {low:.3g} to {high:.3g}"])
    for column in ("sex", "race"):
        for level, count in frame[column].value_counts().items():
            rows.append([str(level), f"{count} ({count / len(frame):.0%})"])
    for word, count in zip(CLASS_WORDS, np.bincount(cohort.y, minlength=len(CLASS_WORDS)), strict=True):
        rows.append([word, f"{count} ({count / len(frame):.0%})"])
    return Table("Participants", ["what", "number"], rows)


def specification(model: AdditiveModel) -> Table:
    rows = [
        [
            GROUP_WORDS[c.group],
            c.input,
            INPUTS[c.input].unit,
            FORMULAS[c.transform].format(*c.parameters),
            *(f"{v:.4f}" for v in model.coefficients[i]),
        ]
        for i, c in enumerate(model.columns)
    ]
    intercepts = ", ".join(f"{k + 1}: {a:.4f}" for k, a in enumerate(model.intercepts))
    note = f"Score of class k = intercept + sum of coefficient × column; probabilities are the softmax of the scores. Intercepts: {intercepts}."
    return Table("The whole model", ["group", "input x", "unit", "column", *(f"class {k}" for k in range(1, 6))], rows, note)


def comparison(content: Mapping[str, object]) -> Table:
    rows = [[name, *(written(figures[c]) for c in COMPARED)] for name, figures in content["models"].items()]
    note = (
        f"Same {content['subjects']} subjects and folds; 'all features': age, sex, NIHSS and all lesion features ({content['features']} columns), "
        "settings chosen in inner folds. Nothing is better than the additive model beyond chance, and only that one is explained exactly in closed form."
    )
    return Table("Compared with other models", ["model", *(DISCRIMINATION[c] for c in COMPARED)], rows, note)


def card_text(
    variant: Variant,
    version: str,
    report: Report,
    cohort: Cohort,
    model: AdditiveModel,
    captions: Mapping[str, str],
    compared: Mapping[str, object] | None,
) -> str:
    d = report["discrimination"]
    return model_card(
        Card(
            title=variant.title,
            version=version,
            summary=f"Which cause a lesion is compatible with: macro AUROC {written(d['macroAurocFour'])} among four causes (internal, nested cross-validation).",
            warning="Says 'lesion pattern compatible with', never what the cause is: no ECG, no vessel and no heart imaging were in the data. Not externally tested. It never overrides a rule.",
            tables=[
                performance(report),
                calibration(report),
                subgroup_table(report),
                participants(cohort),
                *([comparison(compared)] if compared and variant.preference == 1 else []),
                specification(model),
            ],
            pictures=captions,
            attributes=attributes(report, variant),
            tripod=tripod(report, variant),
            command=COMMAND,
            limits=limits(report, variant),
        )
    )
