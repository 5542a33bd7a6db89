"""Network `flair-lesion`: bright lesions on FLAIR, slice by slice. Trained and tested on real slices of SOOP.

    python -m stroke_imaging.flair_lesion all --data ../../../shared/data --work /tmp/flair-lesion --out ..
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from . import flair_card
from .flair_evaluation import FIELDS, PIXEL_MM, evaluate
from .flair_slices import TRAINED, normalized, padded, read_slices, subjects_of, varied
from .slice_release import export_graph, seconds_per_slice, write_figures
from .slice_training import Batch, Schedule, load_averaged, train
from .slice_unet import SliceUNet

SEED = 20250501
BATCH = 8
CORONAL_SHARE = 0.3
"""The axial files show one level only; coronal slices add the vertex, the temporal lobes and the cerebellum."""


def batches(soop: Path) -> Callable[[int], Batch]:
    ids = subjects_of(soop, TRAINED)
    sets = []
    for cut, size in FIELDS.items():
        slices = read_slices(soop, cut).of(ids)
        images = padded(np.stack([normalized(one) for one in slices.images]), *size)
        lesions = padded(slices.lesions, *size)
        sets.append((torch.from_numpy(images), torch.from_numpy(lesions), torch.from_numpy(lesions.any((1, 2)))))

    def next_batch(step: int) -> Batch:
        generator = torch.Generator().manual_seed(SEED + step)
        images, lesions, has = sets[int(torch.rand((), generator=generator) < CORONAL_SHARE)]
        # A lesion more often than not: 64 % of the slices have one.
        chance = torch.where(has, 1.3, 1.0)
        at = torch.multinomial(chance, BATCH, generator=generator)
        size = tuple(round(mm / PIXEL_MM) for mm in images.shape[1:])
        x, target = varied(images[at], lesions[at], size, generator)
        return x[:, None], target, None

    return next_batch


def export(soop: Path, work: Path, folder: Path) -> None:
    """Evaluates, writes graph, figures, card and manifest."""
    network = load_averaged(SliceUNet(1), work / "checkpoint.pt")
    state = torch.load(work / "checkpoint.pt", weights_only=True)
    figures = evaluate(network, soop)
    parity = export_graph(network, 1, "flair", folder / "model.onnx")
    figures |= {
        "trainedSubjects": len(subjects_of(soop, TRAINED)),
        "weights": sum(p.numel() for p in network.parameters()),
        "steps": state["step"],
        "training": f"{state['step']} steps of {BATCH} slices in {state['seconds'] / 60:.0f} minutes on one thread of a busy machine of two "
        "cores; AdamW, cosine decay, moving average of the weights, cross-entropy plus Dice. Seed "
        f"{SEED}. Turned, bent, scaled, mirrored slices with other contrast, bias field, sharpness, noise and ghosts.",
        "parity": parity,
        "secondsPerSlice": seconds_per_slice(folder / "model.onnx", 1, "flair"),
    }
    write_figures(folder, figures)
    flair_card.write(folder, figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["train", "export", "card", "all"], help="export evaluates, and writes graph, figures, card and manifest")
    parser.add_argument("--data", type=Path, default=Path("../../../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("/tmp/flair-lesion"), help="checkpoints; a run goes on from them")
    parser.add_argument("--out", type=Path, default=Path(".."), help="the models folder")
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--steps", type=int, default=6000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    soop = options.data / "soop"
    if options.command in ("train", "all"):
        train(
            SliceUNet(1),
            batches(soop),
            Schedule(options.steps),
            options.work / "checkpoint.pt",
            seconds=60 * options.minutes,
            say=lambda line: print(line, flush=True),
        )
    if options.command == "card":
        folder = options.out / "flair-lesion"
        flair_card.write(folder, json.loads((folder / "figures.json").read_text(encoding="utf-8")))
    if options.command in ("export", "all"):
        export(soop, options.work, options.out / "flair-lesion")


if __name__ == "__main__":
    main()
