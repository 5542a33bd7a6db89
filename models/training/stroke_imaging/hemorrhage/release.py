"""model.json and MODEL_CARD.md, made from figures.json alone."""

import hashlib
import json
from pathlib import Path

from .card import card, role, summary
from .constants import CLASSES, OPSET, WINDOWS
from .measure import Thresholds
from .parity import parity
from .second_look import FEATURES

VERSION = "0.5.0"
PARITY = Path(__file__).parents[2] / "hemorrhage-parity.json"
"""What the product must make of the same answer of the network (`test/models/hemorrhage-parity.test.ts`)."""
LARGER_THAN_ANY_ML = 500
LIMITS = (
    "Trained on synthetic images only, made from one averaged head; never clinically validated, not cleared. Research use.",
    "Collections that are not brighter than brain (isodense and chronic subdural hematoma) are not marked: they were not labelled in training.",
    "Blood thinner than a voxel (1.2 mm, slices of 4 to 6 mm) in sulci and along the tentorium is missed or underestimated.",
    "Subarachnoid blood as dense as brain, which only makes sulci disappear, is not marked: it was not labelled in training, nor in the figures.",
    "Dense tumors, calcifications, contrast and what remains of operations may be taken for blood.",
    "The real scan without hemorrhage (ge-head-ct) led to changes of the generator, of the loss and of the rules (bone's reach into the brain; nothing "
    "asked outside the skull nor near the vertex; the brightness of each slice taken out): it is no independent test any more.",
    "Nothing is looked for near the vertex (slices above the widest with less than a tenth of its brain), where bone fills a part of every voxel.",
    "Images cut to a window, whose bone is no denser than 160 HU, are refused by the product (no brain is found in them): about three in ten of the synthetic "
    "scans and the ct-ich slices are such, and count in the figures.",
    "Below the foramen magnum and outside the skull its answer means nothing: read it within the head's bone only.",
    "Children, severe malformation, coils and clips, CT with contrast and images turned by more than about 20 degrees were not tested.",
    "Perihematomal edema is a soft border: its volume is a rough figure.",
)


def release(out: Path, say=print) -> None:
    """Writes `out`/MODEL_CARD.md, model.json and PARITY from `out`/figures.json and the digests of the files."""
    figures = json.loads((out / "figures.json").read_text())
    (out / "MODEL_CARD.md").write_text(card(figures, VERSION, LIMITS), encoding="utf-8")
    (out / "model.json").write_text(json.dumps(manifest(figures, out), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    PARITY.write_text(json.dumps(parity(Thresholds.of(figures["thresholds"]))) + "\n")
    say(f"{out / 'model.json'} and MODEL_CARD.md written")


def _floor(ml: float | None) -> dict:
    if ml is None:
        return {
            "value": LARGER_THAN_ANY_ML,
            "basis": "No volume was found in 95 % of synthetic scans: 'not seen' means unknown whatever the size, hence a value above any bleeding.",
        }
    return {"value": ml, "basis": "From this volume on at least 95 % of parts of blood were found in synthetic scans that no training saw."}


def manifest(figures: dict, out: Path) -> dict:
    t, look = figures["thresholds"], figures["thresholds"]["second_look"]
    choice = figures["thresholdsChosenOn"]
    basis = (
        f"Chosen on {choice['negatives']} synthetic scans without and {choice['positives']} with at least 1 mL of blood, apart from those of the "
        f"figures, by heads that the second look was not fitted on: of those with few false alarms ({100 * choice['falseAlarmShare']:.0f} % there) "
        "the largest share of scans found plus median Dice."
    )
    fitted = f"Second look at a part: fitted on parts of {choice['negatives'] + choice['positives']} synthetic scans; second-look.ts."
    shape = {"modality": "CT", "axes": ["batch", "channel", "row", "column"], "orientation": "SPL", "spacing": [5, 1.2, 1.2]}
    return {
        "$schema": "../model.schema.json",
        "name": "hemorrhage",
        "version": VERSION,
        "kind": "imaging",
        "title": "Intracranial hemorrhage on non-contrast CT (2.5D U-Net, trained on synthetic images)",
        "classes": list(CLASSES),
        "role": role(figures),
        "licence": "Apache-2.0",
        "files": [{"path": name, "sha256": hashlib.sha256((out / name).read_bytes()).hexdigest()} for name in ("model.onnx", "figures.json")],
        "inputs": [
            {
                "name": "hu",
                "type": "float32",
                "shape": ["slices", 3, "rows", "columns"],
                "unit": "[hnsf'U]",
                "range": [-1024, 3071],
                "image": {**shape, "intensity": {"kind": "none"}},
            }
        ],
        "outputs": [{"name": "probability", "type": "float32", "shape": ["slices", len(CLASSES), "rows", "columns"], "unit": "1", "range": [0, 1]}],
        "thresholds": [
            {"name": "bloodProbability", "value": t["blood"], "basis": f"A voxel is blood when classes 1 to 4 together reach it. {basis}"},
            {"name": "partProbability", "value": t["part"], "basis": f"A part of touching voxels (26 neighbors) is kept when the second look gives it this probability. {basis}"},
            {"name": "smallestPartMl", "value": t["smallest_ml"], "basis": "Smaller parts are not looked at: an own choice."},
            {"name": "secondLookIntercept", "value": look["intercept"], "basis": f"Log odds of a usual part. {fitted}"},
            *(
                {"name": f"{name}{kind}", "value": value, "basis": f"{text} {fitted}"}
                for kind, text, values in (("Weight", "Log odds for each unit above the mean.", look["weights"]), ("Mean", "Of the feature.", look["means"]))
                for name, value in zip(FEATURES, values)
            ),
            {"name": "edemaProbability", "value": t["edema"], "basis": "Even odds; edema is only told beside blood."},
        ],
        "opset": OPSET,
        "detectionFloor": [{"finding": "hemorrhage-volume", "unit": "mL", **_floor(figures["detectionFloorMl"])}],
        "training": {
            "description": "Domain-randomized synthetic CT made while training: template bent and its tissues redrawn, hemorrhages of five "
            f"kinds, thirteen kinds of mimics, random scanner. Windows in the graph: {', '.join(f'{low:g} to {high:g} HU' for low, high in WINDOWS)}. "
            "No image of a patient; no weights of others.",
            "subjects": 0,
            "source": "Stroke-age CT template (Rorden 2012, neurolabusc/Clinical, BSD-2-Clause), an average of scans.",
        },
        "validation": {
            "description": "Other synthetic scans; 18 real slices with expert masks (ct-ich), 12 real slices (cpaisd) and one real scan without "
            "hemorrhage, none of them trained on (the generator was changed after a look at the last one). All figures: MODEL_CARD.md and figures.json.",
            "source": "PhysioNet ct-ich 1.0.0 (CC BY 4.0), CPAISD (CC BY 4.0), neurolabusc/dcm_qa_ct (BSD-2-Clause).",
            "metrics": summary(figures),
        },
        "limits": list(LIMITS),
    }
