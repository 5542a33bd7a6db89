"""Pictures of images with their labels drawn on, for people."""

from __future__ import annotations

import colorsys
from pathlib import Path

import numpy as np
from PIL import Image

from .anatomy_labels import MIDLINE, STRUCTURES

COLORS = np.array([[int(255 * v) for v in colorsys.hsv_to_rgb((i * 0.381966) % 1, 0.85, 1 if i % 2 else 0.75)]
                   for i in range(len(STRUCTURES))], np.uint8)
COLORS[:3] = [[0, 0, 0], [70, 70, 70], [40, 40, 160]]


def overlay(image: np.ndarray, labels: np.ndarray, strength: float = 0.45) -> np.ndarray:
    """RGB of a slice; the right half is drawn darker."""
    first = len(MIDLINE)
    wide = labels.astype(np.int16)
    structure = np.where(wide < first, wide, first + (wide - first) // 2)
    gray = np.repeat((image * 255)[..., None], 3, -1)
    color = COLORS[structure].astype(np.float32)
    color[(wide >= first) & ((wide - first) % 2 == 1)] *= 0.7
    share = np.where(structure[..., None] >= 2, strength, 0.0)
    return np.clip(gray * (1 - share) + color * share, 0, 255).astype(np.uint8)


def write_sheet(file: Path, heads: list[tuple[np.ndarray, np.ndarray]], slices: tuple[int, ...], scale: int = 3) -> None:
    """One row a head: slice and slice with labels; the patient's right is on the left of the picture."""
    rows = []
    for image, labels in heads:
        cells = []
        for k in slices:
            cells += [np.repeat((image[k] * 255).astype(np.uint8)[..., None], 3, -1), overlay(image[k], labels[k])]
        rows.append(np.concatenate(cells, 1))
    sheet = Image.fromarray(np.concatenate(rows))
    file.parent.mkdir(parents=True, exist_ok=True)
    sheet.resize((sheet.width * scale, sheet.height * scale), Image.Resampling.NEAREST).save(file, optimize=True)
