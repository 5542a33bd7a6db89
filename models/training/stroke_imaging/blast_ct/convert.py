"""Weights of BLAST-CT as a model folder for a site: graph, manifest, card, NOTICE and licence."""

import hashlib
import importlib.metadata
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from ..model_files import write_manifest
from .network import CLASSES, VANISHING, Ensemble, configuration, load_member, margin, member_files, normalized, step
from .tiles import MARGIN, STEP, TILE

OPSET = 17
LARGEST_DIFFERENCE = 1e-4
LARGER_THAN_ANY_ML = 500
PAPER = (
    "Monteiro M, Newcombe VFJ, Mathieu F, et al. Multi-class semantic segmentation and quantification of traumatic brain injury lesions "
    "on head CT using deep learning. Lancet Digital Health 2020, S2589-7500(20)30085-6."
)


@dataclass(frozen=True)
class Release:
    """What was published of a set of weights."""

    members: int
    scans: int


RELEASES = {1: Release(members=12, scans=184), 2: Release(members=15, scans=680)}

LIMITS = (
    "Its authors say: not intended for clinical use. Not cleared; not validated on this site's patients. Research use.",
    "Subarachnoid blood is not told apart: it is counted as extra-axial, so that nothing is ever said about its absence.",
    "Trained on traumatic brain injury; spontaneous hemorrhage, stroke-age brains and mimics of blood in them are other patients.",
    "No detection floor is published for this use: unless the site measured one, 'not seen' means unknown whatever the size.",
    "Answers count within the skull only. Children, contrast, metal and strongly tilted scans were not tested here.",
    "The interval spans the members that were converted and a shift of the threshold; one member alone says little about its certainty.",
)


@dataclass(frozen=True)
class Floor:
    """The smallest volume, in mL, that a site found reliably, and how it was measured."""

    ml: float
    basis: str


def convert(weights: Path | None, out: Path, release: int, members: int | None, floor: Floor | None, say=print) -> None:
    """Writes `out`/model.onnx, model.json, MODEL_CARD.md, NOTICE.md and LICENSE.txt. The folder must be named blast-ct.

    Raises ValueError when weights are missing or of another kind, or when the graph says something else than PyTorch does."""
    if out.name != "blast-ct":
        raise ValueError(f"the product knows this model by the name of its folder: {out.parent / 'blast-ct'}")
    files = member_files(weights, members or RELEASES[release].members)
    networks = [load_member(file) for file in files]
    config = configuration()["data"]
    window = config["transformation"]["IntensityWindowNormalization"]
    window = (window["lower_bound"], window["upper_bound"])
    if any((margin(n), step(n)) != (MARGIN, STEP) for n in networks):
        raise ValueError("the package's architecture has another field of view than the product counts on")
    say(f"{len(networks)} members of release {release}, {len(CLASSES)} classes: {', '.join(CLASSES)}")
    out.mkdir(parents=True, exist_ok=True)
    export(Ensemble(networks, window), out / "model.onnx")
    worst = largest_difference([load_member(file, unchanged=True) for file in files], window, out / "model.onnx")
    if worst > LARGEST_DIFFERENCE:
        raise ValueError(f"the graph differs from PyTorch by {worst:.1e}")
    say(f"{out / 'model.onnx'}: {(out / 'model.onnx').stat().st_size / 1e6:.1f} MB, differs from the package's own forward by {worst:.1e} at most")
    digests = [(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]
    (out / "NOTICE.md").write_text(notice(release, digests), encoding="utf-8")
    shutil.copyfile(licence_file(), out / "LICENSE.txt")
    (out / "MODEL_CARD.md").write_text(card(release, len(networks), worst, floor), encoding="utf-8")
    write_manifest(out, manifest(release, len(networks), worst, window, floor), ["model.onnx", "NOTICE.md", "LICENSE.txt"])
    say(f"{out / 'model.json'}, MODEL_CARD.md, NOTICE.md and LICENSE.txt written")


def licence_file() -> Path:
    """The licence as the package brings it."""
    for file in importlib.metadata.files("blast-ct") or []:
        if file.name.startswith("LICENSE"):
            return Path(str(file.locate()))
    raise ValueError("the package brings no licence")


def export(network: Ensemble, path: Path, tile: int = TILE, rim: int = MARGIN) -> None:
    """Constant shapes: one tile, with what is seen around it."""
    size = tile + 2 * rim
    torch.onnx.export(
        network.eval(),
        (torch.zeros(1, 1, size, size, size),),
        str(path),
        input_names=["hu"],
        output_names=["probability"],
        opset_version=OPSET,
        dynamo=False,
    )
    onnx.checker.check_model(onnx.load(path))


def largest_difference(members: list, window: tuple[float, float], path: Path, tile: int = TILE, rim: int = MARGIN) -> float:
    """Between the graph and the package's own `forward`, on a random image with air, brain, blood and bone."""
    hu = random_image(tile + 2 * rim)
    # Else the published weights take minutes here.
    torch.set_flush_denormal(True)
    with torch.no_grad():
        image = normalized(torch.from_numpy(hu), window)
        expected = np.concatenate([torch.softmax(member(image.clone())[0], 1).numpy() for member in members])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"hu": hu})
    return float(np.abs(answer - expected).max())


def random_image(size: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    coarse = rng.choice([-1000, 8, 32, 65, 900], (size // 8 + 1,) * 3, p=[0.1, 0.1, 0.5, 0.2, 0.1])
    blocks = coarse.repeat(8, 0).repeat(8, 1).repeat(8, 2)[:size, :size, :size]
    return (blocks + rng.normal(0, 6, (size,) * 3)).astype(np.float32)[None, None]


def manifest(release: int, members: int, worst: float, window: tuple[float, float], floor: Floor | None) -> dict:
    size = TILE + 2 * MARGIN
    published = RELEASES[release]
    image = {"modality": "CT", "axes": ["batch", "channel", "slice", "row", "column"], "orientation": "SPL", "spacing": [1, 1, 1]}
    published_cut = "As published the most probable class counts, which nearly is even odds of blood; not chosen here on any data."
    return {
        "version": f"{release}.0.0",
        "kind": "imaging",
        "title": f"BLAST-CT release {release}, {members} of {published.members} members (DeepMedic, trained on annotated real head CTs)",
        "classes": list(CLASSES),
        "role": "shadow",
        "licence": "Apache-2.0",
        "inputs": [
            {
                "name": "hu",
                "type": "float32",
                "shape": [1, 1, size, size, size],
                "unit": "[hnsf'U]",
                "range": [-1024, 3071],
                "image": {**image, "intensity": {"kind": "none"}},
            }
        ],
        "outputs": [{"name": "probability", "type": "float32", "shape": [members, len(CLASSES), TILE, TILE, TILE], "unit": "1", "range": [0, 1]}],
        "thresholds": [
            {"name": "bloodProbability", "value": 0.5, "basis": f"Of the classes of blood together. {published_cut}"},
            {"name": "peakProbability", "value": 0.5, "basis": "Nothing more is asked of a part: as published."},
            {"name": "smallestPartMl", "value": 0.3, "basis": "Smaller parts count beside a larger one only: a choice of the product, not measured."},
            {"name": "edemaProbability", "value": 0.5, "basis": "Even odds; edema is only told beside blood."},
        ],
        "opset": OPSET,
        "detectionFloor": [
            {
                "finding": "hemorrhage-volume",
                "unit": "mL",
                **(
                    {"value": floor.ml, "basis": f"Stated by the site at conversion: {floor.basis}"}
                    if floor
                    else {"value": LARGER_THAN_ANY_ML, "basis": "None is published for this use: 'not seen' means unknown whatever the size, hence a value above any bleeding."}
                ),
            }
        ],
        "training": {
            "description": f"{published.scans} annotated head CTs of traumatic brain injury, several centres, as its authors say (release as stated at conversion). "
            f"In the graph: {window[0]:g} to {window[1]:g} HU scaled to -1 to 1, softmax. Nothing was trained here.",
            "subjects": published.scans,
            "source": f"{PAPER} Package blast-ct {importlib.metadata.version('blast-ct')}, biomedia-mira/blast-ct, Imperial College London.",
        },
        "validation": {
            "description": "By its authors, see the publication. Here: the graph against the package's own forward; the comparison with the product's "
            "network in models/training/hemorrhage-comparison.json used three legacy members of release 1 and few images.",
            "source": PAPER,
            "metrics": {"largestDifferenceFromPyTorch": float(f"{worst:.2e}")},
        },
        "limits": list(LIMITS),
    }


def notice(release: int, digests: list[tuple[str, str]]) -> str:
    return "\n".join(
        [
            "# NOTICE",
            "",
            f"`model.onnx` holds weights of BLAST-CT, release {release} (biomedia-mira/blast-ct), Copyright Imperial College London, licensed under the",
            "Apache License, Version 2.0 (`LICENSE.txt`). This software is not intended for clinical use, say its authors.",
            "",
            f"Please cite: {PAPER}",
            "",
            "Changed: the weights were written into an ONNX graph with the normalization of the image before and a softmax behind the networks;",
            f"weights of less than {VANISHING:g} became 0 (they change nothing but the time that it takes). They came from",
            "",
            "| file | SHA-256 |",
            "| --- | --- |",
            *(f"| {name} | {digest} |" for name, digest in digests),
            "",
        ]
    )


def card(release: int, members: int, worst: float, floor: Floor | None) -> str:
    published = RELEASES[release]
    return "\n".join(
        [
            "# BLAST-CT: traumatic lesions on head CT",
            "",
            f"Release {release}, {members} of {published.members} members, each a 3D DeepMedic of about a million weights. Converted, not trained here. Apache-2.0, see NOTICE.md.",
            "",
            "**Its authors say that it is not intended for clinical use. Not cleared, not validated on this site's patients; radiology's own report outranks it. "
            "Its role is `shadow`: it is off until the site switches it on for research.**",
            "",
            "| | |",
            "| --- | --- |",
            f"| trained by its authors on | {published.scans} annotated head CTs of traumatic brain injury from several centres |",
            f"| input | HU, 1 mm in every direction, slices up, rows to the back, columns to the left; {TILE + 2 * MARGIN} voxels along each axis |",
            f"| output | for each member and for each of the middle {TILE}³ voxels the probability of {', '.join(CLASSES)} |",
            "| extra-axial | subdural, epidural and subarachnoid blood together |",
            f"| detection floor | {f'{floor.ml:g} mL, stated by the site: {floor.basis}' if floor else 'none: not seen means unknown whatever the size'} |",
            f"| graph against the package's own forward | differs by {worst:.1e} at most |",
            "",
            "Publication: " + PAPER,
            "",
            "Beside the product's own network: `models/training/README.md`, Beside BLAST-CT.",
            "",
            "## Limits",
            "",
            *(f"- {limit}" for limit in LIMITS),
            "",
        ]
    )
