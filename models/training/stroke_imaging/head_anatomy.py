"""Head anatomy of CT and MR: generate → train → evaluate → export.

    python -m stroke_imaging.head_anatomy generate-examples|train|evaluate|export|all --data ../../../shared/data --out ../head-anatomy

Training has two parts: the whole head on 6 mm voxels (`--coarse-seconds`), then on 3 mm (`--seconds`). A stopped run goes on
from its checkpoint in `--work`. The seed of every head follows from the step alone.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import anatomy_heads as heads
from .anatomy_labels import MIDLINE, STRUCTURES
from .anatomy_unet import HeadUNet

SHAPE = (64, 80, 64)
SPACING = 3.0
COARSE_SHAPE = tuple(n // 2 for n in SHAPE)
COARSE_BATCH = 3
SEED = 20261129


def batch_of(template: heads.Template, part: str, step: int) -> tuple[Tensor, Tensor, Tensor]:
    """Images [n, 1, d, h, w], structure and side [n, d, h, w]; the same step gives the same batch."""
    rng = np.random.default_rng([SEED, 0 if part == "coarse" else 1, step])
    shape, spacing, count = (COARSE_SHAPE, 2 * SPACING, COARSE_BATCH) if part == "coarse" else (SHAPE, SPACING, 1)
    images, structures, sides = zip(*(heads.example(template, rng, shape, spacing) for _ in range(count)))
    return (torch.from_numpy(np.stack(images))[:, None], torch.from_numpy(np.stack(structures)).long(),
            torch.from_numpy(np.stack(sides)).float())


def loss_of(logits: Tensor, structure: Tensor, side: Tensor) -> Tensor:
    """Cross-entropy of the structures, one minus their mean soft Dice, and cross-entropy of the side where there is one."""
    count = len(STRUCTURES)
    logits = logits.float()
    entropy = F.cross_entropy(logits[:, :count], structure, ignore_index=heads.IGNORE)
    known = structure != heads.IGNORE
    truth = F.one_hot(structure.clamp_max(count - 1), count).movedim(-1, 1).float() * known[:, None]
    p = torch.softmax(logits[:, :count], 1) * known[:, None]
    axes = (0, 2, 3, 4)
    volume = truth.sum(axes)
    dice = (2 * (p * truth).sum(axes) + 1) / (p.sum(axes) + volume + 1)
    dice = dice[1:][volume[1:] > 0].mean() if (volume[1:] > 0).any() else dice.mean()
    sided = known & (structure >= len(MIDLINE)) & (side > 0)
    right = F.binary_cross_entropy_with_logits(logits[:, count][sided], side[sided] - 1) if sided.any() else 0.0
    return entropy + (1 - dice) + right


def train(data: Path, work: Path, coarse_seconds: float, seconds: float) -> HeadUNet:
    """Trains until the seconds of both parts are over; returns the network with averaged weights."""
    template = heads.load(data)
    torch.manual_seed(SEED)
    network = HeadUNet().to(memory_format=torch.channels_last_3d)
    averaged = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.995))
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-4)
    state = {"step": {"coarse": 0, "fine": 0}, "spent": {"coarse": 0.0, "fine": 0.0}}
    checkpoint = work / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(saved["network"])
        averaged.load_state_dict(saved["averaged"])
        optimizer.load_state_dict(saved["optimizer"])
        state = saved["state"]
        print(f"goes on: {state}", flush=True)
    for part, limit, rate in (("coarse", coarse_seconds, 2e-3), ("fine", seconds, 1e-3)):
        begun, before, kept, losses = time.monotonic(), state["spent"][part], time.monotonic(), []
        while state["spent"][part] < limit:
            step = state["step"][part]
            share = state["spent"][part] / limit
            # The coarse part ends at a third of its rate: the fine one goes on with the same weights.
            least = 0.3 if part == "coarse" else 0.02
            for group in optimizer.param_groups:
                group["lr"] = rate * min(1.0, (step + 1) / 50) * (least + (1 - least) * 0.5 * (1 + math.cos(math.pi * share)))
            images, structure, side = batch_of(template, part, step)
            images = images.contiguous(memory_format=torch.channels_last_3d)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = network.coarse(images)[1] if part == "coarse" else network(images)
            loss = loss_of(logits, structure, side)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            averaged.update_parameters(network)
            losses.append(loss.item())
            state["step"][part] = step + 1
            state["spent"][part] = before + time.monotonic() - begun
            if (step + 1) % 25 == 0:
                print(f"{part} step {step + 1} loss {np.mean(losses):.4f} {state['spent'][part]:.0f} s", flush=True)
                losses = []
                if time.monotonic() - kept > 90 or state["spent"][part] >= limit:
                    kept = time.monotonic()
                    save(checkpoint, network, averaged, optimizer, state)
        save(checkpoint, network, averaged, optimizer, state)
    return load(work)


def save(file: Path, network: nn.Module, averaged: nn.Module, optimizer: torch.optim.Optimizer, state: dict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    torch.save({"network": network.state_dict(), "averaged": averaged.state_dict(), "optimizer": optimizer.state_dict(),
                "state": state}, fresh)
    fresh.replace(file)


def load(work: Path) -> HeadUNet:
    """The averaged weights of the checkpoint."""
    state = torch.load(work / "checkpoint.pt", weights_only=True)["averaged"]
    network = HeadUNet()
    network.load_state_dict({k.removeprefix("module."): v for k, v in state.items() if k.startswith("module.")})
    return network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("generate-examples", "train", "evaluate", "export", "all"))
    parser.add_argument("--data", type=Path, default=Path("../../../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("../head-anatomy"))
    parser.add_argument("--work", type=Path, default=Path("work/head-anatomy"), help="checkpoint, pictures")
    parser.add_argument("--coarse-seconds", type=float, default=1500)
    parser.add_argument("--seconds", type=float, default=2700)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.command in ("train", "all"):
        train(options.data, options.work, options.coarse_seconds, options.seconds)


if __name__ == "__main__":
    main()
