"""The diffusion network on synthetic heads with the lesions of subjects that it never saw, beside the ADC threshold."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage
from torch import nn

from .diffusion_contrast import DiffusionScan, diffusion_scan
from .diffusion_heads import PIXEL_MM, diffusion_head
from .flair_slices import TESTED, TRAINED, TUNED
from .lesion_metrics import Case, by_size, dice, false_alarms, lesions_found, summary, without_small_parts
from .soop_masks import subjects
from .template import Template, load_template

SEED = 20250602
LEAST_ML = 0.1
"""Smaller parts of an answer are taken away; smaller parts of the truth are no lesions that count."""
EDGES = (0.1, 1, 5, 20, 70)
"""mL"""
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)
ENDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)


@dataclass(frozen=True)
class Scan:
    scan: DiffusionScan
    voxel_ml: float

    @property
    def truth(self) -> np.ndarray:
        return (self.scan.target > 0.5).numpy()

    @property
    def allowed(self) -> np.ndarray:
        """Brain with a rim, as the pipeline allows it."""
        return ndimage.binary_dilation(self.scan.brain.numpy() > 0.5, np.ones((1, 3, 3)))


def scans(data: Path, folds: tuple[int, ...], count: int | None, negatives: int, kept: Path) -> Iterator[Scan]:
    """One after another, the same for the same seed: `count` subjects of the folds (all when None), and heads without acute lesion.

    What was made is kept below `kept`, so that networks are compared on the same scans without making them anew.
    """
    soop = data / "soop"
    template: Template | None = None
    ids = subjects(soop, folds)
    chosen: list[str | None] = list(np.random.default_rng(SEED).permutation(ids)[: count or len(ids)])
    others = subjects(soop, TRAINED)
    for subject, name in [*((one, str(one)) for one in chosen), *((None, f"none-{n}") for n in range(negatives))]:
        name = f"fold-{'-'.join(map(str, folds))}-{name}"
        file = kept / f"{name}.pt"
        if file.exists():
            stored = torch.load(file, weights_only=True)
            images = DiffusionScan(stored["images"].float(), stored["target"].float(), stored["brain"].float())
            yield Scan(images, stored["voxelMl"])
            continue
        template = template or load_template(data)
        scan = _scan(template, soop, name, subject, others)
        file.parent.mkdir(parents=True, exist_ok=True)
        images = scan.scan
        half = {"images": images.images.half(), "target": images.target.half(), "brain": images.brain.half()}
        torch.save({**half, "voxelMl": scan.voxel_ml}, file)
        yield scan


def _scan(template: Template, soop: Path, name: str, subject: str | None, others: list[str]) -> Scan:
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    head = diffusion_head(template, soop, rng, subject, others, embolic=False)
    scan = diffusion_scan(head.maps, int(rng.integers(2**31)))
    return Scan(scan, PIXEL_MM * PIXEL_MM * head.slice_mm / 1000)


def probability(network: nn.Module, scan: Scan) -> np.ndarray:
    """Mean of the slices as they are and mirrored."""
    out = []
    for first in range(0, len(scan.scan.images), 8):
        x = scan.scan.images[first : first + 8]
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            both = torch.cat([x, x.flip(-1)]).contiguous(memory_format=torch.channels_last)
            p = torch.softmax(network(both).float(), 1)[:, 1]
        straight, mirrored = p.chunk(2)
        out.append(((straight + mirrored.flip(-1)) / 2).numpy())
    return np.concatenate(out)


def threshold_masks(scan: Scan) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As the pipeline without network: ADC between 150 and 620 (580, 660), median of 3 x 3, bright on b1000, parts of 1 mL."""
    brain = scan.scan.brain.numpy() > 0.5
    weighted, adc = scan.scan.images[:, 0].numpy(), 1000 * scan.scan.images[:, 1].numpy()
    smooth = ndimage.median_filter(np.where(brain, adc, 900), (1, 3, 3))
    bright = weighted > 1.25 * np.median(weighted[brain]) if brain.any() else np.zeros_like(brain)
    least = int(np.ceil(1 / scan.voxel_ml - 1e-9))
    return tuple(without_small_parts(brain & bright & (smooth > 150) & (smooth < limit), least) for limit in (620, 580, 660))  # type: ignore[return-value]


def case_of(scan: Scan, masks: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Case:
    truth = scan.truth
    least = max(1, int(np.ceil(LEAST_ML / scan.voxel_ml - 1e-9)))
    lesions, found = lesions_found(truth, masks[0], least)
    ml = lambda mask: float(mask.sum()) * scan.voxel_ml  # noqa: E731
    return Case(ml(truth), ml(masks[0]), ml(masks[1]), ml(masks[2]), dice(truth, masks[0]), lesions, found)


def masks_of(scan: Scan, p: np.ndarray, middle: float, low: float, high: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The lesion, what is certain and what may belong to it."""
    least = max(1, int(np.ceil(LEAST_ML / scan.voxel_ml - 1e-9)))
    allowed = scan.allowed
    return tuple(without_small_parts((p >= t) & allowed, least) for t in (middle, high, low))  # type: ignore[return-value]


def figures_of(cases: list[Case]) -> dict[str, object]:
    positive = [case for case in cases if case.truth >= LEAST_ML]
    return {
        "lesions": summary(positive),
        "negatives": false_alarms([case for case in cases if case.truth == 0]),
        "bySize": [
            {"from": a, "to": None if b == float("inf") else b, **summary(group)} for a, b, group in by_size(cases, EDGES) if group
        ],
    }


def evaluate(network: nn.Module, data: Path, kept: Path, *, tuned: int, tested: int | None, negatives: int, say=print) -> dict[str, object]:
    """Thresholds on fold 3, figures on fold 4. The ends of the interval hold nine of ten true volumes of fold 3."""
    network = network.eval().to(memory_format=torch.channels_last)
    tuning = [(scan, probability(network, scan)) for scan in scans(data, (TUNED,), tuned, tuned // 4, kept)]
    say(f"{len(tuning)} scans to tune on")

    def cases_at(middle: float, low: float, high: float) -> list[Case]:
        return [case_of(scan, masks_of(scan, p, middle, low, high)) for scan, p in tuning]

    def mean_dice(middle: float) -> float:
        return summary([c for c in cases_at(middle, middle, middle) if c.truth >= LEAST_ML])["dice"]

    middle = max(THRESHOLDS, key=mean_dice)
    low = next((t for t in reversed(ENDS) if t < middle and _share(cases_at(middle, t, middle), lambda c: c.truth <= c.high) >= 0.95), ENDS[0])
    high = next((t for t in ENDS if t > middle and _share(cases_at(middle, middle, t), lambda c: c.low <= c.truth) >= 0.95), ENDS[-1])
    say(f"threshold {middle}, from {low} to {high}")
    network_cases, threshold_cases = [], []
    for scan in scans(data, (TESTED,), tested, negatives, kept):
        network_cases.append(case_of(scan, masks_of(scan, probability(network, scan), middle, low, high)))
        threshold_cases.append(case_of(scan, threshold_masks(scan)))
    return {
        "threshold": middle,
        "lowest": low,
        "highest": high,
        "tunedScans": len(tuning),
        "testedSubjects": len(network_cases) - negatives,
        "network": figures_of(network_cases),
        "adcThreshold": figures_of(threshold_cases),
    }


def _share(cases: list[Case], holds: Callable[[Case], bool]) -> float:
    positive = [case for case in cases if case.truth >= LEAST_ML]
    return sum(map(holds, positive)) / max(1, len(positive))
