"""Reads the tables that a model of the modified Rankin Scale is trained from, and refuses bad ones in plain words.

A problem names the column and the rows of the file (first data row is 2, as a spreadsheet counts), never a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from .columns import Array

UNKNOWN = ("", "n/a", "N/A", "NA", "na", "nan", "NaN", "null", "NULL", ".")
# Synonyms of the columns that are understood; the first is the name in the frame.
CLINICAL = {
    "age": ("age",),
    "sex": ("sex",),
    "race": ("race",),
    "nihss": ("nihss",),
}
LIMITS = {"age": (18, 120, False), "nihss": (0, 42, True)}
FEWEST_SUBJECTS = 150
FEWEST_EVENTS = 40
FEWEST_PER_GRADE = 5


class BadTable(ValueError):
    """The tables cannot be used; `problems` are sentences for the person who made them."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Subjects:
    """`frame`: one row per subject with `participant_id`, `group`, age, nihss, sex, race, `outcome` and the features.

    `flow` counts the subjects from the table to the analysis; `warnings` are for the report.
    """

    frame: pd.DataFrame
    flow: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> Array:
        return self.frame.outcome.to_numpy(int)

    @property
    def groups(self) -> Array:
        return self.frame.group.to_numpy()

    def raw(self, inputs: Sequence[str]) -> Array:
        return self.frame[list(inputs)].to_numpy(float)


def _read(path: Path) -> pd.DataFrame:
    if not path.exists():
        raise BadTable([f"{path.name}: there is no such file"])
    with path.open(encoding="utf-8-sig") as file:
        header = file.readline()
    separator = max("\t,;", key=header.count)
    frame = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame.columns = [str(c).strip() for c in frame.columns]
    return frame.apply(lambda column: column.str.strip()).replace(list(UNKNOWN), None)


def _rows(mask: Array) -> str:
    numbers = [str(i + 2) for i in np.flatnonzero(mask)]
    shown = ", ".join(numbers[:8]) + (", …" if len(numbers) > 8 else "")
    return f"{len(numbers)} row{'' if len(numbers) == 1 else 's'} ({shown})"


def _number(frame: pd.DataFrame, name: str, source: str, limits: tuple[float, float, bool], problems: list[str]) -> pd.Series:
    text = frame[name].str.removesuffix("+") if name == "age" else frame[name]
    value = pd.to_numeric(text, errors="coerce")
    low, high, whole = limits
    kind = "a whole number" if whole else "a number"
    wrong = text.notna() & value.isna()
    wrong |= value.notna() & ~value.between(low, high)
    if whole:
        wrong |= value.notna() & (value % 1 != 0)
    if wrong.any():
        problems.append(f"{source}: {name} is not {kind} from {low:g} to {high:g} in {_rows(wrong.to_numpy())}")
    return value


def load_subjects(
    participants: Path, outcome: str, features: Path | None = None, groups: Path | None = None
) -> Subjects:
    """Everything that was recorded, also subjects without outcome; see `analysis_set`. Raises BadTable."""
    problems: list[str] = []
    warnings: list[str] = []
    table = _read(participants)
    missing = [c for c in ("participant_id", outcome) if c not in table]
    if missing:
        raise BadTable([f"{participants.name}: the column {c} is missing" for c in missing])
    name = participants.name
    ids = table.participant_id
    if ids.isna().any():
        problems.append(f"{name}: participant_id is empty in {_rows(ids.isna().to_numpy())}")
    if ids.dropna().duplicated().any():
        problems.append(f"{name}: participant_id is used twice in {_rows(ids.duplicated(keep=False).to_numpy())}")
    frame = pd.DataFrame({"participant_id": ids})
    for column, limits in LIMITS.items():
        frame[column] = _number(table, column, name, limits, problems) if column in table else np.nan
    for column in ("sex", "race"):
        frame[column] = table[column] if column in table else None
    frame["outcome"] = _number(table, outcome, name, (0, 6, True), problems)
    frame["group"] = table["group"] if "group" in table else None
    flow = {"in the table": len(frame)}
    if problems:
        raise BadTable(problems)

    if groups is not None:
        extra = _read(groups)
        lacking = {"participant_id", "group"} - set(extra.columns)
        if lacking:
            raise BadTable([f"{groups.name}: the column {c} is missing" for c in sorted(lacking)])
        folds = [c for c in extra.columns if c.startswith("fold_rep")]
        frame = frame.drop(columns="group").merge(extra[["participant_id", "group", *folds]], "left", "participant_id")
    alone = frame.group.isna()
    frame.loc[alone, "group"] = "own-" + frame.participant_id[alone].astype(str)
    frame["group"] = frame.group.astype(str)

    if features is not None:
        frame = _with_features(frame, features, warnings)
        flow["with lesion features"] = int(frame.lesion.sum())
    zeros = float((frame.nihss == 0).sum() / max(frame.nihss.notna().sum(), 1))
    if zeros > 0.1:
        warnings.append(f"NIHSS is 0 in {zeros:.0%}: make sure that 'not scored' was not stored as 0")
    return Subjects(frame, flow, warnings)


def _with_features(frame: pd.DataFrame, features: Path, warnings: list[str]) -> pd.DataFrame:
    """Adds the columns of `stroke-cds features`, and `lesion`: true when the mask was measured and holds a lesion."""
    measured = _read(features)
    if "participant_id" not in measured or "volumeMl" not in measured:
        raise BadTable([f"{features.name}: not a file of 'stroke-cds features' (participant_id, volumeMl)"])
    if measured.participant_id.duplicated().any():
        raise BadTable([f"{features.name}: participant_id is used twice"])
    known = set(frame.columns) | {"state", "reason", "age_capped", "prior_stroke", "bmi"}
    names = [c for c in measured.columns if c not in known]
    values = measured[names].apply(pd.to_numeric, errors="coerce")
    odd = [c for c in names if (measured[c].notna() & values[c].isna()).any()]
    if odd:
        raise BadTable([f"{features.name}: {c} is not a number everywhere" for c in odd])
    if (values[[c for c in names if "Coverage" in c]] > 1).to_numpy().any() or (values.volumeMl < 0).any():
        raise BadTable([f"{features.name}: a coverage above 1 or a volume below 0"])
    values["participant_id"] = measured.participant_id
    merged = frame.merge(values, "left", "participant_id")
    strangers = int((~measured.participant_id.isin(frame.participant_id)).sum())
    if strangers:
        warnings.append(f"{strangers} subjects of {features.name} are not in the table of participants")
    merged["lesion"] = merged.volumeMl.notna() & (merged.volumeMl > 0)
    shapes = merged.loc[merged.lesion, ["group", *names]]
    twins = shapes.groupby(names).group.nunique()
    if (twins > 1).any():
        warnings.append(f"{int((twins > 1).sum())} lesions are the same in subjects of different groups: same person?")
    return merged


def analysis_set(subjects: Subjects, needed: Sequence[str], lesion: bool, alone: bool = True) -> Subjects:
    """Subjects with outcome and every needed input. Raises BadTable when there are too few to learn from, where the
    table stands `alone` (a site of a federation does not)."""
    frame = subjects.frame
    flow = dict(subjects.flow)
    keep = frame.outcome.notna()
    flow["with outcome"] = int(keep.sum())
    for column in needed:
        keep &= frame[column].notna()
    if lesion:
        keep &= frame.lesion
    flow["with every input"] = int(keep.sum())
    chosen = frame[keep].reset_index(drop=True)
    problems = []
    poor = int((chosen.outcome >= 3).sum())
    if len(chosen) < FEWEST_SUBJECTS:
        problems.append(f"{len(chosen)} subjects have the outcome and every input: at least {FEWEST_SUBJECTS} are needed")
    if min(poor, len(chosen) - poor) < FEWEST_EVENTS:
        problems.append(f"{poor} of {len(chosen)} subjects have an mRS of 3 or more: {FEWEST_EVENTS} on each side are needed")
    for grade in range(7):
        n = int((chosen.outcome == grade).sum())
        if n < FEWEST_PER_GRADE:
            problems.append(f"{n} subjects have an mRS of {grade}: at least {FEWEST_PER_GRADE} are needed for each grade")
    if problems and alone:
        raise BadTable(problems)
    return Subjects(chosen, flow, list(subjects.warnings))
