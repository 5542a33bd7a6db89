"""What lies in heads without blood and may be taken for it: calcification, dense vessels, infarcts, contrast, operations."""

import numpy as np
import torch

from .head import Head
from .hemorrhage_shapes import Canvas, block_around, clot, find, pick
from .noise import fractal_field, smooth_field


def draw_mimics(rng: np.random.Generator, canvas: Canvas) -> None:
    """Each mimic by chance, before any bleeding is drawn."""
    for chance, draw in (
        (0.55, _calcified_midline_and_choroid),
        (0.12, _calcified_basal_ganglia),
        (0.10, _calcified_falx),
        (0.25, _calcified_arteries),
        (0.06, _dense_artery),
        (0.30, _infarct),
        (0.12, _old_cavity),
        (0.05, _contrast),
        (0.16, _scalp_swelling),
        (0.06, _craniotomy),
        (0.03, _shunt),
        (0.03, _dense_tumor),
        (0.03, _air),
    ):
        if rng.random() < chance:
            draw(rng, canvas)


def _ball(rng, canvas: Canvas, mm, radius: float, hu: float, irregular: float = 0.3) -> None:
    center = find(canvas.head, mm)
    if center is None:
        return
    block, level, r = clot(rng, canvas.head, center, 4.19 * radius**3 / 1000, irregular=irregular)
    canvas.paint(block, torch.sigmoid(-level * r / 0.4) * canvas.head.inside[block], hu)


def _calcified_midline_and_choroid(rng, canvas):
    if rng.random() < 0.8:
        _ball(rng, canvas, rng.normal((0, -27, 0), 1.5), rng.uniform(1, 3.6), rng.uniform(70, 350))
    if rng.random() < 0.2:
        _ball(rng, canvas, rng.normal((0, -22, 4), 1.5), rng.uniform(1, 2), rng.uniform(70, 250))
    for side in (-1, 1):
        if rng.random() < 0.6:
            _ball(rng, canvas, rng.normal((side * 23, -39, 8), 3), rng.uniform(1, 5), rng.uniform(55, 300), 0.5)


def _calcified_basal_ganglia(rng, canvas):
    hu = rng.uniform(45, 130)
    place = rng.choice([0, 1], p=[0.8, 0.2])
    for side in (-1, 1):
        mm = (side * 19, -3, 1) if place == 0 else (side * 17, -58, -34)
        _ball(rng, canvas, rng.normal(mm, 1.5), rng.uniform(2, 6), hu, 0.5)


def _calcified_falx(rng, canvas):
    head = canvas.head
    patch = torch.sigmoid(4 * (smooth_field(rng, head.grid.shape, head.grid.spacing, 20)[0] - rng.uniform(0.5, 1.5)))
    alpha = torch.sigmoid((rng.uniform(0.6, 2) - head.dura_distance) / 0.4) * patch * head.inside * (head.brain_mm[2] > 5)
    canvas.paint(..., alpha, rng.uniform(80, 500))


def _calcified_arteries(rng, canvas):
    for mm in ((13, 6, -26), (-13, 6, -26), (5, -30, -60), (-5, -30, -60), (0, -14, -30)):
        if rng.random() < 0.5:
            _ball(rng, canvas, rng.normal(mm, 2), rng.uniform(0.7, 2), rng.uniform(100, 600))


def _dense_artery(rng, canvas):
    head = canvas.head
    half = head.brain_mm[0] * rng.choice([-1, 1]) > 4
    alpha = torch.sigmoid((rng.uniform(1, 2) - head.artery_distance) / 0.4) * half * head.inside
    canvas.paint(..., alpha * (head.brain_mm[1] > -12), rng.uniform(50, 75))


def _infarct(rng, canvas):
    """A swollen or shrunken territory, 2 to 16 HU darker, cortex included."""
    head = canvas.head
    center = pick(rng, (head.grey + head.white > 0.6) & (head.depth > 4))
    if center is None:
        return
    block, level, r = clot(rng, head, center, float(np.exp(rng.uniform(np.log(1), np.log(160)))), 0.5, rng.uniform(0.1, 0.5))
    alpha = torch.sigmoid(-level * r / rng.uniform(0.8, 4)) * head.inside[block] * (1 - head.fluid[block])
    canvas.paint(block, alpha, canvas.hu[block] - rng.uniform(2, 16))


def _old_cavity(rng, canvas):
    head = canvas.head
    center = pick(rng, (head.grey + head.white > 0.6) & (head.depth > 3))
    if center is None:
        return
    block, level, r = clot(rng, head, center, float(np.exp(rng.uniform(np.log(0.05), np.log(40)))), 0.4, 0.4)
    alpha = torch.sigmoid(-level * r / 0.6) * head.inside[block]
    canvas.paint(block, alpha, head.style.fluid_hu + rng.uniform(0, 8))


def _contrast(rng, canvas):
    """Vessels, sinuses and a little all tissue bright after contrast; sometimes a bright infarct."""
    head = canvas.head
    bright = rng.uniform(15, 120)
    vessel = torch.sigmoid((rng.uniform(1, 2) - head.artery_distance) / 0.4) * head.inside
    dura = torch.sigmoid((1.0 - head.dura_distance) / 0.4) * head.inside
    canvas.hu += bright * torch.maximum(vessel, 0.7 * dura) + 0.05 * bright * head.grey


def _scalp_swelling(rng, canvas):
    head = canvas.head
    x, y, z = head.skull_mm
    center = pick(rng, (head.depth < -8) & (head.depth > -14) & (z > -40) & (head.bone < 0.5))
    if center is None:
        return
    mm = [float(axis[center]) for axis in head.skull_mm]
    away = torch.sqrt((x - mm[0]) ** 2 + (y - mm[1]) ** 2 + (z - mm[2]) ** 2) / rng.uniform(15, 45)
    thick = rng.uniform(4, 18) * (1 - away**2).clamp(min=0)
    outside = torch.sigmoid((-head.depth - 5) / 1.0) * torch.sigmoid((thick + 7 + head.depth + 5) / 0.8)
    alpha = outside * (1 - head.bone) * (thick > 1)
    hu = rng.uniform(30, 70) + 8 * fractal_field(rng, head.grid.shape, head.grid.spacing, (12, 6))
    canvas.paint(..., alpha, hu)


def _craniotomy(rng, canvas):
    """A piece of bone missing or thin cuts around it; scalp and fluid in its place; clips with rims of metal."""
    head = canvas.head
    x, y, z = head.skull_mm
    center = pick(rng, (head.bone > 0.6) & (z > 0))
    if center is None:
        return
    mm = [float(axis[center]) for axis in head.skull_mm]
    away = torch.sqrt((x - mm[0]) ** 2 + (y - mm[1]) ** 2 + (z - mm[2]) ** 2)
    size = rng.choice([rng.uniform(4, 8), rng.uniform(15, 50)])
    hole = torch.sigmoid((size - away) / 0.6) if rng.random() < 0.5 else torch.sigmoid((1.2 - (away - size).abs()) / 0.4)
    canvas.paint(..., hole * (1 - head.inside) * (head.depth > -9), rng.uniform(15, 50))


def _shunt(rng, canvas):
    head = canvas.head
    side = rng.choice([-1, 1])
    start, end = np.array([side * 30, 20, 62.0]), np.array([side * 6, 8, 10.0])
    x, y, z = head.brain_mm
    along = end - start
    t = ((x - start[0]) * along[0] + (y - start[1]) * along[1] + (z - start[2]) * along[2]) / float(along @ along)
    t = t.clamp(0, 1)
    away = torch.sqrt((x - start[0] - t * along[0]) ** 2 + (y - start[1] - t * along[1]) ** 2 + (z - start[2] - t * along[2]) ** 2)
    canvas.paint(..., torch.sigmoid((1.3 - away) / 0.3), rng.uniform(80, 300))


def _dense_tumor(rng, canvas):
    """A meningioma-like smooth ball on the dura: dense as fresh blood, but round and on the skull; not labelled."""
    head = canvas.head
    center = pick(rng, (head.depth > 2) & (head.depth < 9))
    if center is None:
        return
    block, level, r = clot(rng, head, center, rng.uniform(0.3, 12), 0.1, 0.03)
    canvas.paint(block, torch.sigmoid(-level * r / 0.5) * head.inside[block], canvas.brain_hu + rng.uniform(6, 18))


def _air(rng, canvas):
    head = canvas.head
    center = pick(rng, (head.depth > 0) & (head.depth < 5) & (head.skull_mm[1] > 0))
    if center is None:
        return
    block, _ = block_around(head, center, 12)
    bubble = torch.sigmoid((smooth_field(rng, head.hu[block].shape, head.grid.spacing, 8)[0] - 1.2) / 0.1)
    canvas.paint(block, bubble * head.inside[block] * (head.depth[block] < 6), -900)
