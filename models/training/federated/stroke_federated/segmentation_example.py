"""The slice network for FLAIR lesions pooled, federated and by each site alone, on test slices of all sites."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from stroke_imaging.flair_lesion import FIELDS, PIXEL_MM, batches
from stroke_imaging.flair_slices import TESTED, normalized, padded, read_slices, subjects_of
from torch.nn import functional as F

from .deployment import run_federation
from .segmentation import TrainingSite, rate_at, start, trained_on, with_weights

Array = np.ndarray


def site_folder(data: Path, ids: set[str], folder: Path) -> Path:
    """The slices and folds of one site's subjects, laid out as the whole data set is."""
    (folder / "flair_slices").mkdir(parents=True)
    for cut in FIELDS:
        with np.load(data / "flair_slices" / f"flair_{cut}_dev.npz") as file:
            content = dict(file)
        mine = np.array([str(one) in ids for one in content["ids"]])
        for key, values in content.items():
            if values.ndim and len(values) == len(mine):
                content[key] = values[mine]
        np.savez(folder / "flair_slices" / f"flair_{cut}_dev.npz", **content)
    groups = pd.read_csv(data / "groups_dev.csv")
    groups[groups.participant_id.isin(ids)].to_csv(folder / "groups_dev.csv", index=False)
    return folder


def test_figures(weights: list[Array], data: Path) -> dict[str, float]:
    """Axial slices of the test fold: Dice over all pixels, and the median of slices with 1 mL/mm or more of lesion."""
    slices = read_slices(data, "axial").of(subjects_of(data, (TESTED,)))
    height, width = (round(mm / PIXEL_MM) for mm in FIELDS["axial"])
    network = with_weights(weights).eval()
    both, total, single = 0.0, 0.0, []
    for image, lesion in zip(slices.images, slices.lesions, strict=True):
        x = torch.from_numpy(padded(normalized(image), *FIELDS["axial"]))[None, None]
        truth = padded(lesion, *FIELDS["axial"]).astype(bool)
        with torch.no_grad():
            logits = network(F.interpolate(x, size=(height, width), mode="bilinear", align_corners=False))
        p = torch.softmax(F.interpolate(logits, size=FIELDS["axial"], mode="bilinear", align_corners=False), 1)[0, 1].numpy()
        found = p > 0.5
        overlap, sizes = 2.0 * (found & truth).sum(), float(found.sum() + truth.sum())
        both, total = both + overlap, total + sizes
        if truth.sum() >= 100:
            single.append(overlap / sizes)
    return {"slices": len(slices.ids), "dice": round(both / total, 3), "medianDiceFrom100mm2": round(float(np.median(single)), 3)}


def trained_alone(folder: Path, rounds: int, steps: int) -> list[Array]:
    next_batch, weights = batches(folder), start()
    for number in range(rounds):
        weights = trained_on(weights, next_batch, number * steps, steps, rate_at(number, rounds))
    return weights


def compare(
    data: Path, names: Sequence[str], site: pd.Series, rounds: int, steps: int, say: Callable[[str], None]
) -> dict[str, object]:
    """Each approach takes `rounds` times `steps` steps (federated: each site does)."""
    work = Path(tempfile.mkdtemp(prefix="sites-"))
    try:
        folders = [site_folder(data, set(site.index[site == n]), work / str(n)) for n in range(len(names))]
        sizes = {name: TrainingSite.read(f, {"steps": steps}).size for name, f in zip(names, folders, strict=True)}
        figures: dict[str, dict[str, float]] = {}
        figures["pooled"] = test_figures(trained_alone(data, rounds, steps), data)
        say(f"pooled: {figures['pooled']}")
        for name, folder in zip(names, folders, strict=True):
            figures[name] = test_figures(trained_alone(folder, rounds, steps), data)
            say(f"{name}: {figures[name]}")
        out = work / "weights.npz"
        run = {"model": "flair-lesion", "rounds": rounds, "steps": steps}
        run_federation([{"slices": str(f)} for f in folders], run, out, seconds=7200)
        with np.load(out) as file:
            figures["federated"] = test_figures([file[k] for k in file.files], data)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return {
        "what": f"flair-lesion network, {rounds} rounds of {steps} steps (a short training); axial slices of the test fold",
        "trainingSlices": sizes,
        "approaches": figures,
    }
