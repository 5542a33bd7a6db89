"""Trains a site's own models of the mRS at 90 days from its own table; they start in the shadow.

    python -m stroke_training.mrs_90_days --table ours.csv [--features features.csv] --about about.json \\
        --name mrs-90-days-ours --out /var/lib/stroke-cds/models

`--features` is the file of `stroke-cds features` for the site's masks. One model is written for each set of inputs that
the table has: <name>-lesion, <name>-lesion-no-nihss, <name>-clinical. See models/training/README.md for the columns.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from .mrs_models import VARIANTS, Variant
from .mrs_training import Effort, Trained, publish, say, train
from .release import Release
from .site_texts import OUTCOME, TITLES, attributes, card, limits, load_about
from .tables import BadTable, Subjects, load_subjects

FAMILY = "mrs-90-days"
VERSION = "0.1.0"


def possible(everyone: Subjects, features: Path | None) -> list[Variant]:
    """Variants whose inputs the table has at all. Raises BadTable when there is none."""
    frame = everyone.frame
    found = [
        v
        for v in VARIANTS
        if (features is not None or not v.uses_lesion) and all(frame[n].notna().any() for n in v.clinical_inputs)
    ]
    if not found:
        raise BadTable(["age with NIHSS, or age with lesion features, is needed: the table has neither"])
    return found


def check_name(name: str, simulated: bool) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
        raise BadTable(["--name: small letters, digits and hyphens, at most 41"])
    if simulated != ("simulated" in name):
        raise BadTable(["--name: 'simulated' belongs into the name of a model of made-up data, and into no other"])


def train_site(
    table: Path,
    features: Path | None,
    about: Path | None,
    name: str,
    out: Path,
    simulated: bool = False,
    outcome: str = "mrs_90_days",
    effort: Effort = Effort(),
) -> list[Path]:
    """Folders of the models written. Raises BadTable with sentences for the person who made the table."""
    check_name(name, simulated)
    told = load_about(about, simulated)
    everyone = load_subjects(table, outcome, features)
    trained: list[Trained] = []
    problems: list[str] = []
    for variant in possible(everyone, features):
        try:
            trained.append(train(variant, everyone, effort))
        except BadTable as bad:
            problems += [f"{variant.suffix}: {p}" for p in bad.problems]
    if not trained:
        raise BadTable(problems)
    for problem in problems:
        say(f"not trained: {problem}")
    folders: list[Path] = []
    for one in trained:
        release = release_of(one, told, name, simulated)
        command = f"python -m stroke_training.mrs_90_days --table … --name {name}" + (" --simulated" if simulated else "")
        folder = out / release.name
        publish(
            folder,
            one,
            release,
            f"{len(one.subjects.outcome)} {'SIMULATED rows' if simulated else 'patients'} of the site's own table, known mRS at 90 days",
            effort,
            lambda captions, one=one: card(one, told, VERSION, captions, simulated, command),
        )
        folders.append(folder)
    return folders


def release_of(trained: Trained, told: dict[str, str], name: str, simulated: bool) -> Release:
    n = len(trained.subjects.outcome)
    return Release(
        name=f"{name}-{trained.variant.suffix}",
        version=VERSION,
        title=("SIMULATED: " if simulated else "") + TITLES[trained.variant.suffix],
        family=FAMILY,
        preference=trained.variant.preference,
        role="shadow",
        licence="CC0-1.0" if simulated else "LicenseRef-site",
        training={"description": f"the site's own table; outcome: {OUTCOME}; {told['eligibility']}", "subjects": n, "source": told["setting"]},
        validation={
            "description": "5 x 5 nested group-safe cross-validation on the training patients; no external validation",
            "subjects": n,
            "metrics": {k: round(v[0], 4) for k, v in trained.figures.items()},
        },
        limits=limits(trained, told),
        attributes=attributes(trained, told),
        simulated=simulated,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains a site's own models of the mRS at 90 days.")
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--features", type=Path, help="made by stroke-cds features")
    parser.add_argument("--about", type=Path, help="mrs-about-template.json, answered")
    parser.add_argument("--outcome", default="mrs_90_days", help="name of the column (default: mrs_90_days)")
    parser.add_argument("--name", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--simulated", action="store_true", help="the table is made up")
    options = parser.parse_args()
    try:
        train_site(
            options.table, options.features, options.about, options.name, options.out, options.simulated, options.outcome
        )
    except BadTable as bad:
        sys.exit("\n".join(bad.problems))


if __name__ == "__main__":
    main()
