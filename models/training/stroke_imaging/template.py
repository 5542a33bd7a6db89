"""The head template: tissue priors and maps derived from them, on one 2 mm grid in MNI space.

Source: stroke-age CT template with grey, white and fluid priors (Rorden 2012, NeuroImage 61:957; neurolabusc/Clinical,
BSD-2-Clause), `ct-template/` of the data folder.

Arrays are [z, y, x] in the order of every network input: z inferior to superior, rows anterior to posterior, columns from the
patient's right to the left. MNI millimetres (x right, y anterior, z superior) of voxel (k, j, i): x = 90 - 2 i, y = 90 - 2 j,
z = 2 k - 72.
"""

from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import torch
from scipy import ndimage

SHAPE = (91, 109, 91)
VOXEL_MM = 2.0


@dataclass(frozen=True)
class Template:
    """Maps of SHAPE, float32.

    `outer`: [3, ...] for what moves with the skull: HU / 1000 of the template, signed depth below the inner table / 10 mm
    (positive inside), and bone of the skull base (0 to 1).
    `inner`: [8, ...] for what moves with the brain: grey, white, fluid prior, signed distance to the ventricles / 10 mm (positive
    outside), distance to arteries / 10 mm, to venous sinuses / 10 mm, to falx and tentorium / 10 mm, and what the template's HU
    has beyond its tissues / 10.
    """

    outer: torch.Tensor
    inner: torch.Tensor


def mni_mm(shape: tuple[int, int, int] = SHAPE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y, z in MNI mm of every voxel of the template grid."""
    k, j, i = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in shape), indexing="ij")
    return 90 - 2 * i, 90 - 2 * j, 2 * k - 72


def read_grid(path: Path) -> np.ndarray:
    """A NIfTI volume on the template's grid, in the order of this module. Raises ValueError when it lies on another grid."""
    image = nibabel.load(path)
    expected = np.array([[-2, 0, 0, 90], [0, 2, 0, -126], [0, 0, 2, -72], [0, 0, 0, 1]], float)
    if image.shape[:3] != SHAPE[::-1] or not np.allclose(image.affine, expected):
        raise ValueError(f"{path.name}: not on the 2 mm MNI grid of the template: shape {image.shape}, affine {image.affine.tolist()}")
    return np.ascontiguousarray(np.asarray(image.dataobj).transpose(2, 1, 0)[:, ::-1, :])


def hounsfield(cormack: np.ndarray) -> np.ndarray:
    """HU from Cormack units, in which -124 to 76 HU are stretched elevenfold (Rorden 2012): C = 11 HU + 2264 there."""
    return np.where(cormack < 900, cormack - 1024, np.where(cormack < 3100, (cormack - 2264) / 11, cormack - 3024)).astype(np.float32)


def load_template(data: Path) -> Template:
    """The template from `data`/ct-template; a few seconds of one core."""
    folder = Path(data) / "ct-template"
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is missing: pass the data folder with --data")
    hu = hounsfield(read_grid(folder / "scct.nii.gz").astype(np.float32))
    grey, white, fluid = (read_grid(folder / f"sc{name}.nii.gz").astype(np.float32) for name in ("grey", "white", "csf"))
    x, y, z = mni_mm()

    brain = _brain(grey + white + fluid)
    # The last voxel before the inner table is brain and bone at once: it belongs to the fluid and dura under the skull.
    cranial = brain | (ndimage.binary_dilation(brain, iterations=2) & (hu < 90) & (hu > -20))
    base = np.clip((hu - 58) / 25, 0, 1) * (z < -14) * (hu < 190) * ~cranial
    # The open lower end of the template is no skull: without it the depth there would be that of a convexity.
    depth = _signed_distance(np.pad(cranial, ((20, 0), (0, 0), (0, 0)), mode="edge"))[20:]

    ventricles = _ventricles(fluid, cranial, x, y, z)
    arteries = _artery_distance(x, y, z)
    sinuses = _sinus_distance(x, y, z, depth)
    dura = _dura_distance(x, y, z, depth)
    # What the average head has at a place beyond its tissues: dura, sinuses, falx. Near bone it is partial volume, left out.
    expected = grey * 33 + white * 23 + fluid * 12
    residual = np.where(cranial & (depth > 5), np.clip(hu - ndimage.gaussian_filter(expected, 1), -8, 14), 0)
    residual = residual - residual[cranial & (depth > 5)].mean() * (cranial & (depth > 5))
    return Template(
        outer=_stack(hu / 1000, depth / 10, ndimage.gaussian_filter(base.astype(np.float32), 0.5)),
        inner=_stack(
            grey, white, fluid, -_signed_distance(ventricles, smooth=0.6) / 10, arteries / 10, sinuses / 10, dura / 10, residual / 10
        ),
    )


def _stack(*maps: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.stack([m.astype(np.float32) for m in maps]))


def _brain(tissue: np.ndarray) -> np.ndarray:
    """Without the eyes, whose fluid the prior also holds."""
    inside = tissue > 0.5
    parts, _ = ndimage.label(ndimage.binary_erosion(inside, iterations=2))
    largest = parts == 1 + np.argmax(np.bincount(parts.ravel())[1:])
    return ndimage.binary_fill_holes(ndimage.binary_dilation(largest, iterations=3) & inside)


def _signed_distance(mask: np.ndarray, smooth: float = 0.5) -> np.ndarray:
    """mm, positive inside."""
    distance = ndimage.distance_transform_edt(mask) - ndimage.distance_transform_edt(~mask)
    distance = distance - 0.5 * np.sign(distance)
    return (ndimage.gaussian_filter(distance, smooth) * VOXEL_MM).astype(np.float32)


def _ventricles(fluid, cranial, x, y, z) -> np.ndarray:
    side = np.abs(x)
    lateral = (z >= 0) & (z <= 32) & (side <= 38) & (y > -78) & (y < 32) & ~((side < 11) & (y < -22) & (z < 18)) & ~((side <= 3) & (y > 16))
    temporal = (z > -24) & (z < 0) & (side > 22) & (side < 40) & (y > -42) & (y < -8)
    third = (side <= 5) & (y > -26) & (y < 4) & (z > -12) & (z < 10)
    fourth = (side <= 12) & (y > -52) & (y < -34) & (z > -44) & (z < -20)
    return cranial & (((fluid > 0.5) & (lateral | third | fourth)) | ((fluid > 0.22) & temporal))


def segment_distance(x, y, z, start, end):
    """Distance in mm of each point to the straight piece between two points in MNI mm."""
    a, b = np.asarray(start, np.float32), np.asarray(end, np.float32)
    along = b - a
    t = np.clip(((x - a[0]) * along[0] + (y - a[1]) * along[1] + (z - a[2]) * along[2]) / float(along @ along), 0, 1)
    return np.sqrt((x - a[0] - t * along[0]) ** 2 + (y - a[1] - t * along[1]) ** 2 + (z - a[2] - t * along[2]) ** 2)


def _polyline(x, y, z, points) -> np.ndarray:
    return np.minimum.reduce([segment_distance(x, y, z, a, b) for a, b in zip(points, points[1:])])


def _artery_distance(x, y, z) -> np.ndarray:
    """Basilar and vertebral arteries, carotid siphon and end, M1 and first branches, A1 and A2, P1 and P2."""
    side = np.abs(x)
    return np.minimum.reduce(
        [
            _polyline(x, y, z, [(0, -20, -50), (0, -14, -34), (0, -10, -16)]),
            _polyline(side, y, z, [(6, -28, -72), (5, -24, -58), (0, -20, -50)]),
            _polyline(side, y, z, [(12, -6, -34), (13, 6, -26), (11, 4, -16), (22, 5, -18), (36, 4, -14), (44, -4, 2)]),
            _polyline(side, y, z, [(11, 4, -16), (3, 14, -14), (2, 32, -2), (2, 36, 12), (2, 10, 34)]),
            _polyline(side, y, z, [(0, -10, -16), (10, -16, -14), (20, -26, -8)]),
        ]
    )


def _sinus_distance(x, y, z, depth) -> np.ndarray:
    """Superior sagittal, transverse, straight and cavernous sinuses; those on the skull follow its inner table."""
    side = np.abs(x)
    sagittal = np.where((z > 20) | ((y < -70) & (z > -10)), np.hypot(side, np.maximum(depth - 4, 0) * 0.8), 99)
    on_skull = (y < -40) & (side < 66)
    level = -14 - 0.10 * side
    transverse = np.where(on_skull, np.hypot((z - level), np.maximum(depth - 4, 0)), 99)
    straight = _polyline(x, y, z, [(0, -46, 8), (0, -62, 2), (0, -86, -10)])
    cavernous = _polyline(side, y, z, [(14, 4, -28), (14, -14, -28)])
    return np.minimum.reduce([np.minimum(sagittal, 40), np.minimum(transverse, 40), straight + 1.5, cavernous])


def _dura_distance(x, y, z, depth) -> np.ndarray:
    side = np.abs(x)
    # The falx reaches from the skull 30 to 45 mm down, deeper at the back.
    falx = np.where((depth < np.where(y < -20, 46, 34)) & (z > 0) & (y < 62), side, 40)
    roof = 4 - 0.42 * side + 0.28 * np.minimum(y + 46, 0)
    tentorium = np.where((y < -28) & (side < 62) & (side > 0.32 * (y + 60)), np.abs(z - roof) * 0.85, 40)
    return np.minimum(np.minimum(falx, tentorium), 40)
