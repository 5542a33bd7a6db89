"""The published architecture, DeepMedic of the package `blast-ct`, run on inputs of any size. Needs torch and the package.

Three paths see the image at full, a third and a fifth of the resolution, all convolutions are valid ones: an output lies `margin`
voxels inside of its input. Where runs begin on multiples of `step`, what they say does not depend on how a volume is cut.
"""

import json
import math
import re
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

VANISHING = 1e-20
"""Weight decay has brought up to a third of the weights below it, many to numbers that a processor multiplies twenty times more
slowly (denormal). They become 0; no output changes by more than rounding does."""
CLASSES = ("background", "intraparenchymal", "extra-axial", "perilesional-edema", "intraventricular")
"""Of both published releases, in the order of the output (`class_names` of their configuration)."""


def configuration() -> dict:
    """The package's own `config.json`: architecture, window, resolution."""
    import blast_ct

    return json.loads((Path(blast_ct.__file__).parent / "data" / "config.json").read_text())


def member_files(weights: Path | None, members: int) -> list[Path]:
    """`model_1`, `model_2` … (`.torch_model` or `.pt`) of a folder or of the `saved_models` in it; without a folder those of the
    package, which fetches them from GitHub into its cache. Raises ValueError when there are fewer."""
    if weights is None:
        from blast_ct.assets import get_model_paths

        return [Path(path) for path in get_model_paths(members)]
    numbered = {}
    for file in [*weights.glob("model_*"), *weights.glob("saved_models/model_*")]:
        if found := re.fullmatch(r"model_(\d+)\.(?:torch_model|pt)", file.name):
            numbered[int(found[1])] = file
    if len(numbered) < members:
        raise ValueError(f"{weights} holds {len(numbered)} of {members} members (model_1.torch_model or model_1.pt …)")
    return [numbered[n] for n in sorted(numbered)[:members]]


def load_member(file: Path, unchanged: bool = False) -> nn.Module:
    """A network with the weights of one member, VANISHING ones 0 unless `unchanged`; the number of classes is read from them.

    Raises ValueError when they are of another architecture or tell other classes apart than both published releases do."""
    from blast_ct.models.deepmedic import DeepMedic

    config = configuration()
    state = torch.load(file, map_location="cpu", weights_only=True)
    if not unchanged:
        state = {name: torch.where(w.abs() < VANISHING, 0, w) if w.is_floating_point() else w for name, w in state.items()}
    heads = [name for name in state if re.fullmatch(r"fully_connected\.\d+\.conv\.weight", name)]
    classes = len(state[max(heads)]) if heads else 0
    if classes != len(CLASSES) or config["data"]["num_classes"] != classes:
        raise ValueError(f"{file.name}: {classes} classes; releases 1 and 2 have {len(CLASSES)} ({', '.join(CLASSES)})")
    network = DeepMedic(config["data"]["input_channels"], classes, **config["model"]["DeepMedic"])
    network.load_state_dict(state)
    return network.eval()


def margin(network: nn.Module) -> int:
    """Voxels by which an input is larger than its output, on each side."""
    return max(path.scale_factor[0] for path in network.paths) * len(network.feature_maps)


def step(network: nn.Module) -> int:
    """Outputs are multiples of it."""
    return math.lcm(*(path.scale_factor[0] for path in network.paths))


def logits(network: nn.Module, image: torch.Tensor) -> torch.Tensor:
    """[1, classes, …] for [1, 1, slices, rows, columns], normalized; as the package's own `forward`, without its changes in place,
    which cannot be exported. For [1, 1, rows, columns] what it says of a stack of slices that are all alike: a kernel over equal
    slices is its sum."""
    heard = []
    for path in network.paths:
        scale = path.scale_factor[0]
        cut = margin(network) - scale * len(network.feature_maps)
        part = image[(...,) + tuple(slice(cut + scale // 2, n - cut, scale) for n in image.shape[2:])]
        for block in path.layers[1:-1]:
            part = _block(block, part)
        heard.append(F.interpolate(part, scale_factor=(float(scale),) * (image.ndim - 2), mode="nearest"))
    out = torch.cat(heard, 1)
    for block in network.fully_connected:
        out = _block(block, out)
    return out


def _block(block: nn.Module, x: torch.Tensor) -> torch.Tensor:
    bn, kernel = block.bn, block.conv.weight
    y = block.prelu(F.batch_norm(x, bn.running_mean, bn.running_var, bn.weight, bn.bias, eps=bn.eps))
    y = F.conv3d(y, kernel) if x.ndim == 5 else F.conv2d(y, kernel.sum(2))
    if x.shape[1] != y.shape[1]:
        return y
    rim = kernel.shape[-1] // 2
    return y + x[(...,) + tuple(slice(rim, n - rim) for n in x.shape[2:])]


def normalized(hu: torch.Tensor, window: tuple[float, float]) -> torch.Tensor:
    low, high = window
    return (2 * hu.clamp(low, high) - low - high) / (high - low)


class Ensemble(nn.Module):
    """HU [1, 1, slices, rows, columns] → probabilities [members, classes, …] of the middle; each member is a pass of its own, so that
    their disagreement is seen."""

    def __init__(self, members: list[nn.Module], window: tuple[float, float]):
        super().__init__()
        self.members = nn.ModuleList(members)
        self.window = window

    def forward(self, hu: torch.Tensor) -> torch.Tensor:
        image = normalized(hu, self.window)
        return torch.cat([torch.softmax(logits(member, image), 1) for member in self.members])
