"""Trains a site's own model of hemorrhagic transformation from its own table, and says how good it is.

    python -m stroke_training.hemorrhagic_transformation --table ours.csv --outcome hemorrhage \\
        --about about.json --name hemorrhage-risk-ours --out /var/lib/stroke-cds/models

Writes <out>/<name>/: model.onnx, statistics.json, model.json (role: shadow), MODEL_CARD.md, pictures. See
models/training/HEMORRHAGIC_TRANSFORMATION.md for the columns. A simulated table gives a model that says so everywhere.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from .additive import AdditiveModel, Penalty, fit_additive
from .columns import Array
from .conformal import conformal
from .folds import group_folds
from .hemorrhage_card import LIMITS, Facts, attributes, card, load_about
from .hemorrhage_models import CANDIDATES, CLASSES, MEASURES, compare, fit_tuned, measures, plain_columns, with_intervals
from .hemorrhage_table import INPUTS, Cohort, input_info, load_cohort
from .metrics import auroc, group_bootstrap, interval
from .pictures import calibration_plot, dependence_plot, importance_plot
from .population import out_of_distribution
from .release import Release, write_release
from .statistics_file import Statistics, bootstrap_covariance, statistics_of
from .tables import BadTable

SEED = 20261123
VERSION = "0.1.0"


def subgroups(cohort: Cohort, p: Array, draws: int) -> list[dict[str, object]]:
    frame, y = cohort.frame, cohort.y
    parts: list[tuple[str, pd.Series]] = []
    if frame.sex.notna().any():
        parts.append(("sex", frame.sex.astype(object)))
    bands = pd.cut(frame.age, [0, 64.5, 79.5, 200], labels=["below 65", "65 to 79", "80 and above"])
    parts.append(("age", bands.astype(object)))
    found: list[dict[str, object]] = []
    for attribute, series in parts:
        for level in sorted(series.dropna().unique()):
            index = np.flatnonzero((series == level).to_numpy())
            events = int(y[index].sum())
            enough = events >= 5 and len(index) - events >= 5

            def area(chosen: Array, index: Array = index) -> float:
                at = index[chosen]
                return float(np.mean([auroc(y[at] == 1, row[at]) for row in p]))

            low, high = interval(group_bootstrap(cohort.groups[index], area, draws, SEED)) if enough else (None, None)
            found.append(
                {
                    "attribute": attribute,
                    "level": str(level),
                    "subjects": len(index),
                    "events": events,
                    "auroc": area(np.arange(len(index))) if enough else None,
                    "low": low,
                    "high": high,
                    "calibrationInTheLarge": float(p[:, index].mean() - y[index].mean()),
                }
            )
    return found


def characteristics(cohort: Cohort) -> list[list[str]]:
    def text(values: pd.Series, scale: str) -> str:
        if scale == "flag":
            return f"{values.mean():.0%}"
        low, middle, high = values.quantile([0.25, 0.5, 0.75])
        return f"{middle:.3g} ({low:.3g} to {high:.3g})"

    rows = []
    for name in cohort.inputs:
        scale = str(INPUTS[name]["scale"])
        parts = [text(cohort.frame.loc[cohort.y == event, name], scale) for event in (0, 1)]
        rows.append([name, str(INPUTS[name]["unit"]), *parts])
    return rows


def what_was_lost(comparison: dict[str, dict[str, tuple[float, float, float]]]) -> str:
    """One sentence on what the choice of an additive model costs on these rows, from the same folds."""
    own = comparison[CANDIDATES[0]]
    best = max(CANDIDATES[1:], key=lambda n: comparison[n]["auroc"][0])
    difference = comparison[best]["auroc"][0] - own["auroc"][0]
    linear = own["auroc"][0] - comparison["linear logistic"]["auroc"][0]
    words = "loses" if difference > 0 else "loses nothing; it gains"
    return (
        f"Against the best other candidate ({best}) the released model {words} {abs(difference):.3f} of AUROC on the same "
        f"folds; against a linear model its splines give {linear:+.3f}."
    )


def train(
    table: Path, outcome: str, about: Path | None, name: str, out: Path, repeats: int, folds: int, draws: int
) -> Path:
    """Returns the folder of the model. Raises BadTable with sentences for the person who made the table."""
    cohort = load_cohort(table, outcome)
    _check_name(name, cohort.simulated)
    told = load_about(about, cohort.simulated)
    raw, y, groups, inputs = cohort.raw, cohort.y, cohort.groups, cohort.inputs
    units = {n: str(INPUTS[n]["unit"]) for n in inputs}
    noun = "simulated rows" if cohort.simulated else "patients"

    print(f"{len(y)} {noun}, {int(y.sum())} with hemorrhage; cross-validation: {repeats} x {folds} folds", flush=True)
    predictions = compare(raw, y, groups, inputs, repeats, folds, SEED)
    figures = {n: with_intervals(y, p, groups, draws, SEED) for n, p in predictions.items()}
    own = predictions[CANDIDATES[0]]

    model, ridge = fit_tuned(raw, y, groups, inputs, False, SEED)

    def refit(index: Array) -> AdditiveModel:
        return fit_additive(raw[index], y[index], model.columns, CLASSES, "logit", Penalty(ridge))

    stacked = np.concatenate([np.column_stack([1 - p, p]) for p in own])
    sets = conformal("lac", stacked, np.tile(y, len(own)), f"out-of-fold predictions of {len(y)} {noun}, {repeats} x {folds} folds")
    mean_figures = measures(y, own.mean(0))
    parts = subgroups(cohort, own, draws)
    population = f"{'SIMULATED rows' if cohort.simulated else 'the patients'} that the model was trained on ({len(y)})"
    statistics = statistics_of(
        model,
        raw,
        Statistics(
            headline={"id": "hemorrhagic-transformation", "classes": ["present"]},
            inputs=input_info(inputs),
            covariance=bootstrap_covariance(refit, groups, draws, SEED),
            covariance_method=f"refits on {draws} resamples of whole persons, ridge and knots fixed",
            conformal=sets,
            out_of_distribution=out_of_distribution(
                raw, model.inputs, plain_columns(inputs), group_folds(y, groups, 5, SEED)
            ),
            population=population,
            calibration={k: mean_figures[k] for k in ("slope", "intercept", "ici")},
            subgroups=parts,
        ),
    )

    folder = out / name
    pictures = folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    label = "SIMULATED risk" if cohort.simulated else "risk of hemorrhage"
    calibration_plot(pictures / "calibration.svg", y, own.mean(0), label)
    importance = importance_plot(pictures / "importance.svg", model, raw)
    shown = [n for n in inputs if INPUTS[n]["scale"] != "flag"][:6]
    dependence_plot(pictures / "dependence.svg", model, raw, shown, units, [1], label)

    # The definition stands in the title: a rate without it cannot be read.
    subject = "Hemorrhagic transformation after thrombolysis"
    title = f"SIMULATED: {subject}" if cohort.simulated else f"{subject}: {told['outcome']}"
    auroc_text = "{:.3f} ({:.3f} to {:.3f})".format(*figures[CANDIDATES[0]]["auroc"])
    facts = Facts(
        name=name,
        title=title,
        version=VERSION,
        simulated=cohort.simulated,
        inputs=inputs,
        units=units,
        flow=cohort.flow,
        events=int(y.sum()),
        missing=cohort.warnings,
        validation=f"nested cross-validation, {repeats} x {folds} folds: AUROC {auroc_text}, slope {mean_figures['slope']:.2f}",
        comparison=[[n, *("{:.3f} ({:.3f} to {:.3f})".format(*figures[n][m]) for m in MEASURES)] for n in CANDIDATES],
        lost=what_was_lost(figures),
        subgroups=parts,
        characteristics=characteristics(cohort),
        coefficients=_coefficients(model),
        importance=importance,
        conformal=f"90 % conformal sets hold one answer in {2 - sets['meanSize']:.0%} of {noun}.",
        command=f"python -m stroke_training.hemorrhagic_transformation --table … --outcome {outcome} --name {name}",
    )
    text = card(
        facts,
        told,
        {
            "calibration.svg": "Observed against predicted, out of fold",
            "importance.svg": "Mean size of each contribution",
            "dependence.svg": "Partial dependence",
        },
    )
    metrics = {k: round(v[0], 4) for k, v in figures[CANDIDATES[0]].items()}
    write_release(
        folder,
        Release(
            name=name,
            version=VERSION,
            title=title,
            family="hemorrhagic-transformation",
            preference=1,
            role="shadow",
            licence="CC0-1.0" if cohort.simulated else "LicenseRef-site",
            training={"description": told["eligibility"], "subjects": len(y), "source": told["setting"]},
            validation={
                "description": f"nested cross-validation on the same {noun}, {repeats} x {folds} folds; none from elsewhere",
                "subjects": len(y),
                "metrics": metrics,
            },
            limits=[*(["SIMULATED: not trained on patients; may never be used in care."] if cohort.simulated else []), *LIMITS],
            attributes=attributes(facts, told),
            simulated=cohort.simulated,
        ),
        model,
        raw,
        input_info(inputs),
        statistics,
        text,
    )
    for warning in cohort.warnings:
        print(f"note: {warning}")
    print(f"{'SIMULATED ' if cohort.simulated else ''}{facts.validation}. {facts.lost}")
    print(f"written: {folder} (role: shadow)")
    return folder


def _coefficients(model: AdditiveModel) -> list[list[str]]:
    rows = [["(intercept)", "", "", f"{model.intercepts[0]:.6g}"]]
    for column, coefficient in zip(model.columns, model.coefficients[:, 0], strict=True):
        parameters = ", ".join(f"{p:g}" for p in column.parameters)
        rows.append([column.input, column.transform, parameters, f"{coefficient:.6g}"])
    return rows


def _check_name(name: str, simulated: bool) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        raise BadTable(["--name may hold small letters, digits and hyphens"])
    if simulated and not name.startswith("simulated-"):
        raise BadTable(["the table is simulated: --name must begin with 'simulated-'"])
    if not simulated and name.startswith("simulated-"):
        raise BadTable(["--name begins with 'simulated-', but the table is not marked as simulated"])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Trains a site's own model of hemorrhagic transformation.")
    parser.add_argument("--table", type=Path, required=True, help="CSV or TSV, one row per thrombolyzed patient")
    parser.add_argument("--outcome", default="hemorrhage", help="column of the outcome, 0 or 1")
    parser.add_argument("--about", type=Path, help="JSON: what only the site knows (hemorrhage-about-template.json)")
    parser.add_argument("--name", required=True, help="name of the model and of its folder")
    parser.add_argument("--out", type=Path, required=True, help="directory of the site's models")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--draws", type=int, default=300, help="resamples for intervals")
    o = parser.parse_args(arguments)
    try:
        train(o.table, o.outcome, o.about, o.name, o.out, o.repeats, o.folds, o.draws)
    except BadTable as error:
        for problem in error.problems:
            print(f"{o.table.name}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
