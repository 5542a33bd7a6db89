"""A published network on the real slices, for comparison only: BLAST-CT (Monteiro 2020, Lancet Digit Health 2:e314; Apache-2.0).

Three members of its first version lie in the data folder; the package `blast-ct` (pip) brings the code and no weights. It was trained on
real scans of 1 mm; a single slice, repeated along z, is not what it expects, so that the figures are a floor for it.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from ..ct_scans import PIXEL_MM
from .measure import dice
from .real_images import RealImage

WINDOW = (-15.0, 100.0)


def blast_members(data: Path) -> list[torch.nn.Module]:
    """Raises ImportError without the package `blast-ct`."""
    from blast_ct.models.deepmedic import DeepMedic

    members = []
    for path in sorted((data / "blast-ct").glob("model_*.pt")):
        member = DeepMedic(1, 5)
        member.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        members.append(member.eval())
    return members


def blood_of_slice(members: list[torch.nn.Module], hu: np.ndarray) -> np.ndarray:
    """bool [h, w] on the slice's own pixels: classes intraparenchymal, extra-axial and intraventricular together above one half."""
    size = [round(n * PIXEL_MM) for n in hu.shape]
    image = torch.from_numpy(hu)[None, None].clamp(*WINDOW)
    image = (image - WINDOW[0]) * (2 / (WINDOW[1] - WINDOW[0])) - 1
    image = F.interpolate(image, size=size, mode="bilinear", antialias=True)
    output = (1, *(-(-n // 15) * 15 for n in size))
    wanted = members[0].calculate_input_size(output)
    margins = [w - n for w, n in zip(wanted[1:], size)]
    # Its own patches are cut around the middle: n // 2 of input and output fall on the same voxel.
    before = [w // 2 - n // 2 for w, n in zip(wanted[1:], size)]
    padded = F.pad(image, (before[1], margins[1] - before[1], before[0], margins[0] - before[0]), value=-1.0)
    volume = padded[:, :, None].expand(-1, -1, wanted[0], -1, -1).contiguous()
    with torch.no_grad():
        answer = sum(torch.softmax(member(volume)[0], 1) for member in members) / len(members)
    blood = answer[:, 1] + answer[:, 2] + answer[:, 4]
    top, left = (o // 2 - n // 2 for o, n in zip(output[1:], size))
    blood = blood[:, 0, top : top + size[0], left : left + size[1]][:, None]
    return F.interpolate(blood, size=hu.shape, mode="bilinear", antialias=True)[0, 0].numpy() >= 0.5


def compare(members: list[torch.nn.Module], images: list[RealImage], say=print) -> dict:
    """Dice of each real slice with a mask, and pooled."""
    values, both, total = [], 0, 0
    for image in images:
        called = blood_of_slice(members, image.hu[0])
        values.append(round(dice(called, image.blood[0]), 3))
        both += int((called & image.blood[0]).sum())
        total += int(called.sum()) + int(image.blood[0].sum())
        say(f"{image.name}: {values[-1]}")
    return {"members": len(members), "slices": len(values), "diceMedian": round(float(np.median(values)), 4), "pooledDice": round(2 * both / total, 4)}
