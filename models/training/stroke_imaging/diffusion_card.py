"""models/diffusion-lesion: manifest and card, from the figures of the evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .slice_release import table, write_manifest

VERSION = "1.2.0"
TITLE = "Acute lesion on diffusion MR, slice by slice"
SOURCE = (
    "Lesion masks of SOOP (Absher 2024, Sci Data 11:839; masks BSD-2-Clause, tables CC0) on heads made from the stroke-age CT template and its "
    "tissue priors (Rorden 2012, NeuroImage 61:957; BSD-2-Clause)."
)
LIMITS = (
    "Trained and tested on synthetic images only: no real diffusion MR was at hand. How it does on a real scanner's images is not known.",
    "The synthetic heads share one template: tumors, abscesses, hemorrhages, demyelination, seizures and other mimics were never shown to it.",
    "Lesion shapes are those of one hospital network, days after the stroke, larger than in the first hours, and cut below z = -50 mm (lower cerebellum, medulla).",
    "The shapes include old lesions where a patient had some; on the synthetic images all of a shape is acute.",
    "Lesions below 1 mL are found less often; below the detection floor 'none' means unknown.",
    "Slices are read one by one: the slices beside it tell it nothing.",
    "A large lesion of low contrast may be passed over in most of its parts. The pipeline compares the hemispheres beside what is drawn and says so where "
    "their ADC differs by more than 4 %.",
    "The figures rest on the true brain of the synthetic heads. The pipeline takes the brain of the head-anatomy network with what lies within 9 mm of it: "
    "on 14 other synthetic heads of fold 4 with a lesion the mean Dice was 0.84 either way.",
    "In template space (lesion features, share of the MCA territory, pattern) the lesion is placed by an affine fit of the head-anatomy network, some "
    "millimeters off at borders. The prognosis models learned from masks fitted without that limit, acute and chronic lesions together; this one draws "
    "the acute lesion only.",
)


def _percent(value: object) -> str:
    return f"{100 * float(value):.0f} %"  # type: ignore[arg-type]


def _column(f: Mapping[str, Mapping[str, float]]) -> list[str]:
    lesions, negatives = f["lesions"], f["negatives"]
    return [
        f"{lesions['cases']}",
        f"{lesions['dice']:.2f}",
        f"{lesions['medianDice']:.2f}",
        _percent(lesions["detected"]),
        _percent(lesions["lesionSensitivity"]),
        f"{lesions['bias']:+.1f} ({lesions['limitLow']:.1f} to {lesions['limitHigh']:.1f})",
        _percent(lesions["insideInterval"]),
        f"{negatives['cases']}",
        _percent(negatives["share"]),
        f"{negatives['mean']:.2f} ({negatives['largest']:.1f})",
    ]


NAMES = (
    "scans with a lesion of 0.1 mL or more",
    "Dice, mean",
    "Dice, median",
    "lesion touched in",
    "single lesions of 0.1 mL or more found",
    "volume, bias (limits of agreement), mL",
    "true volume inside the interval",
    "scans without acute lesion",
    "of them with a false alarm",
    "false volume in them, mean (largest), mL",
)


def _comparison(figures: Mapping[str, object]) -> str:
    columns = [_column(figures[method]) for method in ("network", "adcThreshold")]  # type: ignore[arg-type]
    rows = [[name, *(column[n] for column in columns), "none at hand"] for n, name in enumerate(NAMES)]
    return table(["figure", "synthetic: network", "synthetic: ADC < 620 threshold", "real"], rows)


def _sizes(figures: Mapping[str, object]) -> str:
    rows = []
    for network, plain in zip(figures["network"]["bySize"], figures["adcThreshold"]["bySize"]):  # type: ignore[index]
        to = network["to"]
        rows.append(
            [
                f"{network['from']:g} to {to:g}" if to is not None else f"from {network['from']:g}",
                str(network["cases"]),
                f"{network['dice']:.2f} / {network['medianDice']:.2f}",
                _percent(network["detected"]),
                f"{network['bias']:+.1f} ({network['limitLow']:.1f} to {network['limitHigh']:.1f})",
                f"{plain['dice']:.2f} / {plain['medianDice']:.2f}",
                _percent(plain["detected"]),
            ]
        )
    head = ["true volume, mL", "scans", "Dice, mean / median", "touched", "bias (limits), mL", "threshold: Dice", "threshold: touched"]
    return table(head, rows)


def write(folder: Path, figures: Mapping[str, object]) -> None:
    lesions = figures["network"]["lesions"]  # type: ignore[index]
    basis = f"Highest mean Dice on {figures['tunedScans']} synthetic scans with lesions of fold 3."
    ends = "Chosen on the same scans: 95 % of the true volumes lie on its inner side."
    write_manifest(
        folder,
        version=VERSION,
        title=TITLE,
        input_name="dwi",
        channels=2,
        unit="1",
        pixel_mm=1.5,
        thresholds=[
            {"name": "lesionProbability", "value": figures["threshold"], "basis": basis},
            {"name": "lowestProbability", "value": figures["lowest"], "basis": ends},
            {"name": "highestProbability", "value": figures["highest"], "basis": ends},
        ],
        floors=[
            {
                "finding": "dwi-lesion-volume",
                "value": 0.1,
                "unit": "mL",
                "basis": "The pipeline takes smaller parts for noise. How often small lesions are found: table of the card.",
            }
        ],
        training={
            "description": "Synthetic b1000 and ADC, made on the fly: real lesion shapes of folds 0 to 2, random anatomy, contrast, noise, distortion, old lesions. "
            "Channel 1: b1000 over the median of the brain; channel 2: ADC in 10*-3.mm2/s.",
            "subjects": int(figures["trainedSubjects"]),  # type: ignore[call-overload]
            "source": SOURCE,
        },
        validation={
            "description": "Synthetic heads with lesions of subjects of fold 4, never trained or tuned on. No real images. All figures: MODEL_CARD.md and figures.json.",
            "subjects": int(lesions["cases"]),
            "source": SOURCE,
            "metrics": {
                "meanDice": round(lesions["dice"], 3),
                "medianDice": round(lesions["medianDice"], 3),
                "volumeBiasMl": round(lesions["bias"], 2),
                "lesionSensitivity": round(lesions["lesionSensitivity"], 3),
                "falseAlarmShare": round(figures["network"]["negatives"]["share"], 3),  # type: ignore[index]
            },
        },
        limits=LIMITS,
    )
    (folder / "MODEL_CARD.md").write_text(_card(figures), encoding="utf-8")


def _card(figures: Mapping[str, object]) -> str:
    dice = figures["network"]["lesions"]["dice"]  # type: ignore[index]
    reached = "reached" if dice >= 0.75 else "**not reached**"
    return f"""# {TITLE}

Version {VERSION}. A U-Net of {figures["weights"] / 1e6:.2f} million weights reads single slices of 1.5 mm pixels: b1000 and ADC in, probability of acute lesion out.

**Trained and tested on synthetic images only. Research use. Not cleared, not clinically validated. Radiology's own report outranks it.**

## How it was made

Open diffusion MR of strokes was not at hand, so the images are made: a random head from tissue priors (bent, scaled, with other sulci, ventricles and
atrophy), a real patient's lesion shape carried into it, and on that a diffusion scan with random relaxation, diffusion, coil, noise (Rician),
ghosts, blur, thick slices with partial volume, distortion and pile-up beside air. Acute tissue has 0.35 to 1.02 of the normal coefficient and is at
least 1.2 times as bright as its surroundings on b1000. What must not be marked is there as well: old lesions and leukoaraiosis (bright without
weighting, much diffusion), bright rims at the skull base, scalp and eyes.

Subjects of folds 0 to 2 gave shapes for training ({figures["trainedSubjects"]}), fold 3 for the thresholds, fold 4 for the test; groups of subjects that may be one person were
never split.

## Figures

{_comparison(figures)}

Test: {figures["testedSubjects"]} subjects of fold 4, drawn at random (`--tested`).

The aim was a mean Dice of 0.75 on lesions of held-out subjects: {reached} ({dice:.2f}, all sizes from 0.1 mL). By size:

{_sizes(figures)}

The threshold is the pipeline's own when no network is installed: ADC below 620 · 10⁻⁶ mm²/s, bright on b1000, parts of 1 mL or more. It marks what the
published core means, not the whole lesion, and is shown beside the network's lesion as 'core'.

The interval of the volume reaches from the voxels above {figures["highest"]:g} to those above {figures["lowest"]:g}.

## Limits

{chr(10).join(f"- {limit}" for limit in LIMITS)}

## Training and time

{figures["training"]}

One slice of 128 x 112 pixels takes {1000 * figures["secondsPerSlice"]:.0f} ms of one core, a study of 25 slices (each read twice) about {50 * figures["secondsPerSlice"]:.1f} s. Graph and network agree within
{figures["parity"]:.1e}. Made by `python -m stroke_imaging.diffusion_lesion all` (models/training).
"""
