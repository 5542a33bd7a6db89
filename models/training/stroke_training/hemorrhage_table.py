"""A site's table of thrombolyzed patients for a model of hemorrhagic transformation, checked in plain words.

One row per patient: `patient_id` (a pseudonym; it goes nowhere), `group` where one person has several rows, the outcome
(0 or 1), and any of the inputs of `hemorrhage-inputs.json` under their names and in their units. Values are those from
before treatment. Problems name columns and rows of the file (first data row is 2), never a value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .columns import Array
from .metrics import auroc
from .statistics_file import InputInfo
from .tables import BadTable, _read, _rows

INPUTS_FILE = Path(__file__).parent.parent / "hemorrhage-inputs.json"
INPUTS: Mapping[str, Mapping[str, object]] = json.loads(INPUTS_FILE.read_text(encoding="utf-8"))
PERFUSION = tuple(n for n, i in INPUTS.items() if str(i["group"]).startswith("perf") or i["group"] == "permeability")
REQUIRED = ("age", "nihss")
# Each volume lies inside the next one.
NESTED = ("tmaxOver14Volume", "severeHypoperfusionVolume", "hypoperfusionVolume")

FEWEST_SUBJECTS = 150
FEWEST_EVENTS = 30
MOST_MISSING = 0.2
MG_DL_PER_MMOL_L = 18.0156


@dataclass(frozen=True)
class Cohort:
    """`frame` holds complete rows only: inputs as floats, `outcome` 0/1, `group` as text, sex where it was given."""

    frame: pd.DataFrame
    inputs: tuple[str, ...]
    simulated: bool
    flow: Mapping[str, int]
    warnings: Sequence[str]

    @property
    def raw(self) -> Array:
        return self.frame[list(self.inputs)].to_numpy(float)

    @property
    def y(self) -> Array:
        return self.frame.outcome.to_numpy(int)

    @property
    def groups(self) -> Array:
        return self.frame.group.to_numpy()


def input_info(inputs: Sequence[str]) -> dict[str, InputInfo]:
    found = {}
    for name in inputs:
        unit, noise, scale = str(INPUTS[name]["unit"]), INPUTS[name]["noise"], INPUTS[name]["scale"]
        found[name] = InputInfo(unit, float(noise[0]), float(noise[1]), scale == "flag" or name == "nihss")
    return found


def load_cohort(path: Path, outcome: str) -> Cohort:
    """Raises BadTable with every problem at once."""
    table = _read(path)
    problems: list[str] = []
    warnings: list[str] = []
    for column in ("patient_id", outcome, *REQUIRED):
        if column not in table:
            problems.append(f"the column {column} is missing")
    offered = [n for n in INPUTS if n in table]
    if not any(n in PERFUSION for n in offered):
        problems.append(f"no perfusion column: at least one of {', '.join(PERFUSION)} is needed")
    if problems:
        raise BadTable(problems)
    if table.patient_id.isna().any() or (table.patient_id.duplicated() & table.patient_id.notna()).any():
        if "group" not in table:
            problems.append("patient_id is empty or used twice: give every person a number, or a column group")
    simulated = _simulated(table, problems)

    frame = pd.DataFrame(index=table.index)
    frame["outcome"] = _numbers(table, outcome, 0, 1, problems)
    if not frame.outcome.dropna().isin([0, 1]).all():
        problems.append(f"{outcome} must be 0 (no hemorrhage) or 1 (hemorrhage)")
    for name in offered:
        frame[name] = _numbers(table, name, float(INPUTS[name]["low"]), float(INPUTS[name]["high"]), problems)
    frame["sex"] = table["sex"] if "sex" in table else None
    own = pd.Series([f"row-{i}" for i in range(len(table))], index=table.index)
    frame["group"] = table["group"].fillna(own) if "group" in table else table.patient_id.fillna(own)
    _plausible(frame, offered, problems, warnings)
    if problems:
        raise BadTable(problems)

    others = [c for c in table.columns if c not in {*INPUTS, "patient_id", "group", "sex", "simulated", outcome}]
    if others:
        warnings.append(f"{len(others)} columns are not inputs of this model and were not read: {', '.join(others)}")
    return _complete(frame, offered, simulated, warnings)


def _simulated(table: pd.DataFrame, problems: list[str]) -> bool:
    if "simulated" not in table:
        return False
    marks = set(table.simulated.fillna("").astype(str))
    if marks <= {"1"}:
        return True
    if marks & {"1"}:
        problems.append("some rows are marked as simulated and others are not: never mix the two")
    return False


def _numbers(table: pd.DataFrame, name: str, low: float, high: float, problems: list[str]) -> pd.Series:
    value = pd.to_numeric(table[name], errors="coerce")
    wrong = (table[name].notna() & value.isna()) | (value.notna() & ~value.between(low, high))
    if wrong.any():
        problems.append(f"{name} is not a number from {low:g} to {high:g} in {_rows(wrong.to_numpy())}")
    return value


def _plausible(frame: pd.DataFrame, offered: Sequence[str], problems: list[str], warnings: list[str]) -> None:
    if "glucose" in offered and frame.glucose.median() < 40:
        problems.append(f"glucose looks like mmol/L: give mg/dL (mmol/L x {MG_DL_PER_MMOL_L})")
    nested = [n for n in NESTED if n in offered]
    for inner, outer in zip(nested, nested[1:], strict=False):
        wrong = frame[inner] > frame[outer] + 0.5
        if wrong.any():
            problems.append(f"{inner} exceeds {outer}, which contains it, in {_rows(wrong.to_numpy())}")
    for name in offered:
        known = frame[frame[name].notna() & frame.outcome.notna()]
        area = auroc(known.outcome.to_numpy() == 1, known[name].to_numpy()) if len(known) else float("nan")
        if max(area, 1 - area) > 0.97:
            problems.append(f"{name} alone tells the outcome (AUROC {max(area, 1 - area):.2f}): was it measured after it?")
    same = frame[list(offered)].duplicated(keep=False) & frame[list(offered)].notna().all(axis=1)
    if same.any():
        warnings.append(f"the same values in {_rows(same.to_numpy())}: one person twice? then give them one group")


def _complete(frame: pd.DataFrame, offered: Sequence[str], simulated: bool, warnings: list[str]) -> Cohort:
    with_outcome = frame[frame.outcome.notna()]
    inputs = []
    for name in offered:
        share = float(with_outcome[name].isna().mean()) if len(with_outcome) else 1.0
        if share > MOST_MISSING and name not in REQUIRED:
            warnings.append(f"{name} is missing in {share:.0%} of patients and was left out of the model")
        elif with_outcome[name].nunique() < 2:
            warnings.append(f"{name} is the same in all patients and was left out of the model")
        else:
            inputs.append(name)
    complete = with_outcome.dropna(subset=inputs).reset_index(drop=True)
    events = int(complete.outcome.sum())
    problems = []
    if len(complete) < FEWEST_SUBJECTS:
        problems.append(f"{len(complete)} complete patients: at least {FEWEST_SUBJECTS} are needed")
    if events < FEWEST_EVENTS:
        problems.append(f"{events} patients with hemorrhage: at least {FEWEST_EVENTS} are needed")
    if not any(n in PERFUSION for n in inputs):
        problems.append("no perfusion column is complete enough to be used")
    if problems:
        raise BadTable(problems)
    flow = {"rows of the table": len(frame), "with outcome": len(with_outcome), "with every input": len(complete)}
    return Cohort(complete, tuple(inputs), simulated, flow, tuple(warnings))
