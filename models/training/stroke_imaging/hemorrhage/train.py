"""Training of the hemorrhage network on synthetic scans that are made while it trains."""

from collections import deque
from pathlib import Path

import numpy as np
import torch

from ..ct_acquisition import Slices, acquire, seen_label
from ..ct_scans import random_scans
from ..released_weights import start_from
from ..slice_training import Schedule, load_averaged
from ..slice_training import train as train_network
from ..template import Template
from .constants import CLASSES, EXTRA_AXIAL
from .network import IGNORED, HemorrhageNetwork, loss

SEED = 20_001
SLICES = 14
DRAWINGS = 3
KEPT = 60  # drawings that wait to be looked at again, through another scanner
BATCH = 8  # many small steps teach more in an hour than few large ones
HEAD_EVERY = 6  # steps
BLEEDING = 0.7  # share of drawings
AIMED = 0.8  # share of a batch that shows a chosen aim; each as often as the others, however little of it there is
MIMIC = len(CLASSES)
# Every class; twice blood outside the brain, and what is as bright but no blood: of those false alarms were sure.
AIMS = (*range(1, len(CLASSES)), EXTRA_AXIAL, MIMIC, MIMIC)
LEAST_PIXELS = 12  # of an aim in a slice, to be chosen for it
MANY_PIXELS = 100  # more of them do not make it likelier
PATCH = (160, 128)
OUTSIDE_MM = -6.0  # farther outside the inner table nothing is asked
STEPS = 40_000  # more than the minutes allow: time decides


class Batches:
    """Endless batches: HU [8, 3, 160, 128] and labels [8, 160, 128], every slice of another scan."""

    def __init__(self, template: Template, seed: int = SEED):
        self.template = template
        self.seed = seed
        self.rng = np.random.default_rng(seed)
        self.kept: deque[tuple[Slices, np.ndarray]] = deque(maxlen=KEPT)

    def __call__(self, step: int) -> tuple[torch.Tensor, torch.Tensor, None]:
        self.rng = np.random.default_rng([self.seed, step])
        if step % HEAD_EVERY == 0:
            self._draw()
        while len(self.kept) < 4 * DRAWINGS:
            self._draw()
        parts = [self._part(*self._choose()) for _ in range(BATCH)]
        return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts]), None

    def _draw(self) -> None:
        for scan in random_scans(self.template, self.rng, SLICES, DRAWINGS, BLEEDING):
            counts = np.stack([np.bincount(label.ravel(), minlength=MIMIC + 1) for label in scan.slices.label.numpy()])
            counts[:, MIMIC] = scan.mimics
            counts[[0, -1]] = 0  # without a neighbor
            self.kept.append((scan.slices, counts))

    def _choose(self) -> tuple[Slices, int]:
        rng = self.rng
        if rng.random() < AIMED:
            aim = int(rng.choice(AIMS))
            pixels = np.stack([counts[:, aim] for _, counts in self.kept]).astype(float)
            pixels[pixels < LEAST_PIXELS] = 0
            if pixels.any():
                chance = np.sqrt(pixels.clip(max=MANY_PIXELS)).ravel()
                at = int(rng.choice(chance.size, p=chance / chance.sum()))
                return self.kept[at // SLICES][0], at % SLICES
        return self.kept[int(rng.integers(len(self.kept)))][0], int(rng.integers(1, SLICES - 1))

    def _part(self, scan: Slices, at: int) -> tuple[torch.Tensor, torch.Tensor]:
        rng = self.rng
        take = slice(at - 1, at + 2)
        part = Slices(scan.hu[take], scan.label[take], scan.depth[take], scan.bone[take], scan.z_mm[take])
        acquired = acquire(rng, part)
        label = seen_label(part.label, acquired)
        asked = torch.where((part.depth < OUTSIDE_MM) & (label == 0), IGNORED, label).to(torch.uint8)
        hu, label = cut_out(rng, acquired, asked)
        stack, label = hu[None], label[1:2]
        chance = rng.random()
        if chance < 0.15:  # a single picture without neighbors
            stack = stack[:, 1:2].expand(-1, 3, -1, -1)
        elif chance < 0.25:  # the ends of a scan
            stack = stack[:, [1, 1, 2]] if rng.random() < 0.5 else stack[:, [0, 1, 1]]
        if rng.random() < 0.5:
            stack, label = stack.flip(-1), label.flip(-1)
        return stack, label.long()


def cut_out(rng: np.random.Generator, hu: torch.Tensor, label: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """PATCH of the slices at a random place; what lies beyond them is air."""
    n, h, w = hu.shape
    top, left = (int(rng.integers(min(0, have - want), max(0, have - want) + 1)) for have, want in zip((h, w), PATCH))
    out, marks = torch.full((n, *PATCH), float(hu.min())), torch.zeros((n, *PATCH), dtype=label.dtype)
    rows = slice(max(0, top), min(h, top + PATCH[0]))
    columns = slice(max(0, left), min(w, left + PATCH[1]))
    to = (slice(None), slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
    out[to], marks[to] = hu[:, rows, columns], label[:, rows, columns]
    return out, marks


def train(template: Template, checkpoint: Path, minutes: float, begin: Path | None = None, seed: int = SEED, say=print) -> None:
    """Trains for `minutes` of wall time from now and writes `checkpoint`; one that is there is gone on from.

    Without one, the weights of the graph `begin` are the first ones, where it is named.
    """
    torch.manual_seed(seed)
    network = HemorrhageNetwork().train()
    if begin is not None:
        start_from(network, begin)
    train_network(network, Batches(template, seed), Schedule(STEPS, rate=1.5e-3), checkpoint, loss_of=loss, seconds=minutes * 60, say=say, ahead=True)


def trained(checkpoint: Path) -> torch.nn.Module:
    """The network with the averaged weights, ready to answer."""
    return load_averaged(HemorrhageNetwork(), checkpoint)
