"""Writes a SIMULATED cohort of thrombolyzed patients, to show the path from a site's table to a statement. Not patients.

    python -m stroke_training.simulate_cohort --subjects 1200 --seed 20261123 --out simulated-cohort.csv

No open patient-level data with perfusion maps and hemorrhagic transformation were found, and no published model with
coefficients; so this equation is made up, with effects of the size that published scores and studies describe (age,
NIHSS, glucose and pressure as in SEDAN, HAT, SITS-SICH and RICH; a steep rise near a very-low-CBV volume of 2 mL,
Campbell 2010; a rise from a Tmax > 14 s volume of about 5 mL, Yassi 2013; permeability near 0.23, Aviv 2009):

    logit P(hemorrhage) = -4.10
        + 0.020 (age - 70) + 0.050 NIHSS + 0.006 max(0, glucose - 140) + 0.010 max(0, systolic - 150)
        + 0.35 atrial fibrillation
        + 1.9 / (1 + exp(-(veryLowCbvVolume - 2) / 0.7))
        + 0.9 max(0, log10(tmaxOver14Volume + 1) - log10(6))
        + 1.2 min(permeability / 0.23, 3) / 3
        + 0.4 [veryLowCbvVolume > 2 and permeability > 0.23]        (an interaction that an additive model cannot hold)

A model trained on it says nothing about any patient. Every row carries simulated = 1, which `hemorrhagic_transformation`
carries on into the name, the manifest, the card and every statement.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20261123
SUBJECTS = 1200


def simulate(subjects: int = SUBJECTS, seed: int = SEED) -> pd.DataFrame:
    """Columns as a site's table has them, about 5 % of the permeability values missing."""
    rng = np.random.default_rng(seed)
    age = np.clip(rng.normal(72, 12, subjects), 25, 99).round()
    nihss = np.clip(rng.gamma(2.2, 5.5, subjects), 1, 35).round()
    glucose = np.clip(rng.lognormal(np.log(128), 0.28, subjects), 60, 420).round()
    systolic = np.clip(rng.normal(152, 22, subjects), 90, 220).round()
    fibrillation = (rng.random(subjects) < 0.12 + 0.006 * np.maximum(age - 60, 0)).astype(int)
    hypoperfusion = np.clip(rng.lognormal(3.2 + 0.06 * nihss, 0.7, subjects), 0, 400)
    severe = hypoperfusion * rng.beta(2, 4, subjects)
    tmax14 = severe * rng.beta(1.5, 4, subjects)
    core = np.clip(severe * rng.beta(2, 3, subjects), 0, 250)
    very_low = core * rng.beta(1, 9, subjects)
    permeability = np.clip(rng.lognormal(np.log(0.14), 0.75, subjects), 0.01, 3)
    logit = (
        -4.10
        + 0.020 * (age - 70)
        + 0.050 * nihss
        + 0.006 * np.maximum(0, glucose - 140)
        + 0.010 * np.maximum(0, systolic - 150)
        + 0.35 * fibrillation
        + 1.9 / (1 + np.exp(-(very_low - 2) / 0.7))
        + 0.9 * np.maximum(0, np.log10(tmax14 + 1) - np.log10(6))
        + 1.2 * np.minimum(permeability / 0.23, 3) / 3
        + 0.4 * ((very_low > 2) & (permeability > 0.23))
    )
    hemorrhage = (rng.random(subjects) < 1 / (1 + np.exp(-logit))).astype(int)
    frame = pd.DataFrame(
        {
            "patient_id": [f"simulated-{i + 1:04d}" for i in range(subjects)],
            "simulated": 1,
            "sex": rng.choice(["female", "male"], subjects),
            "age": age.astype(int),
            "nihss": nihss.astype(int),
            "glucose": glucose.astype(int),
            "systolicPressure": systolic.astype(int),
            "atrialFibrillation": fibrillation,
            "coreVolume": core.round(1),
            "veryLowCbvVolume": very_low.round(2),
            "hypoperfusionVolume": hypoperfusion.round(1),
            "severeHypoperfusionVolume": severe.round(1),
            "tmaxOver14Volume": tmax14.round(1),
            "bloodBrainBarrierPermeability": permeability.round(3),
            "hemorrhage": hemorrhage,
        }
    )
    lost = rng.random(subjects) < 0.05
    frame["bloodBrainBarrierPermeability"] = frame.bloodBrainBarrierPermeability.where(~lost)
    return frame


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes a SIMULATED cohort; no patients, no evidence.")
    parser.add_argument("--subjects", type=int, default=SUBJECTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if not options.out.name.startswith("simulated-"):
        parser.error("the name of the file must begin with 'simulated-'")
    frame = simulate(options.subjects, options.seed)
    frame.to_csv(options.out, index=False)
    print(f"SIMULATED: {len(frame)} rows, {int(frame.hemorrhage.sum())} with hemorrhage, in {options.out}")


if __name__ == "__main__":
    main()
