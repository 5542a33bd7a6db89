"""The network of head-anatomy: a U-Net at half the resolution that knows the whole head, and a thin refinement at full.

Left and right are learned as a place in the array: the structure (25) and the side are predicted apart, so that both halves of
the brain teach the same filters, and joined in the exported graph.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .anatomy_labels import MIDLINE, STRUCTURES
from .slice_unet import FastGroupNorm

WIDTHS = (24, 40, 64, 96)
FINE = 12
MULTIPLE_OF = 16
"""Slices, rows and columns must be multiples: the half is halved three times more."""


class GroupNorm3d(FastGroupNorm):
    """Slices and rows are one axis to a group norm."""

    def forward(self, x: Tensor) -> Tensor:
        n, c, d, h, w = x.shape
        return super().forward(x.reshape(n, c, d * h, w)).reshape(n, c, d, h, w)


class Block(nn.Sequential):
    def __init__(self, inside: int, outside: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv3d(inside, outside, 3, stride=stride, padding=1, bias=False),
            GroupNorm3d(4, outside),
            nn.ReLU(inplace=True),
        )


class HeadUNet(nn.Module):
    """[n, 1, d, h, w] → logits [n, 26, d, h, w]: 25 structures, then right against left. Sizes multiples of 16."""

    def __init__(self) -> None:
        super().__init__()
        outputs = len(STRUCTURES) + 1
        w = WIDTHS
        self.fine_stem = nn.Sequential(nn.Conv3d(1, 8, 3, padding=1), nn.ReLU(inplace=True))
        self.stem = nn.Sequential(Block(1, w[0]), Block(w[0], w[0]))
        self.down = nn.ModuleList(nn.Sequential(Block(a, b, 2), Block(b, b)) for a, b in zip(w[:-1], w[1:]))
        self.reduce = nn.ModuleList(nn.Conv3d(b, a, 1) for a, b in reversed(list(zip(w[:-1], w[1:]))))
        self.up = nn.ModuleList(nn.Sequential(Block(2 * a, a), Block(a, a)) for a in reversed(w[:-1]))
        self.coarse_head = nn.Conv3d(w[0], outputs, 1)
        self.fine_reduce = nn.Conv3d(w[0], FINE, 1)
        # Without norms: at full resolution they would cost as much as the convolutions.
        self.fine = nn.Sequential(nn.Conv3d(FINE + 8, FINE + 4, 3, padding=1), nn.ReLU(inplace=True),
                                  nn.Conv3d(FINE + 4, FINE + 4, 3, padding=1), nn.ReLU(inplace=True))
        self.fine_head = nn.Conv3d(FINE + 4, outputs, 1)
        nn.init.zeros_(self.fine_head.weight)

    def coarse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Features and logits of an image of 6 mm voxels."""
        levels = [self.stem(x)]
        for stage in self.down:
            levels.append(stage(levels[-1]))
        y = levels.pop()
        for reduce, stage in zip(self.reduce, self.up):
            y = F.interpolate(reduce(y), scale_factor=2.0, mode="nearest")
            y = stage(torch.cat([y, levels.pop()], 1))
        return y, self.coarse_head(y)

    def forward(self, x: Tensor) -> Tensor:
        y, logits = self.coarse(F.avg_pool3d(x, 2))
        up = F.interpolate(self.fine_reduce(y), scale_factor=2.0, mode="nearest")
        fine = self.fine_head(self.fine(torch.cat([up, self.fine_stem(x)], 1)))
        return fine + F.interpolate(logits, scale_factor=2.0, mode="nearest")


class Labels(nn.Module):
    """The network as it is shipped: label and its probability in the graph."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.network(image)
        of_structure = torch.softmax(logits[:, : len(STRUCTURES)], 1)
        confidence, structure = of_structure.max(1)
        right = torch.sigmoid(logits[:, len(STRUCTURES)])
        first = len(MIDLINE)
        sided = structure >= first
        label = torch.where(sided, 2 * structure - first + (right > 0.5).long(), structure)
        confidence = torch.where(sided, confidence * torch.maximum(right, 1 - right), confidence)
        return label.to(torch.uint8), confidence
