"""Training by wall time: mixed precision, learning rate over the time that is left, moving average of weights, checkpoints."""

import copy
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

CHECKPOINT_SECONDS = 180
AVERAGE = 0.998


def dice_and_cross_entropy(logits: torch.Tensor, label: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    """Cross entropy plus one minus the soft Dice of the batch, averaged over the classes but background that the batch holds."""
    cross = F.cross_entropy(logits, label, weight=weights)
    probability = torch.softmax(logits, 1)[:, 1:]
    truth = F.one_hot(label, logits.shape[1]).permute(0, 3, 1, 2)[:, 1:].to(probability.dtype)
    both = (probability * truth).sum((0, 2, 3))
    size = probability.sum((0, 2, 3)) + truth.sum((0, 2, 3))
    present = (truth.sum((0, 2, 3)) > 0).float()
    dice = (2 * both + 10) / (size + 10)
    return cross + ((1 - dice) * present).sum() / present.sum().clamp(min=1)


def fit(
    model: nn.Module,
    batch: Callable[[], tuple[torch.Tensor, torch.Tensor]],
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    folder: Path,
    seconds: float,
    rate: float = 2e-3,
    say: Callable[[str], None] = print,
) -> nn.Module:
    """Trains for `seconds` of wall time in all, over restarts: `folder`/checkpoint.pt is continued. Returns the averaged model."""
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / "checkpoint.pt"
    model = model.to(memory_format=torch.channels_last)
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-4)
    step, spent = 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
        say(f"continued at step {step}, {spent:.0f} s")
    start, saved, running = time.monotonic() - spent, time.monotonic(), None
    model.train()
    while True:
        spent = time.monotonic() - start
        if spent >= seconds:
            break
        images, label = batch()
        part = spent / seconds
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 100) * max(0.01, 1 - part) ** 0.9
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(images.contiguous(memory_format=torch.channels_last))
        value = loss(logits.float(), label)
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        step += 1
        with torch.no_grad():
            keep = min(AVERAGE, step / (step + 10))
            for mine, theirs in zip(average.state_dict().values(), model.state_dict().values()):
                if mine.dtype.is_floating_point:
                    mine.lerp_(theirs, 1 - keep)
                else:
                    mine.copy_(theirs)
        running = value.item() if running is None else 0.98 * running + 0.02 * value.item()
        if step % 25 == 0:
            say(f"step {step}  {time.monotonic() - start:.0f} s  loss {running:.4f}")
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            _save(checkpoint, model, average, optimizer, step, time.monotonic() - start)
            saved = time.monotonic()
    _save(checkpoint, model, average, optimizer, step, spent)
    say(f"done: {step} steps")
    return average


def _save(path: Path, model, average, optimizer, step: int, spent: float) -> None:
    part = path.with_suffix(".part")
    state = {"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "spent": spent}
    torch.save(state, part)
    part.replace(path)
