"""Trains the shipped models of the mRS at discharge.

    python -m stroke_training.discharge_mrs --participants participants_dev.tsv --features features.csv \\
        --groups groups_dev.csv --out models/ [--comparison comparison.json] [--parity parity.csv]

`--features` is the file of `stroke-cds features`. Writes models/discharge-mrs-{lesion,lesion-no-nihss,clinical}.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .discharge_texts import SOURCE, TITLES, attributes, card, limits
from .model_card import Table
from .mrs_models import VARIANTS
from .mrs_training import Effort, Trained, publish, train, write_parity
from .release import Release
from .tables import BadTable, load_subjects

VERSION = "1.0.0"
FAMILY = "discharge-mrs"


def release_of(trained: Trained) -> Release:
    variant = trained.variant
    n = len(trained.subjects.outcome)
    metrics = {k: round(v[0], 4) for k, v in trained.figures.items()}
    return Release(
        name=f"{FAMILY}-{variant.suffix}",
        version=VERSION,
        title=TITLES[variant.suffix],
        family=FAMILY,
        preference=variant.preference,
        role="active",
        licence="Apache-2.0",
        training={"description": "SOOP, subjects released for development, with mRS at discharge", "subjects": n, "source": SOURCE},
        validation={
            "description": "5 x 5 nested group-safe cross-validation on the training subjects; no external validation",
            "subjects": n,
            "metrics": metrics,
        },
        limits=limits(trained),
        attributes=attributes(trained),
    )


def population_of(trained: Trained) -> str:
    n = len(trained.subjects.outcome)
    with_mask = "with a lesion mask and " if trained.variant.uses_lesion else "with "
    return f"{n} patients with acute ischemic stroke of one hospital network in South Carolina (SOOP), {with_mask}known mRS at discharge"


def comparison_table(path: Path | None) -> Table | None:
    if path is None or not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    return Table("Compared with other models", content["columns"], content["rows"], content["note"])


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the models of the mRS at discharge.")
    parser.add_argument("--participants", type=Path, required=True)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--groups", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="the folder models/")
    parser.add_argument("--comparison", type=Path, help="made by stroke_training.compare")
    parser.add_argument("--parity", type=Path, help="writes the predictions for every training subject")
    options = parser.parse_args()
    effort = Effort()
    try:
        everyone = load_subjects(options.participants, "gs_rankin_6isdeath", options.features, options.groups)
        trained = [train(variant, everyone, effort) for variant in VARIANTS]
    except BadTable as bad:
        sys.exit("\n".join(bad.problems))
    table = comparison_table(options.comparison)
    for one in trained:
        release = release_of(one)
        publish(
            options.out / release.name,
            one,
            release,
            population_of(one),
            effort,
            lambda captions, one=one: card(one, VERSION, captions, table),
        )
    if options.parity:
        write_parity(options.parity, [(release_of(one).name, one) for one in trained])


if __name__ == "__main__":
    main()
