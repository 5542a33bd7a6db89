"""Model card of the models of the mRS at discharge, trained on the SOOP data."""

from __future__ import annotations

from .model_card import Card, Table
from .mrs_tables import participants, performance, specification, subgroup_table
from .mrs_texts import common_attributes, common_limits, common_tripod, subgroup_line, validity
from .mrs_training import Trained

OUTCOME = "the mRS at discharge from hospital"
SOURCE = (
    "Stroke Outcome Optimization Project (SOOP): Absher et al., Sci Data 2024;11:839, doi:10.1038/s41597-024-03667-5; "
    "OpenNeuro ds004889 v1.1.2 (CC0); lesion masks: github.com/neurolabusc/StrokeOutcomeOptimizationProjectDemo (BSD-2-Clause)"
)
TITLES = {
    "lesion": "mRS at discharge from age, NIHSS and the lesion",
    "lesion-no-nihss": "mRS at discharge from age and the lesion, without NIHSS",
    "clinical": "mRS at discharge from age and NIHSS",
}
# Measured once, with every measure of `stroke-cds features` as a candidate for the last column.
CHOSEN_ANEW = (
    "When the last column was chosen anew among 198 lesion features in each training fold, 22 of 25 folds took the motor tract "
    "and the AUROC was 0.829 (0.818 without such a column)."
)
COMMAND = (
    "python -m stroke_training.discharge_mrs --participants participants_dev.tsv --features features.csv "
    "--groups groups_dev.csv --out models/"
)


def limits(trained: Trained) -> list[str]:
    lines = [
        "The outcome is the mRS at discharge, days after the stroke: not the mRS at 90 days, which is better for many and worse for some.",
        "One hospital network in South Carolina, USA; no external validation. Calibration in the large does not travel: recalibrate on 50 to 100 own outcomes.",
        "The outcome was missing in 35 % of subjects with a mask, and those were milder: the risk of mild strokes is likely overestimated.",
        "Treatment, onset time, mRS before the stroke, glucose, blood pressure, atrial fibrillation and vessel imaging were not in the data. The prediction holds for the mix of treatments there, and a treatment effect cannot be read from it.",
        "Part of the NIHSS values of 0 in the data were probably 'not scored': predictions at an entered 0 are less sure than the interval says.",
        "Only acute ischemic stroke: never for hemorrhage, TIA or mimics. Age above 89 was stored as 89. Nobody below 18.",
        f"AUROC by race: {subgroup_line(trained, 'race')}; by sex: {subgroup_line(trained, 'sex')}: intervals overlap, monitor.",
        *common_limits(trained),
        "Which columns and transformations are used was chosen on these subjects, so that the figures are slightly too good; what was tuned inside the folds is the penalty."
        + (f" {CHOSEN_ANEW}" if trained.variant.suffix == "lesion" else ""),
    ]
    if trained.variant.uses_lesion:
        lines += [
            "Lesion volumes are milliliters of template (MNI) space, larger than native ones (1.17 times in one case). The AUROC holds for manual or corrected masks that were brought to MNI space; automatic segmentation (mean Dice 0.77) cost 0.01 in the source project.",
            "Masks hold acute and chronic lesion where a chronic one exists, and are cut below z = -50 mm.",
            "The corticospinal course is a tube in template space: no tract is traced in the patient.",
        ]
    return lines


def representation(trained: Trained) -> str:
    frame = trained.subjects.frame
    women, black, white = (float((frame[c] == level).mean()) for c, level in (("sex", "F"), ("race", "b"), ("race", "w")))
    return f"{women:.0%} women, {black:.0%} Black, {white:.0%} White (the rest: not coded); other groups are not represented."


def attributes(trained: Trained) -> dict[int, str]:
    return {
        **common_attributes(trained, OUTCOME),
        9: "Not for children, hemorrhage, TIA, in-hospital stroke or patients dependent before the stroke; not for decisions on treatment, transfer, rehabilitation or limiting care; not as a 90-day prognosis.",
        10: " ".join(limits(trained)),
        11: "Included: subjects of the development part of SOOP with mRS at discharge, age and NIHSS"
        + (", and a lesion mask." if trained.variant.uses_lesion else ".")
        + " Excluded: no outcome (milder than the rest), no clinical data.",
        13: representation(trained),
        14: "Admitted patients of a comprehensive stroke center who had an MRI: not the ones too ill for it, and not those sent home.",
        17: "None.",
        18: "Nobody.",
        19: "Not applicable: no external test.",
        20: "Not applicable: no external test.",
        23: "Not known.",
        24: "Not known.",
    }


def tripod(trained: Trained) -> dict[str, str]:
    return {
        **common_tripod(trained, OUTCOME),
        "5a": SOURCE + "; only the subjects released for development here.",
        "5b": "Not stated by the source at the level of subjects.",
        "6a": "One comprehensive stroke center network, South Carolina, USA; 98 % Philips scanners.",
        "6b": "Acute ischemic stroke with MRI; mRS at discharge, age and NIHSS recorded.",
        "6c": "Not recorded (thrombolysis and thrombectomy unknown).",
        "7": "'89+' read as 89; 'n/a' is missing; near-identical lesions or persons share a group that is never split.",
        "8a": OUTCOME + ", 0 to 6 (6: death), the score in the field gs_rankin_6isdeath.",
        "8b": "Not stated by the source (registry abstraction).",
        "8c": "Not blinded to age and NIHSS; lesion masks were drawn for research.",
        "9c": "Not stated by the source. NIHSS of 0 is in part 'not scored'.",
        "12d": "One network: not possible.",
        "17": "Public, de-identified data under CC0; ethics as in the source publication.",
        "18e": "Public: see item 5a.",
        "23b": "By subgroup only.",
        "25": f"{validity(trained)}. "
        + (
            "Lesion size and the motor tract carry most of what imaging adds, above all where the NIHSS is blind."
            if trained.variant.uses_lesion
            else "Within a band of NIHSS it hardly tells patients apart: see 'Subgroups'."
        ),
        "26": " ".join(limits(trained)),
        "27c": "External validation, mRS at 90 days, treatment and pre-stroke mRS as inputs.",
    }


def card(trained: Trained, version: str, captions: dict[str, str], comparison: Table | None) -> Card:
    return Card(
        title=TITLES[trained.variant.suffix],
        version=version,
        summary=f"Probability of each grade of {OUTCOME}. {validity(trained)} (internal, nested cross-validation).",
        warning="At discharge, not at 90 days. Not externally tested. Informs, never decides, and says nothing about a treatment effect.",
        tables=[
            performance(trained),
            subgroup_table(trained),
            participants(trained),
            specification(trained),
            *([comparison] if comparison else []),
        ],
        pictures=captions,
        attributes=attributes(trained),
        tripod=tripod(trained),
        command=COMMAND,
        limits=limits(trained),
    )
