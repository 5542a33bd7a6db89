"""Training of the hemorrhage network on synthetic scans that are made while it trains."""

from collections import deque
from pathlib import Path

import numpy as np
import torch

from ..ct_acquisition import Slices, acquire
from ..ct_scans import random_scans
from ..fit import dice_and_cross_entropy, fit
from ..template import Template
from .network import build

SEED = 20_001
SLICES = 14
DRAWINGS = 3
KEPT = 60  # drawings that wait to be looked at again, through another scanner
SCANS, CENTERS = 4, 6  # of a batch
PATCH = (160, 128)
# Background is most of every slice; edema has soft borders and is the least important.
WEIGHTS = (1.0, 3.0, 3.0, 3.0, 3.0, 1.5)


class Batches:
    """Endless batches: HU [24, 3, 160, 128] and labels [24, 160, 128]. A head is drawn for every second batch."""

    def __init__(self, template: Template, seed: int):
        self.template = template
        self.rng = np.random.default_rng(seed)
        self.kept: deque[Slices] = deque(maxlen=KEPT)
        self.count = 0

    def __call__(self) -> tuple[torch.Tensor, torch.Tensor]:
        while self.count % 2 == 0 or len(self.kept) < 4 * DRAWINGS:
            for scan in random_scans(self.template, self.rng, SLICES, DRAWINGS):
                self.kept.append(scan.slices)
            if len(self.kept) >= 4 * DRAWINGS:
                break
        self.count += 1
        chosen = self.rng.choice(len(self.kept), SCANS, replace=False)
        parts = [self._part(self.kept[int(n)]) for n in chosen]
        return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])

    def _part(self, scan: Slices) -> tuple[torch.Tensor, torch.Tensor]:
        rng = self.rng
        n = len(scan.hu)
        first = int(rng.integers(0, n - CENTERS - 1))
        marked = (scan.label > 0).flatten(1).any(1).nonzero().flatten().tolist()
        if marked and rng.random() < 0.75:
            first = int(np.clip(rng.choice(marked) - rng.integers(1, CENTERS + 1), 0, n - CENTERS - 2))
        take = slice(first, first + CENTERS + 2)
        part = Slices(scan.hu[take], scan.label[take], scan.depth[take], scan.bone[take], scan.z_mm[take])
        hu, label = cut_out(rng, acquire(rng, part), part.label)
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


def train(template: Template, folder: Path, minutes: float, say=print) -> None:
    """Trains for `minutes` of wall time (continued when there is a checkpoint) and writes `folder`/checkpoint.pt."""
    torch.manual_seed(SEED)
    seed = SEED + (1 if (folder / "checkpoint.pt").exists() else 0)
    batches = Batches(template, seed)
    weights = torch.tensor(WEIGHTS)
    fit(build(), batches, lambda logits, label: dice_and_cross_entropy(logits, label, weights), folder, minutes * 60, say=say)


def averaged(folder: Path, template: Template | None = None, batches: int = 60):
    """The averaged network of a checkpoint, ready to answer; its normalization measured anew on synthetic batches."""
    model = build()
    model.load_state_dict(torch.load(folder / "checkpoint.pt", weights_only=True)["average"])
    if template is not None:
        source = Batches(template, SEED + 7)
        norms = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the plain mean over all batches
        model.train()
        with torch.no_grad():
            for _ in range(batches):
                model(source()[0])
    return model.eval()
