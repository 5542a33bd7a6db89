"""Training of slice networks: bfloat16 where the processor multiplies it quicker, AdamW with cosine decay, moving average of the weights, checkpoints to go on from."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from .slice_unet import lesion_loss

Batch = tuple[Tensor, Tensor, Tensor | None]
"""images [n, c, h, w], target [n, h, w] in 0…1, weight or None"""


@dataclass(frozen=True)
class Schedule:
    steps: int
    rate: float = 2e-3
    warm_up: int = 100
    decay: float = 1e-4
    average: float = 0.998
    """Of the moving average of the weights, which is what is evaluated and shipped."""


def train(
    network: nn.Module,
    next_batch: Callable[[int], Batch],
    schedule: Schedule,
    checkpoint: Path,
    *,
    seconds: float,
    say: Callable[[str], None] = print,
    loss_of: Callable[[Tensor, Tensor, Tensor | None], Tensor] = lesion_loss,
    ahead: bool = False,
) -> nn.Module:
    """Trains until the steps or the seconds are over and returns the averaged network.

    `next_batch(step)` must depend on the step alone, so that a run that goes on sees what an unbroken one would have.
    A checkpoint at `checkpoint` is gone on from. With `ahead` a process of its own makes the next batches meanwhile.
    """
    network = network.to(memory_format=torch.channels_last)
    averaged = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(schedule.average)
    )
    optimizer = torch.optim.AdamW(network.parameters(), lr=schedule.rate, weight_decay=schedule.decay)
    step = 0
    before = 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        averaged.load_state_dict(state["averaged"])
        optimizer.load_state_dict(state["optimizer"])
        step, before = state["step"], state["seconds"]
        say(f"goes on at step {step}")
    batches = iter(DataLoader(_Batches(next_batch, step), batch_size=None, num_workers=int(ahead)))
    begun = saved = time.monotonic()
    sums = [0.0, 0]
    while step < schedule.steps:
        spent = time.monotonic() - begun
        # Progress in steps or in time, whichever is further: the cosine ends when the run does.
        share = max(step / schedule.steps, (before + spent) / (before + seconds) if seconds > 0 else 1.0)
        if share >= 1:
            break
        rate = schedule.rate * min(1.0, (step + 1) / schedule.warm_up) * 0.5 * (1 + math.cos(math.pi * share))
        for group in optimizer.param_groups:
            group["lr"] = rate
        images, target, weight = next(batches)
        with quickest_numbers():
            logits = network(images.contiguous(memory_format=torch.channels_last))
        loss = loss_of(logits, target, weight)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        averaged.update_parameters(network)
        step += 1
        sums = [sums[0] + loss.item(), sums[1] + 1]
        if step % 50 == 0:
            now = time.monotonic()
            say(f"step {step} loss {sums[0] / sums[1]:.4f} rate {rate:.5f} {before + now - begun:.0f} s")
            sums = [0.0, 0]
            if now - saved > 120:
                saved = now
                _save(checkpoint, network, averaged, optimizer, step, before + now - begun)
    _save(checkpoint, network, averaged, optimizer, step, before + time.monotonic() - begun)
    return averaged.module.eval()


class _Batches(IterableDataset):
    """The batches from `step` on, without end."""

    def __init__(self, next_batch: Callable[[int], Batch], step: int) -> None:
        self.next_batch, self.step = next_batch, step

    def __iter__(self):
        return map(self.next_batch, itertools.count(self.step))


def quickest_numbers() -> torch.autocast:
    """bfloat16 on processors with its matrix instructions (AMX), float32 on others: there bfloat16 costs a fifth more."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_amx_tile_supported())


def _save(
    checkpoint: Path, network: nn.Module, averaged: nn.Module, optimizer: torch.optim.Optimizer, step: int, seconds: float
) -> None:
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    fresh = checkpoint.with_suffix(".new")
    torch.save(
        {
            "network": network.state_dict(),
            "averaged": averaged.state_dict(),
            "optimizer": optimizer.state_dict(),
            "step": step,
            "seconds": seconds,
        },
        fresh,
    )
    fresh.replace(checkpoint)


def load_averaged(network: nn.Module, checkpoint: Path) -> nn.Module:
    """The averaged weights of a checkpoint."""
    state = torch.load(checkpoint, weights_only=True)["averaged"]
    network.load_state_dict({k.removeprefix("module."): v for k, v in state.items() if k.startswith("module.")})
    return network.eval()
