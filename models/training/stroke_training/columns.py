"""Columns of an additive basis model: one raw input, one fixed transformation. The service computes the same in
TypeScript (`models/statistics.schema.json` states each formula) and the graph in ONNX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TRANSFORMS: dict[str, tuple[int, Callable[..., Array]]] = {
    "identity": (0, lambda x: x),
    "log10-plus": (1, lambda x, c: np.log10(np.maximum(x, 0) + c)),
    "hinge-above": (1, lambda x, a: np.maximum(0, x - a)),
    "hinge-below": (1, lambda x, a: np.maximum(0, a - x)),
    "at-least": (1, lambda x, a: (x >= a).astype(float)),
    "equals": (1, lambda x, a: (np.abs(x - a) < 1e-9).astype(float)),
    "cap": (2, lambda x, low, high: np.minimum(np.maximum(x, low), high)),
    "power": (1, lambda x, p: np.maximum(x, 0) ** p),
    "log10-plus-above": (2, lambda x, c, a: np.maximum(0, np.log10(np.maximum(x, 0) + c) - a)),
}


@dataclass(frozen=True)
class Column:
    """`sign`: +1 when more may only worsen (raise the predictor), -1 when it may only lower it, 0 when free."""

    input: str
    group: str
    transform: str = "identity"
    parameters: tuple[float, ...] = ()
    sign: int = 0

    def __post_init__(self) -> None:
        if self.transform not in TRANSFORMS:
            raise ValueError(f"unknown transformation {self.transform!r}")
        if len(self.parameters) != TRANSFORMS[self.transform][0]:
            raise ValueError(f"{self.transform} takes {TRANSFORMS[self.transform][0]} parameters")

    def apply(self, values: Array) -> Array:
        return TRANSFORMS[self.transform][1](np.asarray(values, float), *self.parameters)


def design(raw: Array, inputs: Sequence[str], columns: Sequence[Column]) -> Array:
    """Transformed columns, (subjects, columns), from raw inputs in the order of `inputs`."""
    place = {name: i for i, name in enumerate(inputs)}
    raw = np.asarray(raw, float)
    if not columns:
        return np.zeros((len(raw), 0))
    return np.column_stack([c.apply(raw[:, place[c.input]]) for c in columns])


def inputs_of(columns: Sequence[Column]) -> list[str]:
    """Raw inputs in order of first use."""
    return list(dict.fromkeys(c.input for c in columns))
