"""Real CT for `early-ischemia`: twelve slices with expert masks (CPAISD) and one whole head. Never trained or tuned on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import torch
import torch.nn.functional as F
from PIL import Image
from scipy import ndimage

from .ischemia_evaluation import auc, plain_map, probability_of
from .ischemia_heads import COLUMNS, PIXEL_MM, ROWS, blurred

HEAD_MM2 = 20_500
"""Area of a head within its outer table on a middle slice: the slices come without their pixel size."""
PIXEL_RANGE = (0.38, 0.62)


def upright(hu: torch.Tensor, pixel_mm: float, degrees: float, center: tuple[float, float]) -> torch.Tensor:
    """[d, rows, columns] of 2.4 mm with the midline in the middle, from [d, h, w]; `center` row and column of the source."""
    d, h, w = hu.shape
    smooth = hu if pixel_mm == PIXEL_MM else blurred(hu.clamp(-1000, 2000), 0.42 * PIXEL_MM / pixel_mm)
    a = np.deg2rad(degrees)
    y = (torch.arange(ROWS, dtype=torch.float32) - (ROWS - 1) / 2)[:, None] * PIXEL_MM / pixel_mm
    x = (torch.arange(COLUMNS, dtype=torch.float32) - (COLUMNS - 1) / 2) * PIXEL_MM / pixel_mm
    row, column = center[0] + y * np.cos(a) + x * np.sin(a), center[1] - y * np.sin(a) + x * np.cos(a)
    place = torch.stack([(2 * column + 1) / w - 1, (2 * row + 1) / h - 1], -1).expand(d, -1, -1, -1)
    return F.grid_sample((smooth + 1000)[:, None], place, padding_mode="zeros", align_corners=False)[:, 0] - 1000


def straightened(hu: torch.Tensor, pixel_mm: float) -> tuple[torch.Tensor, dict]:
    """The head turned and moved until it is most like its mirror image."""
    d, h, w = hu.shape
    size = (round(h * pixel_mm / PIXEL_MM), round(w * pixel_mm / PIXEL_MM))
    small = F.interpolate(hu[:, None].clamp(-1000, 2000), size, mode="area")[:, 0]
    inside = torch.from_numpy(np.stack([_filled(s) for s in small.numpy()]).astype(np.float32))
    middle = [float((v * torch.arange(len(v))).sum() / v.sum()) for v in (inside.sum((0, 2)), inside.sum((0, 1)))]
    shown = torch.where(inside > 0.5, small.clamp(0, 90), torch.zeros_like(small))[:: max(1, d // 6)]
    best = (-np.inf, 0.0, 0.0)

    def center(turn: float, shift: float) -> tuple[float, float]:
        a = np.deg2rad(turn)
        return middle[0] + shift / PIXEL_MM * np.sin(a), middle[1] + shift / PIXEL_MM * np.cos(a)

    for turns, turn_step, shifts, shift_step in ((36, 4, 9, 3), (4, 1, 2, 1)):
        _, turn0, shift0 = best
        for turn in np.arange(turn0 - turns, turn0 + turns + 0.1, turn_step):
            for shift in np.arange(shift0 - shifts, shift0 + shifts + 0.1, shift_step):
                view = upright(shown, PIXEL_MM, turn, center(turn, shift)).clamp(min=0)
                off = -float((view - view.flip(-1)).abs().mean() / view.mean())
                best = max(best, (off, float(turn), float(shift)))
    _, turn, shift = best
    row, column = center(turn, shift)
    place = ((row + 0.5) * h / size[0] - 0.5, (column + 0.5) * w / size[1] - 0.5)
    return upright(hu, pixel_mm, turn, place), {"pixel": pixel_mm, "turn": turn, "center": place}


def _filled(hu: np.ndarray) -> np.ndarray:
    bone = ndimage.binary_closing(hu > 150, iterations=2)
    parts, count = ndimage.label(ndimage.binary_fill_holes(bone))
    return parts == 1 + np.argmax(np.bincount(parts.ravel())[1:]) if count else bone


def slices(network: torch.nn.Module, folder: Path, level: float) -> list[dict]:
    """One row a slice of CPAISD."""
    rows = []
    for path in sorted((folder / "images").glob("*.png")):
        hu = torch.from_numpy(np.asarray(Image.open(path).convert("L"), np.float32))[None]
        mask = np.asarray(Image.open(folder / "masks" / path.name))
        lesion = torch.from_numpy((mask[..., :2] > 0).any(-1).astype(np.float32))[None]
        pixel = float(np.clip(np.sqrt(HEAD_MM2 / 16 / _filled(hu[0, ::4, ::4].numpy()).sum()), *PIXEL_RANGE))
        # The background of the files is 0: air.
        hu = torch.where(hu < 1, torch.full_like(hu, -1000), hu)
        head, place = straightened(hu, pixel)
        truth = upright(lesion, place["pixel"], place["turn"], place["center"])[0] > 0.5
        mirrored = head.flip(-1)
        p = probability_of(network, head, mirrored)[0]
        plain = plain_map(head, mirrored)[0]
        brain = torch.from_numpy(ndimage.binary_erosion(_brain(head[0].numpy()), iterations=2))
        change = 1 - p[0]
        rows.append({
            "slice": path.stem,
            "pixelMm": round(pixel, 3),
            "lesionMm2": float((truth & brain).sum() * PIXEL_MM**2),
            "aucNetwork": auc(change[brain].numpy(), truth[brain].numpy()),
            "aucPlain": auc(plain[brain].numpy(), truth[brain].numpy()),
            "diceNetwork": _dice((change > level) & brain, truth & brain),
            "dicePlain": _dice((plain > 2.5) & brain, truth & brain),
            "sideNetwork": _side(change * brain) == _side(truth * brain),
            "sidePlain": _side(plain.clamp(min=0) * brain) == _side(truth * brain),
            "image": head[0], "truth": truth, "change": change,
        })
    return rows


def _brain(hu: np.ndarray) -> np.ndarray:
    """Soft tissue that bone encloses; where the skull is open (orbits, base), soft tissue well within the head."""
    bone = hu > 120
    head = ndimage.binary_fill_holes(ndimage.binary_opening(hu > -300, iterations=2))
    for gap in (2, 5, 8):
        inner = ndimage.binary_fill_holes(ndimage.binary_closing(np.pad(bone, 12), iterations=gap))[12:-12, 12:-12] & ~bone
        parts, count = ndimage.label(inner & (hu > -20) & (hu < 90))
        if count and np.bincount(parts.ravel())[1:].max() > 0.4 * head.sum():
            return parts == 1 + np.argmax(np.bincount(parts.ravel())[1:])
    return ndimage.binary_erosion(head, iterations=5) & (hu > 5) & (hu < 60)


def _dice(a: torch.Tensor, b: torch.Tensor) -> float:
    return float(2 * (a & b).sum() / max(1, int(a.sum() + b.sum())))


def _side(weight: torch.Tensor) -> str:
    half = weight.shape[-1] // 2
    return "right" if weight[..., :half].sum() > weight[..., half:].sum() else "left"


def whole_head(network: torch.nn.Module, folder: Path, level: float) -> dict:
    """mL of change on each side of the head CT with an infarct on the patient's left; slices as stored, tilt left as it is."""
    images = sorted((pydicom.dcmread(path) for path in folder.glob("*.dcm")), key=lambda d: float(d.ImagePositionPatient[2]))
    hu = torch.from_numpy(np.stack([d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept) for d in images]).astype(np.float32))
    pixel = float(images[0].PixelSpacing[0])
    heights = np.array([float(d.ImagePositionPatient[2]) for d in images])
    thick = torch.from_numpy(np.gradient(heights).astype(np.float32)).clamp(1, 8)
    head, _ = straightened(hu[len(hu) // 3 :], pixel)
    thick = thick[len(hu) // 3 :]
    mirrored = head.flip(-1)
    p = probability_of(network, head, mirrored)
    brain = torch.from_numpy(np.stack([ndimage.binary_erosion(_brain(s), iterations=3) for s in head.numpy()]))
    change = ((1 - p[:, 0]) > level) & brain
    frank, plain = change & (p[:, 2] > p[:, 1]), (plain_map(head, mirrored) > 2.5) & brain
    half = COLUMNS // 2
    ml = lambda mask: [round(float((part.sum((1, 2)) * thick).sum() * PIXEL_MM**2 / 1000), 1) for part in (mask[..., half:], mask[..., :half])]  # noqa: E731
    names = ("change", "frank", "plain")
    return {f"{name}Ml": dict(zip(("left", "right"), ml(mask))) for name, mask in zip(names, (change, frank, plain))} | {
        "image": head, "probability": 1 - p[:, 0]}
