"""Head anatomy of CT and MR: generate → train → evaluate → export.

    python -m stroke_imaging.head_anatomy generate-examples|train|evaluate|export|all --data ../../../shared/data --out ../head-anatomy

Training has two parts: the whole head on 6 mm voxels (`--coarse-seconds`), then on 3 mm (`--seconds`). A stopped run goes on
from its checkpoint in `--work`. The seed of every head follows from the step alone.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import anatomy_evaluation as evaluation
from . import anatomy_heads as heads
from . import anatomy_release
from .anatomy_labels import MIDLINE, STRUCTURES, join_sides
from .anatomy_pictures import write_sheet
from .anatomy_unet import HeadUNet
from .released_weights import start_from
from .slice_training import quickest_numbers

SHAPE = (64, 80, 64)
SPACING = 3.0
COARSE_SHAPE = tuple(n // 2 for n in SHAPE)
COARSE_BATCH = 3
SEED = 20261129
#: Said where training began with the released weights (`--begin`, named to `export` and `card` as well).
EARLIER = "Version 1.0.0 had seen 2196 heads on 6 mm voxels and 1464 on 3 mm; from its weights on,"


def batch_of(template: heads.Template, part: str, step: int) -> tuple[Tensor, Tensor, Tensor]:
    """Images [n, 1, d, h, w], structure and side [n, d, h, w]; the same step gives the same batch."""
    rng = np.random.default_rng([SEED, 0 if part == "coarse" else 1, step])
    shape, spacing, count = (COARSE_SHAPE, 2 * SPACING, COARSE_BATCH) if part == "coarse" else (SHAPE, SPACING, 1)
    images, structures, sides = zip(*(heads.example(template, rng, shape, spacing) for _ in range(count)))
    return (torch.from_numpy(np.stack(images))[:, None], torch.from_numpy(np.stack(structures)).long(),
            torch.from_numpy(np.stack(sides)).float())


#: Of the voxels outside the skull this share takes part in the loss, with as much more weight: half of the time goes there.
OUTSIDE_SHARE = 0.15


def loss_of(logits: Tensor, structure: Tensor, side: Tensor) -> Tensor:
    """Cross-entropy of the structures, one minus their mean soft Dice, and cross-entropy of the side where there is one."""
    count = len(STRUCTURES)
    target, side = structure.reshape(-1), side.reshape(-1)
    inner = (target >= 2) & (target != heads.IGNORE)
    outer = (target < 2) & (torch.rand(target.shape) < OUTSIDE_SHARE)
    chosen = torch.nonzero(inner | outer)[:, 0]
    target, side = target[chosen], side[chosen]
    # A view in channels-last memory: one row a voxel.
    rows = logits.movedim(1, -1).reshape(-1, count + 1).index_select(0, chosen).float()
    weight = torch.where(target < 2, 1 / OUTSIDE_SHARE, 1.0)
    log_p = torch.log_softmax(rows[:, :count], 1)
    of_target = log_p.gather(1, target[:, None])[:, 0]
    entropy = -(weight * of_target).sum() / weight.sum()
    of_class = lambda values: torch.zeros(count).index_add(0, target, weight * values)
    overlap, volume = of_class(of_target.exp()), of_class(torch.ones_like(side))
    claimed = weight @ log_p.exp()
    dice = ((2 * overlap + 1) / (claimed + volume + 1))[1:][volume[1:] > 0].mean()
    sided = (target >= len(MIDLINE)) & (side > 0)
    right = F.binary_cross_entropy_with_logits(rows[:, count][sided], side[sided] - 1) if sided.any() else 0.0
    return entropy + (1 - dice) + right


def train(data: Path, work: Path, coarse_seconds: float, seconds: float, begin: Path | None = None) -> HeadUNet:
    """Trains until the seconds of both parts are over, from the weights of the graph `begin` where one is named; returns the network with averaged weights."""
    template = heads.load(data)
    torch.manual_seed(SEED)
    network = HeadUNet()
    if begin is not None:
        start_from(network, begin, "network.")
    network = network.to(memory_format=torch.channels_last_3d)
    averaged = torch.optim.swa_utils.AveragedModel(network, avg_fn=moving_average)
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
            with quickest_numbers():
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


def moving_average(average: Tensor, current: Tensor, count: Tensor) -> Tensor:
    """Over the last tenth of the steps, at most about the last 200: few steps must not drag the first weights along."""
    keep = torch.clamp(1 - 10 / (count + 10), max=0.995)
    return torch.lerp(current, average, keep.to(current.dtype))


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


def run_time(work: Path, went_on: bool) -> str:
    """What the checkpoint says of the training."""
    state = torch.load(work / "checkpoint.pt", weights_only=True)["state"]
    step, spent = state["step"], state["spent"]
    coarse = f"{step['coarse'] * COARSE_BATCH} heads on 6 mm voxels in {spent['coarse'] / 60:.0f} min and " if step["coarse"] else ""
    before = f"{EARLIER} " if went_on else ""
    return f"{before}{coarse}{step['fine']} heads on 3 mm in {spent['fine'] / 60:.0f} min, one thread of a machine of two cores that ran much else."


def evaluate(network: HeadUNet, out: Path, data: Path, work: Path, each: int) -> dict:
    """All figures of the card, of the exported graph."""
    graph = out / "model.onnx"
    session = evaluation.session_of(graph)
    real, _, _ = evaluation.judge_real(session, data / "ge-head-ct", work / "shift")
    judged = evaluation.judge(session, data, each, work / "shift")
    figures = {"synthetic": judged["contrasts"], "orientation": judged["orientation"], "real": real, "cost": evaluation.cost(session),
               "export": anatomy_release.same_as_torch(network, graph)}
    print(json.dumps(figures, indent=1))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("generate-examples", "train", "evaluate", "export", "card", "all"))
    parser.add_argument("--data", type=Path, default=Path("../../../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("../head-anatomy"))
    parser.add_argument("--work", type=Path, default=Path("work/head-anatomy"), help="checkpoint, pictures")
    parser.add_argument("--begin", type=Path, help="a released model.onnx whose weights training begins with")
    parser.add_argument("--coarse-seconds", type=float, default=1950)
    parser.add_argument("--seconds", type=float, default=2700)
    parser.add_argument("--each", type=int, default=6, help="held-out heads of each contrast")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.command == "generate-examples":
        template, rng = heads.load(options.data), np.random.default_rng(SEED)
        rows = []
        for contrast in heads.CONTRASTS:
            image, structure, side = heads.example(template, rng, SHAPE, SPACING, contrast)
            rows.append((image, join_sides(np.where(structure == heads.IGNORE, 0, structure), side == 2)))
        write_sheet(options.work / "examples.png", rows, (14, 24, 32, 40, 48), 2)
    if options.command in ("train", "all"):
        train(options.data, options.work, options.coarse_seconds, options.seconds, options.begin)
    if options.command in ("export", "evaluate", "all"):
        network = load(options.work)
        if options.command != "evaluate":
            anatomy_release.export(network, options.out)
        figures = evaluate(network, options.out, options.data, options.work, options.each)
        (options.out / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")
    if options.command in ("export", "evaluate", "card", "all"):
        # `card` alone: after midline-accuracy.ts and ventricle-accuracy.ts in test/support have written their figures of what `evaluate` left.
        network, figures = load(options.work), json.loads((options.out / "figures.json").read_text())
        for name in ("shift", "ventricles"):
            by_product = options.out / f"{name}.json"
            if by_product.exists():
                figures[name] = json.loads(by_product.read_text())
        anatomy_release.release(network, figures, run_time(options.work, options.begin is not None), options.out, options.data)


if __name__ == "__main__":
    main()
