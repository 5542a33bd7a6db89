"""Subjects with a TOAST class: participants, lesion features and groups that may never be split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..columns import Array
from ..folds import assigned_folds
from ..tables import BadTable

REPEATS = 5
UNKNOWN = ["n/a", ""]
LESION_INPUTS = "volumeMl"


@dataclass(frozen=True)
class Cohort:
    """`y` is 0 … 4 for the TOAST classes 1 … 5; `frame` holds inputs, sex, race and group."""

    frame: pd.DataFrame
    flow: dict[str, int]

    @property
    def y(self) -> Array:
        return self.frame.toast.to_numpy(int) - 1

    @property
    def groups(self) -> Array:
        return self.frame.group.to_numpy()

    def raw(self, inputs: Sequence[str]) -> Array:
        return self.frame[list(inputs)].to_numpy(float)

    def repeats(self) -> list[list[tuple[Array, Array]]]:
        """The ready group-safe folds that come with the data."""
        return [assigned_folds(self.frame[f"fold_rep{r}"].to_numpy(int)) for r in range(REPEATS)]

    def with_lesion(self) -> Cohort:
        """Those whose mask was measured and holds a lesion."""
        chosen = self.frame[self.frame.state.eq("measured") & self.frame[LESION_INPUTS].gt(0)].reset_index(drop=True)
        return Cohort(chosen, {**self.flow, "with a lesion mask": len(chosen)})


def load_cohort(folder: Path, features: Path) -> Cohort:
    """`folder`: participants_dev.tsv and groups_dev.csv; `features`: file of `stroke-cds features`. Raises BadTable."""
    for path in (folder / "participants_dev.tsv", folder / "groups_dev.csv", features):
        if not path.exists():
            raise BadTable([f"{path.name}: there is no such file"])
    people = pd.read_csv(folder / "participants_dev.tsv", sep="\t", dtype=str, na_values=UNKNOWN, keep_default_na=False)
    groups = pd.read_csv(folder / "groups_dev.csv")
    measured = pd.read_csv(features)
    problems = [
        f"{name}: the column {column} is missing"
        for name, table, columns in (
            ("participants_dev.tsv", people, ("participant_id", "age", "nihss", "sex", "race", "etiology")),
            ("groups_dev.csv", groups, ("participant_id", "group", *(f"fold_rep{r}" for r in range(REPEATS)))),
            (features.name, measured, ("participant_id", "state", LESION_INPUTS)),
        )
        for column in columns
        if column not in table
    ]
    if problems:
        raise BadTable(problems)
    toast = people.etiology.str.extract(r"^\s*([1-5])\s*:", expand=False)
    if (people.etiology.notna() & toast.isna()).any():
        raise BadTable(["participants_dev.tsv: etiology does not start with a class from 1 to 5 and a colon everywhere"])
    frame = pd.DataFrame(
        {
            "participant_id": people.participant_id,
            "toast": pd.to_numeric(toast),
            # '89+' is the youngest age that it can be.
            "age": pd.to_numeric(people.age.str.removesuffix("+")),
            "nihss": pd.to_numeric(people.nihss),
            "sex": people.sex.map({"F": "women", "M": "men"}),
            "race": people.race.map({"b": "Black", "w": "White"}),
        }
    )
    lesion = measured[[c for c in measured if c not in frame.columns or c == "participant_id"]]
    frame = frame.merge(groups, "left", "participant_id").merge(lesion, "left", "participant_id")
    flow = {"in the table": len(frame), "with clinical data": int(frame.age.notna().sum())}
    frame = frame[frame.toast.notna()]
    flow["with a TOAST class"] = len(frame)
    frame = frame[frame.age.notna() & frame.nihss.notna()].reset_index(drop=True)
    flow["with age and NIHSS"] = len(frame)
    if frame.group.isna().any():
        raise BadTable(["groups_dev.csv: a subject with a TOAST class has no group"])
    return Cohort(frame, flow)


def counts(y: Array) -> list[int]:
    return np.bincount(y, minlength=5).tolist()
