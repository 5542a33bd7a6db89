"""The network, its windows, and what it is taught by."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from ..slice_unet import SliceUNet
from .constants import CLASSES, CONTEXT, WINDOWS

IGNORED = 255

WIDTHS = (16, 32, 48, 80, 96)
# Background is most of every slice, and thin blood is learned last.
WEIGHTS = (1.0, 4.0, 8.0, 8.0, 10.0, 3.0)


class HemorrhageNetwork(nn.Module):
    """HU [n, 3, h, w] to logits [n, 6, h, w] in training, to probabilities otherwise; h and w multiples of 16."""

    def __init__(self):
        super().__init__()
        self.network = SliceUNet(CONTEXT * len(WINDOWS), len(CLASSES), WIDTHS)

    def forward(self, hu: torch.Tensor) -> torch.Tensor:
        logits = self.network(torch.cat([(hu.clamp(low, high) - low) * (2 / (high - low)) - 1 for low, high in WINDOWS], 1))
        # The loss weighs classes, which raises the odds of rare ones by their weights: taken out again, so that one half is even odds.
        return logits if self.training else torch.softmax(logits - torch.tensor(WEIGHTS).log().view(1, -1, 1, 1), 1)


def loss(logits: torch.Tensor, label: torch.Tensor, _weight=None) -> torch.Tensor:
    """Weighted cross entropy plus one minus the soft Dice of the whole batch, averaged over the classes of blood and edema in it.

    Where the label is IGNORED nothing is asked: the product looks inside the skull only.
    """
    logits = logits.float()
    label = label.long()
    asked = (label != IGNORED).float()[:, None]
    cross = F.cross_entropy(logits, label, weight=torch.tensor(WEIGHTS), ignore_index=IGNORED)
    probability = torch.softmax(logits, 1)[:, 1:] * asked
    truth = F.one_hot(label * (label != IGNORED), len(CLASSES)).permute(0, 3, 1, 2)[:, 1:].to(probability.dtype) * asked
    filled = truth.sum((0, 2, 3))
    dice = (2 * (probability * truth).sum((0, 2, 3)) + 10) / (probability.sum((0, 2, 3)) + filled + 10)
    present = (filled > 0).float()
    return cross + ((1 - dice) * present).sum() / present.sum().clamp(min=1)
