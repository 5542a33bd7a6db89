"""Real images to measure on. They are never trained on; the GE scan was looked at while the generator was changed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import torch
import torch.nn.functional as F
from PIL import Image
from scipy import ndimage

from ..ct_scans import PIXEL_MM

HEAD_WIDTH_MM = 150.0
SLICE_MM = 5.0  # of the single pictures


@dataclass(frozen=True)
class RealImage:
    """HU [d, h, w] on pixels of 1.2 mm, cropped to the head; `blood` bool [d, h, w] where an expert marked it, else None."""

    name: str
    hu: np.ndarray
    blood: np.ndarray | None
    voxel_ml: float


def ct_ich(data: Path) -> list[RealImage]:
    """Single pictures with expert masks; window 40/120 HU in 8 bits. Their pixel size is not given: it is estimated for each from
    the head's width, taken as 150 mm. Slices are 5 mm thick."""
    files = sorted((data / "ct-ich" / "images").glob("*.jpg"))
    pictures = [np.asarray(Image.open(f).convert("L"), np.float32) for f in files]
    out = []
    for file, picture in zip(files, pictures):
        mask = np.asarray(Image.open(data / "ct-ich" / "masks" / f"{file.stem}.png").convert("L")) > 0
        hu, blood = fit_to_network((picture * (120 / 255) - 20)[None], HEAD_WIDTH_MM / _head_width(picture > 40), mask[None])
        out.append(RealImage(f"ct-ich {file.stem}", hu, blood, PIXEL_MM**2 * SLICE_MM / 1000))
    return out


def cpaisd(data: Path) -> list[RealImage]:
    """Single pictures of hyperacute infarcts without hemorrhage, 0 to 255 HU in 8 bits; pixel size as in `ct_ich`."""
    files = sorted((data / "cpaisd" / "images").glob("*.png"))
    pictures = [np.asarray(Image.open(f).convert("L"), np.float32) for f in files]
    out = []
    for file, picture in zip(files, pictures):
        pixel = HEAD_WIDTH_MM / _head_width(picture > 15)
        hu, _ = fit_to_network(picture[None], pixel)
        out.append(RealImage(f"cpaisd {file.stem}", hu, None, PIXEL_MM**2 * SLICE_MM / 1000))
    return out


def ge_head_ct(data: Path) -> RealImage:
    """A whole scan without hemorrhage, in its own tilted planes."""
    headers = [pydicom.dcmread(f) for f in sorted((data / "ge-head-ct").glob("*.dcm"))]
    headers.sort(key=lambda h: float(h.ImagePositionPatient[2]))
    hu = np.stack([h.pixel_array.astype(np.float32) * float(h.RescaleSlope) + float(h.RescaleIntercept) for h in headers])
    hu, _ = fit_to_network(hu, float(headers[0].PixelSpacing[0]))
    return RealImage("ge-head-ct", hu, None, PIXEL_MM**2 * float(headers[0].SliceThickness) / 1000)


def _head_width(mask: np.ndarray) -> float:
    """Columns of the largest part, in pixels, of its widest tenth of rows."""
    parts, _ = ndimage.label(ndimage.binary_opening(mask, iterations=2))
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    head = ndimage.binary_fill_holes(parts == sizes.argmax())
    widths = [np.ptp(np.flatnonzero(row)) + 1 for row in head if row.any()]
    return float(np.percentile(widths, 90))


def fit_to_network(hu: np.ndarray, pixel_mm: float, mask: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray | None]:
    """Brings slices to pixels of 1.2 mm, crops them to the head and fills up to multiples of 16."""
    scale = pixel_mm / PIXEL_MM
    size = [round(n * scale) for n in hu.shape[1:]]
    images = F.interpolate(torch.from_numpy(np.ascontiguousarray(hu))[:, None], size=size, mode="bilinear", antialias=True)[:, 0].numpy()
    air = float(images.min())
    parts, _ = ndimage.label(ndimage.binary_opening((images > max(-300, air + 5)).any(0), iterations=2))
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    rows, columns = ndimage.find_objects((parts == sizes.argmax()).astype(int))[0]
    images = images[:, rows, columns]
    padding = [(0, 0)] + [((-n % 16) // 2, (-n % 16) - (-n % 16) // 2) for n in images.shape[1:]]
    images = np.pad(images, padding, constant_values=air)
    if mask is None:
        return images, None
    marks = F.interpolate(torch.from_numpy(mask.astype(np.float32))[:, None], size=size, mode="bilinear", antialias=True)[:, 0].numpy() >= 0.5
    return images, np.pad(marks[:, rows, columns], padding)
