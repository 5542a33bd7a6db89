"""models/flair-lesion: manifest and card, from the figures of the evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .slice_release import table, write_manifest

VERSION = "1.0.0"
TITLE = "Bright lesions on FLAIR, slice by slice"
SOURCE = (
    "SOOP (Absher 2024, Sci Data 11:839; ds004889, CC0), slices and masks of the demo repository of the Rorden laboratory (BSD-2-Clause)."
)
LIMITS = (
    "One hospital network in South Carolina, 98 % Philips scanners, days after the stroke: no hyperacute lesions are known among them.",
    "Trained on one axial level (z = +18 mm) and one coronal level; other axial levels were never tested.",
    "Images were 8 bit, skull-stripped and in template space; native clinical FLAIR was never tested.",
    "Masks hold acute and chronic lesions and were not drawn on FLAIR alone: what FLAIR does not show cannot be learned, and old lesions are marked as well.",
    "Used as a second opinion on whether FLAIR shows a diffusion lesion, not as a measurement of its own.",
)


def _percent(value: object) -> str:
    return f"{100 * float(value):.0f} %"  # type: ignore[arg-type]


def _size_rows(figures: Mapping[str, object]) -> list[list[str]]:
    rows = []
    for group in figures["bySize"]:  # type: ignore[union-attr]
        to = group["to"]
        rows.append(
            [
                f"{group['from']:g} to {to:g}" if to is not None else f"from {group['from']:g}",
                str(group["cases"]),
                f"{group['dice']:.2f}",
                f"{group['medianDice']:.2f}",
                _percent(group["detected"]),
                f"{group['bias']:+.1f} ({group['limitLow']:.1f} to {group['limitHigh']:.1f})",
            ]
        )
    return rows


def _comparison(figures: Mapping[str, Mapping[str, object]]) -> str:
    def row(name: str, pick) -> list[str]:
        return [name, "not trained or tested", *(pick(figures[cut][method]) for cut in ("axial", "cor") for method in ("network", "brightness"))]

    return table(
        ["figure", "synthetic", "real, axial: network", "real, axial: brightness", "real, coronal: network", "real, coronal: brightness"],
        [
            row("slices with a lesion of 0.2 cm² or more", lambda f: str(f["lesions"]["cases"])),
            row("Dice, mean", lambda f: f"{f['lesions']['dice']:.2f}"),
            row("Dice, median", lambda f: f"{f['lesions']['medianDice']:.2f}"),
            row("lesion touched in", lambda f: _percent(f["lesions"]["detected"])),
            row("single lesions found", lambda f: _percent(f["lesions"]["lesionSensitivity"])),
            row("area, bias (limits of agreement), cm²", lambda f: "{bias:+.1f} ({limitLow:.1f} to {limitHigh:.1f})".format(**f["lesions"])),
            row("slices without lesion: any false alarm", lambda f: _percent(f["negatives"]["share"])),
            row("slices without lesion: false area, mean, cm²", lambda f: f"{f['negatives']['mean']:.2f}"),
        ],
    )


def write(folder: Path, figures: Mapping[str, object]) -> None:
    axial = figures["axial"]["network"]  # type: ignore[index]
    manifest_limits = [*LIMITS]
    write_manifest(
        folder,
        version=VERSION,
        title=TITLE,
        input_name="flair",
        channels=1,
        unit="1",
        pixel_mm=1.5,
        thresholds=[
            {
                "name": "lesionProbability",
                "value": figures["threshold"],
                "basis": "Mean Dice less half of the share of false alarms, on 1/5 of the subjects (fold 3), axial slices.",
            },
            {
                "name": "markedProbability",
                "value": 0.5,
                "basis": "Set: from here on the pipeline counts a voxel of the diffusion lesion as marked on FLAIR.",
            },
        ],
        floors=[
            {
                "finding": "flair-marked-share",
                "value": 0,
                "unit": "%",
                "basis": "None known for hyperacute lesions. Real slices: lesions below 1 cm² are mostly missed (table of the card).",
            }
        ],
        training={
            "description": "Real axial and coronal FLAIR slices with expert masks; folds 0 to 2 of fold_rep0, groups never split. Signal over the median of the brain.",
            "subjects": int(figures["trainedSubjects"]),  # type: ignore[call-overload]
            "source": SOURCE,
        },
        validation={
            "description": "Slices of subjects of fold 4, never trained or tuned on. All figures: MODEL_CARD.md and figures.json.",
            "subjects": int(figures["axial"]["subjects"]),  # type: ignore[index]
            "source": SOURCE,
            "metrics": {
                "meanDice": round(axial["lesions"]["dice"], 3),
                "medianDice": round(axial["lesions"]["medianDice"], 3),
                "falseAlarmShare": round(axial["negatives"]["share"], 3),
            },
        },
        limits=manifest_limits,
    )
    (folder / "MODEL_CARD.md").write_text(_card(figures), encoding="utf-8")


def _card(figures: Mapping[str, object]) -> str:
    axial = figures["axial"]  # type: ignore[index]
    head = ["true area, cm²", "slices", "Dice, mean", "Dice, median", "touched", "bias (limits of agreement), cm²"]
    return f"""# {TITLE}

Version {VERSION}. A U-Net of {figures["weights"] / 1e6:.2f} million weights on single slices of 1.5 mm pixels, trained on real images. In the product it
gives a second opinion on whether a diffusion lesion is visible on FLAIR (DWI-FLAIR mismatch); it measures nothing by itself.

**Research use. Not cleared, not clinically validated. Radiology's own report outranks it.**

## Data

{SOURCE} 1,097 axial slices at z = +18 mm and 1,091 coronal ones at y = -18 mm, one of each a subject, 8 bit, skull-stripped, template
space. Subjects of folds 0 to 2 trained it ({figures["trainedSubjects"]}), fold 3 chose the threshold, fold 4 tested it; groups of subjects that may be one person
were never split. Nothing synthetic was used, so the column 'synthetic' of the table is empty.

## Figures (fold 4, {axial["subjects"]} subjects)

'Brightness' is the plain rule beside it: signal above {figures["brightFactor"]:g} times the median of the brain, chosen on fold 3. Parts below 0.2 cm² are taken away.

{_comparison(figures)}

Axial slices by size:

{table(head, _size_rows(axial["network"]))}

## What the figures mean

The masks hold what experts drew with all images at hand, acute and chronic. A part of it FLAIR does not show, or shows like the white-matter
changes that are no infarct: Dice has a ceiling well below 1 here, small lesions are missed, and the plain rule finds more of them at the price of
a false alarm on nearly every slice without a lesion.

## Limits

{chr(10).join(f"- {limit}" for limit in LIMITS)}

## Training and time

{figures["training"]}

One slice of 128 x 112 pixels takes {1000 * figures["secondsPerSlice"]:.0f} ms of one core; the product reads each slice twice (mirrored as well). Graph and network agree within
{figures["parity"]:.1e}. Made by `python -m stroke_imaging.flair_lesion all` (models/training).
"""
