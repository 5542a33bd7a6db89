"""A random adult head as CT would see it without noise: the template scaled, turned and bent, its tissues drawn anew.

Coordinates: a `Grid` is the scan's own grid, [z, y, x] ordered like the template (see `template`). Each of its voxels has a place
in the template, in MNI mm; `Head.brain_mm` holds it for what moves with the brain, `Head.skull_mm` for the skull, which does not
follow a shift of the brain. `Head.carry` brings any map on the template's grid (labels, priors, lesion masks) onto the scan's grid.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from .noise import fractal_field, smooth_field
from .template import Template


@dataclass(frozen=True)
class Grid:
    """`shape` (d, h, w), `spacing` mm (z, y, x), `center` in MNI mm (x, y, z), `tilt` in degrees about the x, y and z axes."""

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    center: tuple[float, float, float] = (0.0, -18.0, 5.0)
    tilt: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class HeadStyle:
    """How a head is drawn. Distances in mm, HU of tissues; `random_style` draws one."""

    scale: tuple[float, float, float]  # x, y, z: head over template
    bend_mm: float
    shift_mm: float  # of the brain across the midline, positive to the left
    sharpness: float  # of the tissue priors
    folds: float  # strength of the noise that makes sulci
    atrophy: float  # added to the log-odds of fluid
    ventricle_mm: float  # by how much the ventricles are wider than the template's
    grey_hu: float
    white_hu: float
    fluid_hu: float
    leukoaraiosis: float  # 0 to 1
    blood_hu: float  # in vessels and sinuses
    dura_hu: float
    bone_threshold_hu: float
    bone_hu: float


def random_style(rng: np.random.Generator) -> HeadStyle:
    white = rng.uniform(22, 31)
    atrophy = rng.choice([rng.normal(-0.3, 0.5), rng.normal(1.0, 0.7)])
    size = rng.normal(0.94, 0.04)
    blood = rng.uniform(36, 58)
    return HeadStyle(
        scale=tuple(size * rng.normal(1, 0.025, 3)),
        bend_mm=rng.uniform(0.6, 2.8),
        shift_mm=rng.choice([rng.normal(0, 1.0), rng.normal(0, 6.0)], p=[0.6, 0.4]),
        sharpness=rng.uniform(1.4, 3.0),
        folds=rng.uniform(0.3, 1.1),
        atrophy=atrophy,
        ventricle_mm=rng.uniform(-1.8, 1.5) + 0.9 * max(atrophy, 0) + (rng.uniform(1, 6) if rng.random() < 0.1 else 0),
        grey_hu=white + rng.uniform(4, 9.5),
        white_hu=white,
        fluid_hu=rng.uniform(2, 11),
        leukoaraiosis=max(0.0, rng.uniform(-0.6, 1.0)),
        blood_hu=blood,
        dura_hu=blood + rng.uniform(-6, 14),
        bone_threshold_hu=rng.uniform(85, 190),
        bone_hu=rng.uniform(700, 1500),
    )


@dataclass(frozen=True)
class Head:
    """Maps on the scan's grid, float32 [d, h, w] unless said. Tissues sum to at most 1."""

    grid: Grid
    style: HeadStyle
    hu: torch.Tensor
    grey: torch.Tensor
    white: torch.Tensor
    fluid: torch.Tensor
    ventricle: torch.Tensor
    bone: torch.Tensor
    inside: torch.Tensor  # within the inner table, 0 to 1
    depth: torch.Tensor  # mm below the inner table, negative outside
    ventricle_distance: torch.Tensor  # mm, negative within
    dura_distance: torch.Tensor  # mm to falx or tentorium
    artery_distance: torch.Tensor  # mm
    skull_mm: torch.Tensor  # [3, d, h, w] MNI mm x, y, z
    brain_mm: torch.Tensor  # [3, d, h, w]

    def carry(self, volume, mode: str = "nearest") -> torch.Tensor:
        """A map on the template's grid ([z, y, x] or [c, z, y, x], see `template`) on the scan's grid, moving with the brain.

        `nearest` keeps labels whole; `bilinear` is for densities. Outside the template it is 0.
        """
        values = torch.as_tensor(np.ascontiguousarray(volume) if isinstance(volume, np.ndarray) else volume)
        single = values.dim() == 3
        carried = sample(values[None] if single else values, self.brain_mm, mode=mode)
        carried = carried[0] if single else carried
        return carried.round().to(values.dtype) if not values.dtype.is_floating_point else carried


def sample(maps: torch.Tensor, mm: torch.Tensor, mode: str = "bilinear", outside: str = "zeros") -> torch.Tensor:
    """[c, d, h, w]: maps [c, z, y, x] of the template's grid at MNI mm [3, d, h, w]."""
    x, y, z = mm
    place = torch.stack([x / -90, (y + 18) / -108, (z - 18) / 90], -1)
    return F.grid_sample(maps[None].float(), place[None], mode=mode, padding_mode=outside, align_corners=True)[0]


def template_mm(grid: Grid, scale=(1.0, 1.0, 1.0)) -> torch.Tensor:
    """[3, d, h, w]: MNI mm of each voxel before any bending."""
    k, j, i = (torch.arange(n, dtype=torch.float32) - (n - 1) / 2 for n in grid.shape)
    steps = (-i * grid.spacing[2], (-j * grid.spacing[1])[:, None], (k * grid.spacing[0])[:, None, None])
    turn = rotation(grid.tilt) / np.asarray(scale)[:, None]
    return torch.stack([sum(float(t) * s for t, s in zip(row, steps)) + c for row, c in zip(turn, grid.center)])


def rotation(degrees) -> np.ndarray:
    """3 x 3, about x, then y, then z."""
    a, b, c = np.deg2rad(degrees)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def random_head(template: Template, grid: Grid, rng: np.random.Generator, style: HeadStyle | None = None) -> Head:
    """A head on `grid`; the same `rng` state gives the same head. About 0.3 s for a million voxels of one core."""
    style = style or random_style(rng)
    shape, spacing = grid.shape, grid.spacing
    skull_mm = template_mm(grid, style.scale).add_(smooth_field(rng, shape, spacing, 90, channels=3, size=style.bend_mm))
    template_hu, depth, base = sample(template.outer, skull_mm, outside="border")
    template_hu, depth = template_hu.mul_(1000), depth.mul_(10)
    x, y, z = skull_mm
    # Nothing is known beyond the template: air, as at the edge of a scan.
    beyond = (x.abs() > 91) | (y > 91) | (y < -127) | (z > 109) | (z < -72.5)

    # The brain moves freely in its middle and is held at the skull.
    held = (depth / 22).clamp_(0, 1)
    brain_mm = smooth_field(rng, shape, spacing, 35, channels=3, size=0.5 * style.bend_mm).mul_(held).add_(skull_mm)
    brain_mm[0].add_(held * (2 - held), alpha=style.shift_mm)
    grey, white, fluid, ventricle_d, artery_d, sinus_d, dura_d, residual = sample(template.inner, brain_mm)
    ventricle_d = ventricle_d * 10 - style.ventricle_mm + 0.7 * smooth_field(rng, shape, spacing, 14)[0]
    artery_d, sinus_d, dura_d = artery_d * 10, sinus_d * 10, dura_d * 10

    inside = torch.sigmoid(depth / 0.35)
    grey, white, fluid = _tissues(rng, grid, style, grey, white, fluid, depth)
    ventricle = torch.sigmoid(-ventricle_d / 0.5) * inside
    grey, white, fluid = (t * inside for t in (grey, white, fluid))
    grey, white = grey * (1 - ventricle), white * (1 - ventricle)
    fluid = torch.maximum(fluid * (1 - ventricle), ventricle)

    texture = fractal_field(rng, shape, spacing, (12, 5))
    patches = torch.sigmoid(smooth_field(rng, shape, spacing, 30)[0] * 2 + 1)
    pale = style.leukoaraiosis * 9 * patches * torch.exp(-ventricle_d.clamp(min=0) / 9)
    brain_hu = grey * style.grey_hu + white * (style.white_hu - pale) + fluid * style.fluid_hu
    brain_hu = brain_hu + inside * (0.5 * residual * 10 + 0.8 * texture)
    # Dura, sinuses and arteries, thinner than a voxel of the template: their distances are sampled, then cut.
    dura = 0.75 * torch.sigmoid((rng.uniform(0.2, 1.1) - dura_d) / 0.35) * inside
    sinus = torch.sigmoid((rng.uniform(1.5, 3.5) - sinus_d) / 0.5) * inside
    artery = torch.sigmoid((rng.uniform(0.6, 1.8) - artery_d) / 0.4) * inside
    brain_hu = brain_hu + dura * (style.dura_hu - brain_hu) * (dura_d < 6)
    brain_hu = torch.lerp(brain_hu, torch.full_like(brain_hu, style.blood_hu), torch.maximum(sinus, artery))

    bone = torch.sigmoid((template_hu - style.bone_threshold_hu) / 25)
    bone = torch.maximum(bone, base * torch.sigmoid(1.2 * smooth_field(rng, shape, spacing, 9)[0] + 0.8)) * (1 - inside)
    diploe = fractal_field(rng, shape, spacing, (10, 4))
    bone_hu = (0.3 + 2.4 * template_hu.clamp(40, 450) / 1000) * style.bone_hu + 0.13 * style.bone_hu * diploe
    # Air cells of the mastoids and sinuses: the average head has them grey.
    airy = ((x.abs() > 28) & (y > -66)) | (y > 20)
    cells = base * airy * torch.sigmoid(6 * (smooth_field(rng, shape, spacing, 7)[0] - rng.uniform(0.9, 1.8)))
    scalp = template_hu.clamp(-1000, 90) + 10 * texture
    scalp = torch.where(template_hu < -300, torch.full_like(scalp, -1000), scalp)
    hu = inside * brain_hu + (1 - inside) * torch.lerp(torch.lerp(scalp, bone_hu, bone), torch.full_like(scalp, -900), cells)
    hu = torch.where(beyond, torch.full_like(hu, -1000), hu)
    inside = torch.where(beyond, torch.zeros_like(inside), inside)
    return Head(
        grid, style, hu, grey, white, fluid, ventricle, bone, inside, depth, ventricle_d, dura_d, artery_d, skull_mm, brain_mm
    )


def _tissues(rng, grid, style, grey, white, fluid, depth):
    """Sharpened priors; noise decides where several tissues are likely, which makes sulci and gyri differ between heads."""
    shape, spacing = grid.shape, grid.spacing
    # The width of the outer fluid space varies over the head, and with atrophy.
    near_skull = torch.exp(-(depth / 6).clamp(min=0))
    regional = smooth_field(rng, shape, spacing, 60)[0] * 0.6
    logits = torch.stack(
        [
            (grey + 0.01).log() + style.folds * fractal_field(rng, shape, spacing, (11, 6)),
            (white + 0.005).log() + 0.4 * style.folds * smooth_field(rng, shape, spacing, 10)[0],
            (fluid + 0.005).log() + style.folds * fractal_field(rng, shape, spacing, (12, 5)) + style.atrophy + regional
            - 0.4 + near_skull * style.atrophy,
        ]
    )
    return torch.softmax(logits * style.sharpness, 0)
