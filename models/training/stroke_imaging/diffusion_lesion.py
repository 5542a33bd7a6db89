"""Network `diffusion-lesion`: acute lesions on DWI and ADC, slice by slice. Trained on synthetic scans with real lesion shapes.

    python -m stroke_imaging.diffusion_lesion all --data ../../../shared/data --work /tmp/diffusion-lesion --out ..
"""

from __future__ import annotations

import argparse
import json
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from . import diffusion_card
from .diffusion_contrast import diffusion_scan
from .diffusion_evaluation import evaluate
from .diffusion_heads import MAPS, DiffusionHead, diffusion_head
from .flair_slices import TRAINED
from .released_weights import start_from
from .slice_release import export_graph, seconds_per_slice, write_figures
from .slice_training import Batch, Schedule, load_averaged, train
from .slice_unet import SliceUNet
from .soop_masks import subjects
from .template import load_template

SEED = 20250601
EARLIER = "Version 1.1.0 had seen 6723 steps on parts of slices of 96 x 96 pixels; from its weights on,"
"""Said where training began with the released weights (`--begin`, named to `export` as well)."""
CROP = (128, 112)
"""Rows and columns of a training slice: the brain with a margin, as the product cuts it. Normalization over groups sees the
whole slice, so parts of it taught other means."""
STEPS_PER_HEAD = 12
POOL = 20
"""Heads that batches are drawn from; every `STEPS_PER_HEAD` steps a new one takes the place of the oldest."""
NEGATIVE = 0.2
HEADS_PER_BATCH, SLICES_PER_HEAD = 2, 4


def cut(maps: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """The brain, not always in the middle."""
    height, width = maps.shape[-2:]
    top, left = int(rng.integers(0, height - CROP[0] + 1)), int(rng.integers(0, width - CROP[1] + 1))
    return maps[..., top : top + CROP[0], left : left + CROP[1]]


def batches(data: Path, seed: int) -> Callable[[int], Batch]:
    template = load_template(data)
    soop = data / "soop"
    ids = subjects(soop, TRAINED)
    pool: OrderedDict[int, DiffusionHead] = OrderedDict()

    def head(number: int) -> DiffusionHead:
        if number not in pool:
            rng = np.random.default_rng([seed, number])
            subject = None if rng.random() < NEGATIVE else ids[rng.integers(len(ids))]
            pool[number] = diffusion_head(template, soop, rng, subject, ids)
            while len(pool) > POOL:
                pool.pop(min(pool))
        return pool[number]

    def next_batch(step: int) -> Batch:
        rng = np.random.default_rng([seed, 1, step])
        newest = step // STEPS_PER_HEAD
        # The newest always takes part, so that each head is made when its time comes.
        numbers = [newest, *rng.integers(max(0, newest - POOL + 1), newest + 1, HEADS_PER_BATCH - 1).tolist()]
        images, targets = [], []
        for number in numbers:
            maps = head(number).maps
            lesion = maps[MAPS.index("acute")].sum((1, 2, 3), dtype=torch.float32)
            chance = np.where(lesion.numpy() > 1, 3.0, 1.0)
            at = np.sort(rng.choice(maps.shape[1], SLICES_PER_HEAD, replace=False, p=chance / chance.sum()))
            scan = diffusion_scan(cut(maps[:, at], rng), int(rng.integers(2**31)))
            x, target = scan.images, scan.target
            if rng.random() < 0.5:
                x, target = x.flip(-1), target.flip(-1)
            images.append(x)
            targets.append(target)
        return torch.cat(images), torch.cat(targets), None

    return next_batch


def export(data: Path, work: Path, folder: Path, *, tuned: int, tested: int | None, negatives: int, seed: int, went_on: bool) -> None:
    """Evaluates, writes graph, figures, card and manifest."""
    network = load_averaged(SliceUNet(2), work / "checkpoint.pt")
    state = torch.load(work / "checkpoint.pt", weights_only=True)
    figures = evaluate(network, data, work / "scans", tuned=tuned, tested=tested, negatives=negatives)
    parity = export_graph(network, 2, "dwi", folder / "model.onnx")
    figures |= {
        "trainedSubjects": len(subjects(data / "soop", TRAINED)),
        "weights": sum(p.numel() for p in network.parameters()),
        "steps": state["step"],
        "training": (f"{EARLIER} " if went_on else "") + f"{state['step']} steps of {HEADS_PER_BATCH * SLICES_PER_HEAD} slices in {state['seconds'] / 60:.0f} minutes on one thread of a "
        "machine of two cores that ran much else; AdamW, cosine decay, moving average of the weights, cross-entropy plus Dice. Seed "
        f"{seed}.",
        "parity": parity,
        "secondsPerSlice": seconds_per_slice(folder / "model.onnx", 2, "dwi"),
    }
    write_figures(folder, figures)
    diffusion_card.write(folder, figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["train", "export", "card", "all"], help="export evaluates, and writes graph, figures, card and manifest")
    parser.add_argument("--data", type=Path, default=Path("../../../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("/tmp/diffusion-lesion"), help="checkpoints; a run goes on from them")
    parser.add_argument("--out", type=Path, default=Path(".."), help="the models folder")
    parser.add_argument("--begin", type=Path, help="a released model.onnx whose weights training begins with")
    parser.add_argument("--seed", type=int, default=SEED, help="another one where training goes on: heads that were not seen before")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, default=12000)
    parser.add_argument("--tuned", type=int, default=60, help="scans for the thresholds, and a quarter as many without lesion")
    parser.add_argument("--tested", type=int, default=None, help="subjects of the test fold; all when left out")
    parser.add_argument("--negatives", type=int, default=60)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    if options.command in ("train", "all"):
        network = SliceUNet(2)
        if options.begin is not None:
            start_from(network, options.begin, "network.")
        train(
            network,
            batches(options.data, options.seed),
            Schedule(options.steps),
            options.work / "checkpoint.pt",
            seconds=60 * options.minutes,
            say=lambda line: print(line, flush=True),
        )
    if options.command == "card":
        folder = options.out / "diffusion-lesion"
        diffusion_card.write(folder, json.loads((folder / "figures.json").read_text(encoding="utf-8")))
    if options.command in ("export", "all"):
        counts = {"tuned": options.tuned, "tested": options.tested, "negatives": options.negatives}
        export(options.data, options.work, options.out / "diffusion-lesion", **counts, seed=options.seed, went_on=options.begin is not None)


if __name__ == "__main__":
    main()
