"""The comparison as Markdown, from its JSON alone; free of torch."""

import json
from pathlib import Path

import numpy as np

from ..model_files import table

COMPARISON = Path(__file__).parents[2] / "hemorrhage-comparison.json"
GROUPS = {
    "synthetic": "synthetic heads (generator of our own network, other seeds)",
    "ctIch": "real slices with blood (ct-ich)",
    "cpaisd": "real slices without (cpaisd)",
    "geHeadCt": "real head without (GE)",
}
FOUND_SHARE = 0.1


def section(path: Path = COMPARISON) -> list[str]:
    """Lines for a card; none where the comparison was not made."""
    if not path.exists():
        return []
    comparison = json.loads(path.read_text())
    theirs = comparison["blastCt"]
    rows = [row for name, title in GROUPS.items() if name in comparison["groups"] for row in _rows(title, comparison["groups"][name])]
    return [
        "## Beside BLAST-CT",
        "",
        f"The mean of {theirs['members']} of the {theirs['of']} members of release {theirs['release']} (trained by others on annotated real head CTs of "
        f"trauma; thresholds as published, nothing chosen here) and our own network, version {comparison['own']['version']}, on the same images, "
        "which neither was trained on. A 3D network is at a disadvantage on single slices: it gets a stack of equal ones. It is at one on "
        "synthetic heads too, whose look our own network learned; few images, so that no figure settles which is better for patients.",
        "",
        table(["images", "", "BLAST-CT", "own"], rows),
        "",
    ]


def _rows(title: str, images: list[dict]) -> list[list[str]]:
    bleeding = [i for i in images if i["own"].get("markedMl", 0) > 0]
    without = [i for i in images if "markedMl" not in i["own"]]
    both = ("blastCt", "own")
    out = []
    if bleeding:
        marked = sum(i["own"]["markedMl"] for i in bleeding)
        out += [
            [f"{title}: {len(bleeding)}, {marked:.0f} mL", "median Dice; pooled", *(f"{np.median([i[n]['dice'] for i in bleeding]):.2f}; {_pooled(bleeding, n):.2f}" for n in both)],
            ["", "found (10 % of its blood)", *(f"{sum(i[n]['overlapMl'] >= FOUND_SHARE * i[n]['markedMl'] for i in bleeding)} of {len(bleeding)}" for n in both)],
            ["", "called, mL", *(f"{sum(i[n]['calledMl'] for i in bleeding):.0f}" for n in both)],
        ]  # fmt: skip
    if without:
        out.append([
            f"{title}{', without blood' if bleeding else ''}: {len(without)}", "with false blood; most, mL",
            *(f"{sum(i[n]['calledMl'] > 0 for i in without)} of {len(without)}; {max(i[n]['calledMl'] for i in without):.1f}" for n in both),
        ])  # fmt: skip
    out.append(["", "seconds of one processor, median", *(f"{np.median([i[n]['processorSeconds'] for i in images]):.1f}" for n in both)])
    return out


def _pooled(images: list[dict], name: str) -> float:
    return 2 * sum(i[name]["overlapMl"] for i in images) / sum(i[name]["markedMl"] + i[name]["calledMl"] for i in images)
