"""Our own network and BLAST-CT on the same images, neither trained on any of them: `hemorrhage-comparison.json`."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage

from ..ct_acquisition import acquire, seen_label
from ..ct_scans import PIXEL_MM, random_scans
from ..head_mask import BESIDE_BRAIN_MM, IN_PLANE, inside_skull
from ..hemorrhage.measure import Thresholds, dice, is_blood, label_map, probabilities, session
from ..hemorrhage.real_images import SLICE_MM, cpaisd, ct_ich, ge_head_ct
from ..template import load_template
from .convert import RELEASES
from .network import configuration, load_member, logits, margin, member_files, normalized, step
from .tiles import along_axes, in_our_classes, stitched, to_even, to_thick

SEED = 33_000
"""Of the synthetic heads: others than those of training, thresholds and test."""
AS_PUBLISHED = Thresholds(0.5, 0.5, 0.3)
BESIDE_MM = 4.0
"""What is looked at beyond the brain, as in the product."""

Network = Callable[[np.ndarray, tuple[float, float], np.ndarray], np.ndarray]
"""HU [slices, rows, columns], mm of slices and pixels, where blood can be → probabilities of our six classes."""


@dataclass(frozen=True)
class Image:
    name: str
    hu: np.ndarray
    blood: np.ndarray | None  # None: there is none
    slice_mm: float
    pixel_mm: float

    @property
    def voxel_ml(self) -> float:
        return self.slice_mm * self.pixel_mm**2 / 1000


def synthetic(data: Path, bleeding: int, without: int) -> list[Image]:
    """Whole heads through a random scanner, one drawing each."""
    template = load_template(data)
    images = []
    for n in range(bleeding + without):
        rng = np.random.default_rng([SEED, n])
        (scan,) = random_scans(template, rng, None, 1, (n < bleeding,))
        acquired = acquire(rng, scan.slices)
        blood = is_blood(seen_label(scan.slices.label, acquired).numpy())
        name = f"synthetic {n + 1}{'' if n < bleeding else ', no blood'}"
        images.append(Image(name, acquired.numpy(), blood if n < bleeding else None, scan.spacing_mm, float(scan.head.grid.spacing[1])))
    return images


def real_slices(images: list) -> list[Image]:
    return [Image(i.name, i.hu, i.blood, SLICE_MM, PIXEL_MM) for i in images]


def whole_head(graph) -> Network:
    """The converted graph in tiles, as the product runs it; the mean of its members."""

    def run(hu: np.ndarray, mm: tuple[float, float], inside: np.ndarray) -> np.ndarray:
        steps = [to_even(n, old) for n, old in zip(hu.shape, (mm[0], mm[1], mm[1]))]
        fine = along_axes(hu.astype(np.float32), *steps)
        shrink = round((BESIDE_BRAIN_MM - BESIDE_MM) / mm[1])
        near = ndimage.binary_erosion(inside, IN_PLANE, shrink)
        wanted = along_axes(near.astype(np.float32), *steps) >= 0.5
        answer = stitched(lambda tile: graph.run(None, {"hu": tile})[0], fine, wanted)
        thick = [to_thick(n, f, old) for n, f, old in zip(hu.shape, fine.shape, (mm[0], mm[1], mm[1]))]
        return in_our_classes(along_axes(answer.mean(0), *thick))

    return run


def single_slice(members: list) -> Network:
    """What the members say of a stack of slices that are all alike, exact in two dimensions; the mean of all."""
    low_high = configuration()["data"]["transformation"]["IntensityWindowNormalization"]
    window = (low_high["lower_bound"], low_high["upper_bound"])
    rim, unit = margin(members[0]), step(members[0])

    def run(hu: np.ndarray, mm: tuple[float, float], _: np.ndarray) -> np.ndarray:
        steps = [to_even(n, mm[1]) for n in hu.shape[1:]]
        fine = along_axes(hu[0].astype(np.float32), *steps)
        padded = np.pad(fine, [(rim, rim + -n % unit) for n in fine.shape], mode="edge")
        with torch.no_grad():
            image = normalized(torch.from_numpy(padded)[None, None], window)
            answer = torch.stack([torch.softmax(logits(m, image), 1) for m in members]).mean(0)[0].numpy()
        answer = answer[:, : fine.shape[0], : fine.shape[1]]
        thick = [to_thick(n, f, mm[1]) for n, f in zip(hu.shape[1:], fine.shape)]
        return in_our_classes(along_axes(answer, *thick)[:, None])

    return run


def our_own(network) -> Network:
    return lambda hu, mm, inside: probabilities(network, hu)


def judged(image: Image, network: Network, thresholds: Thresholds) -> dict:
    inside = inside_skull(image.hu, image.pixel_mm)
    start = time.process_time()
    answer = network(image.hu, (image.slice_mm, image.pixel_mm), inside)
    seconds = time.process_time() - start
    label = is_blood(label_map(answer, thresholds, image.voxel_ml, inside, image.slice_mm if len(image.hu) == 1 else None))
    out = {"calledMl": round(float(label.sum() * image.voxel_ml), 2), "processorSeconds": round(seconds, 1)}
    if image.blood is not None:
        out |= {
            "markedMl": round(float(image.blood.sum() * image.voxel_ml), 2),
            "overlapMl": round(float((label & image.blood).sum() * image.voxel_ml), 2),
            "dice": round(dice(label, image.blood), 3),
        }
    return out


def compare(data: Path, weights: Path, members: int, graph: Path, own: Path, out: Path, heads: tuple[int, int], say=print) -> None:
    """Writes `out`. `own` and `graph` are `model.onnx` of either network; thresholds of our own are those of the figures.json beside it.

    What `out` already says of BLAST-CT with the same release and members is kept: minutes of processor for each head.
    """
    torch.set_num_threads(1)
    ours = Thresholds.of(json.loads((own.parent / "figures.json").read_text())["thresholds"])
    theirs = [load_member(file) for file in member_files(weights, members)]
    mine, volumes, slices = our_own(session(own)), whole_head(session(graph)), single_slice(theirs)
    ge = ge_head_ct(data)
    ge_mm = ge.voxel_ml * 1000 / PIXEL_MM**2
    groups = {
        "ctIch": (slices, real_slices(ct_ich(data))),
        "cpaisd": (slices, real_slices(cpaisd(data))),
        "geHeadCt": (volumes, [Image(ge.name, ge.hu, None, ge_mm, PIXEL_MM)]),
        "synthetic": (volumes, synthetic(data, *heads)),
    }
    blast = {"release": 1, "members": members, "of": RELEASES[1].members}
    before = json.loads(out.read_text()) if out.exists() else {}
    known = {row["name"]: row["blastCt"] for rows in before.get("groups", {}).values() for row in rows} if before.get("blastCt") == blast else {}
    result = {
        "blastCt": blast,
        "own": {"version": json.loads((own.parent / "model.json").read_text())["version"]},
        "groups": {},
    }
    for name, (network, images) in groups.items():
        rows = []
        for image in images:
            theirs_of_it = known.get(image.name) or judged(image, network, AS_PUBLISHED)
            rows.append({"name": image.name, "own": judged(image, mine, ours), "blastCt": theirs_of_it})
            say(json.dumps(rows[-1]))
        result["groups"][name] = rows
        # A long run that is ended leaves what it has.
        out.write_text(json.dumps(result, indent=1) + "\n")
