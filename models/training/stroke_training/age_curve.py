"""How age shapes the outcome after ischemic stroke, learned once from the International Stroke Trial.

    python -m stroke_training.age_curve --ist ../../../shared/data/ist/IST.csv.gz --out age-curve.json

Proportional odds of the 6-month outcome (recovered, not recovered, dependent, dead) on age as a piecewise linear curve
with knots at 50, 60, 70 and 80 years, adjusted for level of consciousness and the eight deficits. Only the shape is
used: the factor is learned from each model's own data, because the outcome there is another one.
Sandercock PAG, Niewada M, Członkowska A. Trials 2011;12:101; data doi:10.7488/ds/104, ODC-By.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from .additive import Penalty, Shape, fit_additive
from .columns import Column

KNOTS = (50.0, 60.0, 70.0, 80.0)
AGE_COLUMNS = (
    Column("age", "age", "identity", (), 1),
    *(Column("age", "age", "hinge-above", (k,)) for k in KNOTS),
)
PUBLISHED = Path(__file__).parent.parent / "age-curve.json"


def learn(ist: Path) -> dict[str, object]:
    frame = pd.read_csv(ist, encoding="latin1", low_memory=False)
    known = frame[frame.OCCODE.isin([1, 2, 3, 4]) & frame.AGE.notna()]
    outcome = (4 - known.OCCODE).to_numpy(int)
    deficits = [(known[f"RDEF{i}"] == "Y").to_numpy(float) for i in range(1, 9)]
    consciousness = [(known.RCONSC == v).to_numpy(float) for v in ("D", "U")]
    raw = np.column_stack([known.AGE.to_numpy(float), *deficits, *consciousness])
    others = [Column(f"x{i}", "severity") for i in range(10)]
    classes = ["recovered", "not recovered", "dependent", "dead"]
    model = fit_additive(raw, outcome, [*AGE_COLUMNS, *others], classes, penalty=Penalty(ridge=1e-5))
    return {
        "source": "International Stroke Trial, 6-month outcome, adjusted for consciousness and eight deficits",
        "licence": "ODC-By",
        "citation": "Sandercock PAG, Niewada M, Czlonkowska A. Trials 2011;12:101. Data: doi:10.7488/ds/104",
        "subjects": len(known),
        "columns": [{"transform": c.transform, "parameters": list(c.parameters)} for c in AGE_COLUMNS],
        "weights": [round(float(b), 8) for b in model.coefficients[: len(AGE_COLUMNS), 0]],
    }


def age_shape(file: Path = PUBLISHED) -> Shape:
    """The published curve, in log-odds of the trial; rises at every age."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return Shape(AGE_COLUMNS, tuple(content["weights"]))


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns the shape of the effect of age from the IST.")
    parser.add_argument("--ist", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=PUBLISHED)
    options = parser.parse_args()
    options.out.write_text(json.dumps(learn(options.ist), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
