"""Where blood can be: inside the skull, found by bone and density, as the product finds it (`src/imaging/pipelines/hemorrhage`)."""

import numpy as np
from scipy import ndimage

SOFT = (0.0, 110.0)
BONE = 160.0
OPENING_MM = 4.0
SIDES = 6  # of eight directions in the slice: the skull base is open to orbits and neck, an operated skull to one side
BESIDE_BRAIN_MM = 12.0
VERTEX_SHARE = 0.1
IN_PLANE = ndimage.generate_binary_structure(3, 1) & np.array([False, True, False])[:, None, None]


def inside_skull(hu: np.ndarray, pixel_mm: float) -> np.ndarray:
    """bool [d, h, w]: brain and what lies within BESIDE_BRAIN_MM of it; HU [d, h, w], slices upward.

    Near the vertex bone fills a part of every voxel: slices above the widest with less than VERTEX_SHARE of its brain are left out.
    """
    top = float(hu.max())
    if top < 300:  # a picture cut to a window: what is saturated is bone
        hu = np.where(hu >= top - 1, 1000, hu)
    steps = max(1, round(OPENING_MM / pixel_mm))
    tissue = (hu >= SOFT[0]) & (hu <= SOFT[1]) & (_sides_with_bone(hu > BONE) >= SIDES)
    core = _largest(ndimage.binary_erosion(tissue, IN_PLANE, steps, border_value=1))
    grown = ndimage.binary_dilation(core, IN_PLANE, steps) & tissue
    brain = ~_from_edge(~grown)
    inside = ndimage.binary_dilation(brain, IN_PLANE, round(BESIDE_BRAIN_MM / pixel_mm))
    areas = brain.sum((1, 2))
    vertex = (np.arange(len(areas)) > areas.argmax()) & (areas < VERTEX_SHARE * areas.max())
    inside[vertex] = False
    return inside


def _from_edge(open_: np.ndarray) -> np.ndarray:
    """What a path through `open_` joins to the edge of its slice."""
    parts, count = ndimage.label(open_, IN_PLANE)
    edge = np.zeros(count + 1, bool)
    for side in (parts[:, 0], parts[:, -1], parts[:, :, 0], parts[:, :, -1]):
        edge[side.ravel()] = True
    edge[0] = False
    return edge[parts]


def _largest(mask: np.ndarray) -> np.ndarray:
    parts, count = ndimage.label(mask, np.ones((3, 3, 3)))
    if count == 0:
        return mask
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return parts == sizes.argmax()


def _sides_with_bone(bone: np.ndarray) -> np.ndarray:
    """uint8 [d, h, w]: in how many of eight directions in its slice, straight and diagonal, a voxel has bone, itself included."""
    sides = np.zeros(bone.shape, np.uint8)
    for axis in (1, 2):
        for forth in (bone, np.flip(bone, axis)):
            met = np.maximum.accumulate(forth, axis)
            sides += met if forth is bone else np.flip(met, axis)
    for turned in ((), (1,), (2,), (1, 2)):
        met = np.flip(bone, turned).copy()
        for row in range(1, met.shape[1]):
            met[:, row, 1:] |= met[:, row - 1, :-1]
        sides += np.flip(met, turned)
    return sides
