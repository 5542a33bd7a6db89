"""Blood in and around the brain, and what may be taken for it, drawn into a `Head`.

A `Canvas` holds the HU of the scan's cuts and, for each class, how much of a voxel is to be labelled. Blood is labelled only where
it is at least 6 HU brighter than what it lies in (brain for a hematoma and in sulci, fluid in ventricles): what cannot be seen is not
taught. Sulci are judged after slices are averaged (`ct_acquisition`). Darker parts of a clot (swirl, black hole, fluid level) belong to it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch

from .head import Head
from .hemorrhage.constants import CLASSES, EDEMA, EXTRA_AXIAL, INTRAPARENCHYMAL, INTRAVENTRICULAR, SUBARACHNOID
from .noise import fractal_field, smooth_field

VISIBLE_HU = 6.0

# Typical places in MNI mm (distance from the midline, y, z), their spread in mm, and the usual range of volume in mL.
PLACES = {
    "putamen": ((26, 1, 3), (4, 7, 5), (0.5, 80)),
    "thalamus": ((12, -18, 8), (3, 4, 4), (0.3, 30)),
    "caudate": ((13, 13, 10), (3, 4, 4), (0.3, 12)),
    "pons": ((2, -27, -32), (3, 3, 6), (0.2, 12)),
    "midbrain": ((4, -24, -12), (3, 3, 3), (0.2, 5)),
    "cerebellum": ((20, -62, -36), (9, 8, 7), (0.3, 40)),
}
DEEP = ("putamen", "thalamus", "caudate")


@dataclass(frozen=True)
class Drawn:
    """One bleeding that was drawn: class, kind, place and the volume that was meant, in mL."""

    label: int
    kind: str
    place: str
    volume_ml: float


@dataclass
class Canvas:
    """HU of the cuts [d, h, w] and the share of a voxel that each class fills [6, d, h, w]."""

    head: Head
    hu: torch.Tensor
    share: torch.Tensor
    drawn: list[Drawn] = field(default_factory=list)

    @staticmethod
    def of(head: Head) -> "Canvas":
        return Canvas(head, head.hu.clone(), torch.zeros((len(CLASSES), *head.hu.shape)))

    @property
    def brain_hu(self) -> float:
        return 0.5 * (self.head.style.grey_hu + self.head.style.white_hu)

    def paint(self, block, alpha, hu, label: int | None = None, visible=None) -> None:
        """Mixes `hu` in by `alpha` within `block`; `visible` (bool or tensor) is where the label counts."""
        here = self.hu[block]
        here.add_(alpha * (hu - here))
        if label is not None:
            for other in range(1, len(CLASSES)):
                if other != label:
                    self.share[other][block].mul_(1 - alpha)
            counted = alpha if visible is None else alpha * visible
            share = self.share[label][block]
            torch.maximum(share, counted, out=share)

    def ml(self) -> float:
        return float(np.prod(self.head.grid.spacing)) / 1000


def find(head: Head, mm) -> tuple[int, int, int] | None:
    """The voxel whose brain lies nearest to a place in MNI mm; None when it is outside the scan."""
    x, y, z = head.brain_mm[:, ::2, ::4, ::4]
    away = (x - mm[0]) ** 2 + (y - mm[1]) ** 2 + (z - mm[2]) ** 2
    at = int(away.argmin())
    if float(away.reshape(-1)[at]) > 8**2:
        return None
    k, j, i = np.unravel_index(at, away.shape)
    return int(k) * 2, int(j) * 4, int(i) * 4


def pick(rng: np.random.Generator, where: torch.Tensor) -> tuple[int, int, int] | None:
    """A random voxel of a mask, from a sparse grid."""
    sparse = where[::2, ::4, ::4].nonzero()
    if len(sparse) == 0:
        return None
    k, j, i = sparse[rng.integers(len(sparse))].tolist()
    return k * 2, j * 4, i * 4


def block_around(head: Head, center, reach_mm: float):
    """Slices of the box of ± `reach_mm` and the offsets z, y, x in mm from its middle."""
    slices, offsets = [], []
    for axis, (c, n, s) in enumerate(zip(center, head.grid.shape, head.grid.spacing)):
        r = int(np.ceil(reach_mm / s))
        low, high = max(0, c - r), min(n, c + r + 1)
        slices.append(slice(low, high))
        view = [1, 1, 1]
        view[axis] = -1
        offsets.append(((torch.arange(low, high, dtype=torch.float32) - c) * s).view(view))
    return tuple(slices), offsets


def clot(rng, head: Head, center, volume_ml: float, elongation: float = 0.35, irregular: float = 0.25):
    """(block, level): level is about the distance from the surface over the radius, negative inside; lobes and bays at random."""
    radius = (volume_ml * 1000 * 3 / (4 * np.pi)) ** (1 / 3)
    block, (dz, dy, dx) = block_around(head, center, 1.9 * radius + 4)
    axes = np.exp(rng.normal(0, elongation, 3))
    axes /= np.prod(axes) ** (1 / 3)
    turn = np.linalg.qr(rng.standard_normal((3, 3)))[0] / axes[:, None] / radius
    lobes = 1 + (rng.poisson(1.0) if volume_ml > 2 else 0)
    level = None
    for n in range(lobes):
        shift = rng.normal(0, 0.55 * radius, 3) if n else np.zeros(3)
        size = rng.uniform(0.45, 0.8) if n else (0.85 if lobes > 1 else 1.0)
        squares = sum(
            (float(row[0]) * (dz - shift[0]) + float(row[1]) * (dy - shift[1]) + float(row[2]) * (dx - shift[2])) ** 2 for row in turn
        )
        rho = squares.sqrt_().div_(size).sub_(1).mul_(size)
        level = rho if level is None else torch.minimum(level, rho)
    shape = tuple(level.shape)
    if irregular:
        level = level + irregular * fractal_field(rng, shape, head.grid.spacing, (max(4, 1.2 * radius), max(3, 0.5 * radius)))
    return block, level, radius


def hematoma_density(rng, canvas: Canvas, block, level, radius: float, kind: str):
    """HU [block] of a clot: acute, hyperacute, subacute, heterogeneous, or with a fluid level."""
    shape = tuple(level.shape)
    grain = fractal_field(rng, shape, canvas.head.grid.spacing, (max(5, radius), 4))
    brain = canvas.brain_hu
    if kind == "hyperacute":
        return rng.uniform(46, 56) + 5 * grain
    if kind == "subacute":
        return brain + rng.uniform(7, 12) + (rng.uniform(8, 22) * (-level).clamp(0, 1)) + 2 * grain
    dense = rng.uniform(56, 78)
    hu = dense + 3 * grain
    if kind == "heterogeneous":  # swirl, black hole, blend: one or more darker regions with soft or sharp edges
        dark = fractal_field(rng, shape, canvas.head.grid.spacing, (max(6, 0.9 * radius), max(4, 0.4 * radius)))
        edge = rng.uniform(0.05, 0.5)
        hu = hu - rng.uniform(15, 38) * torch.sigmoid((dark - rng.uniform(0.3, 1.1)) / edge)
    if kind == "fluid-level":
        rows = torch.arange(shape[1], dtype=torch.float32) * canvas.head.grid.spacing[1]
        line = (rows - rows.mean() - rng.normal(0, 0.3 * radius)).view(1, -1, 1)
        hu = torch.where(line < 0, hu - rng.uniform(18, 35), hu + rng.uniform(0, 8))
    return hu


DENSITIES = ("acute", "hyperacute", "subacute", "heterogeneous", "fluid-level")


def draw_intraparenchymal(rng, canvas: Canvas, volume: tuple[float, float] | None = None) -> None:
    head = canvas.head
    place = rng.choice(["putamen", "thalamus", "caudate", "pons", "midbrain", "cerebellum", "lobar", "contusion"],
                       p=[0.2, 0.14, 0.04, 0.05, 0.02, 0.12, 0.33, 0.1])  # fmt: skip
    side = _side(rng, head)
    if place in PLACES:
        mean, spread, limits = PLACES[place]
        mm = rng.normal(mean, spread)
        center = find(head, (side * mm[0], mm[1], mm[2]))
    else:
        near = (head.depth > (2 if place == "contusion" else 7)) & (head.depth < (9 if place == "contusion" else 30))
        tissue = (head.grey + head.white > 0.6) & near & (head.brain_mm[2] > (-40 if place == "contusion" else -18))
        center = pick(rng, tissue & (head.brain_mm[0] * side > 4))
        limits = (0.05, 12) if place == "contusion" else (0.3, 90)
    if center is None:
        return
    low, high = volume or limits
    ml = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    block, level, radius = clot(rng, head, center, ml, irregular=rng.uniform(0.05, 0.45))
    inside = head.inside[block] * (1 - 0.9 * head.ventricle[block])
    edge = rng.uniform(0.25, 0.9) / radius  # mm to level
    kind = rng.choice(DENSITIES, p=[0.45, 0.12, 0.13, 0.22, 0.08])
    alpha = torch.sigmoid(-level / edge) * inside
    _swelling(rng, canvas, block, level, radius)
    if rng.random() < 0.75:
        _edema(rng, canvas, block, level, radius, kind)
    hu = hematoma_density(rng, canvas, block, level, radius, kind)
    if rng.random() < 0.15:  # a bleeding among healthy tissue (contusion, hemorrhagic infarct): salt and pepper
        alpha = alpha * torch.sigmoid(3 * smooth_field(rng, alpha.shape, head.grid.spacing, 5)[0] + 1)
        kind = "patchy"
    canvas.paint(block, alpha, hu, INTRAPARENCHYMAL)
    canvas.drawn.append(Drawn(INTRAPARENCHYMAL, str(kind), _region(place), float(alpha.sum()) * canvas.ml()))
    for _ in range(rng.poisson(0.5) if ml > 2 else 0):  # satellites
        offset = [int(v / s) for v, s in zip(rng.normal(0, radius + 8, 3), head.grid.spacing)]
        at = [int(np.clip(c + o, 0, n - 1)) for c, o, n in zip(center, offset, head.grid.shape)]
        small, small_level, r = clot(rng, head, at, rng.uniform(0.03, 0.5))
        a = torch.sigmoid(-small_level * r / 0.5) * head.inside[small] * (1 - head.ventricle[small]) * (1 - head.fluid[small])
        canvas.paint(small, a, rng.uniform(50, 68), INTRAPARENCHYMAL)
    if place in DEEP and rng.random() < 0.4:
        draw_intraventricular(rng, canvas)


def _region(place: str) -> str:
    return {"pons": "brainstem", "midbrain": "brainstem", "cerebellum": "cerebellar", "lobar": "lobar", "contusion": "lobar"}.get(place, "deep")


def _side(rng, head: Head) -> int:
    """1 right, -1 left in MNI x; the brain is mostly pushed away from a bleeding."""
    if abs(head.style.shift_mm) > 3 and rng.random() < 0.8:
        # `shift_mm` is added to the template's place: the picture moves to the other side.
        return 1 if head.style.shift_mm > 0 else -1
    return int(rng.choice([-1, 1]))


def _swelling(rng, canvas: Canvas, block, level, radius: float) -> None:
    """Sulci around a large clot are pressed shut."""
    head = canvas.head
    if radius < 10:
        return
    closed = torch.exp(-level.clamp(min=0) / rng.uniform(0.3, 0.9)) * head.fluid[block] * (1 - head.ventricle[block])
    canvas.paint(block, closed * head.inside[block] * rng.uniform(0.5, 1), head.style.grey_hu)


def _edema(rng, canvas: Canvas, block, level, radius: float, kind: str) -> None:
    head = canvas.head
    width = (rng.uniform(1, 4) if kind == "hyperacute" else rng.uniform(2, 12)) / radius
    wavy = width * (1 + 0.5 * smooth_field(rng, level.shape, head.grid.spacing, max(8, radius))[0])
    prone = 0.35 + 0.65 * head.white[block]
    alpha = torch.sigmoid((wavy - level) * radius / 1.5) * prone * head.inside[block] * (1 - head.fluid[block])
    darker = rng.uniform(5, 14)
    canvas.paint(block, alpha, canvas.hu[block] - darker, EDEMA)


def draw_intraventricular(rng, canvas: Canvas) -> None:
    head = canvas.head
    x, y, z = head.brain_mm
    ventricle = head.ventricle
    if float(ventricle.sum()) * canvas.ml() < 0.5:
        return
    kind = rng.choice(["sediment", "one-lateral", "third-fourth", "cast", "clot"], p=[0.35, 0.2, 0.15, 0.15, 0.15])
    d, h, w = head.grid.shape
    rows = torch.arange(h, dtype=torch.float32).view(1, h, 1)  # the patient lies on the back: blood sinks to higher rows
    wavy = smooth_field(rng, head.grid.shape, head.grid.spacing, 18)[0]
    if kind == "sediment":
        middle = find(head, (0, rng.uniform(-74, -30), 8))
        if middle is None:
            return
        line = (rows - middle[1]) * head.grid.spacing[1]
        part = torch.sigmoid((line + rng.normal(0, 3) * (x.sign() * rng.integers(0, 2))) / 0.8) * (z > -16)
        if rng.random() < 0.3:
            part = part * (x * rng.choice([-1, 1]) > 0)
    elif kind == "one-lateral":
        part = (x * _side(rng, head) > 0) * (z > -4) * torch.sigmoid((wavy + rng.uniform(-0.5, 2)) / 0.3)
    elif kind == "third-fourth":
        low = ((z < -16) & (y < -28)) if rng.random() < 0.5 else ((x.abs() < 9) & (z < 14))
        part = low * torch.sigmoid((wavy + 1.5) / 0.3)
    elif kind == "clot":
        center = pick(rng, ventricle > 0.6)
        if center is None:
            return
        block, level, radius = clot(rng, head, center, float(np.exp(rng.uniform(np.log(0.3), np.log(12)))))
        part = torch.zeros_like(ventricle)
        part[block] = torch.sigmoid(-level * radius / 0.6)
    else:
        part = torch.sigmoid((wavy + rng.uniform(0.5, 3)) / 0.4)
    alpha = ventricle * part
    hu = rng.uniform(38, 78) + 4 * wavy
    canvas.paint(..., alpha, hu, INTRAVENTRICULAR, visible=hu > head.style.fluid_hu + VISIBLE_HU)
    volume = float(alpha.sum()) * canvas.ml()
    if volume > 0.02:
        canvas.drawn.append(Drawn(INTRAVENTRICULAR, str(kind), "ventricles", volume))


def draw_extra_axial(rng, canvas: Canvas) -> None:
    kind = rng.choice(["subdural", "epidural", "falx", "tentorium"], p=[0.6, 0.18, 0.13, 0.09])
    head = canvas.head
    x, y, z = head.skull_mm
    side = _side(rng, head)
    half = x * side > 0
    wavy = smooth_field(rng, head.grid.shape, head.grid.spacing, 35)[0]
    if kind in ("subdural", "epidural"):
        posterior = rng.random() < 0.07
        shell = (head.depth.abs() < 3) & half & ((z < -24) & (y < -40) if posterior else (z > -30) & (x.abs() > 12))
        center = pick(rng, shell)
        if center is None:
            return
        thick = rng.uniform(5, 28) if kind == "epidural" else float(np.exp(rng.uniform(np.log(2.0), np.log(20))))
        reach = rng.uniform(14, 38) if kind == "epidural" else rng.uniform(25, 90)
        mm = [float(axis[center]) for axis in head.skull_mm]
        away = ((x - mm[0]) ** 2 + (y - mm[1]) ** 2 + (z - mm[2]) ** 2) / reach**2
        power = 1.0 if kind == "epidural" else 0.6
        profile = thick * (1 - away).clamp(min=0) ** power
        if kind == "subdural":
            profile = (profile * (1 + 0.25 * wavy)).clamp(min=0)
            half = half & (head.dura_distance > 0.5)
        if not posterior:  # along the side wall of the middle fossa, not along its floor
            half = half & ((z > -16) | (x.abs() > 42))
        alpha = torch.sigmoid((profile - head.depth) / 0.45) * head.inside * (profile > 0.4) * half
    else:
        thick = float(np.exp(rng.uniform(np.log(1.8), np.log(9))))
        sheet = z > 14 if kind == "falx" else z < 14
        center = pick(rng, sheet & (head.dura_distance < 3) & (head.inside > 0.5))
        if center is None:
            return
        mm = [float(axis[center]) for axis in head.skull_mm]
        reach = rng.uniform(20, 70)
        away = ((y - mm[1]) ** 2 + (z - mm[2]) ** 2) / reach**2
        profile = thick * (1 - away).clamp(min=0) ** 0.5 * (1 + 0.25 * wavy)
        one_sided = (head.brain_mm[0] * side > -0.5) if kind == "falx" or rng.random() < 0.7 else torch.ones_like(half)
        alpha = torch.sigmoid((profile - head.dura_distance) / 0.5) * head.inside * (profile > 0.4) * sheet * one_sided
    # A collection pushes the brain away: the space under it holds no sulci.
    near = torch.sigmoid((profile + 8 - head.depth) / 2) * head.fluid * (1 - head.ventricle) * rng.uniform(0.3, 1) if kind == "subdural" else None
    if near is not None:
        canvas.paint(..., near * half * (profile > 0.5 * thick), head.style.grey_hu)
    age = rng.choice(["acute", "mixed", "layered", "isodense", "chronic"], p=[0.62, 0.14, 0.1, 0.07, 0.07])
    if kind == "epidural":
        age = "acute" if rng.random() < 0.8 else "mixed"
    hu = rng.uniform(50, 76) + 3 * wavy
    if age == "mixed":
        hu = hu - rng.uniform(10, 32) * torch.sigmoid(3 * smooth_field(rng, head.grid.shape, head.grid.spacing, 16)[0])
    elif age == "layered":
        rows = torch.arange(head.grid.shape[1], dtype=torch.float32).view(1, -1, 1) - center[1]
        hu = torch.where(rows * head.grid.spacing[1] + 4 * wavy > rng.normal(0, 15), hu, hu - rng.uniform(20, 45))
    elif age == "isodense":
        hu = hu * 0 + canvas.brain_hu + rng.uniform(-4, 5)
    elif age == "chronic":
        hu = hu * 0 + rng.uniform(10, 24)
    # Darker parts among bright ones belong to the collection; a layer that is dark as a whole cannot be told from fluid.
    visible = torch.ones_like(alpha) if age == "mixed" else (hu > canvas.brain_hu + VISIBLE_HU).float()
    canvas.paint(..., alpha, hu, EXTRA_AXIAL, visible=visible)
    volume = float((alpha * visible).sum()) * canvas.ml()
    if volume > 0.02:
        canvas.drawn.append(Drawn(EXTRA_AXIAL, f"{kind}, {age}", "extra-axial", volume))


def draw_subarachnoid(rng, canvas: Canvas) -> None:
    head = canvas.head
    kind = rng.choice(["basal", "sylvian", "convexity", "posterior", "interhemispheric"], p=[0.3, 0.2, 0.32, 0.08, 0.1])
    x, y, z = head.brain_mm
    side = _side(rng, head)
    space = head.fluid * (1 - head.ventricle) * (head.inside > 0.5)
    places = {"basal": (0, 2, -14), "sylvian": (38 * side, 2, 2), "posterior": (0, -30, -34), "interhemispheric": (0, 40, 24)}
    if kind == "convexity":
        center = pick(rng, (space > 0.5) & (head.depth < 22) & (z > -10) & (x * side > 4))
        if center is None:
            return
        mm = [float(axis[center]) for axis in head.brain_mm]
    else:
        mm = rng.normal(places[kind], 6)
    reach = rng.uniform(12, 32) if kind == "convexity" else rng.uniform(18, 55)
    stretch = 2.0 if kind == "interhemispheric" else 1.0
    away = torch.sqrt((stretch * (x - mm[0])) ** 2 + (y - mm[1]) ** 2 + (z - mm[2]) ** 2) / reach
    wavy = fractal_field(rng, head.grid.shape, head.grid.spacing, (25, 10))
    part = torch.sigmoid((1 - away + 0.35 * wavy) / 0.15)
    if kind == "convexity":
        part = part * (x * side > 0)
    filling = rng.uniform(0.55, 1.0)
    alpha = (space * rng.uniform(1.0, 1.5)).clamp(max=1) * part * filling
    hu = rng.uniform(42, 76)
    canvas.paint(..., alpha, hu, SUBARACHNOID)
    volume = float(alpha.sum()) * canvas.ml()
    if volume > 0.02:
        canvas.drawn.append(Drawn(SUBARACHNOID, str(kind), "subarachnoid", volume))
    if kind in ("basal", "posterior") and rng.random() < 0.35:
        draw_intraventricular(rng, canvas)


DRAWERS: dict[int, Callable] = {
    INTRAPARENCHYMAL: draw_intraparenchymal,
    INTRAVENTRICULAR: draw_intraventricular,
    EXTRA_AXIAL: draw_extra_axial,
    SUBARACHNOID: draw_subarachnoid,
}


def draw_hemorrhages(rng: np.random.Generator, canvas: Canvas) -> None:
    """One to four bleedings of random classes; a hematoma in the brain is the most frequent."""
    for label in rng.choice(list(DRAWERS), size=1 + min(3, rng.poisson(0.6)), p=[0.36, 0.14, 0.28, 0.22]):
        DRAWERS[int(label)](rng, canvas)
