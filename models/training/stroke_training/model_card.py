"""MODEL_CARD.md: the 31 source attributes of 45 CFR 170.315(b)(11)(iv)(B) and the items of TRIPOD+AI (Collins et al.,
BMJ 2024;385:e078378). Every item is answered; 'not known' and 'not done' are answers, an empty item is an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

ATTRIBUTES: dict[int, str] = {
    1: "Name and contact of the developer",
    2: "Funding of the technical work",
    3: "Value that is put out",
    4: "Type of output",
    5: "Intended use",
    6: "Intended population",
    7: "Intended users",
    8: "Role in the decision",
    9: "Out of scope: tasks, situations and populations to be cautious with",
    10: "Known risks and limits",
    11: "Who was included in and excluded from training",
    12: "Demographic, social and health-status variables used as inputs",
    13: "How the training data represent demographic groups",
    14: "Relevance of the training data to the setting of use",
    15: "How fairness was approached in development",
    16: "How bias was managed",
    17: "Data and setting of external testing",
    18: "Who tested externally",
    19: "How the external test data represent demographic groups",
    20: "Process of external testing",
    21: "Validity in test data from the same source",
    22: "Fairness in test data from the same source",
    23: "Validity in external data",
    24: "Fairness in external data",
    25: "References to evaluations of use and outcomes",
    26: "How and how often validity is monitored",
    27: "Local validity",
    28: "How and how often fairness is monitored",
    29: "Local fairness",
    30: "How and how often the model is updated",
    31: "How it is corrected when a risk is found",
}

TRIPOD: dict[str, str] = {
    "1": "Title",
    "2": "Abstract",
    "3a": "Context and rationale",
    "3b": "Target population, purpose in the pathway, users",
    "3c": "Known health inequalities",
    "4": "Objectives",
    "5a": "Sources of data",
    "5b": "Dates",
    "6a": "Setting",
    "6b": "Eligibility",
    "6c": "Treatments",
    "7": "Data preparation",
    "8a": "Outcome: definition and horizon",
    "8b": "Outcome: who assessed it",
    "8c": "Outcome: blinding",
    "9a": "Choice of predictors",
    "9b": "Definition of predictors",
    "9c": "Predictors: who assessed them",
    "10": "Sample size",
    "11": "Missing data",
    "12a": "Use and partition of the data",
    "12b": "Handling of predictors",
    "12c": "Type of model, building steps, tuning, internal validation",
    "12d": "Heterogeneity between clusters",
    "12e": "Measures of performance",
    "12f": "Model updating",
    "12g": "How predictions are calculated",
    "13": "Class imbalance",
    "14": "Fairness",
    "15": "Output of the model",
    "16": "Differences between training and evaluation data",
    "17": "Ethical approval",
    "18a": "Funding",
    "18b": "Conflicts of interest",
    "18c": "Protocol",
    "18d": "Registration",
    "18e": "Data sharing",
    "18f": "Code sharing",
    "19": "Patient and public involvement",
    "20a": "Flow of participants",
    "20b": "Characteristics of participants",
    "20c": "Comparison with development data",
    "21": "Numbers of participants and events",
    "22": "Full specification of the model",
    "23a": "Performance, with intervals and subgroups",
    "23b": "Heterogeneity of performance",
    "24": "Results of updating",
    "25": "Interpretation",
    "26": "Limitations",
    "27a": "Poor or unavailable input data",
    "27b": "Interaction and expertise of users",
    "27c": "Next steps",
}


@dataclass(frozen=True)
class Table:
    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True)
class Card:
    """`warning` stands first, in bold; `pictures`: file name in pictures/ → caption."""

    title: str
    version: str
    summary: str
    warning: str
    tables: Sequence[Table]
    pictures: Mapping[str, str]
    attributes: Mapping[int, str]
    tripod: Mapping[str, str]
    command: str
    limits: Sequence[str] = field(default_factory=tuple)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(columns)} |", f"| {' | '.join('---' for _ in columns)} |"]
    lines += [f"| {' | '.join(_cell(c) for c in row)} |" for row in rows]
    return "\n".join(lines)


def model_card(card: Card) -> str:
    """Raises when an attribute or an item is not answered."""
    for name, asked, given in (("attribute", ATTRIBUTES, card.attributes), ("TRIPOD+AI item", TRIPOD, card.tripod)):
        empty = [str(k) for k in asked if not str(given.get(k, "")).strip()]
        if empty:
            raise ValueError(f"{name} {', '.join(empty)} is not answered")
    parts = [f"# {card.title}", f"Version {card.version}. {card.summary}", f"**{card.warning}**"]
    if card.limits:
        parts += ["## Limits", "\n".join(f"- {line}" for line in card.limits)]
    for table in card.tables:
        parts += [f"## {table.heading}", _table(table.columns, table.rows)]
        if table.note:
            parts.append(table.note)
    if card.pictures:
        parts.append("## Pictures")
        parts += [f"![{caption}](pictures/{name})\n\n{caption}" for name, caption in card.pictures.items()]
    parts += [
        "## Source attributes (45 CFR 170.315(b)(11)(iv)(B))",
        _table(["no.", "attribute", "answer"], [[str(k), t, card.attributes[k]] for k, t in ATTRIBUTES.items()]),
        "## TRIPOD+AI",
        _table(["item", "about", "answer"], [[k, t, card.tripod[k]] for k, t in TRIPOD.items()]),
        "## Made with",
        f"```\n{card.command}\n```",
    ]
    return "\n\n".join(parts) + "\n"
