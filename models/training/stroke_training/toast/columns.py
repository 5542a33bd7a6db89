"""Which columns the TOAST models see, in which clinical groups, and why."""

from __future__ import annotations

from dataclasses import dataclass

from ..columns import Column, inputs_of
from ..statistics_file import InputInfo

# In the order of the data: 1 large-artery atherosclerosis … 5 cryptogenic.
TOAST_CLASSES = tuple(f"toast-{k}" for k in range(1, 6))
CLASS_WORDS = (
    "large-artery atherosclerosis",
    "cardioembolism",
    "small-vessel disease",
    "other determined cause",
    "cryptogenic",
)
CRYPTOGENIC = 4
# 'Cryptogenic' is the largest class and no pattern: the most probable of the causes is what a card names.
HEADLINE = {"id": "most-probable", "classes": list(TOAST_CLASSES[:CRYPTOGENIC])}

# 55: 'young stroke', where other determined causes gather; 75: atrial fibrillation rises (as in CHA2DS2-VASc).
AGE = (Column("age", "age"), Column("age", "age", "hinge-below", (55.0,)), Column("age", "age", "hinge-above", (75.0,)))
NIHSS = (Column("nihss", "nihss", "log10-plus", (1.0,)),)
# Small-vessel disease is the class of small lesions; the axial diameter is the clinical measure (15 to 20 mm).
SIZE = (
    Column("volumeMl", "lesion-size", "log10-plus", (0.1,)),
    Column("maxAxialDiameterMm", "lesion-size", "log10-plus", (1.0,)),
)
# Scattered lesions speak for an artery or the heart as the source.
PATTERN = (
    Column("componentCount", "lesion-pattern", "log10-plus", (1.0,)),
    Column("overallExtentMm", "lesion-pattern"),
)
DEPTH = (Column("corticalFraction", "lesion-depth"), Column("deepFraction", "lesion-depth"))
SHARES = (
    "lenticulostriate",
    "thalamochoroidal",
    "pcaSuperficial",
    "basilar",
    "mcaFrontal",
    "mcaParietal",
    "mcaTemporal",
    "mcaInsular",
    "aca",
)
FILLED = (
    "mcaFrontal",
    "mcaParietal",
    "mcaTemporal",
    "mcaInsular",
    "aca",
    "pcaOccipital",
    "pcaTemporal",
    "basilar",
    "superiorCerebellar",
    "inferiorCerebellar",
)
# Left and right together: no cause prefers a side. Square root: the first tenth of a territory weighs more than the last.
LOCATION = tuple(Column(f"{t}Fraction", "lesion-location") for t in SHARES) + tuple(
    Column(f"{t}Coverage", "lesion-location", "power", (0.5,)) for t in FILLED
)
LESION = (*SIZE, *PATTERN, *DEPTH, *LOCATION)

GROUP_WORDS = {
    "age": "age",
    "nihss": "NIHSS",
    "lesion-size": "lesion size",
    "lesion-pattern": "number and spread of lesions",
    "lesion-depth": "cortical or deep",
    "lesion-location": "lesion location",
}


@dataclass(frozen=True)
class Variant:
    """One model of the family; the lowest `preference` whose inputs are known answers."""

    name: str
    preference: int
    title: str
    columns: tuple[Column, ...]

    @property
    def inputs(self) -> list[str]:
        return inputs_of(self.columns)

    @property
    def uses_lesion(self) -> bool:
        return any(c.group.startswith("lesion") for c in self.columns)

    @property
    def distance_columns(self) -> list[Column]:
        """For the distance from the training population: hinges repeat their input and are left out."""
        return [c for c in self.columns if not c.transform.startswith("hinge")]


VARIANTS = (
    Variant("toast-lesion", 1, "TOAST class from age, NIHSS and lesion", (*AGE, *NIHSS, *LESION)),
    Variant("toast-lesion-no-nihss", 2, "TOAST class from age and lesion", (*AGE, *LESION)),
    Variant("toast-clinical", 3, "TOAST class from age and NIHSS", (*AGE, *NIHSS)),
)

# Measurement error for the stability test: two trained raters of the NIHSS differ by about one point; automatic and
# manual outlines by about a tenth of the volume and a voxel or two at the edge.
INPUTS: dict[str, InputInfo] = {
    "age": InputInfo("a", whole=True),
    "nihss": InputInfo("{score}", absolute_noise=1.0, whole=True),
    "volumeMl": InputInfo("mL", relative_noise=0.1),
    "maxAxialDiameterMm": InputInfo("mm", absolute_noise=1.0, relative_noise=0.03),
    "componentCount": InputInfo("{count}", relative_noise=0.1, whole=True),
    "overallExtentMm": InputInfo("mm", absolute_noise=2.0, relative_noise=0.03),
    **{f: InputInfo("1", absolute_noise=0.02) for f in ("corticalFraction", "deepFraction")},
    **{f"{t}Fraction": InputInfo("1", absolute_noise=0.01, relative_noise=0.05) for t in SHARES},
    **{f"{t}Coverage": InputInfo("1", absolute_noise=0.005, relative_noise=0.1) for t in FILLED},
}
