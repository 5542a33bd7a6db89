"""Trains the shipped models of the TOAST class.

    python -m stroke_training.toast --data soop/ --features features.csv --out models/ \\
        [--comparison toast-comparison.json] [--parity toast-parity.csv.gz] [--only toast-lesion]

`--data` holds participants_dev.tsv and groups_dev.csv, `--features` is the file of `stroke-cds features`. Writes
models/toast-{lesion,lesion-no-nihss,clinical}, each with cross-validation.json: every figure that its card names.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..release import Release, write_release
from ..tables import BadTable
from .card import card_text
from .cohort import load_cohort
from .columns import INPUTS, TOAST_CLASSES, VARIANTS
from .pictures import draw
from .texts import SOURCE, attributes, limits
from .training import Effort, Trained, say, statistics_from, train

VERSION = "1.0.0"
FAMILY = "toast"
LICENCE = "Apache-2.0"


def release_of(trained: Trained) -> Release:
    variant, report = trained.variant, trained.report
    told = report["toldApart"]
    n = report["subjects"]
    basis = (
        "Difference of the two largest probabilities among the four causes, p / (1 - p of toast-5): from there on the first was "
        "right more often than the second (out of fold, 95 % interval above 0 in every band of 0.1, "
        f"{report['causeFound']} subjects with a cause), and both keep their order in 95 % of models refitted on resampled "
        "subjects. Below it the causes are not told apart."
        if variant.uses_lesion
        else "Never told apart: without a lesion the order of the causes is little more than their frequency."
    )
    metrics = {name: figure[0] for name, figure in (*report["discrimination"].items(), *report["calibration"].items())}
    return Release(
        name=variant.name,
        version=VERSION,
        title=variant.title,
        family=FAMILY,
        preference=variant.preference,
        role="active",
        licence=LICENCE,
        training={"description": "SOOP, subjects released for development, with a TOAST class", "subjects": n, "source": SOURCE},
        validation={
            "description": "5 x 5 nested group-safe cross-validation on the training subjects; no external validation",
            "subjects": n,
            "metrics": metrics,
        },
        limits=limits(report, variant),
        attributes=attributes(report, variant),
        thresholds=[{"name": "told-apart", "value": told["threshold"], "basis": basis}],
    )


def population_of(trained: Trained) -> str:
    mask = "a lesion mask and " if trained.variant.uses_lesion else ""
    return (
        f"{trained.report['subjects']} patients with acute ischemic stroke of one hospital network in South Carolina (SOOP), "
        f"with {mask}a recorded TOAST class"
    )


def publish(folder: Path, trained: Trained, effort: Effort, compared: Mapping[str, object] | None) -> None:
    """Pictures, report, statistics, graph, card and manifest of one model."""
    captions = draw(folder, trained)
    (folder / "cross-validation.json").write_text(json.dumps(trained.report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = card_text(trained.variant, VERSION, trained.report, trained.cohort, trained.model, captions, compared)
    inputs = {n: INPUTS[n] for n in trained.model.inputs}
    statistics = statistics_from(trained, population_of(trained), effort)
    write_release(folder, release_of(trained), trained.model, trained.raw, inputs, statistics, text)
    say(f"{folder.name}: written")


def write_parity(path: Path, trained: Sequence[Trained]) -> None:
    """The trainer's predictions for every training subject: what the service must reproduce within 1e-5."""
    lines = [",".join(["model", "participant_id", *(f"p_{c.replace('-', '_')}" for c in TOAST_CLASSES)])]
    for one in trained:
        for subject, row in zip(one.cohort.frame.participant_id, one.model.probabilities(one.raw), strict=True):
            lines.append(",".join([one.variant.name, str(subject), *(f"{v:.8f}" for v in row)]))
    # Without the time, so that a rerun gives the same bytes.
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the models of the TOAST class.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="the folder models/")
    parser.add_argument("--comparison", type=Path, help="made by stroke_training.toast.comparison")
    parser.add_argument("--parity", type=Path, help="writes the predictions for every training subject")
    parser.add_argument("--only", choices=[v.name for v in VARIANTS], help="one variant")
    options = parser.parse_args()
    compared = json.loads(options.comparison.read_text(encoding="utf-8")) if options.comparison else None
    effort = Effort()
    done: list[Trained] = []
    try:
        everyone = load_cohort(options.data, options.features)
        for variant in VARIANTS:
            if options.only in (None, variant.name):
                done.append(train(variant, everyone, effort))
                publish(options.out / variant.name, done[-1], effort, compared)
    except BadTable as bad:
        sys.exit("\n".join(bad.problems))
    if options.parity:
        write_parity(options.parity, done)


main()
