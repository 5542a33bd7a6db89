"""From tissue shares to b1000 and ADC as a scanner gives them: random relaxation and diffusion, coil, noise, ghosts, distortion."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .diffusion_heads import MAPS
from .flair_slices import smooth_field

HIGHEST_ADC = 4.0
"""10⁻³ mm²/s; more is noise."""


@dataclass(frozen=True)
class DiffusionScan:
    """`images` [n, 2, h, w]: b1000 over the median of the brain, ADC in 10⁻³ mm²/s; `target` [n, h, w]: share of acute lesion."""

    images: Tensor
    target: Tensor
    brain: Tensor


class Dice:
    """Random numbers of one scan: the same for all of its slices."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=self.generator))

    def normal(self, mean: float, deviation: float) -> float:
        return mean + deviation * float(torch.randn((), generator=self.generator))

    def chance(self, share: float) -> bool:
        return float(torch.rand((), generator=self.generator)) < share

    def field(self, like: Tensor, cells: int) -> Tensor:
        """Smooth noise of standard deviation 1 over the last two dimensions, another one for each slice."""
        n, h, w = like.shape[0], like.shape[-2], like.shape[-1]
        return smooth_field((n, h, w), cells, self.generator).view(n, *[1] * (like.dim() - 3), h, w)

    def noise(self, like: Tensor) -> Tensor:
        return torch.randn(like.shape, generator=self.generator)


def acute_contrast(dice: Dice) -> tuple[float, float]:
    """Signal without weighting and coefficient of an acute lesion, each over that of the tissue: visible on b1000."""
    while True:
        signal, coefficient = dice.uniform(0.92, 1.9), dice.normal(0.62, 0.16)
        if 0.35 <= coefficient <= 1.02 and signal * math.exp(0.78 * (1 - coefficient)) >= 1.2:
            return signal, coefficient


def diffusion_scan(maps: Tensor, seed: int, *, b: float = 1.0) -> DiffusionScan:
    """`maps` [len(MAPS), n, layers, h, w] of one head (some of its slices); `b` in 1000 s/mm²."""
    dice = Dice(seed)
    at = {name: maps[i].float() for i, name in enumerate(MAPS)}
    white, gray, fluid = at["white"], at["gray"], at["fluid"]
    tissue = white + gray

    # Signal without weighting (white matter 1) and coefficients, 10⁻³ mm²/s: adults at 1.5 and 3 T, spread widely on purpose.
    s_gray, s_fluid, s_soft, s_bone = dice.uniform(1.0, 1.5), dice.uniform(2.0, 4.5), dice.uniform(0.0, 1.2), dice.uniform(0, 0.1)
    d_white, d_gray, d_fluid, d_soft = dice.normal(0.74, 0.05), dice.normal(0.83, 0.06), dice.normal(3.0, 0.15), dice.uniform(0.5, 1.8)
    uneven = 1 + dice.uniform(0, 0.09) * dice.field(white, 12)
    uneven_signal = 1 + dice.uniform(0, 0.08) * dice.field(white, 14)

    signal, coefficient = acute_contrast(dice)
    texture = dice.field(white, 24)
    spread = dice.uniform(0, 0.12)
    acute_signal = (signal * (1 + spread * texture)).clamp(min=0.85)
    acute_d = (coefficient * (1 - spread * dice.field(white, 24))).clamp(0.3, 1.05)
    # Old lesions: long T2 and much diffusion; from a gliotic scar to a cavity of fluid.
    cavity = dice.uniform(0, 1)
    old_signal, old_d = 1 + dice.uniform(0.3, 1.0) + cavity * (s_fluid - 1.5), 1.25 + 0.5 * dice.uniform(0, 1) + cavity * 2.2
    pale_strength = dice.uniform(0, 1)
    pale_signal, pale_d = 1 + 0.6 * pale_strength, 1 + 0.4 * pale_strength

    def of_tissue(base_s: float, base_d: float) -> Tensor:
        """Signal after weighting and before, of tissue as it is, acute, old and pale, in their shares."""
        acute = (at["acute"] / tissue.clamp(min=1e-3)).clamp(0, 1)
        old = (at["old"] / tissue.clamp(min=1e-3)).clamp(0, 1)
        pale = at["leukoaraiosis"].clamp(0, 1) * (1 - acute) * (1 - old)
        parts = (
            (acute, acute_signal, base_d * acute_d),
            (old, torch.tensor(old_signal), torch.tensor(base_d * old_d if cavity < 0.3 else min(old_d, 2.8))),
            (pale, torch.tensor(pale_signal), torch.tensor(base_d * pale_d)),
            (1 - acute - old - pale, torch.tensor(1.0), torch.tensor(base_d)),
        )
        s = [share * base_s * factor * uneven_signal for share, factor, _ in parts]
        return torch.stack([sum(s), sum(one * torch.exp(-b * d * uneven) for one, (_, _, d) in zip(s, parts))])

    b0_and_b1 = white * of_tissue(1.0, d_white) + gray * of_tissue(s_gray, d_gray)
    flow = torch.tensor([1.0, math.exp(-b * d_fluid)]).view(2, 1, 1, 1, 1)
    b0_and_b1 = b0_and_b1 + fluid * s_fluid * flow
    loose = torch.tensor([1.0, math.exp(-b * d_soft)]).view(2, 1, 1, 1, 1)
    soft_texture = (1 + 0.6 * dice.field(white, 16)).clamp(0, 3)
    b0_and_b1 = b0_and_b1 + at["soft"] * s_soft * loose * soft_texture + at["bone"] * s_bone
    images = b0_and_b1.mean(2)
    brain = (tissue.mean(1) > 0.5).float()
    target = at["acute"].mean(1).clamp(0, 1)
    near_air = at["near_air"].mean(1)

    # Pile-up and loss of signal where the field is bent: alike with and without weighting, so that the coefficient stays.
    bent = dice.uniform(0, 2.2) * near_air
    pattern = dice.field(near_air, 10)
    images = images * torch.exp((bent * pattern).clamp(-3, 1.1))
    # Rims of signal at the base that are bright with a low coefficient as well: fewer.
    if dice.chance(0.3):
        images[1] = images[1] * (1 + dice.uniform(0.1, 0.5) * near_air * (pattern > 0.5))
    images, target, brain = _distorted(images, target, brain, near_air, pattern, dice)

    coil = torch.exp(dice.uniform(0, 0.2) * dice.field(near_air, 3))
    images = images * coil
    typical = images[1][brain > 0.5].median() if (brain > 0.5).any() else torch.tensor(1.0)
    images = _blurred(images, dice.uniform(0.0, 1.0))
    ghost = dice.uniform(0.01, 0.08) if dice.chance(0.35) else 0.0
    if ghost > 0:
        images = images + ghost * torch.roll(images, images.shape[-2] // 2 + int(dice.uniform(-6, 6)), -2)
    # Rician noise; the weighted image is averaged over directions.
    sigma0 = 1 / dice.uniform(12, 70)
    sigma1 = sigma0 * dice.uniform(0.35, 1.0)
    sigma = torch.tensor([sigma0, sigma1]).view(2, 1, 1, 1) * typical / math.exp(-0.78)
    real, imaginary = (_blurred(dice.noise(images), 0.6 if dice.chance(0.5) else 0.0) * sigma for _ in range(2))
    images = torch.sqrt((images + real) ** 2 + imaginary**2)

    weighted = images[1]
    coefficient_map = (torch.log(images[0].clamp(min=1e-4) / weighted.clamp(min=1e-4)) / b).clamp(0, HIGHEST_ADC)
    dark = images[0] < dice.uniform(0.05, 0.35) * typical / math.exp(-0.78)
    coefficient_map = torch.where(dark, torch.zeros(()), coefficient_map) * dice.normal(1, 0.02)
    weighted = weighted / (typical * dice.uniform(0.92, 1.08)).clamp(min=1e-4)
    return DiffusionScan(torch.stack([weighted.clamp(max=8), coefficient_map], 1), target, brain)


def _distorted(
    images: Tensor, target: Tensor, brain: Tensor, near_air: Tensor, pattern: Tensor, dice: Dice
) -> tuple[Tensor, Tensor, Tensor]:
    """Pixels moved along the phase encoding (rows), most beside air; the lesion goes with them."""
    n, h, w = target.shape
    moved = dice.uniform(-1, 1) * 8 * F.avg_pool2d(near_air[:, None], 9, 1, 4)[:, 0] + dice.uniform(0, 1.5) * dice.field(near_air, 4)
    theta = torch.tensor([[[1.0, 0, 0], [0, 1.0, 0]]]).expand(n, 2, 3)
    grid = F.affine_grid(theta, [n, 1, h, w], align_corners=False).clone()
    grid[..., 1] += moved * 2 / h
    every = torch.cat([images.transpose(0, 1), target[:, None], brain[:, None]], 1)
    every = F.grid_sample(every, grid, mode="bilinear", align_corners=False)
    return every[:, :2].transpose(0, 1), every[:, 2].clamp(0, 1), every[:, 3]


def _blurred(images: Tensor, pixels: float) -> Tensor:
    """Gaussian in the plane; keeps the sum, not the variance."""
    if pixels < 0.25:
        return images
    reach = max(1, round(2.5 * pixels))
    x = torch.arange(-reach, reach + 1, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (x / pixels) ** 2)
    kernel = kernel / kernel.sum()
    shape = images.shape
    flat = images.reshape(-1, 1, *shape[-2:])
    flat = F.conv2d(flat, kernel.view(1, 1, -1, 1), padding=(reach, 0))
    return F.conv2d(flat, kernel.view(1, 1, 1, -1), padding=(0, reach)).reshape(shape)
