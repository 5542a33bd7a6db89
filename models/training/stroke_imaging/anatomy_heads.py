"""Random heads with their labels, for any contrast: what head-anatomy is trained and judged on.

A head is the template of `anatomy_labels`, bent: turned, scaled, warped by smooth noise, ventricles widened or narrowed,
brain shrunk from the skull, pushed aside by a mass. Images follow from the tissue priors with random intensities
(SynthSeg: Billot 2023, Med Image Anal 86:102789), plus the contrasts of CT, DWI, ADC, FLAIR, T1 and T2 by their usual order
of tissues; then lesions, bias field, slices, noise, missing slices.

Arrays are [slice, row, column]: slices upward, rows to the back, columns to the patient's left. Millimeters of template space
are (x to the right, y to the front, z up).
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage as ndi

from .anatomy_labels import STRUCTURES, load_labels, load_template, split_sides

NUMBER = {name: at for at, name in enumerate(STRUCTURES)}
#: Voxels without image: neither right nor wrong.
IGNORE = 255
CONTRASTS = ("ct", "dwi", "adc", "flair", "t1", "t2", "random")

#: Window of CT, HU, onto 0 to 1; `src/imaging/anatomy/network-input.ts` does the same.
CT_WINDOW = (-20.0, 100.0)
#: MR: the percentile, of what is brighter than the mean, that becomes 1.
MR_PERCENTILE = 98.0


def normalized(image: np.ndarray, contrast: str) -> np.ndarray:
    """0 to 1; padding (NaN) is 0 and takes no part."""
    if contrast == "ct":
        low, high = CT_WINDOW
        return np.nan_to_num(np.clip((image - low) / (high - low), 0, 1), nan=0.0).astype(np.float32)
    known = np.maximum(image[~np.isnan(image)], 0)
    bright = known[known > known.mean()] if known.size else known
    top = np.percentile(bright, MR_PERCENTILE) if bright.size else 1.0
    return np.nan_to_num(np.clip(image / max(top, 1e-6), 0, 1), nan=0.0).astype(np.float32)


@dataclass
class Template:
    """The template on its 2 mm grid, turned into the order of network arrays."""

    #: [channel, z, y, x]: HU, gray, white, fluid
    maps: torch.Tensor
    #: [2, z, y, x]: structure, side, as float
    labels: torch.Tensor
    #: [9, z, y, x]: outward from the ventricles (3), into the brain from the skull (3), depth in the skull mm,
    #: distance to the ventricles mm, and 1 inside the skull; vectors in (x, y, z) mm
    fields: torch.Tensor
    #: mm of the first voxel and the step along x, y, z
    origin: np.ndarray
    step: np.ndarray


def load(data: Path) -> Template:
    t = load_template(data)
    structure, side = split_sides(load_labels())
    turn = lambda a: np.ascontiguousarray(np.transpose(a, (2, 1, 0))[:, ::-1, :])
    structure, side = turn(structure), turn(side)
    maps = np.stack([turn(t[name]) for name in ("hu", "grey", "white", "csf")])
    inside = structure >= 2
    ventricle = np.isin(structure, [NUMBER["lateralVentricle"], NUMBER["thirdVentricle"]])
    depth = ndi.distance_transform_edt(inside, sampling=2.0)
    away = ndi.distance_transform_edt(~ventricle, sampling=2.0)
    within = ndi.distance_transform_edt(ventricle, sampling=2.0)

    def direction(distance: np.ndarray) -> np.ndarray:
        # Array axes are z, y (backward), x (leftward); vectors in (x, y, z) to the right, front, up.
        gz, gy, gx = np.gradient(ndi.gaussian_filter(distance, 1.5))
        v = np.stack([-gx, -gy, gz])
        return v / np.maximum(np.linalg.norm(v, axis=0), 1e-3)

    # Not through the skull, and less and less far away: the sheet of the ventricles moves most.
    out = direction(away - within) * np.exp(-((np.maximum(away - within, 0) / 20) ** 2)) * np.minimum(1, depth / 15)
    out *= np.where(ventricle, np.clip(1 - within / 12, 0, 1), 1)
    inward = direction(depth)
    fields = np.concatenate([out, inward, depth[None], away[None], inside[None]]).astype(np.float32)
    x0 = 90.0
    n = maps.shape[1:]
    # Column 0 lies at x = +90 (right); row 0 at the front.
    return Template(torch.from_numpy(maps.astype(np.float32)),
                    torch.from_numpy(np.stack([structure, side]).astype(np.float32)),
                    torch.from_numpy(fields), np.array([x0, -126.0 + 2 * (n[1] - 1), -72.0]), np.array([-2.0, -2.0, 2.0]))


def sample(volume: torch.Tensor, mm: torch.Tensor, template: Template, nearest: bool = False, outside: str = "border") -> torch.Tensor:
    """Channels of `volume` at positions [z, y, x, 3] in template mm."""
    n = torch.tensor([volume.shape[3], volume.shape[2], volume.shape[1]], dtype=torch.float32)
    voxel = (mm - torch.as_tensor(template.origin, dtype=torch.float32)) / torch.as_tensor(template.step, dtype=torch.float32)
    unit = 2 * voxel / (n - 1) - 1
    return F.grid_sample(volume[None], unit[None], mode="nearest" if nearest else "bilinear",
                         padding_mode=outside, align_corners=True)[0]


def smooth_noise(rng: np.random.Generator, channels: int, cells: tuple[int, int, int], shape) -> torch.Tensor:
    """Band-limited noise of unit variance on the coarse grid, [channels, *shape]."""
    coarse = torch.from_numpy(rng.standard_normal((1, channels, *cells)).astype(np.float32))
    return F.interpolate(coarse, size=tuple(shape), mode="trilinear", align_corners=True)[0]


def rotation(rx: float, ry: float, rz: float) -> np.ndarray:
    """Radians about x, then y, then z."""
    cx, sx, cy, sy, cz, sz = np.cos(rx), np.sin(rx), np.cos(ry), np.sin(ry), np.cos(rz), np.sin(rz)
    return (np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
            @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]]))


#: mm of template space about which heads turn.
CENTER = np.array([0.0, -18.0, 8.0])


@dataclass
class Head:
    """A bent template on its own grid of `spacing` mm."""

    maps: torch.Tensor
    structure: np.ndarray
    side: np.ndarray
    depth: np.ndarray
    #: mm from template space where each voxel came from, [z, y, x, 3]
    origin_mm: torch.Tensor
    spacing: float
    #: How far the mass pushes, mm, and its center in template mm; None without one.
    push_mm: float
    push_center: np.ndarray | None


def bend(template: Template, rng: np.random.Generator, shape: tuple[int, int, int], spacing: float) -> Head:
    """A random head. `shape` slices, rows, columns; the head lies about the middle."""
    d, h, w = shape
    axes = [torch.arange(n, dtype=torch.float32) - (n - 1) / 2 for n in (d, h, w)]
    z, y, x = torch.meshgrid(*axes, indexing="ij")
    p = torch.stack([-x, -y, z], -1) * spacing
    degrees = np.pi / 180
    turn = rotation(rng.normal(0, 9) * degrees, rng.normal(0, 5) * degrees, rng.normal(0, 6) * degrees)
    if rng.random() < 0.15:
        turn = rotation(*(rng.uniform(-20, 20, 3) * degrees)) @ turn
    size = rng.normal(0.96, 0.06) * np.exp(rng.normal(0, 0.04, 3))
    matrix = torch.from_numpy((np.diag(1 / size) @ turn).astype(np.float32))
    shift = torch.from_numpy((CENTER + rng.normal(0, (6, 9, 12))).astype(np.float32))
    q = p @ matrix.T + shift
    warp = 3.0 * rng.random() * smooth_noise(rng, 3, (4, 5, 4), shape) + 1.2 * rng.random() * smooth_noise(rng, 3, (8, 10, 8), shape)
    q = q + warp.permute(1, 2, 3, 0)

    fields = sample(template.fields, q, template)
    out, inward, depth, inside = fields[0:3], fields[3:6], fields[6], fields[8]
    move = torch.zeros_like(out)
    ventricles = rng.uniform(-1.5, 3) if rng.random() < 0.6 else rng.uniform(0, 8)
    move += ventricles * out
    atrophy = rng.uniform(-0.5, 4)
    layer = torch.clamp(depth / (4 + max(atrophy, 0)), 0, 1) * torch.exp(-((depth / 28) ** 2))
    one_side = torch.ones_like(depth)
    if rng.random() < 0.2:  # fluid or blood over one hemisphere
        side = rng.choice([-1.0, 1.0])
        one_side = 1 + rng.uniform(0.5, 2.5) * torch.sigmoid((side * q[..., 0] - 10) / 6)
    move += atrophy * layer * one_side * inward
    push, center = 0.0, None
    if rng.random() < 0.4:
        side = rng.choice([-1.0, 1.0])
        center = np.array([side * rng.uniform(15, 55), rng.uniform(-70, 40), rng.uniform(-5, 45)])
        push = float(rng.uniform(2, 13))
        aim = torch.from_numpy(np.array([-side, rng.normal(0, 0.3), rng.normal(0, 0.3)], np.float32))
        away = ((q - torch.from_numpy((center + [-side * 18, 0, 0]).astype(np.float32))) ** 2).sum(-1)
        bump = torch.exp(-away / (2 * rng.uniform(18, 32) ** 2)) * torch.clamp(depth / 14, 0, 1) * inside
        move += push * bump * aim.view(3, 1, 1, 1)
    q = q - move.permute(1, 2, 3, 0)

    # Below and above the template there is nothing to say.
    maps = sample(template.maps, q, template)
    lowest, highest = template.origin[2], template.origin[2] + 2 * (template.maps.shape[1] - 1)
    beyond = (q[..., 2] < lowest + 2) | (q[..., 2] > highest - 2)
    labels = sample(template.labels, q, template, nearest=True)
    air = (q[..., 0].abs() > 90) | (q[..., 1] > 88) | (q[..., 1] < -124)
    maps[0][air] = -1000
    structure = labels[0].numpy().astype(np.uint8)
    structure[air.numpy()] = 0
    structure[(beyond & (q[..., 2] < 0)).numpy()] = IGNORE
    return Head(maps, structure, labels[1].numpy().astype(np.uint8), sample(template.fields[6:7], q, template)[0].numpy(),
                q, spacing, push, center)


def tissue_shares(head: Head, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gray, white, fluid of every voxel, sharpened from the blurred priors; they sum to 1 inside the skull."""
    p = head.maps[1:4].clamp_min(1e-3)
    cells = tuple(max(4, int(n * head.spacing / rng.uniform(8, 14))) for n in head.structure.shape)
    noise = 0.45 * smooth_noise(rng, 3, cells, head.structure.shape)
    power = rng.uniform(1.5, 3.5)
    p = torch.exp(power * (torch.log(p) + noise))
    structure = head.structure
    csf = np.isin(structure, [NUMBER[n] for n in ("cerebrospinalFluid", "lateralVentricle", "thirdVentricle", "fourthVentricle")])
    nuclei = np.isin(structure, [NUMBER[n] for n in ("caudate", "lentiform", "thalamus")])
    white = np.isin(structure, [NUMBER[n] for n in ("internalCapsule", "deepWhite")])
    # The map decides where the prior is undecided, so that image and label agree.
    p[2] = p[2] * torch.where(torch.from_numpy(csf), 8.0, 0.35)
    p[0] = p[0] * torch.where(torch.from_numpy(nuclei), 6.0, 1.0)
    p[1] = p[1] * torch.where(torch.from_numpy(white), 6.0, 1.0)
    p = p / p.sum(0, keepdim=True)
    return tuple(p.numpy())  # type: ignore[return-value]


def intensities(contrast: str, rng: np.random.Generator) -> dict[str, float]:
    """Mean of every tissue: HU, or MR in units of its own."""
    u, n = rng.uniform, rng.normal
    if contrast == "ct":
        white = n(27, 2.5)
        return {"white": white, "grey": white + u(3, 11), "csf": u(-2, 14), "soft": u(20, 60), "fat": u(-110, -60),
                "bone": u(400, 1200), "air": -1000.0}
    orders = {
        "dwi": {"white": u(0.4, 0.55), "grey": u(0.5, 0.7), "csf": u(0.05, 0.25), "soft": u(0.02, 0.3), "fat": u(0, 0.25), "bone": u(0, 0.1)},
        "adc": {"white": u(0.22, 0.3), "grey": u(0.24, 0.34), "csf": u(0.7, 1.0), "soft": u(0, 0.4), "fat": u(0, 0.2), "bone": u(0, 0.2)},
        "flair": {"white": u(0.35, 0.5), "grey": u(0.45, 0.65), "csf": u(0.02, 0.2), "soft": u(0.2, 0.6), "fat": u(0.3, 1.0), "bone": u(0, 0.15)},
        "t1": {"white": u(0.6, 0.85), "grey": u(0.4, 0.6), "csf": u(0.05, 0.25), "soft": u(0.3, 0.6), "fat": u(0.7, 1.2), "bone": u(0, 0.3)},
        "t2": {"white": u(0.25, 0.4), "grey": u(0.35, 0.5), "csf": u(0.8, 1.1), "soft": u(0.15, 0.4), "fat": u(0.2, 0.8), "bone": u(0, 0.15)},
    }
    if contrast in orders:
        return {**orders[contrast], "air": u(0, 0.04)}
    return {name: u(0, 1) for name in ("white", "grey", "csf", "soft", "fat", "bone")} | {"air": u(0, 0.05)}


def lesions(image: np.ndarray, head: Head, contrast: str, rng: np.random.Generator) -> None:
    """Blobs, a clotted ventricle, a layer under the skull: the labels do not change by them."""
    shape = image.shape
    brain = (head.structure >= 3) & (head.structure != IGNORE)
    places = np.argwhere(brain)
    if places.size == 0:
        return

    def value() -> float:
        if contrast == "ct":
            return float(rng.uniform(48, 85) if rng.random() < 0.55 else rng.uniform(4, 24))
        return float(rng.uniform(0, 1.6))

    for _ in range(rng.integers(0, 3)):
        at = places[rng.integers(len(places))].astype(np.float32)
        if head.push_center is not None and rng.random() < 0.7:
            delta = ((head.origin_mm - torch.from_numpy(head.push_center.astype(np.float32))) ** 2).sum(-1)
            at = np.array(np.unravel_index(int(delta.argmin()), shape), np.float32)
        radius = rng.uniform(4, 32) / head.spacing * np.exp(rng.normal(0, 0.3, 3))
        grid = np.meshgrid(*[(np.arange(n) - c) / r for n, c, r in zip(shape, at, radius)], indexing="ij")
        distance = sum(g**2 for g in grid) + 0.35 * smooth_noise(rng, 1, (6, 8, 6), shape)[0].numpy()
        share = np.clip((1 - distance) * rng.uniform(1.5, 6), 0, 1) * brain
        image += share * (value() - image)
    if rng.random() < 0.12:
        clot = np.isin(head.structure, [NUMBER["lateralVentricle"], NUMBER["thirdVentricle"], NUMBER["fourthVentricle"]])
        where = clot & (smooth_noise(rng, 1, (3, 3, 3), shape)[0].numpy() > rng.uniform(-1.5, 0.5))
        image[where] = value()
    if rng.random() < 0.12:
        side = rng.choice([-1.0, 1.0])
        layer = (head.structure == NUMBER["cerebrospinalFluid"]) & (side * head.origin_mm[..., 0].numpy() > 5)
        image[layer & (head.depth < rng.uniform(4, 9))] = value()


def gaussian(image: torch.Tensor, sigmas: tuple[float, float, float]) -> torch.Tensor:
    """Blur in voxels along slice, row, column."""
    out = image[None, None]
    for axis, sigma in enumerate(sigmas):
        if sigma < 0.2:
            continue
        reach = int(np.ceil(2.5 * sigma))
        kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma) ** 2)
        kernel = (kernel / kernel.sum()).view(*[-1 if a == axis else 1 for a in range(3)])[None, None]
        pad = [0] * 6
        pad[2 * (2 - axis)] = pad[2 * (2 - axis) + 1] = reach
        out = F.conv3d(F.pad(out, pad, mode="replicate"), kernel)
    return out[0, 0]


def image_of(head: Head, contrast: str, rng: np.random.Generator) -> np.ndarray:
    """HU or MR signal of a head before normalization; NaN where no slice lies."""
    grey, white, csf = tissue_shares(head, rng)
    mean = intensities(contrast, rng)
    structure = head.structure
    inside = (structure >= 2) & (structure != IGNORE)
    hu = head.maps[0].numpy()
    shape = hu.shape
    brain = grey * mean["grey"] + white * mean["white"] + csf * mean["csf"]
    scale = 1.0 if contrast != "ct" else 60.0
    # Nuclei and brainstem have means of their own.
    offsets = rng.normal(0, (0.025 if contrast == "ct" else 0.05) * scale, len(STRUCTURES)).astype(np.float32)
    offsets[[NUMBER[n] for n in ("lateralVentricle", "thirdVentricle", "fourthVentricle", "cerebrospinalFluid")]] = 0
    for name in ("m1", "m2", "m3", "m4", "m5", "m6", "aca", "pca", "deepWhite"):
        offsets[NUMBER[name]] *= 0.2
    brain = brain + offsets[np.where(inside, structure, 0)]

    # Outside: classes by the template's HU, borders moved by noise.
    blurred = hu + 60 * smooth_noise(rng, 1, tuple(max(4, n // 4) for n in shape), shape)[0].numpy()
    outside = np.select([blurred < -250, blurred < rng.uniform(-40, 30), blurred < rng.uniform(110, 220)],
                        [mean["air"], mean["fat"], mean["soft"]], mean["bone"]).astype(np.float32)
    if contrast != "ct":
        outside[(structure == 0)] = mean["air"]
        bare = rng.random()
        if bare < 0.15:
            outside[:] = 0  # skull stripped
        elif bare < 0.45 and contrast in ("dwi", "adc", "random"):
            outside *= rng.uniform(0, 0.4)
    else:
        # Beneath thick bone the average of many skulls is no sharp border: bone begins where the brain's space ends.
        near_bone = (head.structure == NUMBER["headTissue"]) & (hu > rng.uniform(60, 130))
        outside[near_bone] = mean["bone"]
    image = np.where(inside, brain, outside).astype(np.float32)
    if rng.random() < 0.6:
        lesions(image, head, contrast, rng)

    blur = rng.uniform(0.3, 1.6) / head.spacing
    out = gaussian(torch.from_numpy(image), (blur, blur, blur))
    if rng.random() < 0.75:  # slices of 3 to 8 mm
        thickness = rng.uniform(3, 8)
        out = gaussian(out, (0.4 * thickness / head.spacing, 0, 0))
        count = max(4, int(round(shape[0] * head.spacing / thickness)))
        if count < shape[0]:
            out = F.interpolate(out[None, None], size=(count, *shape[1:]), mode="trilinear", align_corners=True)
            out = F.interpolate(out, size=shape, mode="trilinear", align_corners=True)[0, 0]
    if contrast != "ct":
        bias = torch.exp(rng.uniform(0, 0.35) * smooth_noise(rng, 1, (3, 3, 3), shape)[0])
        out = out * bias
        noise = rng.uniform(0, 0.06)
        a, b = (torch.from_numpy(rng.standard_normal(shape).astype(np.float32)) * noise for _ in range(2))
        out = torch.sqrt((out + a) ** 2 + b**2)
        if rng.random() < 0.3:
            out = out.clamp_min(0) ** rng.uniform(0.7, 1.4)
    else:
        # Cupping and noise that averaging to 3 mm leaves.
        out = out + rng.uniform(0, 4) * smooth_noise(rng, 1, (3, 4, 3), shape)[0]
        out = out + rng.uniform(0, 6) * torch.from_numpy(rng.standard_normal(shape).astype(np.float32))
    result = out.numpy().copy()

    # Missing slices: the lower or upper part of the head, as often in practice.
    brain_slices = np.flatnonzero(inside.any((1, 2)))
    if brain_slices.size:
        low, high = brain_slices[0], brain_slices[-1]
        span = high - low
        bottom = low + int(span * rng.uniform(-0.5, 0.3)) if rng.random() < 0.6 else 0
        top = high - int(span * rng.uniform(-0.2, 0.3)) if rng.random() < 0.4 else shape[0]
        result[: max(0, bottom)] = np.nan
        result[max(bottom + 8, top):] = np.nan
    result[structure == IGNORE] = np.nan
    return result


def example(template: Template, rng: np.random.Generator, shape: tuple[int, int, int], spacing: float,
            contrast: str | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Normalized image, structure (IGNORE where no image is), side (1 left, 2 right)."""
    chosen = contrast or str(rng.choice(CONTRASTS, p=(0.4, 0.1, 0.08, 0.1, 0.06, 0.06, 0.2)))
    head = bend(template, rng, shape, spacing)
    image = image_of(head, chosen, rng)
    structure, side = np.where(np.isnan(image), IGNORE, head.structure), head.side
    if rng.random() < 0.7:
        image, structure, side = centered(image, structure, side)
    return normalized(image, chosen), structure, side


def centered(image: np.ndarray, structure: np.ndarray, side: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The slices that there are in the middle: in use nobody knows which part of the head a slab shows."""
    there = np.flatnonzero(~np.isnan(image).all((1, 2)))
    if there.size == 0:
        return image, structure, side
    move = (image.shape[0] - 1 - there[0] - there[-1]) // 2
    out = [np.full_like(image, np.nan), np.full_like(structure, IGNORE), np.zeros_like(side)]
    for new, old in zip(out, (image, structure, side)):
        new[there[0] + move : there[-1] + move + 1] = old[there[0] : there[-1] + 1]
    return out[0], out[1], out[2]
