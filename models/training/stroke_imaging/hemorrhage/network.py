"""The network and its windows."""

from ..hemorrhage_shapes import CLASSES
from ..unet import UNet, Windowed

# Brain, blood against bone, and bone, in HU.
WINDOWS = ((0.0, 80.0), (-20.0, 200.0), (-500.0, 1500.0))
CONTEXT = 3  # slice below, itself, above


def build() -> Windowed:
    return Windowed(UNet(CONTEXT * len(WINDOWS), len(CLASSES)), WINDOWS)
