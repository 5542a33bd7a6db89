"""Export of head-anatomy: graph, manifest, label table, model card and pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import torch

from . import anatomy_evaluation as evaluation
from . import anatomy_heads as heads
from .anatomy_labels import STRUCTURES, join_sides, label_table
from .anatomy_pictures import write_sheet
from .anatomy_unet import HeadUNet, Labels
from .model_files import table, write_manifest

VERSION = "1.1.0"
OPSET = 17
LIMITS = [
    "Trained on images made from one symmetric template and its atlases; no expert has labeled a real head for it.",
    "Regions are those of the template carried into the head: borders that the image does not show (cortical ASPECTS regions, "
    "territories, capsule on CT) are where an average head has them.",
    "Mirrored images (left and right exchanged) look like any other head and are not noticed: sides are those of the header.",
    "Adults only; never tested on children, after craniectomy, or with large tumors or malformations.",
    "Large hemorrhages, large infarcts and strong mass effect were simulated as displaced and recolored tissue only.",
    "Voxels are 3 mm: thin structures (third ventricle, capsule, insula) are at the limit. The network was trained "
    "for about 90 minutes on a fifth of a core: caudate, ventricles and cortical regions are rough; more training would help.",
    "On the one real head CT that was looked at (picture on the card) brain, sides and lobes are where they belong, but a slice through "
    "the frontal horns and nuclei is labeled as above the ganglia (M4 to M6, no lentiform nucleus), brain labels run over thick bone of the "
    "skull base, and the ventricles are drawn too roundly (fluid stands out too little there for the border of the image to be used): region-wise figures (ASPECTS) on real images need a person's look.",
    "Midline shifts of less than about 5 mm are not told from none (error: card); the network draws large shifts too small.",
]


def export(network: HeadUNet, folder: Path) -> Path:
    """Writes model.onnx; the sizes of the image are open."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.onnx"
    sizes = {2: "slices", 3: "rows", 4: "columns"}
    of_label = {axis - 1: name for axis, name in sizes.items()}
    torch.onnx.export(Labels(network.eval().to(memory_format=torch.contiguous_format)), (torch.rand(1, 1, 32, 48, 32),), str(file),
                      input_names=["image"], output_names=["label", "confidence"], opset_version=OPSET, dynamo=False,
                      dynamic_axes={"image": sizes, "label": of_label, "confidence": of_label})
    onnx.checker.check_model(onnx.load(file))
    return file


def same_as_torch(network: HeadUNet, graph: Path) -> dict[str, float]:
    """Share of voxels with another label than torch gives, and the largest difference of the confidence."""
    image = torch.rand(1, 1, *evaluation.SHAPE, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        label, confidence = Labels(network.eval())(image)
    ours = evaluation.predict(evaluation.session_of(graph), image[0, 0].numpy())
    return {"other labels": float((ours[0] != label[0].numpy()).mean()),
            "largest difference of confidence": float(np.abs(ours[1] - confidence[0].numpy()).max())}


def manifest(figures: dict, parameters: int, hours: str) -> dict:
    image = {"modality": "CT", "axes": ["batch", "channel", "slice", "row", "column"], "orientation": "SPL",
             "spacing": [3, 3, 3], "intensity": {"kind": "window", "unit": "[hnsf'U]", "low": heads.CT_WINDOW[0],
                                                 "high": heads.CT_WINDOW[1], "to": [0, 1]}}
    open_shape = ["slices", "rows", "columns"]
    synthetic = figures["synthetic"]
    mean = lambda key, names: float(np.mean([synthetic[c][key] for c in names]))
    mr = [c for c in heads.CONTRASTS if c != "ct"]
    drawn = figures.get("ventricles", {}).get("contrasts", {})
    by_image = {"diceVentriclesCtWithImage": drawn["ct"]["product"], "diceVentriclesMrWithImage": round(float(np.mean([drawn[c]["product"] for c in mr])), 3)} if drawn else {}
    return {
        "version": VERSION,
        "kind": "imaging",
        "title": "Labels of the head in CT and MR: brain, ventricles, ASPECTS regions, territories",
        "licence": "CC-BY-SA-4.0",
        "inputs": [{"name": "image", "type": "float32", "shape": [1, 1, *open_shape], "unit": "1", "range": [0, 1], "image": image}],
        "outputs": [{"name": "label", "type": "uint8", "shape": [1, *open_shape], "unit": "1", "range": [0, 41]},
                    {"name": "confidence", "type": "float32", "shape": [1, *open_shape], "unit": "1", "range": [0, 1]}],
        "opset": OPSET,
        "detectionFloor": [],
        "thresholds": [
            {"name": "doubtful", "value": 0.65, "basis": "Mean confidence over the brain below which a remark says so; held-out heads: card."},
            {"name": "leastExplained", "value": 0.02, "basis": "Share of the variance of the tissue inside the skull that the labels explain: 0.00 in noise and phantoms; least of held-out heads: "
             + f"{figures['orientation']['least explained']:.2f}."},
            {"name": "turnedGain", "value": evaluation.TURNED_GAIN, "basis": "Set on seven heads of other seeds; share of held-out heads told: card."},
            {"name": "useless", "value": 0.5, "basis": "Mean confidence below which labels are refused; a choice, not fitted."},
        ],
        "training": {"description": f"Random heads from one template, made on the fly; {parameters} weights; {hours}", "subjects": 0,
                     "source": "Stroke-age CT template (Rorden 2012, BSD-2-Clause), atlas of Faria 2012, arterial atlas of Liu 2023 (CC BY-SA 4.0): NOTICE.md."},
        "validation": {
            "description": "Random heads of other seeds; one real head CT beside thresholds, without expert labels. All figures: MODEL_CARD.md.",
            "subjects": 1,
            "source": "ge-head-ct (BSD-2-Clause).",
            "metrics": {
                "diceBrainCt": round(mean("brain", ["ct"]), 3), "diceBrainMr": round(mean("brain", mr), 3),
                "diceVentriclesCt": round(mean("ventricles", ["ct"]), 3), "diceVentriclesMr": round(mean("ventricles", mr), 3),
                **by_image,
                "diceAspectsRegionsCt": round(mean("ASPECTS regions", ["ct"]), 3),
                "diceAspectsRegionsMr": round(mean("ASPECTS regions", mr), 3),
            },
        },
        "limits": LIMITS,
    }


def card(figures: dict, parameters: int, hours: str) -> str:
    synthetic, real, cost, turned = figures["synthetic"], figures["real"], figures["cost"], figures["orientation"]
    contrasts = list(synthetic)
    keys = ["brain", "ventricles", "ASPECTS regions", *[s for s in STRUCTURES[1:]]]
    number = lambda v: "–" if v is None or np.isnan(v) else f"{v:.2f}"
    rows = [[k, *[number(synthetic[c].get(k, float("nan"))) for c in contrasts]] for k in keys]
    drawn = figures.get("ventricles", {}).get("contrasts", {})
    if drawn:
        rows.insert(2, ["ventricles, with the image", *[number(drawn[c]["product"]) for c in contrasts]])
    ventricles = {c: drawn[c]["product"] if drawn else synthetic[c]["ventricles"] for c in contrasts}
    extra = ["midline error mm", "wrong side %", "confidence", "lowest brain"]
    rows += [[{"lowest brain": "brain, worst head"}.get(k, k), *[number(synthetic[c].get(k, float("nan"))) for c in contrasts]] for k in extra]
    heads_each = int(synthetic[contrasts[0]]["heads"])
    judged = {"brain": {c: synthetic[c]["brain"] for c in contrasts}, "ventricles": ventricles}
    missed = [f"{k} in {c} ({values[c]:.2f})" for k, values in judged.items() for c in contrasts if values[c] < 0.85]
    target = ("Target (Dice of brain and ventricles 0.85) reached on every contrast." if not missed
              else "Target: Dice of brain and ventricles 0.85. **Not reached**: " + ", ".join(missed) + ".")
    if drawn:
        real = {**real, "ventricles with the image mL": figures["ventricles"]["real"]["ge-head-ct"]["productMl"]}
    shift = figures.get("shift")
    shift_text = "" if shift is None else f"""
## Midline shift

Measured by the product (`src/imaging/anatomy/midline.ts`) on the labels of the network (mean of the image and of its mirror image,
so that a preference for one side cancels out) and on the true labels of the same
{shift['heads']} random heads: mean difference {shift['bias']:.1f} mm, standard deviation {shift['sd']:.1f} mm, 95 % of the
absolute differences below {shift['p95']:.1f} mm; not measurable in {shift['unknown']} of them. Of {shift['fiveMillimeters']['above']} heads
shifted by 5 mm or more {shift['fiveMillimeters']['told']} were told so, {shift['fiveMillimeters']['falselyAbove']} of the others falsely (`shift.json`;
`test/support/midline-accuracy.ts`).
"""
    return f"""# Head anatomy

Version {VERSION}. A 3D U-Net of {parameters} weights that labels 25 structures and the side (42 labels, `labels.json`) on 3 mm
voxels, in CT and in any MR contrast. Research use; not cleared, not clinically validated.

**Trained on synthetic images only, made from one template. No expert has labeled a real head for it: figures on real images
below are plausibility, not accuracy.**

## What it is for

Orientation check, brain mask, ventricles, ASPECTS and pc-ASPECTS regions, arterial territories, location of a lesion (lobar,
deep, brainstem, cerebellar, intraventricular), midline plane and midline shift, a 12-parameter fit to MNI space. It is one input
of other measurements and is not shown alone.

## Labels

| what | from |
| --- | --- |
| nuclei, internal capsule, insula, corona radiata and callosum (`deepWhite`), brainstem | 189-region atlas (Faria 2012, NeuroImage 61:613), both halves averaged |
| ACA, MCA, PCA territory, cerebellar territories | arterial atlas (Liu 2023, Sci Data 10:74) |
| brain, fluid, ventricles | tissue priors of the stroke-age CT template (Rorden 2012, NeuroImage 61:957) |
| M1 to M6 | MCA territory cut in template space: at z = 24 mm (top of the insula: ganglionic below, supraganglionic above), at y = 6 and -30 mm (front and back end of the insula); the temporal pole counts as M2. After Barber 2000 (Lancet 355:1670), which draws regions by hand on two slices |

![The label map on the template](labels.png)

## Training

{hours} The template is turned, scaled, warped, its ventricles widened or narrowed, its brain shrunk or pushed aside; images
follow from the tissue shares with random intensities (SynthSeg: Billot 2023, Med Image Anal 86:102789) and with the order of
tissues of CT, DWI, ADC, FLAIR, T1 and T2; then lesions, clots and subdural layers as distractors, bias field, thick slices, noise,
missing slices. `python -m stroke_imaging.head_anatomy all`.

## Synthetic: heads of other seeds

Median Dice of {heads_each} heads each; sided structures: mean of both sides. {target}

{table(["", *contrasts], rows)}

*ventricles, with the image*: the network draws them too round; the product (`src/imaging/anatomy/ventricles.ts`) gives voxels at and
beside their border to the side that they look like, where fluid stands out from the brain around it (`ventricles.json`;
`test/support/ventricle-accuracy.ts`). How far fluid must stand out was settled after these heads and the real one had been looked at. All other rows are of the network alone. *midline error*: mean distance of the border between the halves from the true middle, mm. *wrong side*: of the voxels more than
4 mm from the middle, in percent.
{shift_text}
## Orientation

The network labels by place, so that a wrong orientation does not show in its labels. The product runs it on the image turned
upside down and back to front as well and refuses when one of them is labeled with more confidence (by {evaluation.TURNED_GAIN}) and
its labels explain more of the image. Of {turned['heads']} heads {100 * turned['upside down told']:.0f} % were told when upside down, {100 * turned['back to front told']:.0f} % when back to
front; {100 * turned['falsely turned']:.0f} % falsely when upright. Exchanged left and right cannot be told.

## Real: one head CT (tilted gantry, GE 1997, infarct on the left), no expert labels

The threshold that tells turned images was set on a handful of heads, this one among them.

{table(["", "value"], [[k, f"{v:.2f}" if abs(v) < 3 else f"{v:.0f}"] for k, v in real.items()])}

![Real head CT with labels](ge-head-ct.png)

![Synthetic heads with labels: CT, DWI, FLAIR](synthetic.png)

## Cost

{cost['seconds']:.1f} s of one core for a run (four for a head: mirrored, upside down and back to front as well) of 192 x 240 x 192 mm, onnxruntime, CPU; {figures['export']['other labels'] * 100:.3f} % of voxels differ
from torch.

## Limits

{chr(10).join(f"- {limit}" for limit in LIMITS)}

## Licence

The weights and `labels.json` are offered under CC BY-SA 4.0, as the arterial atlas that the labels derive from; see `NOTICE.md`.
"""


def release(network: HeadUNet, figures: dict, hours: str, folder: Path, data: Path) -> None:
    """Everything beside graph and figures: labels.json, pictures, card, manifest."""
    graph = folder / "model.onnx"
    session = evaluation.session_of(graph)
    rows = []
    template = heads.load(data)
    for contrast, seed in (("ct", 5), ("dwi", 6), ("flair", 7)):
        rng = np.random.default_rng([evaluation.HELD_OUT_SEED, 99, seed])
        head = heads.bend(template, rng, evaluation.SHAPE, evaluation.SPACING)
        image = heads.normalized(heads.image_of(head, contrast, rng), contrast)
        rows.append((image, evaluation.predict(session, image)[0]))
    write_sheet(folder / "synthetic.png", rows, (18, 28, 34, 42, 50), 2)
    window = heads.normalized(template.maps[0].numpy(), "ct")
    labels = join_sides(template.labels[0].numpy(), template.labels[1].numpy() == 2)
    levels = ((16, 24, 30, 35), (39, 44, 49, 56))
    write_sheet(folder / "labels.png", [(window[list(half)], labels[list(half)]) for half in levels], (0, 1, 2, 3), 2)
    _, image, label = evaluation.judge_real(session, data / "ge-head-ct")
    there = np.flatnonzero(image.any((1, 2)))
    picks = np.linspace(there[0] + 4, there[-1] - 3, 8).astype(int)
    write_sheet(folder / "ge-head-ct.png", [(image[list(half)], label[list(half)]) for half in (picks[:4], picks[4:])], (0, 1, 2, 3), 3)
    (folder / "labels.json").write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in label_table()) + "\n]\n")
    parameters = sum(p.numel() for p in network.parameters())
    (folder / "MODEL_CARD.md").write_text(card(figures, parameters, hours), encoding="utf-8")
    write_manifest(folder, manifest(figures, parameters, hours), ["model.onnx", "labels.json"])
