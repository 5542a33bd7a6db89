"""Model card of a site's own model of the mRS at 90 days: what the program measured, and what the site told about it."""

from __future__ import annotations

import json
from pathlib import Path

from .model_card import Card
from .mrs_tables import participants, performance, specification, subgroup_table
from .mrs_texts import common_attributes, common_limits, common_tripod, validity
from .mrs_training import Trained
from .tables import BadTable

OUTCOME = "the mRS at 90 days"
TEMPLATE = Path(__file__).parent.parent / "mrs-about-template.json"
TITLES = {
    "lesion": "mRS at 90 days from age, NIHSS and the lesion (own model of the site)",
    "lesion-no-nihss": "mRS at 90 days from age and the lesion, without NIHSS (own model of the site)",
    "clinical": "mRS at 90 days from age and NIHSS (own model of the site)",
}
SIMULATED = "made-up data, for trying the path only"


def load_about(path: Path | None, simulated: bool) -> dict[str, str]:
    """The answers of the site. Raises BadTable naming the lines without an answer; simulated tables need none."""
    template: dict[str, str] = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    if simulated:
        return dict.fromkeys(template, SIMULATED)
    if path is None:
        raise BadTable([f"--about is missing: copy {TEMPLATE.name}, answer every line"])
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BadTable([f"{path.name}: cannot be read as JSON"]) from None
    open_lines = [k for k, asked in template.items() if not str(told.get(k, "")).strip() or told.get(k) == asked]
    if open_lines:
        raise BadTable([f"{path.name}: not answered: {', '.join(open_lines)}"])
    return {k: str(told[k]) for k in template}


def limits(trained: Trained, told: dict[str, str]) -> list[str]:
    lines = [
        f"Trained and tested on {len(trained.subjects.outcome)} patients of one table; no test elsewhere.",
        f"Setting: {told['setting']}. Not tested for patients outside: {told['eligibility']}.",
        f"Lost to follow-up: {told['followUp']}.",
        "Only acute ischemic stroke in adults: never for hemorrhage, TIA or mimics.",
        "Treatment is no input: the prediction holds for the mix of treatments in the table, and a treatment effect cannot be read from it.",
        *common_limits(trained),
        *trained.subjects.warnings,
    ]
    if trained.variant.uses_lesion:
        lines.append("Lesion features are those of template (MNI) space, by the product's own code; a mask must be checked by a person.")
    return lines


def attributes(trained: Trained, told: dict[str, str]) -> dict[int, str]:
    return {
        **common_attributes(trained, OUTCOME),
        1: told["developer"],
        2: told["funding"],
        9: "Not for children, hemorrhage, TIA or mimics; not for decisions on treatment, transfer, rehabilitation or limiting care.",
        10: " ".join(limits(trained, told)),
        11: told["eligibility"],
        13: told["representativeness"],
        14: told["setting"],
        17: "None.",
        18: "Nobody.",
        19: "Not applicable: no external test.",
        20: "Not applicable: no external test.",
        23: "Not known.",
        24: "Not known.",
        26: told["monitoring"],
        27: validity(trained) + " (internal; the shadow report measures it on new patients).",
        30: told["monitoring"],
    }


def tripod(trained: Trained, told: dict[str, str]) -> dict[str, str]:
    return {
        **common_tripod(trained, OUTCOME),
        "5a": told["setting"],
        "5b": told["dates"],
        "6a": told["setting"],
        "6b": told["eligibility"],
        "6c": told["treatments"],
        "7": "Checked by the program: kind and range of each value, persons used twice; unknown stays unknown.",
        "8a": OUTCOME + ", 0 to 6 (6: death).",
        "8b": told["outcomeAssessment"],
        "8c": told["outcomeAssessment"],
        "9c": told["predictorAssessment"],
        "12d": "Not examined: the table names no clusters.",
        "17": told["ethics"],
        "18a": told["funding"],
        "18b": told["conflicts"],
        "18c": told["registration"],
        "18d": told["registration"],
        "18e": told["dataSharing"],
        "19": told["involvement"],
        "23b": "By subgroup only.",
        "25": validity(trained),
        "26": " ".join(limits(trained, told)),
        "27c": "Shadow mode, then activation by the site when calibration holds on new patients.",
    }


def card(trained: Trained, told: dict[str, str], version: str, captions: dict[str, str], simulated: bool, command: str) -> Card:
    warning = "A site's own model, not tested elsewhere. Informs, never decides, and says nothing about a treatment effect."
    return Card(
        title=("SIMULATED: " if simulated else "") + TITLES[trained.variant.suffix],
        version=version,
        summary=f"Probability of each grade of {OUTCOME}. {validity(trained)} (internal, nested cross-validation).",
        warning=f"SIMULATED: the outcome was made up; for trying the path only. {warning}" if simulated else warning,
        tables=[performance(trained), subgroup_table(trained), participants(trained), specification(trained)],
        pictures=captions,
        attributes=attributes(trained, told),
        tripod=tripod(trained, told),
        command=command,
        limits=limits(trained, told),
    )
