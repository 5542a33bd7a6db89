"""Federated averaging (McMahan 2017, arXiv:1602.05629) of the slice network for FLAIR lesions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from stroke_imaging.flair_lesion import SEED, batches
from stroke_imaging.flair_slices import TRAINED, read_slices, subjects_of
from stroke_imaging.slice_training import Batch
from stroke_imaging.slice_unet import SliceUNet, lesion_loss

from .newton import Ask

ROUND = "round"
Array = np.ndarray


def weights_of(network: torch.nn.Module) -> list[Array]:
    return [value.detach().numpy().astype(np.float32, copy=True) for value in network.state_dict().values()]


def with_weights(weights: list[Array]) -> SliceUNet:
    """@raises RuntimeError: they are of another network"""
    network = SliceUNet(1)
    names = network.state_dict().keys()
    network.load_state_dict({n: torch.from_numpy(np.asarray(w, np.float32)) for n, w in zip(names, weights, strict=True)})
    return network


def start() -> list[Array]:
    torch.manual_seed(SEED)
    return weights_of(SliceUNet(1))


def trained_on(weights: list[Array], next_batch: Callable[[int], Batch], first: int, steps: int, rate: float) -> list[Array]:
    """`steps` steps from `weights`; a fresh optimizer, since its moments would be of other weights."""
    torch.set_num_threads(1)
    network = with_weights(weights).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-4)
    for step in range(first, first + steps):
        images, target, weight = next_batch(step)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(images.contiguous(memory_format=torch.channels_last))
        loss = lesion_loss(logits, target, weight)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
    return weights_of(network)


@dataclass(frozen=True)
class TrainingSite:
    """One site's slices; `size`: how many, its weight in the mean."""

    next_batch: Callable[[int], Batch]
    size: int
    steps: int

    @classmethod
    def read(cls, folder: Path, run: Mapping[str, object]) -> TrainingSite:
        """`folder` as the data set of slices has it: `flair_slices/` and `groups_dev.csv`."""
        ids = subjects_of(folder, TRAINED)
        size = sum(len(read_slices(folder, cut).of(ids).ids) for cut in ("axial", "cor"))
        return cls(batches(folder), size, int(run["steps"]))

    def answer(self, question: str, arrays: list[Array]) -> list[Array]:
        """@raises ValueError: a question that this site does not answer"""
        if question != ROUND:
            raise ValueError(f"unknown question {question!r}")
        number, rate, *weights = arrays
        return trained_on(weights, self.next_batch, int(number[0]) * self.steps, self.steps, float(rate[0]))


def rate_at(number: int, rounds: int, highest: float = 2e-3) -> float:
    """Cosine, from the first round to the last."""
    return highest * 0.5 * (1 + np.cos(np.pi * number / rounds))


def train_over_sites(ask: Ask, rounds: int, out: Path, say: Callable[[str], None]) -> list[Array]:
    """Writes the averaged weights after every round to `out` (.npz), so that nothing is lost when a site fails."""
    weights = start()
    for number in range(rounds):
        weights = ask(ROUND, [np.array([number], np.float32), np.array([rate_at(number, rounds)], np.float32), *weights])
        fresh = out.with_suffix(".new.npz")
        np.savez_compressed(fresh, *weights)
        fresh.replace(out)
        say(f"round {number + 1} of {rounds}")
    return weights
