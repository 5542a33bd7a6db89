"""What `early-ischemia` finds: on synthetic heads with shapes of subjects never trained on, and on real CT slices.

Plain comparison of the sides, the network, and both together are judged alike, so that what the network adds is seen.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import minimize
from scipy.stats import rankdata

from .early_ischemia import stacked
from .ischemia_heads import PIXEL_MM, Example, example
from .ischemia_net import IschemiaNet
from .ischemia_regions import AFFECTED_SHARE, UNAFFECTED_SHARE, Regions, label_map, regions_of
from .ischemia_shapes import load_shapes
from .template import load_template

CALIBRATION_SEED, TEST_SEED = 20250701, 20250801
ASYMMETRY_HU = 1.3
"""Of normal regions, beyond noise (`normalAsymmetryHu` of the pipeline)."""
SPECIFICITY = 0.98
NOISE_LEVELS = ((0.0, 1.5), (1.5, 2.7), (2.7, 9.0))
"""HU of a 2.4 mm pixel."""


def probability_of(network: torch.nn.Module, hu: torch.Tensor, mirrored: torch.Tensor) -> torch.Tensor:
    """[d, 3, h, w] of a scan on 2.4 mm."""
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        parts = [network(part) for part in stacked(hu, mirrored).split(14)]
    return torch.softmax(torch.cat(parts).float(), 1)


def judged_heads(network: IschemiaNet, data: Path, work: Path, count: int, *, held_out: bool) -> list[dict]:
    """One row a head: regions, overlap of voxels, false volume."""
    template, shapes, labels = load_template(data), load_shapes(data, held_out=held_out, cache=work), label_map()
    seed = TEST_SEED if held_out else CALIBRATION_SEED
    rows = []
    for n in range(count):
        one = example(template, shapes, np.random.default_rng((seed, n)))
        p = probability_of(network, one.hu, one.mirrored)
        rows.append({"plan": one.plan, "regions": regions_of(one, labels, p), **_voxels(one, p)})
    return rows


def _voxels(one: Example, p: torch.Tensor) -> dict:
    brain = (one.head.depth > 3) & one.known
    change, truth = (1 - p[:, 0]) > 0.5, one.truth > 0
    ml = PIXEL_MM**2 * one.plan.slab_mm / 1000
    of = lambda mask: float((mask & brain).sum()) * ml  # noqa: E731
    return {"hit": of(change & truth), "false": of(change & ~truth), "missed": of(~change & truth), "truth": of(truth)}


# --- regions

def evidence(rows: list[dict]) -> dict[str, np.ndarray]:
    """One entry for each region and side that was measured: z (drop over its spread), share, share of the other side, affected."""
    out: dict[str, list] = {key: [] for key in ("z", "share", "other", "affected", "noise", "drop", "head")}
    for head, row in enumerate(rows):
        r: Regions = row["regions"]
        z = r.drop / np.hypot(r.noise, ASYMMETRY_HU)
        ok = np.isfinite(z) & np.isfinite(r.network) & np.isfinite(r.network[:, ::-1])
        for key, value in (("z", z), ("share", r.network), ("other", r.network[:, ::-1]), ("affected", r.affected)):
            out[key] += list(value[ok])
        out["noise"] += [row["plan"].noise] * int(ok.sum())
        out["drop"] += [row["plan"].drop] * int(ok.sum())
        out["head"] += [head] * int(ok.sum())
    return {key: np.asarray(value) for key, value in out.items()}


def design(e: dict[str, np.ndarray], *, network: bool) -> np.ndarray:
    """Columns of the logistic models of region-evidence.ts."""
    columns = [np.ones_like(e["z"]), np.clip(e["z"], -4, 4)]
    return np.stack([*columns, e["share"], e["share"] - e["other"]] if network else columns, 1)


def clear(e: dict[str, np.ndarray]) -> np.ndarray:
    return (e["affected"] >= AFFECTED_SHARE) | (e["affected"] < UNAFFECTED_SHARE)


def fit(e: dict[str, np.ndarray], *, network: bool) -> np.ndarray:
    """Maximum likelihood with a weak ridge, on regions that are clearly affected or clearly not."""
    keep = clear(e)
    x, y = design(e, network=network)[keep], 2.0 * (e["affected"][keep] >= AFFECTED_SHARE) - 1
    loss = lambda b: np.logaddexp(0, -y * (x @ b)).sum() + 0.05 * (b[1:] ** 2).sum()  # noqa: E731
    return minimize(loss, np.zeros(x.shape[1])).x


def probabilities(e: dict[str, np.ndarray], b: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-design(e, network=len(b) > 2) @ b))


def threshold_of(e: dict[str, np.ndarray], p: np.ndarray) -> float:
    """The lowest probability from which on at most one in fifty unaffected regions counts as affected."""
    negative = p[e["affected"] < UNAFFECTED_SHARE]
    return float(np.quantile(negative, SPECIFICITY))


def auc(score: np.ndarray, positive: np.ndarray) -> float:
    n1, n0 = int(positive.sum()), int((~positive).sum())
    return float("nan") if n1 == 0 or n0 == 0 else float((rankdata(score)[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def region_figures(e: dict[str, np.ndarray], p: np.ndarray, threshold: float) -> dict:
    """AUC of all and by noise; sensitivity and specificity at the threshold; error of the score."""
    keep, positive = clear(e), e["affected"] >= AFFECTED_SHARE
    by_noise = []
    for low, high in NOISE_LEVELS:
        here = keep & (e["noise"] >= low) & (e["noise"] < high)
        by_noise.append({"noise": [low, high], "regions": int(here.sum()), "auc": auc(p[here], positive[here])})
    errors, normal = [], []
    for head in np.unique(e["head"]):
        here = e["head"] == head
        score, truth = _score(p[here] >= threshold), _score(e["affected"][here] >= AFFECTED_SHARE)
        errors.append(score - truth)
        if e["drop"][here][0] == 0 and truth == 10:
            normal.append(10 - score)
    errors = np.asarray(errors)
    return {
        "auc": auc(p[keep], positive[keep]),
        "affectedRegions": int(positive[keep].sum()),
        "sensitivity": float((p[keep & positive] >= threshold).mean()),
        "specificity": float((p[keep & ~positive] < threshold).mean()),
        "byNoise": by_noise,
        "scoreBias": float(errors.mean()),
        "scoreMeanAbsoluteError": float(np.abs(errors).mean()),
        "scoreWithinOne": float((np.abs(errors) <= 1).mean()),
        "falseRegionsOfNormalHeads": float(np.mean(normal)) if normal else float("nan"),
        "normalHeads": len(normal),
    }


def _score(affected: np.ndarray) -> int:
    """10 less the affected regions of the worse side; entries alternate between the sides."""
    return 10 - int(max(affected[0::2].sum(), affected[1::2].sum()))


def voxel_figures(rows: list[dict]) -> dict:
    with_lesion = [r for r in rows if r["truth"] >= 5]
    dice = [2 * r["hit"] / (2 * r["hit"] + r["false"] + r["missed"]) for r in with_lesion]
    strong = [d for d, r in zip(dice, with_lesion) if r["plan"].drop >= 5]
    normal = [r["false"] for r in rows if r["plan"].drop == 0 and r["plan"].old == 0]
    return {
        "heads": len(rows),
        "withLesion": len(with_lesion),
        "medianDice": float(np.median(dice)),
        "medianDiceDropFrom5Hu": float(np.median(strong)) if strong else float("nan"),
        "normalHeads": len(normal),
        "falseMlOfNormalMedian": float(np.median(normal)) if normal else float("nan"),
        "normalHeadsOver5Ml": float(np.mean(np.asarray(normal) > 5)) if normal else float("nan"),
    }


def plain_map(hu: torch.Tensor, mirrored: torch.Tensor, k: int = 7) -> torch.Tensor:
    """HU [d, h, w] by which the mirror image is denser, smoothed over tissue of both sides: what needs no network."""
    both = ((hu > 10) & (hu < 55) & (mirrored > 20) & (mirrored < 55)).float()[:, None]
    mean = lambda v: F.avg_pool2d(v, k, stride=1, padding=k // 2)  # noqa: E731
    return (mean((mirrored - hu)[:, None] * both) / (mean(both) + 0.05))[:, 0]
