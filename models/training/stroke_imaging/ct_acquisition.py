"""From the cuts of a head to the slices of a CT scan: thick slices, blur, hardening, streaks, metal, motion, noise, 8-bit windows."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from .hemorrhage.constants import CLASSES, EDEMA, SUBARACHNOID
from .hemorrhage_shapes import VISIBLE_HU, Canvas
from .noise import smooth_field

# How much of a voxel of a thick slice a class must fill. Blood in sulci is thinner than a voxel.
LEAST_SHARE = {SUBARACHNOID: 0.33, EDEMA: 0.5}
BRIGHTEST_HU = 110.0  # no blood is brighter: what is, bone shares or blurs into
DARKEST_HU = -50.0  # nor darker, however much noise: what is, holds air


@dataclass(frozen=True)
class Slices:
    """Thick slices before noise: `hu` float32 [n, h, w], `label` uint8, mm below the inner table, share of bone, z in MNI mm."""

    hu: torch.Tensor
    label: torch.Tensor
    depth: torch.Tensor
    bone: torch.Tensor
    z_mm: torch.Tensor


def thick_slices(canvas: Canvas, cuts: int = 3) -> Slices:
    """Averages every `cuts` cuts; a class is labelled where it fills enough of the voxel, and never in bone.

    Blood in a sulcus thinner than a voxel and as dense as brain only makes the sulcus disappear: that is not asked for.
    """
    hu, bone, depth = (average(m, cuts) for m in (canvas.hu, canvas.head.bone * (1 - canvas.head.inside), canvas.head.depth))
    share = average(canvas.share, cuts)
    for label in range(1, len(CLASSES)):
        share[label] *= share[label] >= LEAST_SHARE.get(label, 0.45)
    share[SUBARACHNOID] *= hu > canvas.brain_hu + VISIBLE_HU
    best, label = share[1:].max(0)
    label = torch.where((best > 0) & (bone < 0.5), label + 1, 0).to(torch.uint8)
    return Slices(hu, label, depth, bone, average(canvas.head.skull_mm[2], cuts).mean((-1, -2)))


def seen_label(label: torch.Tensor, hu: torch.Tensor) -> torch.Tensor:
    """The label of acquired slices: nobody can mark blood where bone or air, by partial volume or blur, hides it."""
    return torch.where((hu > BRIGHTEST_HU) | (hu < DARKEST_HU), torch.zeros_like(label), label)


def average(cuts_of: torch.Tensor, cuts: int) -> torch.Tensor:
    *front, d, h, w = cuts_of.shape
    return cuts_of.reshape(*front, d // cuts, cuts, h, w).mean(-3)


def acquire(rng: np.random.Generator, slices: Slices, pixel_mm: float = 1.2) -> torch.Tensor:
    """HU [n, h, w] as a scanner would give them; every call another scanner, dose, kernel and patient's stillness."""
    hu = slices.hu.clamp(-1024, 2500)
    if rng.random() < 0.25:
        hu = _head_rest(rng, hu, pixel_mm)
    if rng.random() < 0.12:
        hu = _motion(rng, hu)
    hu = _blur(hu, rng.uniform(0.25, 0.95) / pixel_mm)
    if rng.random() < 0.6:  # the tails of the point spread: bone, ten times as dense as blood, reaches millimeters into the brain
        hu = torch.lerp(hu, _blur(hu.clamp(-200, 1600), rng.uniform(1.2, 3.0) / pixel_mm), float(rng.uniform(0.01, 0.12)))
    if rng.random() < 0.3:  # a sharp kernel overshoots
        hu = hu + rng.uniform(0.2, 0.9) * (hu - _blur(hu, 1.3 / pixel_mm)).clamp(-60, 60)
    hu = hu + _hardening(rng, slices, pixel_mm)
    if rng.random() < 0.5:
        hu = hu + _streaks(rng, slices)
    if rng.random() < 0.03:
        hu = _metal(rng, hu, slices)
    hu = hu + _noise(rng, hu.shape, slices, pixel_mm)
    hu = hu * rng.normal(1, 0.015) + rng.normal(0, 1.5)  # calibration
    return window_8_bit(rng, hu) if rng.random() < 0.3 else hu.clamp(-1024, 3071)


def window_8_bit(rng: np.random.Generator, hu: torch.Tensor) -> torch.Tensor:
    """As a picture shows it: cut to a window and stored in 256 grey values."""
    center, width = rng.normal(40, 6), rng.uniform(75, 180)
    low = center - width / 2
    grey = ((hu - low) / width).clamp(0, 1).mul_(255).round_()
    return grey * (width / 255) + low


def _blur(images: torch.Tensor, sigma: float) -> torch.Tensor:
    if sigma < 0.2:
        return images
    r = max(1, int(np.ceil(2.5 * sigma)))
    kernel = torch.exp(-0.5 * (torch.arange(-r, r + 1, dtype=torch.float32) / sigma) ** 2)
    kernel = (kernel / kernel.sum()).tolist()
    # Shifted sums: for kernels of a few taps quicker than a convolution on one thread.
    for axis in (-1, -2):
        total = images * kernel[r]
        for t in range(1, r + 1):
            for step in (t, -t):
                total.add_(torch.roll(images, step, axis), alpha=kernel[r + t])
        images = total
    return images


def _hardening(rng, slices: Slices, pixel_mm: float) -> torch.Tensor:
    """A bright rim under the skull, a slow drift over the picture, dark bands between the petrous bones."""
    n, h, w = slices.hu.shape
    strength = smooth_field(rng, (n, h, w), (5, pixel_mm, pixel_mm), 70, size=0.4)[0] + 1
    high = rng.uniform(0, 7) if rng.random() < 0.6 else rng.uniform(5, 25)
    rim = high * strength.clamp(min=0) * torch.exp(-slices.depth.clamp(min=0) / rng.uniform(1.5, 6)) * (slices.depth > 0)
    drift = smooth_field(rng, (n, h, w), (5, pixel_mm, pixel_mm), 130, size=rng.uniform(0, 2.0))[0]
    low = ((-18 - slices.z_mm) / 18).clamp(0, 1).view(n, 1, 1)
    rows = smooth_field(rng, (n, h, 2), (8, pixel_mm, 500), 9, size=rng.uniform(0, 5))[0][..., :1]
    tilt = smooth_field(rng, (n, h, w), (12, pixel_mm, 6 * pixel_mm), 16, size=rng.uniform(0, 3))[0]
    return rim + drift + low * (rows + tilt - rng.uniform(0, 4)) * (slices.depth > 0)


def _streaks(rng, slices: Slices) -> torch.Tensor:
    """Straight bands across the whole slice: few photons, arms, edges of bone."""
    n, h, w = slices.hu.shape
    total = torch.zeros((n, h, w))
    j = torch.arange(h, dtype=torch.float32).view(h, 1) - h / 2
    i = torch.arange(w, dtype=torch.float32) - w / 2
    for _ in range(rng.integers(1, 4)):
        angle = rng.uniform(0, np.pi)
        across = (j * np.cos(angle) + i * np.sin(angle)) + (h + w) / 2
        profile = smooth_field(rng, (n, 1, h + w + 2), (5, 1, 1), rng.uniform(3, 14), size=rng.uniform(0.3, 2.2))[0][:, 0]
        total += profile[:, across.long().clamp(0, h + w + 1)]
    return total


def _metal(rng, hu: torch.Tensor, slices: Slices) -> torch.Tensor:
    """A clip or coil in one to three slices, with its star."""
    n, h, w = hu.shape
    inside = (slices.depth > 8).nonzero()
    if len(inside) == 0:
        return hu
    k, cj, ci = inside[rng.integers(len(inside))].tolist()
    j = torch.arange(h, dtype=torch.float32).view(h, 1) - cj
    i = torch.arange(w, dtype=torch.float32) - ci
    away = torch.sqrt(j**2 + i**2)
    rays = torch.cos(rng.integers(3, 9) * 2 * torch.atan2(j, i) + rng.uniform(0, 6))
    star = rng.uniform(30, 250) * rays / (1 + away / rng.uniform(2, 6))
    out = hu.clone()
    for step in range(rng.integers(1, 4)):
        if k + step < n:
            out[k + step] += star
            out[k + step] = torch.where(away < rng.uniform(1, 3.5), torch.full_like(away, 2800), out[k + step])
    return out


def _motion(rng, hu: torch.Tensor) -> torch.Tensor:
    """Slices moved in the plane, some with a ghost."""
    out = hu.clone()
    for k in range(len(hu)):
        if rng.random() < 0.4:
            j, i = (int(v) for v in rng.normal(0, 1.2, 2).round())
            moved = torch.roll(hu[k], (j, i), (0, 1))
            out[k] = moved if rng.random() < 0.5 else torch.lerp(hu[k], moved, float(rng.uniform(0.2, 0.5)))
    return out


def _head_rest(rng, hu: torch.Tensor, pixel_mm: float) -> torch.Tensor:
    """A thin shell behind the head, the same in every slice, where there is air."""
    n, h, w = hu.shape
    radius = rng.uniform(85, 140) / pixel_mm
    j = torch.arange(h, dtype=torch.float32).view(h, 1) - (rng.uniform(0.85, 1.05) * h - radius)
    i = torch.arange(w, dtype=torch.float32) - w / 2 - rng.normal(0, 8)
    shell = (torch.hypot(j, i) - radius).abs() < rng.uniform(0.6, 2)
    return torch.where(shell & (j > 0) & (hu < -600), torch.full_like(hu, float(rng.uniform(-200, 900))), hu)


def _noise(rng, shape, slices: Slices, pixel_mm: float) -> torch.Tensor:
    """Gaussian, colored by the kernel, stronger at the base of the skull; 0.8 to 7 HU."""
    white = torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))
    kind = rng.random()
    if kind < 0.45:
        white = _blur(white, rng.uniform(0.4, 0.9))
    elif kind < 0.65:
        white = white - 0.7 * _blur(white, rng.uniform(0.7, 1.2))
    white = white / white.std()
    sd = float(np.exp(rng.uniform(np.log(0.8), np.log(6.5))))
    base = 1 + rng.uniform(0, 0.6) * ((-15 - slices.z_mm) / 30).clamp(0, 1).view(-1, 1, 1)
    return white * sd * base
