"""A small two-dimensional U-Net that every ONNX runtime can run: convolutions, BatchNorm, nearest-neighbor enlargement."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Sequential):
    """Convolution 3 x 3, BatchNorm (folded into it on export), ReLU; as often as there are outputs."""

    def __init__(self, inputs: int, *outputs: int):
        layers: list[nn.Module] = []
        for width in outputs:
            layers += [nn.Conv2d(inputs, width, 3, padding=1, bias=False), nn.BatchNorm2d(width, momentum=0.05), nn.ReLU(inplace=True)]
            inputs = width
        super().__init__(*layers)


class UNet(nn.Module):
    """[n, inputs, h, w] to logits [n, classes, h, w]; h and w are multiples of 2 ** (len(widths) - 1)."""

    def __init__(self, inputs: int, classes: int, widths: tuple[int, ...] = (16, 32, 64, 96, 96)):
        super().__init__()
        self.down = nn.ModuleList(Block(i, w, w) for i, w in zip((inputs, *widths), widths))
        self.up = nn.ModuleList(Block(low + high, high, high) for low, high in zip(widths[:0:-1], widths[-2::-1]))
        self.head = nn.Conv2d(widths[0], classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips = []
        for level, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if level else x)
            skips.append(x)
        skips.pop()
        for block in self.up:
            x = block(torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), skips.pop()], 1))
        return self.head(x)


class Windowed(nn.Module):
    """HU [n, c, h, w] through windows (low, high in HU), each scaled to -1 to 1, then the network; probabilities when not training."""

    def __init__(self, network: nn.Module, windows: tuple[tuple[float, float], ...]):
        super().__init__()
        self.network = network
        self.windows = windows

    def forward(self, hu: torch.Tensor) -> torch.Tensor:
        scaled = [(hu.clamp(low, high) - low) * (2 / (high - low)) - 1 for low, high in self.windows]
        logits = self.network(torch.cat(scaled, 1))
        return logits if self.training else torch.softmax(logits.float(), 1)
