"""From probabilities to parts of blood: what the product does with the network's answer, for choosing thresholds and measuring."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnxruntime
from scipy import ndimage

from .constants import BRAIN_HU, EDEMA, NONE, SUBARACHNOID

ANY_NEIGHBOR = np.ones((3, 3, 3), bool)
# Mirrored or not, and contrast: the mean of these passes decides, as in the product (`src/imaging/pipelines/hemorrhage/segment.ts`).
PASSES = ((False, 1.0), (True, 1.0), (False, 1.1), (True, 0.9))
HEAD_HU = -300.0


@dataclass(frozen=True)
class Thresholds:
    """A voxel is blood when classes 1 to 4 together reach `blood`; a part of touching voxels (26 neighbors) is kept when its most
    probable voxel reaches `peak` and it is at least `smallest_ml`; edema is kept where it reaches `edema`."""

    blood: float
    peak: float
    smallest_ml: float
    edema: float = 0.5


def for_single_slice(thresholds: Thresholds, slice_mm: float) -> Thresholds:
    """A part has no height in a single picture: it counts from the area that a ball of the least volume has in its middle."""
    area = np.pi * (3 * thresholds.smallest_ml / (4 * np.pi)) ** (2 / 3)  # square centimeters
    return replace(thresholds, smallest_ml=float(area * slice_mm / 10))


def session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def probabilities(network: onnxruntime.InferenceSession, hu: np.ndarray, at_once: int = 8) -> np.ndarray:
    """[6, d, h, w] for HU [d, h, w], the mean of PASSES; the first and the last slice are their own missing neighbors."""
    total = 0
    for mirrored, contrast in PASSES:
        image = np.where(hu > HEAD_HU, BRAIN_HU + contrast * (hu - BRAIN_HU), hu)
        answer = _pass(network, image[..., ::-1] if mirrored else image, at_once)
        total = total + (answer[..., ::-1] if mirrored else answer)
    return total / len(PASSES)


def _pass(network: onnxruntime.InferenceSession, hu: np.ndarray, at_once: int) -> np.ndarray:
    padded = np.concatenate([hu[:1], hu, hu[-1:]]).astype(np.float32)
    stacks = np.stack([padded[:-2], padded[1:-1], padded[2:]], 1)
    answers = [network.run(None, {"hu": stacks[k : k + at_once]})[0] for k in range(0, len(stacks), at_once)]
    return np.concatenate(answers).transpose(1, 0, 2, 3)


def label_map(probability: np.ndarray, thresholds: Thresholds, voxel_ml: float, inside: np.ndarray | None = None) -> np.ndarray:
    """uint8 [d, h, w] of the classes; a part of blood counts when at least half of it lies `inside` (the skull)."""
    blood = probability[1 : SUBARACHNOID + 1].astype(np.float32).sum(0)
    parts, count = ndimage.label(blood >= thresholds.blood, ANY_NEIGHBOR)
    out = np.zeros(blood.shape, np.uint8)
    if count:
        numbers = np.arange(1, count + 1)
        size = np.bincount(parts.ravel(), minlength=count + 1)[1:] * voxel_ml
        peak = ndimage.maximum(blood, parts, numbers)
        good = (size >= thresholds.smallest_ml) & (peak >= thresholds.peak)
        if inside is not None:
            good &= 2 * np.bincount(parts[inside], minlength=count + 1)[1:] >= np.bincount(parts.ravel())[1:]
        kept = np.concatenate([[False], good])[parts]
        out[kept] = 1 + probability[1 : SUBARACHNOID + 1].argmax(0)[kept]
    # Edema is perihematomal only where there is a hematoma.
    if out.any():
        out[(probability[EDEMA] >= thresholds.edema) & (out == NONE)] = EDEMA
    return out


def is_blood(label: np.ndarray) -> np.ndarray:
    return (label >= 1) & (label <= SUBARACHNOID)


def dice(a: np.ndarray, b: np.ndarray) -> float:
    """2 |a and b| / (|a| + |b|); 1 when both are empty."""
    total = int(a.sum()) + int(b.sum())
    return 1.0 if total == 0 else 2 * int((a & b).sum()) / total
