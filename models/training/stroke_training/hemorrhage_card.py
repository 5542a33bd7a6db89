"""Model card of a site's hemorrhagic-transformation model: 31 source attributes and every TRIPOD+AI item.

What only the site can know comes from its `about` file; what the run knows is filled in from the run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .model_card import Card, Table, model_card
from .tables import BadTable

TEMPLATE = Path(__file__).parent.parent / "hemorrhage-about-template.json"
INTENDED = "Patients with an acute ischemic stroke who are given, or are considered for, intravenous thrombolysis"
SIMULATED_WARNING = (
    "SIMULATED: trained on made-up rows, not on patients. It says nothing about any patient, may never be used in care, "
    "and is refused as an active model in production."
)
SITE_WARNING = (
    "Trained and tested at one site only. Not tested on patients from elsewhere. It begins in the shadow: computed and "
    "recorded, not shown, until the site has looked at the shadow report and activates it."
)
LIMITS = (
    "Holds for patients like those in the table: the same treatment, scanner, perfusion software and outcome definition.",
    "Predicts the outcome as the site defined it; its number cannot be compared with a score of another definition.",
    "Holds the risk with thrombolysis; it does not say what thrombolysis adds, and is no reason by itself to withhold it.",
    "Volumes and permeability depend on software and acquisition: after a change of either it must be tested again.",
)


@dataclass(frozen=True)
class Facts:
    """What the run found; texts are ready for a table."""

    name: str
    title: str
    version: str
    simulated: bool
    inputs: Sequence[str]
    units: Mapping[str, str]
    flow: Mapping[str, int]
    events: int
    missing: Sequence[str]
    validation: str
    comparison: Sequence[Sequence[str]]
    lost: str
    subgroups: Sequence[Mapping[str, object]]
    characteristics: Sequence[Sequence[str]]
    coefficients: Sequence[Sequence[str]]
    importance: Mapping[str, float]
    conformal: str
    command: str

    @property
    def noun(self) -> str:
        return "simulated rows" if self.simulated else "patients"


def load_about(path: Path | None, simulated: bool) -> dict[str, str]:
    """Every entry of the template, in the site's words. Raises BadTable for one that is missing or left as it was."""
    template: dict[str, str] = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    if simulated:
        return dict.fromkeys(template, "simulated: there are no patients, no hospital and no images")
    if path is None:
        raise BadTable([f"--about is missing: copy {TEMPLATE.name}, say what is asked, and name the file"])
    given = json.loads(path.read_text(encoding="utf-8"))
    bad = [k for k, asked in template.items() if not str(given.get(k, "")).strip() or given[k] == asked]
    if bad:
        raise BadTable([f"{path.name}: {k} is not answered (asked: {template[k]})" for k in bad])
    return {k: str(given[k]).strip() for k in template}


def attributes(facts: Facts, about: Mapping[str, str]) -> dict[int, str]:
    none_outside = "none: it was not tested on patients from elsewhere"
    return {
        1: about["developer"],
        2: about["funding"],
        3: "probability of hemorrhagic transformation as the site defined it, with interval, conformal set and contributions",
        4: "prediction (a probability)",
        5: "to inform clinicians beside the published scores; advisory",
        6: INTENDED,
        7: "physicians who treat acute stroke",
        8: "informs; replaces no criterion of a guideline and is never the only reason for or against a treatment",
        9: "hemorrhagic stroke, children, thrombectomy without thrombolysis, sites other than the one that trained it",
        10: " ".join(LIMITS),
        11: about["eligibility"],
        12: f"inputs: {', '.join(facts.inputs)}. Sex and origin are no inputs",
        13: about["representativeness"],
        14: f"trained where it is used: {about['setting']}",
        15: "figures by sex and age band below; no input stands for origin or insurance",
        16: "complete rows only; values from before treatment; a column that alone tells the outcome is refused",
        17: none_outside,
        18: none_outside,
        19: none_outside,
        20: none_outside,
        21: facts.validation,
        22: "see the table of subgroups",
        23: none_outside,
        24: none_outside,
        25: "none",
        26: about["monitoring"],
        27: "the cross-validation is local; see the table of candidates",
        28: about["monitoring"],
        29: "see the table of subgroups",
        30: about["monitoring"],
        31: "the site sets its role to off and starts the service anew; every use before stays in the audit record",
    }


def tripod(facts: Facts, about: Mapping[str, str]) -> dict[str, str]:
    subjects = list(facts.flow.values())[-1]
    flow = ", ".join(f"{k}: {v}" for k, v in facts.flow.items())
    return {
        "1": facts.title,
        "2": "see the head of this page",
        "3a": "published scores leave out perfusion maps, which carry information on hemorrhage (Campbell 2010, Yassi 2013)",
        "3b": f"{INTENDED}; users: physicians who treat acute stroke",
        "3c": about["representativeness"],
        "4": "development and internal validation",
        "5a": about["setting"],
        "5b": about["dates"],
        "6a": about["setting"],
        "6b": about["eligibility"],
        "6c": about["treatments"],
        "7": "range, unit, nesting of volumes, duplicates and leakage checked by the command; nothing was changed",
        "8a": about["outcome"],
        "8b": about["outcomeAssessment"],
        "8c": about["outcomeAssessment"],
        "9a": "clinical inputs of published scores and published perfusion markers; none was chosen by its p-value",
        "9b": "src/case/perfusion-features.ts and models/training/hemorrhage-inputs.json of the product",
        "9c": about["predictorAssessment"],
        "10": f"{subjects} {facts.noun}, {facts.events} with hemorrhage, {len(facts.inputs)} inputs; all that the table held",
        "11": "complete rows; columns missing in more than 20 % were left out. " + " ".join(facts.missing),
        "12a": "nested cross-validation; persons are never split; the final model is fitted on all rows",
        "12b": "volumes and permeability by logarithm; linear splines with knots at the tertiles of the training fold",
        "12c": "logistic additive splines with a ridge penalty chosen in inner folds; candidates below on the same folds",
        "12d": "not examined: one site",
        "12e": "AUROC, Brier, logarithmic loss, calibration slope and intercept, ICI; intervals by resampling persons",
        "12f": "none",
        "12g": "MODEL: see the table of coefficients, statistics.json and the graph model.onnx, which agree within 1e-9",
        "13": "classes were not weighted or resampled, so that probabilities stay calibrated",
        "14": "figures by sex and age band",
        "15": "probability; no threshold is proposed",
        "16": "none: no separate evaluation data",
        "17": about["ethics"],
        "18a": about["funding"],
        "18b": about["conflicts"],
        "18c": about["registration"],
        "18d": about["registration"],
        "18e": about["dataSharing"],
        "18f": "models/training of the product, Apache-2.0",
        "19": about["involvement"],
        "20a": flow,
        "20b": "see the table of characteristics",
        "20c": "not applicable",
        "21": f"{subjects} {facts.noun}, {facts.events} events",
        "22": "see the table of coefficients",
        "23a": facts.validation,
        "23b": "not examined: one site",
        "24": "none",
        "25": facts.lost,
        "26": " ".join(LIMITS),
        "27a": "an unknown input is averaged over the reference population and widens the interval; said on the card",
        "27b": "clinicians see contributions in plain words; none needs expertise in modelling",
        "27c": "shadow use, then a test on patients from elsewhere",
    }


def card(facts: Facts, about: Mapping[str, str], pictures: Mapping[str, str]) -> str:
    subjects = list(facts.flow.values())[-1]
    prefix = "SIMULATED. " if facts.simulated else ""
    rows = [
        [str(s["attribute"]), str(s["level"]), str(s["subjects"]), str(s["events"]), _area(s)] for s in facts.subgroups
    ]
    tables = [
        Table("Candidates, out of fold", ["model", "AUROC", "Brier", "log loss", "slope", "intercept", "ICI"], facts.comparison, f"{facts.lost} The ICI is never negative: resampling raises it, so its interval may lie above the figure."),
        Table("Subgroups, out of fold", ["attribute", "level", facts.noun, "events", "AUROC"], rows),
        Table("Characteristics", ["input", "unit", "without hemorrhage", "with hemorrhage"], facts.characteristics, "Median (quartiles)."),
        Table("Coefficients (log-odds)", ["input", "transformation", "parameters", "coefficient"], facts.coefficients),
        Table("Importance", ["idea", "mean size of the contribution (log-odds)"], [[k, f"{v:.3f}"] for k, v in sorted(facts.importance.items(), key=lambda i: -i[1])]),
    ]
    return model_card(
        Card(
            title=facts.title,
            version=facts.version,
            summary=f"{prefix}Probability of hemorrhagic transformation after intravenous thrombolysis from clinical values and perfusion maps; {subjects} {facts.noun}, {facts.events} with hemorrhage. {facts.conformal}",
            warning=SIMULATED_WARNING if facts.simulated else SITE_WARNING,
            tables=tables,
            pictures=pictures,
            attributes=attributes(facts, about),
            tripod=tripod(facts, about),
            command=facts.command,
            limits=LIMITS,
        )
    )


def _area(subgroup: Mapping[str, object]) -> str:
    values = [subgroup[k] for k in ("auroc", "low", "high")]
    if any(v is None for v in values):
        return "too few"
    return "{:.2f} ({:.2f} to {:.2f})".format(*values)
