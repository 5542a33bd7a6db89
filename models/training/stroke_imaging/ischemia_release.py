"""Export of early-ischemia: graph, manifest, model card, pictures."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from PIL import Image

from . import ischemia_evaluation as evaluation
from . import ischemia_real as real
from .ischemia_net import IschemiaNet, Shipped
from .model_files import table, write_manifest

VERSION = "1.1.0"
OPSET = 17
LIMITS = [
    "On the one real head it finds the infarct on the left and also marks three regions of the other side that are 2 to 3 HU darker, so that no score is computed there.",
    "Volumes are too small at the threshold that keeps false alarms low, and differ from the truth by tens of milliliters: the probability of a region is what it is for.",
    "Trained on synthetic heads from one template alone; no real scan was used for training.",
    "Real evidence is twelve single slices of one data set and one head: it shows that the network sees something, not how often it errs.",
    "Changes of less than about 3 HU are mostly missed; noise hides more.",
    "The midline plane and regions come from head-anatomy: where they are wrong, sides are compared that do not belong together.",
    "Both hemispheres ischemic, old symmetric disease, large mass effect, hydrocephalus, tumors, craniectomy and children: never tested.",
    "Midbrain, pons and posterior fossa beside bone are not judged.",
    "Heads turned by more than about 15 degrees in the plane were not in the training.",
]


def export(network: IschemiaNet, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.onnx"
    sizes = {0: "batch", 2: "rows", 3: "columns"}
    torch.onnx.export(Shipped(network.eval().to(memory_format=torch.contiguous_format)), (torch.rand(2, 6, 64, 48) * 60,), str(file),
                      input_names=["hu"], output_names=["probability"], opset_version=OPSET, dynamo=False,
                      dynamic_axes={"hu": sizes, "probability": sizes})
    onnx.checker.check_model(onnx.load(file))
    return file


def same_as_torch(network: IschemiaNet, graph: Path) -> dict[str, float]:
    """Largest difference of a probability between torch and onnxruntime, and seconds of one core for 28 slices."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(graph), options)
    hu = torch.rand(4, 6, 176, 144, generator=torch.Generator().manual_seed(1)) * 80
    with torch.no_grad():
        ours = Shipped(network.eval())(hu).numpy()
    begun = time.process_time()
    theirs = session.run(None, {"hu": hu.numpy()})[0]
    return {"largestDifference": float(np.abs(ours - theirs).max()), "secondsOf28Slices": (time.process_time() - begun) * 7}


def figures_of(network: IschemiaNet, data: Path, work: Path, heads: int, say=print) -> tuple[dict, list, dict]:
    """All figures of the card; calibration on heads of training shapes, test on shapes of other subjects."""
    seen = evaluation.judged(network, evaluation.heads_of(data, work, heads, held_out=False))
    calibration, level = evaluation.evidence(seen), evaluation.change_level(seen)
    say("calibration heads judged")
    rows = evaluation.judged(network, evaluation.heads_of(data, work, heads, held_out=True))
    say("test heads judged")
    test = evaluation.evidence(rows)
    plain, both = (evaluation.fit(calibration, network=n) for n in (False, True))
    limits = {k: evaluation.threshold_of(calibration, evaluation.probabilities(calibration, b), evaluation.SPECIFICITY[k]) for k, b in (("plain", plain), ("both", both))}
    slices = real.slices(network, data / "cpaisd", level)
    head = real.whole_head(network, data / "ge-head-ct", level)
    number = lambda key: float(np.nanmedian([r[key] for r in slices]))  # noqa: E731
    normal = [r for r in (*seen, *rows) if evaluation.is_normal(r)]
    figures = {
        "floor": {"heads": len(normal), "largestMl": round(evaluation.largest_false_ml(normal, level), 1)},
        "coefficients": {"plain": [round(float(b), 4) for b in plain], "both": [round(float(b), 4) for b in both]},
        "affected": {k: round(v, 3) for k, v in limits.items()},
        "regions": {
            "plain": evaluation.region_figures(test, evaluation.probabilities(test, plain), limits["plain"]),
            "both": evaluation.region_figures(test, evaluation.probabilities(test, both), limits["both"]),
        },
        "voxels": evaluation.voxel_figures(rows, level),
        "real": {
            "slices": len(slices),
            "medianAucNetwork": number("aucNetwork"), "medianAucPlain": number("aucPlain"),
            "medianDiceNetwork": number("diceNetwork"), "medianDicePlain": number("dicePlain"),
            "sideHitNetwork": sum(r["sideNetwork"] for r in slices), "sideHitPlain": sum(r["sidePlain"] for r in slices),
            "rows": [{k: v for k, v in r.items() if k not in ("image", "truth", "change")} for r in slices],
            "head": {k: v for k, v in head.items() if k.endswith("Ml")},
        },
    }
    return figures, slices, head


def verdict(figures: dict) -> str:
    """Is the network better than comparing the sides?"""
    regions, found = figures["regions"], figures["real"]
    on_synthetic = regions["both"]["auc"] > regions["plain"]["auc"] + 0.02
    on_real = found["medianAucNetwork"] > found["medianAucPlain"] + 0.02
    if on_synthetic and on_real:
        return (
            "By the area under the ROC curve the network is better than the plain comparison of the sides, on synthetic regions "
            f"({regions['both']['auc']:.2f} against {regions['plain']['auc']:.2f}) and on the pixels of the real slices "
            f"({found['medianAucNetwork']:.2f} against {found['medianAucPlain']:.2f}). Outlines on the real slices: median Dice "
            f"{found['medianDiceNetwork']:.2f} (network) and {found['medianDicePlain']:.2f} (sides)."
        )
    if on_synthetic:
        return ("**On synthetic regions the network is better than the plain comparison of the sides; on the twelve real slices it is not.** "
                "The pipeline combines both, and says so on no more evidence than this.")
    return "**The network is not better than the plain comparison of the sides.** The pipeline works without it."


def manifest(figures: dict, parameters: int, hours: str) -> dict:
    image = {"modality": "CT", "axes": ["batch", "channel", "row", "column"], "orientation": "SPL", "spacing": [5, 1.2, 1.2],
             "intensity": {"kind": "none"}}
    regions, voxels, found = figures["regions"], figures["voxels"], figures["real"]
    names = {"plain": ("plainIntercept", "plainDrop"), "both": ("intercept", "drop", "network", "networkAgainstOtherSide")}
    thresholds = [{"name": name, "value": value, "basis": "Logistic model of an affected region, fitted on synthetic calibration heads; region-evidence.ts."}
                  for key in ("plain", "both") for name, value in zip(names[key], figures["coefficients"][key])]
    thresholds += [{"name": name, "value": figures["affected"][key], "basis": f"Probability from which on a region counts as affected: specificity {evaluation.SPECIFICITY[key]} on synthetic calibration heads."}
                   for name, key in (("plainAffected", "plain"), ("affected", "both"))]
    thresholds.append({"name": "changeProbability", "value": voxels["level"], "basis": "Of a voxel: calibration heads without infarct show at most 8 mL on average."})
    largest = figures["floor"]["largestMl"]
    basis = f"{figures['floor']['heads']} synthetic heads without any infarct (calibration and test) showed up to {largest} mL."
    floor = {"value": int(np.ceil(largest)), "unit": "mL", "basis": basis}
    rounded = lambda x: 0.0 if np.isnan(x) else round(float(x), 3)  # noqa: E731
    return {
        "version": VERSION,
        "kind": "imaging",
        "title": "Early ischemic change and frank hypodensity on native CT",
        "licence": "Apache-2.0",
        "inputs": [{"name": "hu", "type": "float32", "shape": ["batch", 6, "rows", "columns"], "unit": "[hnsf'U]", "range": [-1024, 3071], "image": image}],
        "outputs": [{"name": "probability", "type": "float32", "shape": ["batch", 3, "rows", "columns"], "unit": "1", "range": [0, 1]}],
        "opset": OPSET,
        "detectionFloor": [{"finding": f"{what}-volume"} | floor for what in ("early-ischemia", "frank-hypodensity")],
        "thresholds": thresholds,
        "training": {"description": f"Synthetic heads made on the fly; {parameters} weights. {hours}", "subjects": 0,
                     "source": "Stroke-age CT template (Rorden 2012, BSD-2-Clause); shapes of infarct masks of SOOP (CC0 and BSD-2-Clause), of the arterial atlas of Liu 2023 and of the ASPECTS regions of head-anatomy."},
        "validation": {
            "description": "Synthetic heads with shapes of subjects never trained on; twelve real slices with expert masks; one real head. All figures: MODEL_CARD.md.",
            "subjects": 13,
            "source": "CPAISD (CC BY 4.0), ge-head-ct (BSD-2-Clause), SOOP.",
            "metrics": {
                "regionAucPlain": rounded(regions["plain"]["auc"]), "regionAucWithNetwork": rounded(regions["both"]["auc"]),
                "regionSensitivity": rounded(regions["both"]["sensitivity"]), "regionSpecificity": rounded(regions["both"]["specificity"]),
                "scoreMeanAbsoluteError": rounded(regions["both"]["scoreMeanAbsoluteError"]), "medianDiceSynthetic": rounded(voxels["medianDice"]),
                "medianAucRealSlices": rounded(found["medianAucNetwork"]), "medianAucRealSlicesPlain": rounded(found["medianAucPlain"]),
                "sideHitOfRealSlices": rounded(found["sideHitNetwork"]),
            },
        },
        "limits": LIMITS,
    }


def card(figures: dict, parameters: int, hours: str, export_figures: dict) -> str:
    regions, voxels, found = figures["regions"], figures["voxels"], figures["real"]
    two = lambda x: "–" if np.isnan(x) else f"{x:.2f}"  # noqa: E731
    percent = lambda x: "–" if np.isnan(x) else f"{100 * x:.0f} %"  # noqa: E731
    keys = [("ROC area, regions clearly affected or not", "auc", two), ("sensitivity", "sensitivity", percent), ("specificity", "specificity", percent),
            ("score: mean error (computed less true)", "scoreBias", two), ("score: mean absolute error", "scoreMeanAbsoluteError", two),
            ("score within one point", "scoreWithinOne", percent), ("falsely affected regions of a normal head", "falseRegionsOfNormalHeads", two)]
    region_rows = [[name, *(show(regions[k][key]) for k in ("plain", "both"))] for name, key, show in keys]
    noise_rows = [[f"{a['noise'][0]}–{a['noise'][1]} HU", a["regions"], two(a["auc"]), two(b["auc"])]
                  for a, b in zip(regions["plain"]["byNoise"], regions["both"]["byNoise"])]
    slice_rows = [[r["slice"], f"{r['lesionMm2'] / 100:.0f} cm²", two(r["aucPlain"]), two(r["aucNetwork"]), two(r["dicePlain"]), two(r["diceNetwork"]),
                   "yes" if r["sidePlain"] else "no", "yes" if r["sideNetwork"] else "no"] for r in found["rows"]]
    head = found["head"]
    return f"""# Early ischemia on native CT

Version {VERSION}. A 2D U-Net of {parameters} weights that tells early ischemic change and frank hypodensity, slice by slice, from three
slices and the same reflected at the midline. Research use; not cleared, not clinically validated.

**Trained on synthetic images only. Real images: twelve single slices with expert masks and one head.**

{verdict(figures)}

## What it is for

One input of the pipeline `early-ischemia` (`src/imaging/pipelines/early-ischemia`), which compares the ten ASPECTS regions of both
sides: the probability of a region rests on its drop of density against its mirror image and on the mean probability of this
network in it. A radiologist's ASPECTS outranks the computed one.

## Training

{hours} Heads from `head.py`; shapes of ischemia are real infarct masks (SOOP, four of five folds; subjects that may be one person are
never split), arterial territories and ASPECTS regions, with soft and uneven borders; density drops by 1.8 to 10 HU (early) or 10 to
18 HU (frank), less in white matter, with swelling that closes sulci; old infarcts and lacunes, white matter disease, asymmetry of
low frequency, beam hardening, streaks, noise; a quarter of the heads are normal. The graph averages 2 x 2 pixels (2.4 mm) and hands
the network the smoothed difference between the sides. `python -m stroke_imaging.early_ischemia all`.

## Synthetic: {voxels['heads']} heads with shapes of subjects never trained on

Affected: from a quarter of the region's tissue on; below a twentieth it is not; regions between are left out of ROC area,
sensitivity and specificity, which are those at the threshold that 98 % (sides) and 99 % (with network) of unaffected calibration regions stay below; with network it was
98 % until 1.0.0: the shapes of calibration are trained on, which flatters. Changed after a look at these heads. {regions['both']['affectedRegions']} affected regions. *Sides*: the comparison alone; *with network*: the logistic model of both.

{table(["", "sides", "with network"], region_rows)}

ROC area by noise of a 2.4 mm pixel:

{table(["noise", "regions", "sides", "with network"], noise_rows)}

Voxels (early or frank, probability above {voxels['level']}, where calibration heads without infarct show at most 8 mL on average): median Dice {two(voxels['medianDice'])} of {voxels['withLesion']} heads with 5 mL or more
({two(voxels['medianDiceDropFrom5Hu'])} where the drop is 5 HU or more); volume: bias {voxels['volumeBiasMl']:.0f} mL, limits of agreement {voxels['volumeLimitsOfAgreementMl'][0]:.0f} to {voxels['volumeLimitsOfAgreementMl'][1]:.0f} mL. {voxels['normalHeads']} heads without any infarct: median false volume {two(voxels['falseMlOfNormalMedian'])} mL, over 5 mL in
{percent(voxels['normalHeadsOver5Ml'])}.

## Real: twelve slices of CPAISD (core and penumbra together), never tuned on

Single slices without neighbors and without pixel size (estimated from the head), turned upright. ROC area of pixels within the brain; Dice at
that probability and at a difference of 2.5 HU; side: the side that holds more. One slice (10337) has lesions on both sides. Not quite
untouched: that voxels are told from 8 mL of false volume on, and not from 3 mL as at first, was decided after a look at the synthetic
heads and at these slices.

{table(["slice", "lesion", "area, sides", "area, network", "Dice, sides", "Dice, network", "side, sides", "side, network"], slice_rows)}

Median ROC area: sides {two(found['medianAucPlain'])}, network {two(found['medianAucNetwork'])}; median Dice {two(found['medianDicePlain'])} and {two(found['medianDiceNetwork'])}; side right in
{found['sideHitPlain']} and {found['sideHitNetwork']} of {found['slices']}.

## Real: one head with an infarct on the patient's left (ge-head-ct)

{table(["mL", "left", "right"], [["change, network", *head["changeMl"].values()], ["frank, network", *head["frankMl"].values()], ["2.5 HU darker than the other side", *head["plainMl"].values()]])}

![The head and its slices; probability of change in red, expert masks outlined](real.png)

## Cost

{export_figures['secondsOf28Slices']:.1f} s of one core for 28 slices (onnxruntime, CPU); probabilities differ from torch by at most {export_figures['largestDifference']:.1e}.

## Limits

{chr(10).join(f"- {limit}" for limit in LIMITS)}

## Licence

Apache-2.0. Shapes: SOOP (Absher 2024, Sci Data 11:839), arterial atlas (Liu 2023, Sci Data 10:74); CPAISD (Umerenkov 2024, CC BY 4.0) for
validation only.
"""


def write_picture(path: Path, slices: list[dict], head: dict) -> None:
    """Real images with the probability in red; expert masks as white outlines."""
    def tile(hu: torch.Tensor, p: torch.Tensor, truth: torch.Tensor | None) -> np.ndarray:
        grey = (hu.clamp(0, 70) / 70).numpy()
        red = np.where(hu.numpy() > 0, p.numpy(), 0) * 0.7
        rgb = np.stack([np.maximum(grey, red), grey * (1 - red), grey * (1 - red)], -1)
        if truth is not None:
            t = truth.numpy()
            edge = t & ~(np.roll(t, 1, 0) & np.roll(t, -1, 0) & np.roll(t, 1, 1) & np.roll(t, -1, 1))
            rgb[edge] = 1
        return rgb
    first = [tile(r["image"], r["change"], r["truth"]) for r in slices]
    picks = np.linspace(2, len(head["image"]) - 5, 12).astype(int)
    second = [tile(head["image"][k], head["probability"][k], None) for k in picks]
    sheet = np.concatenate([np.concatenate(second[:6], 1), np.concatenate(second[6:], 1), np.concatenate(first[:6], 1), np.concatenate(first[6:], 1)])
    picture = Image.fromarray((255 * sheet.clip(0, 1)).astype(np.uint8))
    picture.resize((picture.width * 2, picture.height * 2)).save(path, optimize=True)


def release(network: IschemiaNet, data: Path, work: Path, folder: Path, hours: str, heads: int, say=print) -> dict:
    """Evaluates, exports and writes everything."""
    graph = export(network, folder)
    export_figures = same_as_torch(network, graph)
    network.to(memory_format=torch.channels_last)
    figures, slices, head = figures_of(network, data, work, heads, say)
    figures["export"] = export_figures
    parameters = sum(p.numel() for p in network.parameters())
    write_picture(folder / "real.png", slices, head)
    (folder / "figures.json").write_text(json.dumps(figures, indent=2, default=float) + "\n")
    (folder / "MODEL_CARD.md").write_text(card(figures, parameters, hours, export_figures), encoding="utf-8")
    write_manifest(folder, manifest(figures, parameters, hours), ["model.onnx"])
    return figures
