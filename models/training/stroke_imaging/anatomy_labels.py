"""Label map of the head in template space, and the command that makes it.

    python -m stroke_imaging.anatomy_labels --data ../../../shared/data --jhu jhu189.nii.gz --atlas ../arterial-atlas

Space: the 2 mm grid of `ct-template/scct.nii.gz` (MNI; the first voxel axis runs to the patient's left). The template is
symmetric, so the map is: each half is the vote of both halves of the atlases.

Sources: tissue priors of the stroke-age CT template (Rorden 2012); nuclei, capsules, callosum, corona radiata, insula and
brainstem of the 189-region atlas of Faria 2012 (NeuroImage 61:613; `jhu189.nii.gz` of Debian's mricron-data); superficial
territories of the arterial atlas of Liu 2023. Licences: data/NOTICE.md.

The cortical ASPECTS regions are the territory of the middle cerebral artery cut by planes of the template (`M_CUT`): Barber
2000 draws M1 in front of, M2 beside and M3 behind the insular ribbon on the level of the ganglia, M4 to M6 right above them.
"""
from __future__ import annotations

import argparse
import gzip
import io
from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage as ndi

from .template import hounsfield

MIDLINE = ("background", "headTissue", "cerebrospinalFluid", "thirdVentricle", "fourthVentricle",
           "midbrain", "pons", "medulla")
SIDED = ("lateralVentricle", "caudate", "lentiform", "internalCapsule", "thalamus", "insula",
         "m1", "m2", "m3", "m4", "m5", "m6", "aca", "pca", "deepWhite",
         "superiorCerebellum", "inferiorCerebellum")
#: Without sides: what the network tells apart first.
STRUCTURES = MIDLINE + SIDED
LABELS_FILE = Path(__file__).parent / "data" / "head-labels.nii.gz"

#: mm of template space: the level that parts M1 to M3 from M4 to M6 lies at the top of the insula; the other two are its ends.
M_CUT = {"upper_z": 24.0, "front_y": 6.0, "back_y": -30.0}
#: The pontomedullary junction, mm of template space.
MEDULLA_BELOW_Z = -43.0
#: Where the halves of the two atlases of Johns Hopkins meet, mm.
ATLAS_MIDLINE_X = 1.5

#: Regions of the 189-region atlas, left and right, by structure; the cortex is left to the arterial atlas.
JHU_REGIONS = {
    "caudate": (77, 78, 89, 90),
    "lentiform": (79, 80, 81, 82),
    "internalCapsule": (131, 132, 133, 134),
    "thalamus": (83, 84, 85, 86),
    "insula": (71, 72, 182, 183),
    "deepWhite": (87, 88, *range(117, 131), *range(135, 139), *range(143, 149), 153, 154,
                  157, 158, 159, 160, 161, 162, 163, 164, 165, 166),
    "midbrain": (91, 92, 93, 94, 97, 98, 99, 100, 167, 168, 169, 170),
    "pons": (101, 102, 103, 104, 107, 108, 111, 112, 113, 114),
    "medulla": (109, 110, 115, 116),
    "cerebellum": (95, 96, 105, 106),
    "lateralVentricle": tuple(range(171, 181)),
    "fourthVentricle": (181,),
    "cortex": (*range(1, 71), 73, 74, 75, 76, 139, 140, 141, 142, 149, 150, 151, 152, 155, 156, *range(184, 190)),
}
#: Superficial labels of the arterial atlas, left and right.
TERRITORIES = {"aca": (1, 2), "mca": (*range(7, 15),), "temporal": (11, 12), "pca": (17, 18, 19, 20),
               "superiorCerebellum": (27, 28), "inferiorCerebellum": (29, 30)}


def label_of(structure: str, side: str | None = None) -> int:
    """The number of a structure; `side` 'left' or 'right' where it has one."""
    if structure in MIDLINE:
        return MIDLINE.index(structure)
    return len(MIDLINE) + 2 * SIDED.index(structure) + (1 if side == "right" else 0)


def split_sides(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of `STRUCTURES`, and the side: 0 none, 1 left, 2 right."""
    first = len(MIDLINE)
    sided = labels >= first
    structure = np.where(sided, first + (labels.astype(np.int16) - first) // 2, labels)
    side = np.where(sided, 1 + (labels.astype(np.int16) - first) % 2, 0)
    return structure.astype(np.uint8), side.astype(np.uint8)


def join_sides(structure: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The labels of structures, with `right` true on the patient's right."""
    first = len(MIDLINE)
    s = structure.astype(np.int16)
    return np.where(s < first, s, first + 2 * (s - first) + right.astype(np.int16)).astype(np.uint8)


def load_template(data: Path) -> dict[str, np.ndarray]:
    """HU and the probabilities of gray matter, white matter and fluid; `affine` of the grid."""
    folder = Path(data) / "ct-template"
    image = nib.load(folder / "scct.nii.gz")
    read = lambda name: nib.load(folder / name).get_fdata(dtype=np.float32)
    return {"hu": hounsfield(image.get_fdata(dtype=np.float32)), "grey": read("scgrey.nii.gz"),
            "white": read("scwhite.nii.gz"), "csf": read("sccsf.nii.gz"), "affine": image.affine}


def load_labels(file: Path = LABELS_FILE) -> np.ndarray:
    """uint8 labels on the grid of the template."""
    return np.asarray(nib.load(file).dataobj).astype(np.uint8)


def label_table(file: Path = LABELS_FILE) -> list[dict]:
    """Number, structure, side, center (MNI mm) and volume (mL) of every label in the template: labels.json of the model."""
    image = nib.load(file)
    labels = np.asarray(image.dataobj)
    table = []
    for structure in STRUCTURES:
        for side in ("left", "right") if structure in SIDED else (None,):
            number = label_of(structure, side)
            inside = labels == number
            row = {"label": number, "structure": structure, "side": side}
            if number > 0:
                center = image.affine[:3, :3] @ np.array(np.nonzero(inside)).mean(1) + image.affine[:3, 3]
                row |= {"centerMm": [round(float(c), 1) + 0.0 for c in center], "ml": round(float(inside.sum() * 0.008), 2)}
            table.append(row)
    return table


def grid_millimeters(shape: tuple[int, ...], affine: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y, z of every voxel of a grid along the axes of its space."""
    axes = [affine[a, a] * np.arange(n) + affine[a, 3] for a, n in enumerate(shape)]
    return tuple(np.meshgrid(*axes, indexing="ij"))  # type: ignore[return-value]


def both_halves(image: nib.Nifti1Image, groups: dict[str, tuple[int, ...]], shape, affine) -> dict[str, np.ndarray]:
    """Of every group the smoothed share of voxels on the template's grid, averaged over both halves of the atlas."""
    labels = np.asarray(image.dataobj)
    x, y, z = grid_millimeters(shape, affine)
    to_voxel = np.linalg.inv(image.affine)
    shares = {}
    for name, numbers in groups.items():
        mask = ndi.gaussian_filter(np.isin(labels, numbers).astype(np.float32), 1.2)
        total = np.zeros(shape, np.float32)
        for sign in (-1, 1):
            world = np.stack([ATLAS_MIDLINE_X + sign * np.abs(x), y, z])
            voxel = np.tensordot(to_voxel[:3, :3], world, 1) + to_voxel[:3, 3].reshape(3, 1, 1, 1)
            total += ndi.map_coordinates(mask, voxel, order=1, cval=0.0)
        shares[name] = total / 2
    return shares


def nearest_of(candidates: np.ndarray) -> np.ndarray:
    """Every voxel takes the value of the nearest one that is not 0."""
    index = ndi.distance_transform_edt(candidates == 0, return_distances=False, return_indices=True)
    return candidates[tuple(index)]


def build(data: Path, jhu: Path, atlas: Path) -> tuple[np.ndarray, np.ndarray]:
    """The label map and the affine of its grid."""
    template = load_template(data)
    hu, grey, white, csf, affine = (template[k] for k in ("hu", "grey", "white", "csf", "affine"))
    shape = hu.shape
    x, y, z = grid_millimeters(shape, affine)
    regions = both_halves(nib.load(jhu), JHU_REGIONS, shape, affine)
    supply = both_halves(nib.load(atlas / "ArterialAtlas136.nii.gz"), TERRITORIES, shape, affine)

    inside = (grey + white + csf) > 0.5
    inside = ndi.binary_fill_holes(ndi.binary_opening(inside, iterations=1))
    parts, count = ndi.label(inside)
    inside = parts == 1 + np.argmax(ndi.sum(inside, parts, range(1, count + 1)))
    tissue = inside & (grey + white > 0.45)
    number = {name: at for at, name in enumerate(STRUCTURES)}
    structure = np.zeros(shape, np.uint8)

    head = hu > -150
    head = np.stack([ndi.binary_fill_holes(ndi.binary_closing(head[:, :, k], iterations=4)) for k in range(shape[2])], 2)
    structure[head] = number["headTissue"]
    structure[inside] = number["cerebrospinalFluid"]

    # Tissue: the strongest region of the atlas; 'cortex' and 'cerebellum' are parted by supply and place.
    names = list(JHU_REGIONS)
    shares = np.stack([regions[name] for name in names])
    strongest = np.where(shares.max(0) > 0.15, shares.argmax(0) + 1, 0)
    for fluid in ("lateralVentricle", "fourthVentricle"):
        strongest[strongest == 1 + names.index(fluid)] = 0
    low = (z < -48) & tissue
    middle = (np.abs(x) <= 11) & (y > -50) & (y < -22)
    strongest[low & middle] = 1 + names.index("medulla")
    strongest[low & ~middle & (y < -30)] = 1 + names.index("cerebellum")
    # Only within the brain, so that propagation does not cross sulci from the temporal pole to the cerebellum.
    filled = nearest_of(strongest)
    cortex, cerebellum = 1 + names.index("cortex"), 1 + names.index("cerebellum")
    for name in ("caudate", "lentiform", "internalCapsule", "thalamus", "insula", "deepWhite", "midbrain", "pons", "medulla"):
        structure[tissue & (filled == 1 + names.index(name))] = number[name]
    stem = np.isin(structure, [number[n] for n in ("midbrain", "pons", "medulla")])
    structure[stem & (z < MEDULLA_BELOW_Z)] = number["medulla"]
    structure[stem & (z >= MEDULLA_BELOW_Z) & (structure == number["medulla"])] = number["pons"]

    cerebellar = nearest_of(np.where(supply["superiorCerebellum"] + supply["inferiorCerebellum"] > 0.15, 1 + (
        supply["inferiorCerebellum"] > supply["superiorCerebellum"]), 0).astype(np.uint8))
    cerebellar[z < -46] = 2
    structure[tissue & (filled == cerebellum)] = number["superiorCerebellum"]
    structure[tissue & (filled == cerebellum) & (cerebellar == 2)] = number["inferiorCerebellum"]

    # Cortex and the white matter below it, by supply.
    arteries = np.stack([supply["aca"], supply["mca"], supply["pca"]])
    artery = nearest_of(np.where(arteries.max(0) > 0.15, arteries.argmax(0) + 1, 0).astype(np.uint8))
    temporal = nearest_of(np.where(supply["mca"] > 0.15, 1 + (supply["temporal"] > 0.5 * supply["mca"]), 0).astype(np.uint8)) == 2
    in_cortex = tissue & (filled == cortex)
    structure[in_cortex & (artery == 1)] = number["aca"]
    structure[in_cortex & (artery == 3)] = number["pca"]
    upper = z >= M_CUT["upper_z"]
    front = (y > M_CUT["front_y"]) & ~(temporal & ~upper)
    back = y < M_CUT["back_y"]
    mca = in_cortex & (artery == 2)
    for name, where in (("m1", ~upper & front), ("m2", ~upper & ~front & ~back), ("m3", ~upper & back),
                        ("m4", upper & front), ("m5", upper & ~front & ~back), ("m6", upper & back)):
        structure[mca & where] = number[name]

    # Ventricles: fluid of the template beside that of the atlas, since the template's are wider.
    fluid = inside & (csf > 0.5)
    near = lambda name, mm: ndi.distance_transform_edt(~(regions[name] > 0.3), sampling=2.0) <= mm
    # The third ventricle is a slit that the average of many heads blurs.
    third = inside & (csf > 0.12) & (np.abs(x) <= 3) & (y > -28) & (y < 4) & (z > -12) & (z < 10)
    lateral = fluid & near("lateralVentricle", 10) & ~third & (np.abs(x) < 44) & (z > -24) & (y > -90)
    lateral &= ~(np.abs(x) < 24) | (y > -46) & (z > 0) & (z < 34)
    fourth = fluid & near("fourthVentricle", 4)
    for name, where in (("lateralVentricle", lateral), ("thirdVentricle", third), ("fourthVentricle", fourth)):
        parts, count = ndi.label(where)
        sizes = ndi.sum(where, parts, range(1, count + 1))
        structure[np.isin(parts, 1 + np.flatnonzero(sizes >= max(12, 0.2 * sizes.max())))] = number[name]

    structure = ironed(structure, inside)
    # On the plane itself both halves meet; it goes to the left (x < 0) and the right (x > 0) by place, x = 0 to the left.
    return join_sides(structure, x > 0), affine


def ironed(structure: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Crumbs of a structure (under 6 voxels) go to their neighbors; symmetric as the input."""
    out = structure.copy()
    for number in range(2, len(STRUCTURES)):
        parts, count = ndi.label(out == number, np.ones((3, 3, 3)))
        if count == 0:
            continue
        sizes = ndi.sum(out == number, parts, range(1, count + 1))
        small = np.isin(parts, 1 + np.flatnonzero(sizes < 6)) & (parts > 0)
        if small.any():
            rest = np.where(small | ~inside, 0, out)
            out[small] = nearest_of(rest)[small]
    return out


def write(labels: np.ndarray, affine: np.ndarray, file: Path) -> None:
    """The same labels give the same bytes."""
    image = nib.Nifti1Image(labels, affine)
    image.header.set_xyzt_units("mm")
    raw = io.BytesIO()
    image.to_file_map({"header": nib.FileHolder(fileobj=raw), "image": nib.FileHolder(fileobj=raw)})
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "wb") as target, gzip.GzipFile("", "wb", 9, target, 0) as packed:
        packed.write(raw.getvalue())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--jhu", type=Path, required=True, help="jhu189.nii.gz of Debian's mricron-data")
    parser.add_argument("--atlas", type=Path, required=True, help="models/arterial-atlas")
    parser.add_argument("--out", type=Path, default=LABELS_FILE)
    options = parser.parse_args()
    labels, affine = build(options.data, options.jhu, options.atlas)
    write(labels, affine, options.out)
    for structure in STRUCTURES[1:]:
        numbers = {label_of(structure, side) for side in ("left", "right")}
        print(f"{structure:20s} {', '.join(f'{(labels == n).sum() * 0.008:.1f} mL' for n in sorted(numbers))}")


if __name__ == "__main__":
    main()
