"""Band-limited random fields, cheap: drawn coarsely and interpolated."""

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage


def smooth_field(rng: np.random.Generator, shape, spacing, wavelength_mm: float, channels: int = 1, size: float = 1.0) -> torch.Tensor:
    """[channels, d, h, w], standard deviation about `size`, no detail below `wavelength_mm`; `spacing` in mm (z, y, x)."""
    coarse = [max(2, int(np.ceil(n * s / wavelength_mm * 2)) + 1) for n, s in zip(shape, spacing)]
    # Interpolation between grid points loses variance; 1.4 gives it back on average.
    values = rng.standard_normal((1, channels, *coarse), dtype=np.float32) * np.float32(1.4 * size)
    if wavelength_mm >= 30:
        # Straight pieces between far points would give heads corners: cubic first, on a grid that is still small.
        fine = [min(n, 4 * (c - 1) + 1) for n, c in zip(shape, coarse)]
        values = np.stack([ndimage.zoom(v, [f / c for f, c in zip(fine, coarse)], order=3, grid_mode=False, mode="nearest") for v in values[0]])[None]
    return F.interpolate(torch.from_numpy(values), size=tuple(shape), mode="trilinear", align_corners=True)[0]


def fractal_field(rng: np.random.Generator, shape, spacing, wavelengths_mm, fall: float = 0.6) -> torch.Tensor:
    """[d, h, w]: a sum of smooth fields, each weaker than the one before by `fall`; about unit variance."""
    weights = [fall**n for n in range(len(wavelengths_mm))]
    norm = float(np.sqrt(sum(w * w for w in weights)))
    return sum(smooth_field(rng, shape, spacing, mm, size=w / norm)[0] for w, mm in zip(weights, wavelengths_mm))
