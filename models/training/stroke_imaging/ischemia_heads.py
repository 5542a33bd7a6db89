"""Synthetic native head CTs with early ischemic change, frank infarcts, old infarcts, or none of them, and their truth.

A head (`head.random_head`) is drawn, what is ischemic is made darker, and the scanner follows: blur, beam hardening, streaks,
noise. Only the drop of density is the truth: what drops by less than can be
seen with any noise is left out of training, and nobody is asked to find it.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F

from .head import Grid, Head, HeadStyle, random_head, random_style
from .ischemia_shapes import Shapes
from .noise import smooth_field
from .template import Template

SLAB_MM = 5.0
PIXEL_MM = 2.4
"""Of the examples: the graph averages 2 x 2 pixels of its input (1.2 mm) before anything else."""
ROWS, COLUMNS = 88, 72
SLABS = 28
NONE, EARLY, FRANK = 0, 1, 2
SEEN_HU = 1.6
"""A drop above this is early ischemic change."""
UNSEEN_HU = 0.5
"""A drop below this is none; between the two the truth is left out."""
FRANK_HU = 9.0
"""From here on the hypodensity is frank: below normal white matter in grey matter and white matter alike."""


@dataclass(frozen=True)
class Plan:
    """What happens in one head. HU; `drop` of grey matter, 0 for none."""

    early: int
    drop: float
    white_share: float
    frank_share: float
    old: int
    effacement: float
    noise: float
    slab_mm: float
    asymmetry: float


def random_plan(rng: np.random.Generator) -> Plan:
    kind = rng.choice(["early", "normal", "frank"], p=[0.62, 0.26, 0.12])
    return Plan(
        early=0 if kind == "normal" else int(rng.choice([1, 2], p=[0.85, 0.15])),
        drop=0.0 if kind == "normal" else float(rng.uniform(10, 18)) if kind == "frank" else float(1.8 + 8.2 * rng.beta(1.2, 1.7)),
        white_share=float(rng.uniform(0.35, 0.9)),
        frank_share=float(rng.uniform(0, 1)) if rng.random() < 0.35 else 0.0,
        old=int(rng.choice([0, 1, 2], p=[0.7, 0.2, 0.1])),
        effacement=float(max(0.0, rng.uniform(-0.3, 0.9))),
        noise=float(np.exp(rng.uniform(np.log(0.8), np.log(4.5)))),
        slab_mm=float(rng.choice([5.0, rng.uniform(4.0, 6.5)])),
        asymmetry=float(rng.uniform(0.15, 0.8)),
    )


@dataclass(frozen=True)
class Example:
    """A scan: [d, h, w] with slices upward, rows to the back, columns to the patient's left."""

    hu: torch.Tensor
    mirrored: torch.Tensor
    truth: torch.Tensor  # uint8: NONE, EARLY, FRANK
    known: torch.Tensor  # bool: the truth counts here
    drop: torch.Tensor  # HU, true drop of tissue
    tissue: torch.Tensor  # share of brain tissue
    head: Head
    plan: Plan
    plane: tuple[torch.Tensor, float]  # of `mirror_plane`


def example(
    template: Template,
    shapes: Shapes,
    rng: np.random.Generator,
    plan: Plan | None = None,
    style: HeadStyle | None = None,
) -> Example:
    plan = plan or random_plan(rng)
    style = style or random_style(rng)
    # The blood of a hemorrhage shifts the brain; here little does.
    style = replace(style, shift_mm=float(np.clip(style.shift_mm, -4, 4)) * (1.0 if plan.drop > 6 else 0.4))
    tilt = (rng.normal(-4, 8), rng.normal(0, 2.5), rng.normal(0, 5))
    center = (rng.normal(0, 3), rng.normal(-18, 4), rng.normal(12, 6))
    grid = Grid((SLABS, ROWS, COLUMNS), (plan.slab_mm, PIXEL_MM, PIXEL_MM), center, tilt)
    head = random_head(template, grid, rng, style)
    tissue = head.grey + head.white
    drop, hu = torch.zeros_like(head.hu), head.hu.clone()
    for _ in range(plan.early):
        shape = softened(head.carry(shapes.draw(rng), "bilinear"), rng, grid) * head.inside * (1 - head.ventricle)
        uneven = (1 + 0.3 * smooth_field(rng, grid.shape, grid.spacing, 40)[0]).clamp(0.3, 1.6)
        mixed = (head.grey + plan.white_share * head.white) / tissue.clamp(min=0.05)
        depth = shape * uneven * plan.drop * mixed
        if plan.frank_share > 0:
            core = torch.sigmoid(8 * (smooth_field(rng, grid.shape, grid.spacing, 30)[0] + 2 * plan.frank_share - 1.4))
            depth = depth + shape * core * rng.uniform(6, 12)
        drop = torch.maximum(drop, depth)
        outer = head.fluid * (1 - head.ventricle) * shape * plan.effacement
        hu = hu + outer * max(0.0, style.grey_hu - plan.drop - style.fluid_hu)
    # Tissue does not become darker than fluid.
    drop = torch.minimum(drop, (head.hu - style.fluid_hu - 2).clamp(min=0))
    hu = hu - drop * tissue
    old = torch.zeros_like(hu)
    for _ in range(plan.old):
        old = torch.maximum(old, _old_lesion(head, shapes, rng) * tissue)
    hu = torch.lerp(hu, torch.full_like(hu, style.fluid_hu + float(rng.uniform(0, 7))), old)

    frank = torch.maximum(torch.sigmoid((drop - FRANK_HU) / 0.5), old)
    truth = torch.where(frank > 0.5, FRANK, torch.where(drop > SEEN_HU, EARLY, NONE)).to(torch.uint8)
    doubtful = (drop > UNSEEN_HU) & (drop <= SEEN_HU) | ((old > 0.1) & (old < 0.5))
    known = ~doubtful & ((tissue > 0.45) | (head.inside < 0.5) | ((tissue < 0.15) & (drop < UNSEEN_HU)))
    hu = scanned(hu, head.inside, head.depth, rng, plan)
    normal, offset = mirror_plane(head)
    turn = normal + torch.tensor(rng.normal(0, 0.012, 3), dtype=torch.float32)
    mirrored = mirror(hu, plan.slab_mm, turn / turn.norm(), offset + float(rng.normal(0, 1.0)))
    return Example(hu, mirrored, truth, known, drop, tissue, head, plan, (normal, offset))


def softened(shape: torch.Tensor, rng: np.random.Generator, grid: Grid) -> torch.Tensor:
    """A mask with its border blurred and moved by noise: an artery's territory is rarely lost as a whole."""
    soft = blurred(shape, rng.uniform(0.5, 1.8))
    bend = smooth_field(rng, grid.shape, grid.spacing, rng.uniform(18, 45))[0]
    return torch.sigmoid((soft - rng.uniform(0.35, 0.55) - rng.uniform(0, 0.3) * bend) / rng.uniform(0.04, 0.12))


def _old_lesion(head: Head, shapes: Shapes, rng: np.random.Generator) -> torch.Tensor:
    """A lacune, or a territory lost long ago."""
    if rng.random() < 0.4:
        return softened(head.carry(shapes.draw(rng), "bilinear"), rng, head.grid)
    # Where lacunes are: ganglia, thalamus, white matter beside the ventricles.
    middle = rng.uniform((8, -35, -6), (34, 30, 35))
    away = sum((axis - m) ** 2 for axis, m in zip(head.brain_mm, (middle[0] * rng.choice([-1, 1]), middle[1], middle[2]))).sqrt()
    return torch.sigmoid((rng.uniform(2, 7) - away) / 0.6)


def scanned(hu: torch.Tensor, inside: torch.Tensor, depth: torch.Tensor, rng: np.random.Generator, plan: Plan) -> torch.Tensor:
    """Blur, cupping, dark bands between the petrous bones, streaks, uneven brightness of low frequency, correlated noise."""
    shape, spacing = tuple(hu.shape), (plan.slab_mm, PIXEL_MM, PIXEL_MM)
    hu = blurred(hu, rng.uniform(0.3, 0.6))
    cupping = rng.uniform(-1, 4) * torch.exp(-depth.clamp(min=0) / rng.uniform(6, 16))
    field = plan.asymmetry * smooth_field(rng, shape, spacing, 100)[0]
    rows = torch.arange(shape[1], dtype=torch.float32)[:, None] / shape[1]
    slabs = torch.arange(shape[0], dtype=torch.float32)[:, None, None]
    level, row = rng.uniform(2, 9), rng.uniform(0.4, 0.6)
    band = rng.uniform(0, 7) * torch.exp(-(((rows - row) / 0.05) ** 2)) * torch.exp(-(((slabs - level) / 1.6) ** 2))
    hu = hu + inside * (cupping + field - band)
    if rng.random() < 0.2:
        hu = hu + inside * _streaks(shape, rng)
    white = torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))
    grain = blurred(white, rng.uniform(0.2, 0.6))
    # More noise at the base, where bone is thick.
    louder = 1 + rng.uniform(0, 0.8) * torch.exp(-slabs / rng.uniform(3, 8))
    return hu + plan.noise * louder * grain / grain.std()


def _streaks(shape, rng: np.random.Generator) -> torch.Tensor:
    d, h, w = shape
    y, x = torch.meshgrid(torch.linspace(-1, 1, h), torch.linspace(-1, 1, w), indexing="ij")
    out = torch.zeros(shape)
    for _ in range(rng.integers(1, 5)):
        angle, at = rng.uniform(0, np.pi), rng.uniform(-0.5, 0.5)
        across = x * np.cos(angle) + y * np.sin(angle) - at
        line = rng.uniform(-8, 6) * torch.exp(-((across / rng.uniform(0.01, 0.05)) ** 2))
        level = int(rng.integers(0, max(1, d // 2)))
        out[level : level + rng.integers(1, 4)] += line
    return out


def blurred(volume: torch.Tensor, sigma: float) -> torch.Tensor:
    """In the plane, `sigma` in pixels."""
    radius = max(1, int(np.ceil(3 * sigma)))
    kernel = torch.exp(-0.5 * (torch.arange(-radius, radius + 1) / sigma) ** 2)
    kernel = kernel / kernel.sum()
    out = F.pad(volume[:, None], (radius,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(out, kernel[None, None, None]), kernel[None, None, :, None])[:, 0]


def mirror_plane(head: Head) -> tuple[torch.Tensor, float]:
    """Unit normal (z, y, x in mm of the scan, from its center; towards larger columns) and offset of the plane where the skull's
    MNI x is 0, fitted over the head."""
    d, h, w = head.grid.shape
    mm = [(torch.arange(n, dtype=torch.float64) - (n - 1) / 2) * s for n, s in zip((d, h, w), head.grid.spacing)]
    z, y, x = mm[0][::2], mm[1][::3], mm[2][::3]
    inside = head.inside[::2, ::3, ::3].flatten() > 0.5
    z, y, x = (v.flatten()[inside] for v in torch.meshgrid(z, y, x, indexing="ij"))
    value = head.skull_mm[0, ::2, ::3, ::3].flatten().double()[inside]
    a = torch.stack([z, y, x, torch.ones_like(x)], 1)
    *normal, constant = torch.linalg.lstsq(a, value[:, None]).solution[:, 0]
    normal = -torch.stack(normal)  # MNI x falls towards larger columns
    length = normal.norm()
    return (normal / length).float(), float(constant / length)


def mirror(hu: torch.Tensor, slab_mm: float, normal: torch.Tensor, offset: float) -> torch.Tensor:
    """The scan reflected at the plane {p: p · normal = offset}, trilinear on its own grid; outside it is air."""
    d, h, w = hu.shape
    spacing = (slab_mm, PIXEL_MM, PIXEL_MM)
    z, y, x = ((torch.arange(n, dtype=torch.float32) - (n - 1) / 2) * s for n, s in zip((d, h, w), spacing))
    away = z[:, None, None] * normal[0] + y[:, None] * normal[1] + x * normal[2] - offset
    back = [v - 2 * away * n for v, n in zip((z[:, None, None], y[:, None], x), normal)]
    place = torch.stack([b / (0.5 * (n - 1) * s) for b, n, s in zip(back[::-1], (w, h, d), spacing[::-1])], -1)
    shifted = (hu + 1000)[None, None]
    return F.grid_sample(shifted, place[None], mode="bilinear", padding_mode="zeros", align_corners=True)[0, 0] - 1000
