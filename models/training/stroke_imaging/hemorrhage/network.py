"""The network, its windows, and what it is taught by."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from ..slice_unet import SliceUNet
from .constants import BRAIN_HU, CLASSES, CONTEXT, EDEMA, WINDOWS

IGNORED = 255

# Bone brightens a slice as a whole, most under the vertex: blood is what is brighter than the brain of its own slice.
TISSUE_HU = (8.0, 60.0)  # first guess of brain; then what lies within BESIDE_HU of its mean
BESIDE_HU = 12.0
LEAST_TISSUE = 300.0  # pixels; below that a slice stays as it is

WIDTHS = (16, 32, 48, 80, 96)
# Background is most of every slice. Batches show every class as often as the others (`train`): more weight would call rims of bone blood.
WEIGHTS = (1.0, 2.0, 3.0, 3.0, 4.0, 2.0)
LEAST_PIXELS = 30  # of a class in the batch: the overlap of a few pixels is chance


class HemorrhageNetwork(nn.Module):
    """HU [n, 3, h, w] to logits [n, 6, h, w] in training, to probabilities otherwise; h and w multiples of 16."""

    def __init__(self):
        super().__init__()
        self.network = SliceUNet(CONTEXT * len(WINDOWS), len(CLASSES), WIDTHS)

    def forward(self, hu: torch.Tensor) -> torch.Tensor:
        brain, bone = leveled(hu), hu
        windows = zip((brain, brain, bone), WINDOWS)
        logits = self.network(torch.cat([(image.clamp(low, high) - low) * (2 / (high - low)) - 1 for image, (low, high) in windows], 1))
        # The loss weighs classes, which raises the odds of rare ones by their weights: taken out again, so that one half is even odds.
        return logits if self.training else torch.softmax(logits - torch.tensor(WEIGHTS).log().view(1, -1, 1, 1), 1)


def leveled(hu: torch.Tensor) -> torch.Tensor:
    """HU [n, slices, h, w], each slice moved so that its brain lies at BRAIN_HU; within the graph, so that no caller can forget it."""
    first, _ = _mean_where(hu, (hu > TISSUE_HU[0]) & (hu < TISSUE_HU[1]))
    mean, pixels = _mean_where(hu, (hu - first).abs() < BESIDE_HU)
    return hu + torch.where(pixels >= LEAST_TISSUE, BRAIN_HU - mean, torch.zeros_like(mean))


def _mean_where(hu: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    counted = mask.float()
    pixels = counted.sum((2, 3), keepdim=True)
    return (hu * counted).sum((2, 3), keepdim=True) / pixels.clamp(min=1), pixels


def loss(logits: torch.Tensor, label: torch.Tensor, _weight=None) -> torch.Tensor:
    """Weighted cross entropy, plus one minus soft Dice: of all blood slice by slice, for small bleedings count as much as large ones, and of each class
    in the whole batch.

    Where the label is IGNORED nothing is asked: the product looks inside the skull only.
    """
    logits = logits.float()
    label = label.long()
    asked = (label != IGNORED).float()[:, None]
    cross = F.cross_entropy(logits, label, weight=torch.tensor(WEIGHTS), ignore_index=IGNORED)
    probability = torch.softmax(logits, 1)[:, 1:] * asked
    truth = F.one_hot(label * (label != IGNORED), len(CLASSES)).permute(0, 3, 1, 2)[:, 1:].to(probability.dtype) * asked
    blood = slice(0, EDEMA - 1)
    overlap, called, filled = (m.sum((0, 2, 3)) for m in (probability * truth, probability, truth))
    called_blood, true_blood = (m[:, blood].sum(1) for m in (probability, truth))
    together, either = (m.sum((1, 2)) for m in (called_blood * true_blood, called_blood + true_blood))
    of_blood = (1 - (2 * together + 10) / (either + 10)).mean()
    present = (filled >= LEAST_PIXELS).float()
    of_classes = ((1 - (2 * overlap + 10) / (called + filled + 10)) * present).sum() / present.sum().clamp(min=1)
    return cross + 0.5 * of_blood + 0.5 * of_classes
