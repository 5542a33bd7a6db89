"""Network `early-ischemia`: early ischemic change and frank hypodensity on native CT. Trained on synthetic heads alone.

    python -m stroke_imaging.early_ischemia all --data ../../../shared/data --work /tmp/early-ischemia --out ../early-ischemia
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from .ischemia_heads import Example, example
from .ischemia_net import IschemiaNet, ischemia_loss
from .ischemia_shapes import load_shapes
from .released_weights import start_from
from .slice_training import Batch, Schedule, load_averaged, train
from .template import load_template

SEED = 20250502
BATCH = 20
HEADS_AT_HAND = 16
STEPS_A_HEAD = 2
"""A new head is drawn every second step; slices are taken from the last sixteen."""
ALONE = 0.12
BEFORE = "Version 1.0.0 had seen 1107 steps of 20 slices; from its weights on, other heads: "
"""Said where training began with the released weights (`--begin`, named to `release` as well)."""


def batches(data: Path, work: Path, seed: int = SEED) -> Callable[[int], Batch]:
    template = load_template(data)
    shapes = load_shapes(data, held_out=False, cache=work)

    @lru_cache(maxsize=HEADS_AT_HAND)
    def slices(head: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        return slices_of(example(template, shapes, np.random.default_rng((seed, head))))

    def next_batch(step: int) -> Batch:
        generator = torch.Generator().manual_seed(seed + step)
        newest = step // STEPS_A_HEAD
        heads = [slices(n) for n in range(max(0, newest - HEADS_AT_HAND + 1), newest + 1)]
        images, truth, known = (torch.cat(part) for part in zip(*heads))
        # Slices with a lesion twice as often.
        chance = 1.0 + (truth > 0).flatten(1).any(1).float()
        at = torch.multinomial(chance, min(BATCH, len(chance)), generator=generator)
        images, truth, known = images[at].float(), truth[at], known[at].float()
        # A slice without neighbors, as at the ends of a scan.
        alone = torch.rand(len(images), generator=generator) < ALONE
        images[alone] = images[alone][:, [1, 1, 1, 4, 4, 4]]
        if torch.rand((), generator=generator) < 0.5:
            images, truth, known = images.flip(-1), truth.flip(-1), known.flip(-1)
        return images, truth, known

    return next_batch


def slices_of(one: Example) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Six channels a slice (float16), truth and what of it is known; only slices that hold brain."""
    stack = stacked(one.hu, one.mirrored)
    brain = (one.head.inside > 0.5).sum((1, 2)) > 300
    return stack[brain].half(), one.truth[brain], one.known[brain]


def stacked(hu: torch.Tensor, mirrored: torch.Tensor) -> torch.Tensor:
    """[d, 6, h, w]: the slice below, itself, above; the same mirrored. At the ends the slice itself stands for its neighbor."""
    below = lambda v: torch.cat([v[:1], v[:-1]])  # noqa: E731
    above = lambda v: torch.cat([v[1:], v[-1:]])  # noqa: E731
    return torch.stack([f(v) for v in (hu, mirrored) for f in (below, lambda v: v, above)], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["train", "release", "all"])
    parser.add_argument("--data", type=Path, default=Path("../../../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("/tmp/early-ischemia"))
    parser.add_argument("--out", type=Path, default=Path("../early-ischemia"))
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--heads", type=int, default=60, help="synthetic heads for calibration, and as many for the test")
    parser.add_argument("--begin", type=Path, help="a released model.onnx whose weights training begins with")
    parser.add_argument("--seed", type=int, default=SEED, help="another one where weights are trained on: heads they have not seen")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    say = lambda line: print(line, flush=True)  # noqa: E731
    checkpoint = options.work / "checkpoint.pt"
    if options.command != "release":
        network = IschemiaNet()
        if options.begin is not None:
            start_from(network, options.begin, "network.")
        train(
            network,
            batches(options.data, options.work, options.seed),
            Schedule(options.steps, average=0.99),
            checkpoint,
            seconds=60 * options.minutes,
            say=say,
            loss_of=ischemia_loss,
        )
    if options.command != "train":
        # release reads what training made; the import would be circular the other way round.
        from .ischemia_release import release

        state = torch.load(checkpoint, weights_only=True)
        before = "" if options.begin is None else BEFORE
        hours = f"{before}{state['step']} steps of {BATCH} slices, {state['seconds'] / 60:.0f} min of a shared core (bfloat16)."
        figures = release(load_averaged(IschemiaNet(), checkpoint), options.data, options.work, options.out, hours, options.heads, say)
        say(str({k: figures["regions"][k]["auc"] for k in ("plain", "both")}))


if __name__ == "__main__":
    main()
