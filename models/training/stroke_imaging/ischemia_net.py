"""Network `early-ischemia`: a slice with its neighbors, and the same reflected at the midline; the graph does everything else.

Early ischemic change is a few HU over many pixels: the graph averages 2 x 2 pixels first, and hands the network the difference
between the sides, smoothed over tissue alone, beside the slices.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .slice_unet import SliceUNet

INPUT_MM = 1.2
CLASSES = ("none", "early ischemic change", "frank hypodensity")
MIDDLE_HU, SPAN_HU = 32.0, 12.0
TISSUE_HU = (16.0, 60.0)
DIFFERENCE_HU = 4.0
WINDOWS = (5, 11)
"""Pixels of 2.4 mm."""
CHANNELS = 6 + len(WINDOWS) + 1


class IschemiaNet(nn.Module):
    """[n, 6, h, w] HU on 2.4 mm → logits [n, 3, h, w]; h and w multiples of 8."""

    def __init__(self) -> None:
        super().__init__()
        self.unet = SliceUNet(CHANNELS, 3, (8, 24, 40, 56))

    def forward(self, hu: Tensor) -> Tensor:
        return self.unet(features(hu))


def features(hu: Tensor) -> Tensor:
    """[n, 9, h, w]: six windowed slices, the difference between the sides twice smoothed, the share of tissue."""
    hu = hu.clamp(-100.0, 150.0)
    own, other = hu[:, :3], hu[:, 3:]
    both = _tissue(own) * _tissue(other)
    weighted = ((own - other) * both).mean(1, keepdim=True)
    share = both.mean(1, keepdim=True)
    smooth = [_average(weighted, k) / (_average(share, k) + 0.05) / DIFFERENCE_HU for k in WINDOWS]
    shown = ((hu - MIDDLE_HU) / SPAN_HU).clamp(-3.0, 3.0)
    return torch.cat([shown, *(d.clamp(-3.0, 3.0) for d in smooth), share], 1)


def _tissue(hu: Tensor) -> Tensor:
    """1 for what can be brain tissue, 0 for fluid, bone and air, with soft borders: 0 to 1."""
    low, high = TISSUE_HU
    return ((hu - low + 2) / 4).clamp(0.0, 1.0) * ((high + 5 - hu) / 10).clamp(0.0, 1.0)


def _average(x: Tensor, k: int) -> Tensor:
    return F.avg_pool2d(x, k, stride=1, padding=k // 2)


class Shipped(nn.Module):
    """`hu` float32 [n, 6, h, w] on 1.2 mm → `probability` [n, 3, h, w]; h and w multiples of 16."""

    def __init__(self, network: IschemiaNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, hu: Tensor) -> Tensor:
        logits = self.network(F.avg_pool2d(hu.clamp(-200.0, 300.0), 2))
        return torch.softmax(F.interpolate(logits, scale_factor=2.0, mode="nearest"), 1)


def ischemia_loss(logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Cross-entropy where the truth is known, plus one minus the soft Dice of each of the two classes over the batch."""
    logits = logits.float()
    weight = torch.ones_like(logits[:, 0]) if weight is None else weight
    each = F.cross_entropy(logits, target.long(), reduction="none", weight=torch.tensor([1.0, 2.0, 2.0]))
    loss = (each * weight).sum() / weight.sum()
    p = torch.softmax(logits, 1)
    for k in (1, 2):
        hit = p[:, k] * weight
        truth = (target == k) * weight
        loss = loss + 0.3 * (1 - (2 * (hit * truth).sum() + 1) / (hit.sum() + truth.sum() + 1))
    return loss
