"""Where the graph is run, and what its answers are on the grid of our own network. The same as the product does
(`src/imaging/pipelines/hemorrhage/blast-ct`)."""

from collections.abc import Callable

import numpy as np

TILE = 45  # voxels of 1 mm that one run answers, along each axis
MARGIN = 40  # what it sees beyond, on each side
STEP = 15  # runs begin on multiples of it
OURS = (0, 1, 3, 5, 2)  # our class for each of theirs; blood around the brain, the subarachnoid included, is extra-axial


def plan(wanted: np.ndarray, tile: int = TILE, step: int = STEP) -> list[tuple[int, int, int]]:
    """First voxels [slice, row, column] of tiles that cover every wanted voxel once: layers, in them rows, in them tiles, each begun
    where there is something to see."""
    return [
        (z, y, x)
        for z in _begins(wanted.any((1, 2)), tile, step)
        for y in _begins(wanted[z : z + tile].any((0, 2)), tile, step)
        for x in _begins(wanted[z : z + tile, y : y + tile].any((0, 1)), tile, step)
    ]


def _begins(wanted: np.ndarray, tile: int, step: int) -> list[int]:
    found, end = [], 0
    for n in np.flatnonzero(wanted):
        if n >= end:
            found.append(int(n) // step * step)
            end = found[-1] + tile
    return found


def stitched(
    run: Callable[[np.ndarray], np.ndarray], hu: np.ndarray, wanted: np.ndarray, tile: int = TILE, margin: int = MARGIN, step: int = STEP
) -> np.ndarray:
    """[members, classes, slices, rows, columns]; background where nothing was wanted. Beyond the image its border goes on."""
    out = None
    for begin in plan(wanted, tile, step):
        near = np.ix_(*(np.clip(np.arange(b - margin, b + tile + margin), 0, n - 1) for b, n in zip(begin, hu.shape)))
        answer = run(hu[near][None, None])
        if out is None:
            out = np.zeros((*answer.shape[:2], *hu.shape), np.float32)
            out[:, 0] = 1
        there = tuple(slice(b, min(b + tile, n)) for b, n in zip(begin, hu.shape))
        out[(slice(None), slice(None), *there)] = answer[(slice(None), slice(None), *(slice(0, s.stop - s.start) for s in there))]
    if out is None:
        raise ValueError("nothing is wanted of this volume")
    return out


def to_even(count: int, old: float, mm: float = 1.0) -> np.ndarray:
    """[new, old] weights along one axis: means over finer voxels, straight lines between coarser ones, the border goes on."""
    new = max(1, round(count * old / mm))
    weights = np.zeros((new, count), np.float32)
    for n in range(new):
        if old >= mm:
            place = min(count - 1, max(0.0, (n + 0.5) * mm / old - 0.5))
            low = int(place)
            weights[n, low] = 1 - (place - low)
            if low + 1 < count:
                weights[n, low + 1] += place - low
        else:
            for i in range(count):
                weights[n, i] = max(0.0, min(i + 1, (n + 1) * mm / old) - max(i, n * mm / old))
            weights[n] /= max(weights[n].sum(), 1e-6)
    return weights


def to_thick(count: int, fine: int, mm: float) -> np.ndarray:
    """[thick, fine] weights of means: thick voxels of `mm`, fine ones of 1 mm, beginning together."""
    weights = np.zeros((count, fine), np.float32)
    for n in range(count):
        for i in range(fine):
            weights[n, i] = max(0.0, min(i + 1, (n + 1) * mm) - max(i, n * mm))
        if not weights[n].any():
            weights[n, fine - 1] = 1
        weights[n] /= weights[n].sum()
    return weights


def along_axes(values: np.ndarray, *weights: np.ndarray) -> np.ndarray:
    """The last axes of `values` by the matrices [new, old], one an axis."""
    for axis, matrix in zip(range(-len(weights), 0), weights):
        values = np.moveaxis(np.tensordot(values, matrix, (axis, 1)), -1, axis)
    return values


def in_our_classes(answer: np.ndarray) -> np.ndarray:
    """[…, theirs, slices, rows, columns] → six classes of ours; subarachnoid stays 0: they do not tell it apart."""
    out = np.zeros((*answer.shape[:-4], 6, *answer.shape[-3:]), np.float32)
    for theirs, ours in enumerate(OURS):
        out[..., ours, :, :, :] = answer[..., theirs, :, :, :]
    return out
