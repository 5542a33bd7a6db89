"""From probabilities to parts of blood: what the product does with the network's answer, for choosing thresholds and measuring."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from scipy import ndimage

from .constants import BRAIN_HU, EDEMA, NONE, SUBARACHNOID
from .second_look import SecondLook, ball, part_features

ANY_NEIGHBOR = np.ones((3, 3, 3), bool)
# Mirrored or not, and contrast: the mean of these passes decides, as in the product (`src/imaging/pipelines/hemorrhage/segment.ts`).
PASSES = ((False, 1.0), (True, 1.0), (False, 1.1), (True, 0.9))
HEAD_HU = -300.0


@dataclass(frozen=True)
class Thresholds:
    """A voxel is blood when classes 1 to 4 together reach `blood`; a part of touching voxels (26 neighbors) is kept when it is at least
    `smallest_ml` and `part` is reached: by its most probable voxel, or by what the `second_look` says of it. Edema is kept where it
    reaches `edema`."""

    blood: float
    part: float
    smallest_ml: float
    edema: float = 0.5
    second_look: SecondLook | None = None

    @staticmethod
    def of(figures: dict) -> "Thresholds":
        """As they stand in figures.json."""
        look = {name: tuple(v) if isinstance(v, list) else v for name, v in figures["second_look"].items()}
        return Thresholds(**figures | {"second_look": SecondLook(**look)})


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


@dataclass(frozen=True)
class Parts:
    """Touching voxels of called blood: [d, h, w] with the number of the part, from 1 on, and for each part what it is judged by."""

    numbers: np.ndarray
    ml: np.ndarray
    peak: np.ndarray
    features: np.ndarray
    is_inside: np.ndarray  # at least half of it lies where blood can be


def parts_of(blood: np.ndarray, least: float, voxel_ml: float, inside: np.ndarray | None = None, slice_mm: float | None = None) -> Parts:
    """Of the voxels whose probability reaches `least`. `slice_mm` of a single picture, whose parts have no height: they count as balls."""
    numbers, count = ndimage.label(blood >= least, ANY_NEIGHBOR)
    size = np.bincount(numbers.ravel(), minlength=count + 1)[1:]
    if slice_mm is None:
        ml, slices = size * voxel_ml, sum((np.bincount(own.ravel(), minlength=count + 1)[1:] > 0).astype(int) for own in numbers)
    else:
        ml, slices = ball(size * voxel_ml * 1000 / slice_mm, slice_mm)
    peak = np.asarray(ndimage.maximum(blood, numbers, np.arange(1, count + 1))) if count else np.zeros(0)
    is_inside = np.ones(count, bool) if inside is None else 2 * np.bincount(numbers[inside], minlength=count + 1)[1:] >= size
    return Parts(numbers, ml, peak, part_features(blood, numbers, ml, slices), is_inside)


def label_map(
    probability: np.ndarray, thresholds: Thresholds, voxel_ml: float, inside: np.ndarray | None = None, slice_mm: float | None = None
) -> np.ndarray:
    """uint8 [d, h, w] of the classes; a part of blood counts when at least half of it lies `inside` (the skull).

    `slice_mm` of a single picture, as in `parts_of`.
    """
    blood = probability[1 : SUBARACHNOID + 1].astype(np.float32).sum(0)
    parts = parts_of(blood, thresholds.blood, voxel_ml, inside, slice_mm)
    out = np.zeros(blood.shape, np.uint8)
    sure = parts.peak if thresholds.second_look is None else thresholds.second_look.probability(parts.features)
    good = (parts.ml >= thresholds.smallest_ml) & (sure >= thresholds.part) & parts.is_inside
    kept = np.concatenate([[False], good])[parts.numbers]
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
