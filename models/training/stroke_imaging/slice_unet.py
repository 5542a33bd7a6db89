"""A small U-Net for slices: strided stages, nearest resize + convolution on the way up, GroupNorm (no batch statistics)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GROUPS = 8
WIDTHS = (16, 32, 48, 64, 80)
MULTIPLE_OF = 16
"""Rows and columns must be multiples: four stages halve them."""


class _GroupNormFunction(torch.autograd.Function):
    """Group normalization whose backward pass is plain sums and products: torch's own takes two thirds of a step on CPUs."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float) -> Tensor:  # type: ignore[override]
        n, c, h, w = x.shape
        mean = (_sums(x) / (h * w)).view(n, groups, -1).mean(-1).repeat_interleave(c // groups, 1)
        square = (_sums(x * x) / (h * w)).view(n, groups, -1).mean(-1).repeat_interleave(c // groups, 1)
        r = torch.rsqrt((square - mean**2).clamp(min=0) + eps)
        scale = r * weight
        ctx.save_for_backward(x, weight, mean, r)
        ctx.groups = groups
        return torch.addcmul(_spread(bias - mean * scale, x), x, _spread(scale, x))

    @staticmethod
    def backward(ctx, d: Tensor):  # type: ignore[override]
        x, weight, mean, r = ctx.saved_tensors
        n, c, h, w = x.shape
        first = _sums(d)
        along = r * (_sums(d * x) - mean * first)
        of_group = lambda v: v.view(n, ctx.groups, -1).sum(-1).repeat_interleave(c // ctx.groups, 1)  # noqa: E731
        count = h * w * (c // ctx.groups)
        m1, m2 = of_group(weight * first) / count, of_group(weight * along) / count
        a, b = r * weight, -r * r * m2
        dx = torch.addcmul(_spread(-r * m1 - b * mean, x), x, _spread(b, x)).addcmul_(d, _spread(a, x))
        return dx, along.sum(0), first.sum(0), None, None


def _sums(x: Tensor) -> Tensor:
    """Sums over rows and columns, [n, c] float32; rows first, so that the inner loop is long in channels-last memory."""
    return x.sum(2).float().sum(2)


def _spread(per_channel: Tensor, like: Tensor) -> Tensor:
    """[n, c] → [n, c, 1, w] in channels-last memory: a factor that is multiplied row by row."""
    n, c = per_channel.shape
    width = like.shape[3]
    return per_channel.to(like.dtype)[:, None, None].expand(n, 1, width, c).contiguous().permute(0, 3, 1, 2)


class FastGroupNorm(nn.GroupNorm):
    """As nn.GroupNorm; quicker to train."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        return _GroupNormFunction.apply(x, self.weight, self.bias, self.num_groups, self.eps)


class Block(nn.Sequential):
    def __init__(self, inside: int, outside: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inside, outside, 3, stride=stride, padding=1, bias=False),
            FastGroupNorm(GROUPS, outside),
            nn.ReLU(inplace=True),
        )


class SliceUNet(nn.Module):
    """[n, channels, h, w] → logits [n, classes, h, w]; h and w multiples of 16; about 0.45 M weights."""

    def __init__(self, channels: int, classes: int = 2, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.stem = nn.Sequential(Block(channels, widths[0]), Block(widths[0], widths[0]))
        pairs = list(zip(widths[:-1], widths[1:]))
        self.down = nn.ModuleList(nn.Sequential(Block(a, b, 2), Block(b, b)) for a, b in pairs)
        self.up = nn.ModuleList(nn.Sequential(Block(b + a, a), Block(a, a)) for a, b in reversed(pairs))
        self.head = nn.Conv2d(widths[0], classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        levels = [self.stem(x)]
        for stage in self.down:
            levels.append(stage(levels[-1]))
        y = levels.pop()
        for stage in self.up:
            y = F.interpolate(y, scale_factor=2.0, mode="nearest")
            y = stage(torch.cat([y, levels.pop()], 1))
        return self.head(y)


class Probabilities(nn.Module):
    """The network as it is shipped: softmax in the graph."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.network(x), 1)


def lesion_loss(logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Cross-entropy plus one minus the soft Dice of the lesion over the whole batch (slices without lesion count as zeros).

    `target` [n, h, w] in 0…1; `weight` [n, h, w] leaves pixels out (0) whose truth nobody knows.
    """
    logits = logits.float()
    difference = logits[:, 1] - logits[:, 0]
    weight = torch.ones_like(difference) if weight is None else weight
    entropy = F.binary_cross_entropy_with_logits(difference, target, weight=weight, reduction="sum") / weight.sum()
    p = torch.sigmoid(difference) * weight
    t = target * weight
    dice = (2 * (p * t).sum() + 1) / (p.sum() + t.sum() + 1)
    return entropy + 1 - dice
