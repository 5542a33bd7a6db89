"""Training of the hemorrhage network on synthetic scans that are made while it trains."""

from collections import deque
from pathlib import Path

import numpy as np
import torch

from ..ct_acquisition import Slices, acquire
from ..ct_scans import random_scans
from ..released_weights import start_from
from ..slice_training import Schedule, load_averaged
from ..slice_training import train as train_network
from ..template import Template
from .network import IGNORED, HemorrhageNetwork, loss

SEED = 20_001
SLICES = 14
DRAWINGS = 3
KEPT = 60  # drawings that wait to be looked at again, through another scanner
SCANS, CENTERS = 4, 2  # of a batch: many small steps teach more in an hour than few large ones
PATCH = (160, 128)
OUTSIDE_MM = -6.0  # farther outside the inner table nothing is asked
STEPS = 40_000  # more than the minutes allow: time decides


class Batches:
    """Endless batches: HU [8, 3, 160, 128] and labels [8, 160, 128]. A head is drawn for every sixth batch."""

    def __init__(self, template: Template, seed: int = SEED):
        self.template = template
        self.seed = seed
        self.rng = np.random.default_rng(seed)
        self.kept: deque[Slices] = deque(maxlen=KEPT)

    def __call__(self, step: int) -> tuple[torch.Tensor, torch.Tensor, None]:
        self.rng = np.random.default_rng([self.seed, step])
        if step % 6 == 0:
            self._draw()
        while len(self.kept) < 4 * DRAWINGS:
            self._draw()
        chosen = self.rng.choice(len(self.kept), SCANS, replace=False)
        parts = [self._part(self.kept[int(n)]) for n in chosen]
        return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts]), None

    def _draw(self) -> None:
        self.kept.extend(scan.slices for scan in random_scans(self.template, self.rng, SLICES, DRAWINGS))

    def _part(self, scan: Slices) -> tuple[torch.Tensor, torch.Tensor]:
        rng = self.rng
        n = len(scan.hu)
        first = int(rng.integers(0, n - CENTERS - 1))
        marked = (scan.label > 0).flatten(1).any(1).nonzero().flatten().tolist()
        if marked and rng.random() < 0.85:
            first = int(np.clip(rng.choice(marked) - rng.integers(1, CENTERS + 1), 0, n - CENTERS - 2))
        take = slice(first, first + CENTERS + 2)
        part = Slices(scan.hu[take], scan.label[take], scan.depth[take], scan.bone[take], scan.z_mm[take])
        asked = torch.where((part.depth < OUTSIDE_MM) & (part.label == 0), IGNORED, part.label).to(torch.uint8)
        hu, label = cut_out(rng, acquire(rng, part), asked)
        stack = torch.stack([hu[:-2], hu[1:-1], hu[2:]], 1)
        label = label[1:-1]
        chance = rng.random()
        if chance < 0.15:  # a single picture without neighbors
            stack = stack[:, 1:2].expand(-1, 3, -1, -1)
        elif chance < 0.25:  # the ends of a scan
            stack = torch.stack([stack[:, 1], stack[:, 1], stack[:, 2]] if rng.random() < 0.5 else [stack[:, 0], stack[:, 1], stack[:, 1]], 1)
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


def train(template: Template, checkpoint: Path, minutes: float, begin: Path | None = None, say=print) -> None:
    """Trains for `minutes` of wall time from now and writes `checkpoint`; one that is there is gone on from.

    Without one, the weights of the graph `begin` are the first ones, where it is named.
    """
    torch.manual_seed(SEED)
    network = HemorrhageNetwork().train()
    if begin is not None:
        start_from(network, begin)
    train_network(network, Batches(template), Schedule(STEPS, rate=1.2e-3), checkpoint, loss_of=loss, seconds=minutes * 60, say=say)


def trained(checkpoint: Path) -> torch.nn.Module:
    """The network with the averaged weights, ready to answer."""
    return load_averaged(HemorrhageNetwork(), checkpoint)
