"""What a site holds, and the published ranges that everyone shares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from stroke_training.additive import OwnSubjects, curve_design
from stroke_training.columns import Array, inputs_of
from stroke_training.mrs_models import MRS_CLASSES, VARIANTS, Variant
from stroke_training.tables import BadTable, Subjects, analysis_set, load_subjects

OUTCOME = "gs_rankin_6isdeath"
# Fewer, and a mean over them would tell too much of each.
FEWEST = 20
# Ranges of the inputs as the tables allow them: known to everyone, so that no site tells its own.
RANGES = {"age": (18.0, 120.0), "nihss": (0.0, 42.0), "volumeMl": (0.0, 400.0)}


def variant_named(suffix: str) -> Variant:
    """@raises KeyError: there is no such variant"""
    return {v.suffix: v for v in VARIANTS}[suffix]


def raw_inputs(variant: Variant) -> list[str]:
    """Inputs in the order that `curve_design` wants."""
    return inputs_of((*variant.columns, *(c for s in variant.shapes() for c in s.columns)))


def published_range(variant: Variant) -> tuple[Array, Array]:
    """(center, scale) of every column, from the allowed range of its input: between -1 and 1 for every subject."""
    ranges = np.array([RANGES.get(name, (0.0, 1.0)) for name in raw_inputs(variant)])
    grid = ranges[:, 0] + np.linspace(0, 1, 201)[:, None] * (ranges[:, 1] - ranges[:, 0])
    columns = curve_design(grid, variant.columns, variant.shapes())
    low, high = columns.min(0), columns.max(0)
    return (low + high) / 2, (high - low) / 2


def read_site(participants: Path, features: Path | None, groups: Path | None, variant: Variant, outcome: str = OUTCOME) -> Subjects:
    """The subjects of one site that the variant can use. @raises BadTable: malformed, or a mean would be of too few"""
    everyone = load_subjects(participants, outcome, features, groups)
    subjects = analysis_set(everyone, variant.clinical_inputs, variant.uses_lesion, alone=False)
    if len(subjects.outcome) < FEWEST:
        raise BadTable([f"{participants.name}: {len(subjects.outcome)} usable subjects; a site takes part with at least {FEWEST}"])
    return subjects


def own_subjects(subjects: Subjects, variant: Variant) -> OwnSubjects:
    n = len(subjects.outcome)
    columns = curve_design(subjects.raw(raw_inputs(variant)), variant.columns, variant.shapes())
    return OwnSubjects(columns, subjects.outcome, np.full(n, 1 / n), len(MRS_CLASSES), "cumulative-logit")
