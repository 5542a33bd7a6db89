"""How good head-anatomy is: on random heads that were not trained on, and on one real head CT without expert labels."""

from __future__ import annotations

import time
from pathlib import Path

import nibabel as nib
import numpy as np
import onnxruntime
import pydicom
from scipy import ndimage as ndi

from . import anatomy_heads as heads
from .anatomy_labels import MIDLINE, SIDED, STRUCTURES, join_sides, label_of

SHAPE = (64, 80, 64)
SPACING = 3.0
HELD_OUT_SEED = 777
VENTRICLES = [STRUCTURES.index(n) for n in ("lateralVentricle", "thirdVentricle", "fourthVentricle")]
#: Without fluid around it.
BRAIN = [at for at, name in enumerate(STRUCTURES) if at >= 3]
ASPECTS = ("caudate", "lentiform", "internalCapsule", "insula", "m1", "m2", "m3", "m4", "m5", "m6")


def session_of(graph: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def predict(session: onnxruntime.InferenceSession, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels and confidence of a normalized image."""
    label, confidence = session.run(None, {"image": image[None, None].astype(np.float32)})
    return label[0], confidence[0]


def structures(labels: np.ndarray) -> np.ndarray:
    first = len(MIDLINE)
    wide = labels.astype(np.int16)
    return np.where(wide < first, wide, first + (wide - first) // 2)


def other_side(labels: np.ndarray) -> np.ndarray:
    return np.where(labels < len(MIDLINE), labels, labels ^ 1)


def dice(a: np.ndarray, b: np.ndarray) -> float:
    total = a.sum() + b.sum()
    return float(2 * (a & b).sum() / total) if total else float("nan")


#: As LEAST_EXPLAINED and TURNED_GAIN of src/imaging/anatomy/head-anatomy.ts.
TURNED_GAIN = 0.015


def surety(session: onnxruntime.InferenceSession, image: np.ndarray, known: np.ndarray) -> tuple[float, float]:
    """Mean confidence over the brain, and the share of the variance of the tissue inside the skull that the labels explain."""
    label, confidence = predict(session, np.ascontiguousarray(image))
    label = np.where(known, label, 0)
    brain = label >= 3
    if not brain.any():
        return 0.0, 0.0
    tissue = (label >= 2) & (image > 0.05) & (image < 0.98)
    values, of = image[tissue], label[tissue].astype(int)
    if values.size == 0:
        return float(confidence[brain].mean()), 0.0
    count, total = np.bincount(of, minlength=42), np.bincount(of, values, 42)
    between = (total**2 / np.maximum(count, 1)).sum() - values.sum() ** 2 / values.size
    return float(confidence[brain].mean()), float(between / max(((values - values.mean()) ** 2).sum(), 1e-9))


def orientation(session: onnxruntime.InferenceSession, image: np.ndarray, known: np.ndarray) -> dict[str, float]:
    """1 where the rule of the product says so: of the image as it is (false alarm), upside down and back to front (told)."""
    upright = surety(session, image, known)
    turned = {"upside down": surety(session, image[::-1], known[::-1]), "back to front": surety(session, image[:, ::-1], known[:, ::-1])}
    better = lambda a, b: a[0] - b[0] > TURNED_GAIN and a[1] > b[1]
    told = {f"{name} told": float(better(upright, t)) for name, t in turned.items()}
    return {**told, "falsely turned": float(any(better(t, upright) for t in turned.values())), "explained": upright[1]}


def write_volume(values: np.ndarray, file: Path) -> None:
    """Labels, image or confidence in the order of the network, for test/support/midline-accuracy.ts and ventricle-accuracy.ts."""
    file.parent.mkdir(parents=True, exist_ok=True)
    affine = np.diag([-SPACING, -SPACING, SPACING, 1.0])
    nib.Nifti1Image(np.ascontiguousarray(values.transpose(2, 1, 0)), affine).to_filename(file)


def write_seen(image: np.ndarray, known: np.ndarray, confidence: np.ndarray, head: Path) -> None:
    """The normalized image, NaN where no slice lies, and the confidence of the labels."""
    write_volume(np.where(known, image, np.nan).astype(np.float32), head.with_name(f"{head.name}-image.nii.gz"))
    write_volume(confidence.astype(np.float32), head.with_name(f"{head.name}-confidence.nii.gz"))


def judge(session: onnxruntime.InferenceSession, data: Path, each: int, labels_to: Path) -> dict:
    """Figures by contrast: median Dice of every structure, midline error, side confusion, confidence."""
    template = heads.load(data)
    figures: dict[str, dict] = {}
    turns: list[dict[str, float]] = []
    for contrast in heads.CONTRASTS:
        rows = []
        for number in range(each):
            rng = np.random.default_rng([HELD_OUT_SEED, heads.CONTRASTS.index(contrast), number])
            head = heads.bend(template, rng, SHAPE, SPACING)
            raw = heads.image_of(head, contrast, rng)
            known = ~np.isnan(raw)
            truth = np.where(known, join_sides(np.minimum(head.structure, len(STRUCTURES) - 1), head.side == 2), 0)
            label, confidence = predict(session, heads.normalized(raw, contrast))
            label = np.where(known, label, 0)
            rows.append(compare(truth, label, confidence, head, known))
            turns.append(orientation(session, heads.normalized(raw, contrast), known))
            mirrored = other_side(predict(session, np.ascontiguousarray(heads.normalized(raw, contrast)[..., ::-1]))[0][..., ::-1])
            for kind, which in (("true", truth), ("found", label), ("mirrored", np.where(known, mirrored, 0))):
                write_volume(which.astype(np.uint8), labels_to / f"{contrast}-{number}-{kind}.nii.gz")
            write_seen(heads.normalized(raw, contrast), known, confidence, labels_to / f"{contrast}-{number}")
        keys = sorted({k for row in rows for k in row})
        figures[contrast] = {k: float(np.nanmedian([row.get(k, np.nan) for row in rows])) for k in keys}
        figures[contrast]["lowest brain"] = float(np.nanmin([row["brain"] for row in rows]))
        figures[contrast]["heads"] = each
    shares = {k: float(np.mean([t[k] for t in turns])) for k in turns[0] if k != "explained"}
    return {"contrasts": figures, "orientation": {**shares, "least explained": min(t["explained"] for t in turns), "heads": len(turns)}}


def compare(truth: np.ndarray, label: np.ndarray, confidence: np.ndarray, head: heads.Head, known: np.ndarray) -> dict[str, float]:
    a, b = structures(truth), structures(label)
    row = {"brain": dice(np.isin(a, BRAIN), np.isin(b, BRAIN)), "ventricles": dice(np.isin(a, VENTRICLES), np.isin(b, VENTRICLES))}
    for at, name in enumerate(STRUCTURES):
        if at == 0 or (a == at).sum() < 8:  # cut off, or hardly there
            continue
        if name in SIDED:
            sides = [label_of(name, side) for side in ("left", "right")]
            row[name] = float(np.nanmean([dice(truth == n, label == n) for n in sides if (truth == n).sum() >= 4] or [np.nan]))
        else:
            row[name] = dice(a == at, b == at)
    row["ASPECTS regions"] = float(np.mean([row[n] for n in ASPECTS if n in row] or [np.nan]))
    # The template's midline is x = 0: how far from it the predicted border between the halves runs.
    x = head.origin_mm[..., 0].numpy()
    first = len(MIDLINE)
    half = np.where(label >= first, 1 + (label.astype(np.int16) - first) % 2, 0)
    meet = (half[:, :, :-1] == 2) & (half[:, :, 1:] == 1)
    row["midline error mm"] = float(np.abs((x[:, :, :-1] + x[:, :, 1:]) / 2)[meet].mean()) if meet.any() else float("nan")
    far = (truth >= first) & (label >= first) & (np.abs(x) > 4)
    row["wrong side %"] = float(100 * ((half == 2) != (head.side == 2))[far].mean()) if far.any() else float("nan")
    brain = np.isin(b, BRAIN) & known
    row["confidence"] = float(confidence[brain].mean()) if brain.any() else 0.0
    return row


def cost(session: onnxruntime.InferenceSession) -> dict[str, float]:
    """Seconds of one core for a head."""
    image = np.zeros(SHAPE, np.float32)
    predict(session, image)
    times = []
    for _ in range(3):
        begun = time.process_time()
        predict(session, image)
        times.append(time.process_time() - begun)
    return {"seconds": min(times)}


def read_ct(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """HU of a series on 3 mm voxels in the order of the network about the middle of the head, and where it has voxels."""
    slices = [pydicom.dcmread(f) for f in sorted(folder.glob("*.dcm"))]
    row, column = np.array(slices[0].ImageOrientationPatient, float).reshape(2, 3)
    normal = np.cross(row, column)
    slices.sort(key=lambda s: float(np.dot(normal, s.ImagePositionPatient)))
    first, last = (np.array(s.ImagePositionPatient, float) for s in (slices[0], slices[-1]))
    dr, dc = map(float, slices[0].PixelSpacing)
    volume = np.stack([s.pixel_array.astype(np.float32) * float(s.RescaleSlope) + float(s.RescaleIntercept) for s in slices])
    volume = np.maximum(volume, -1000)
    volume = ndi.gaussian_filter(volume, (0, 0.4 * SPACING / dr, 0.4 * SPACING / dc))
    # Millimeters (left, back, up) of voxel (slice, row, column); slices of a tilted gantry are sheared against their normal.
    step = np.stack([(last - first) / (len(slices) - 1), column * dr, row * dc], 1)
    head = np.argwhere(volume > 0)
    middle = first + step @ ((np.percentile(head, 2, axis=0) + np.percentile(head, 98, axis=0)) / 2)
    z, y, x = np.meshgrid(*[(np.arange(n) - (n - 1) / 2) * SPACING for n in SHAPE], indexing="ij")
    world = np.stack([x + middle[0], y + middle[1], z + middle[2]]).reshape(3, -1)
    voxel = np.linalg.solve(step, world - first[:, None])
    inside = ((voxel >= -0.5) & (voxel <= np.array(volume.shape)[:, None] - 0.5)).all(0).reshape(SHAPE)
    hu = ndi.map_coordinates(volume, voxel, order=1, mode="nearest").reshape(SHAPE)
    return np.where(inside, hu, np.nan), inside


def classical(hu: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inside of the skull and the fluid in it by thresholds alone: what bone (> 150 HU) encloses, and of it what lies below 15 HU."""
    bone = np.nan_to_num(hu, nan=-1000) > 150
    bone = ndi.binary_closing(bone, iterations=3)
    inner = np.stack([ndi.binary_fill_holes(s) & ~s for s in bone])
    inner &= np.nan_to_num(hu, nan=-1000) > -30
    inner = ndi.binary_opening(inner, iterations=2)
    parts, count = ndi.label(inner)
    inner = parts == 1 + np.argmax(ndi.sum(inner, parts, range(1, count + 1))) if count else inner
    return inner, inner & (hu < 15)


def judge_real(session: onnxruntime.InferenceSession, folder: Path, labels_to: Path | None = None) -> tuple[dict, np.ndarray, np.ndarray]:
    """Volumes of the real head CT beside those by thresholds; its normalized image and labels, written to a folder as well."""
    hu, covered = read_ct(folder)
    image = heads.normalized(hu, "ct")
    label, confidence = predict(session, image)
    label = np.where(covered, label, 0)
    if labels_to is not None:
        write_volume(label.astype(np.uint8), labels_to / f"{folder.name}-found.nii.gz")
        write_seen(image, covered, confidence, labels_to / folder.name)
    s = structures(label)
    ml = SPACING**3 / 1000
    inner, fluid = classical(hu)
    intracranial = s >= 2
    # The skull base is open: only slices in which bone encloses as much as a brain are compared.
    closed = (inner.sum((1, 2)) * SPACING**2 > 5000)[:, None, None]
    ventricles = np.isin(s, VENTRICLES)
    near = ndi.binary_dilation(ventricles, iterations=1)
    return ({
        "brain and ventricles mL": float(np.isin(s, BRAIN).sum() * ml),
        "inside the skull mL": float(intracranial.sum() * ml),
        "inside the skull, slices closed by bone, mL": float((intracranial & closed).sum() * ml),
        "the same by thresholds, mL": float((inner & closed).sum() * ml),
        "Dice of the two": dice(intracranial & closed, inner & closed),
        "ventricles mL": float(ventricles.sum() * ml),
        "below 15 HU in and beside the ventricles mL": float((fluid & near).sum() * ml),
        "median HU of the ventricles": float(np.nanmedian(hu[ventricles])) if ventricles.any() else float("nan"),
        "confidence": float(confidence[np.isin(s, BRAIN)].mean()),
    }, image, label)
