"""Where blood can be: inside the skull, found by bone and density, as the product finds it (`src/imaging/pipelines/hemorrhage`)."""

import numpy as np
from scipy import ndimage

SOFT = (0.0, 110.0)
BONE = 160.0
OPENING_MM = 4.0
ENCLOSED_SHARE = 0.3
OPEN_SLICES_MM = 16.0
BESIDE_BRAIN_MM = 12.0
VERTEX_SHARE = 0.3
IN_PLANE = ndimage.generate_binary_structure(3, 1) & np.array([False, True, False])[:, None, None]


def inside_skull(hu: np.ndarray, pixel_mm: float, slice_mm: float) -> np.ndarray:
    """bool [d, h, w]: brain and what lies within BESIDE_BRAIN_MM of it; HU [d, h, w], slices upward.

    Near the vertex bone fills a part of every voxel: slices above the widest with less than VERTEX_SHARE of it are left out.
    """
    top = float(hu.max())
    if top < 300:  # a picture cut to a window: what is saturated is bone
        hu = np.where(hu >= top - 1, 1000, hu)
    steps = max(1, round(OPENING_MM / pixel_mm))
    tissue = _enclosed(hu, slice_mm)
    core = _largest(ndimage.binary_erosion(tissue, IN_PLANE, steps, border_value=1))
    grown = ndimage.binary_dilation(core, IN_PLANE, steps) & tissue
    brain = ~_from_edge(~grown)
    inside = ndimage.binary_dilation(brain, IN_PLANE, round(BESIDE_BRAIN_MM / pixel_mm))
    areas = inside.sum((1, 2))
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


def _enclosed(hu: np.ndarray, slice_mm: float) -> np.ndarray:
    soft = (hu >= SOFT[0]) & (hu <= SOFT[1])
    enclosed = soft & ~_from_edge(~ndimage.binary_dilation(hu > BONE, IN_PLANE))
    believed = enclosed.sum((1, 2)) >= ENCLOSED_SHARE * np.maximum(soft.sum((1, 2)), 1)
    if not believed.any():
        return soft
    # The skull base is open: there the brain is sought where the nearest closed slice has it.
    reach = max(1, round(OPEN_SLICES_MM / slice_mm))
    out = np.zeros_like(soft)
    for k in range(len(hu)):
        if believed[k]:
            out[k] = enclosed[k]
            continue
        near = [j for away in range(1, reach + 1) for j in (k + away, k - away) if 0 <= j < len(hu) and believed[j]]
        if near:
            out[k] = soft[k] & enclosed[near[0]]
    return out
