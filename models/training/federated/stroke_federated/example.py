"""Three simulated sites: the same models pooled, federated and by each site alone.

    python -m stroke_federated.example tabular --data ../../../../shared/data/soop --features features.csv
    python -m stroke_federated.example segmentation --data ../../../../shared/data/soop

One hospital network split by its MR scanners: real differences between devices, but one population; hospitals differ more.
The federated run goes through Flower, with processes of its own for the coordinator and each site.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from stroke_training.additive import AdditiveModel, OwnSubjects
from stroke_training.columns import Array
from stroke_training.metrics import auroc, concordance
from stroke_training.mrs_models import MRS_CLASSES, POOR, log_loss
from stroke_training.tables import Subjects

from .deployment import run_federation
from .newton import Answering, Ask, fit_over_sites
from .sites import own_subjects, published_range, raw_inputs, read_site, variant_named

MODEL, RIDGE = "discharge-mrs-lesion", 0.003
SITES = ("Ingenia Ambition X", "Achieva", "others")
ROUNDS, STEPS = 10, 40
FIGURES = Path(__file__).resolve().parents[1] / "figures.json"


def say(line: str) -> None:
    print(line, flush=True)


def site_of(groups: pd.DataFrame) -> pd.Series:
    """Site number by participant: the two most frequent scanners, and the others together."""
    number = groups.scanner.map({name: i for i, name in enumerate(SITES[:2])}).fillna(2).astype(int)
    return pd.Series(number.to_numpy(), index=groups.participant_id)


def asking(subjects: OwnSubjects, sites: Array, center: Array, scale: Array) -> Ask:
    """The questions without a network: for the folds, where only the fit itself is of interest."""
    parts = []
    for number in np.unique(sites):
        mine = sites == number
        n = int(mine.sum())
        own = replace(subjects, columns=subjects.columns[mine], y=subjects.y[mine], weights=np.full(n, 1 / n))
        parts.append((n / len(sites), Answering(own, center, scale)))

    def ask(question: str, arrays: list[Array]) -> list[Array]:
        answers = [(share, site.answer(question, arrays)) for share, site in parts]
        return [sum(share * one[i] for share, one in answers) for i in range(len(answers[0][1]))]

    return ask


def measured(y: Array, p: Array) -> dict[str, float]:
    poor = p[:, POOR:].sum(1)
    return {
        "subjects": len(y),
        "aurocPoor": round(auroc(y >= POOR, poor), 3),
        "concordance": round(concordance(y, p @ np.arange(len(MRS_CLASSES))), 3),
        "logLoss": round(log_loss(p, y), 3),
    }


def alone(subjects: Subjects, rows: Array) -> AdditiveModel | None:
    """A site's own fit; None when a grade has no subject there."""
    variant = variant_named(MODEL.removeprefix("discharge-mrs-"))
    if len(np.unique(subjects.outcome[rows])) < len(MRS_CLASSES):
        return None
    return variant.fit(subjects.raw(variant.inputs)[rows], subjects.outcome[rows], RIDGE)


def tabular(data: Path, features: Path) -> dict[str, object]:
    variant = variant_named(MODEL.removeprefix("discharge-mrs-"))
    subjects = read_site(data / "participants_dev.tsv", features, data / "groups_dev.csv", variant)
    site = subjects.frame.participant_id.map(site_of(pd.read_csv(data / "groups_dev.csv"))).fillna(2).to_numpy(int)
    own, y, raw = own_subjects(subjects, variant), subjects.outcome, subjects.raw(variant.inputs)
    center, scale = published_range(variant)
    folds = subjects.frame.fold_rep0.astype(int).to_numpy()
    predictions = {name: np.full((len(y), len(MRS_CLASSES)), np.nan) for name in ("pooled", "federated", *SITES)}
    failed = dict.fromkeys(SITES, 0)
    for fold in np.unique(folds):
        train, test = folds != fold, folds == fold
        here = replace(own, columns=own.columns[train], y=y[train], weights=np.full(train.sum(), 1 / train.sum()))
        inputs = subjects.raw(raw_inputs(variant))[test]
        predictions["pooled"][test] = variant.fit(raw[train], y[train], RIDGE).probabilities(raw[test])
        federated = fit_over_sites(variant, RIDGE, asking(here, site[train], center, scale), center, scale)
        predictions["federated"][test] = federated.probabilities(inputs)
        for number, name in enumerate(SITES):
            model = alone(subjects, train & (site == number))
            if model is None:
                failed[name] += 1
            else:
                predictions[name][test] = model.probabilities(raw[test])
        say(f"fold {fold} of {len(np.unique(folds))}")
    pooled = variant.fit(raw, y, RIDGE)
    largest = _flower_against(pooled, data, features, subjects, site)
    known = {name: ~np.isnan(p[:, 0]) for name, p in predictions.items()}
    # On the subjects that every approach could be judged on.
    common = np.logical_and.reduce(list(known.values()))
    return {
        "what": f"{MODEL}, five group-safe folds; each approach is tested on the same subjects of all sites",
        "sites": {name: int((site == i).sum()) for i, name in enumerate(SITES)},
        "approaches": {name: measured(y[common], p[common]) for name, p in predictions.items()},
        "foldsWithoutFitAlone": failed,
        "flowerAgainstPooled": {"largestDifferenceOfACoefficient": float(f"{largest:.1e}")},
    }


def _flower_against(pooled: AdditiveModel, data: Path, features: Path, subjects: Subjects, site: Array) -> float:
    """Largest difference of a coefficient between the run through Flower with SecAgg+ and the pooled fit."""
    folder = Path(tempfile.mkdtemp(prefix="sites-"))
    try:
        table = pd.read_csv(data / "participants_dev.tsv", sep="\t", dtype=str, keep_default_na=False)
        of = dict(zip(subjects.frame.participant_id, site, strict=True))
        settings = []
        for number in range(len(SITES)):
            path = folder / f"site-{number}.tsv"
            table[table.participant_id.map(of) == number].to_csv(path, sep="\t", index=False)
            settings.append({"participants": str(path), "features": str(features.resolve())})
        out = folder / "model.json"
        run_federation(settings, {"model": MODEL, "ridge": RIDGE}, out)
        fitted = json.loads(out.read_text(encoding="utf-8"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return max(
        float(np.abs(np.array(fitted["coefficients"]) - pooled.coefficients.ravel()).max()),
        float(np.abs(np.array(fitted["intercepts"]) - pooled.intercepts).max()),
    )


def segmentation(data: Path) -> dict[str, object]:
    from .segmentation_example import compare

    return compare(data, SITES, site_of(pd.read_csv(data / "groups_dev.csv")), ROUNDS, STEPS, say)


def write(name: str, figures: dict[str, object], path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    content[name] = figures
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    say(json.dumps(figures, indent=2))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["tabular", "segmentation"])
    parser.add_argument("--data", type=Path, required=True, help="the folder soop")
    parser.add_argument("--features", type=Path, help="made by 'stroke-cds features'; for tabular")
    parser.add_argument("--out", type=Path, default=FIGURES)
    options = parser.parse_args(arguments)
    if options.what == "tabular":
        if options.features is None:
            parser.error("tabular needs --features")
        write("tabular", tabular(options.data, options.features), options.out)
    else:
        write("segmentation", segmentation(options.data), options.out)


if __name__ == "__main__":
    main()
