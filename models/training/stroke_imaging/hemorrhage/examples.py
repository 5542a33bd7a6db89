"""Pictures of what the network is trained on, to look at."""

from pathlib import Path

import numpy as np
from PIL import Image

from ..ct_acquisition import acquire
from ..ct_scans import random_scans
from ..template import Template

COLORS = np.array([[0, 0, 0], [255, 0, 0], [0, 90, 255], [0, 200, 0], [255, 200, 0], [190, 0, 220]], np.float32)
ROWS, COLUMNS = 192, 160


def draw_examples(template: Template, folder: Path, say=print, scans: int = 12) -> None:
    """One PNG for each scan: every second slice in a window of 40/90 HU, above without and below with labels."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(scans):
        rng = np.random.default_rng([9, n])
        scan = random_scans(template, rng, None, 1)[0]
        picture(acquire(rng, scan.slices).numpy(), scan.slices.label.numpy()).save(folder / f"{n:02d}.png")
        say(f"{n:02d}.png: " + "; ".join(f"{d.kind} {d.place} {d.volume_ml:.1f} mL" for d in scan.drawn))


def picture(hu: np.ndarray, label: np.ndarray, step: int = 2) -> Image.Image:
    grey = np.clip((hu + 5) / 90, 0, 1) * 255
    rgb = np.repeat(grey[..., None], 3, -1)
    marked = np.where(label[..., None] > 0, 0.45 * rgb + 0.55 * COLORS[label], rgb)
    space = [(0, 0), (0, ROWS - hu.shape[1]), (0, COLUMNS - hu.shape[2]), (0, 0)]
    rows = [np.concatenate(list(np.pad(images, space)[::step]), 1) for images in (rgb, marked)]
    return Image.fromarray(np.concatenate(rows).astype(np.uint8))
