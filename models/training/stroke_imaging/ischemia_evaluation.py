"""What `early-ischemia` finds: on synthetic heads with shapes of subjects never trained on, and on real CT slices.

Plain comparison of the sides, the network, and both together are judged alike, so that what the network adds is seen.
"""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import minimize
from scipy.stats import rankdata

from .early_ischemia import stacked
from .ischemia_heads import PIXEL_MM, example
from .ischemia_net import IschemiaNet
from .ischemia_regions import AFFECTED_SHARE, UNAFFECTED_SHARE, Judged, Regions, label_map, regions_of
from .ischemia_shapes import load_shapes
from .template import load_template

CALIBRATION_SEED, TEST_SEED = 20250701, 20250801
ASYMMETRY_HU = 1.3
"""Of normal regions, beyond noise (`normalAsymmetryHu` of the pipeline)."""
SPECIFICITY = {"plain": 0.98, "both": 0.99}
"""Of calibration regions. Their shapes were trained on, which flatters the network: on shapes of other subjects its 0.98 becomes 0.96."""
CHANGE_LEVELS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.96)
"""Of the probability of early or frank change at a voxel."""
FALSE_ML = 8.0
NOISE_LEVELS = ((0.0, 1.5), (1.5, 2.7), (2.7, 9.0))
"""HU of a 2.4 mm pixel."""


def probability_of(network: torch.nn.Module, hu: torch.Tensor, mirrored: torch.Tensor) -> torch.Tensor:
    """[d, 3, h, w] of a scan on 2.4 mm."""
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        parts = [network(part) for part in stacked(hu, mirrored).split(14)]
    return torch.softmax(torch.cat(parts).float(), 1)


def heads_of(data: Path, work: Path, count: int, *, held_out: bool) -> list[Judged]:
    """Synthetic scans of shapes trained on (other seeds) or held out; kept in `work`, since they do not depend on the network."""
    stored = work / f"heads-{'test' if held_out else 'calibration'}-{count}.pkl"
    if stored.exists():
        return pickle.loads(stored.read_bytes())
    template, shapes, labels = load_template(data), load_shapes(data, held_out=held_out, cache=work), label_map()
    seed = TEST_SEED if held_out else CALIBRATION_SEED
    heads = [Judged.of(example(template, shapes, np.random.default_rng((seed, n))), labels) for n in range(count)]
    stored.write_bytes(pickle.dumps(heads))
    return heads


def judged(network: IschemiaNet, heads: list[Judged]) -> list[dict]:
    """One row a head: regions, overlap of voxels, false volume."""
    rows = []
    for one in heads:
        p = probability_of(network, one.hu, one.mirrored)
        rows.append({"plan": one.plan, "regions": regions_of(one, p), **_voxels(one, p)})
    return rows


def _voxels(one: Judged, p: torch.Tensor) -> dict:
    """mL of change that was found, invented and missed at each of CHANGE_LEVELS."""
    brain = one.brain & one.known
    truth = (one.truth > 0) & brain
    ml = PIXEL_MM**2 * one.plan.slab_mm / 1000
    volume = lambda mask: float(mask.sum()) * ml  # noqa: E731
    found = [((1 - p[:, 0]) > level) & brain for level in CHANGE_LEVELS]
    return {"hit": [volume(f & truth) for f in found], "false": [volume(f & ~truth) for f in found], "truth": volume(truth)}


def is_normal(row: dict) -> bool:
    return row["plan"].drop == 0 and row["plan"].old == 0


def change_level(rows: list[dict]) -> float:
    """The lowest level at which heads without any infarct show at most FALSE_ML on average."""
    normal = np.array([r["false"] for r in rows if is_normal(r)]).mean(0)
    good = [level for level, ml in zip(CHANGE_LEVELS, normal) if ml <= FALSE_ML]
    return good[0] if good else CHANGE_LEVELS[-1]


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


def threshold_of(e: dict[str, np.ndarray], p: np.ndarray, specificity: float) -> float:
    """The lowest probability from which on at most 1 - `specificity` of the unaffected regions counts as affected."""
    negative = p[e["affected"] < UNAFFECTED_SHARE]
    return float(np.quantile(negative, specificity))


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


def largest_false_ml(rows: list[dict], level: float) -> float:
    """mL in the worst of the heads without any infarct."""
    return max(r["false"][CHANGE_LEVELS.index(level)] for r in rows if is_normal(r))


def voxel_figures(rows: list[dict], level: float) -> dict:
    at = CHANGE_LEVELS.index(level)
    with_lesion = [r for r in rows if r["truth"] >= 5]
    dice = [2 * r["hit"][at] / (r["hit"][at] + r["false"][at] + r["truth"]) for r in with_lesion]
    strong = [d for d, r in zip(dice, with_lesion) if r["plan"].drop >= 5]
    error = [r["hit"][at] + r["false"][at] - r["truth"] for r in with_lesion]
    normal = [r["false"][at] for r in rows if is_normal(r)]
    return {
        "level": level,
        "heads": len(rows),
        "withLesion": len(with_lesion),
        "medianDice": float(np.median(dice)),
        "medianDiceDropFrom5Hu": float(np.median(strong)) if strong else float("nan"),
        "volumeBiasMl": float(np.mean(error)),
        "volumeLimitsOfAgreementMl": [float(np.mean(error) + k * np.std(error)) for k in (-1.96, 1.96)],
        "normalHeads": len(normal),
        "falseMlOfNormalMedian": float(np.median(normal)) if normal else float("nan"),
        "normalHeadsOver5Ml": float(np.mean(np.asarray(normal) > 5)) if normal else float("nan"),
    }


def plain_map(hu: torch.Tensor, mirrored: torch.Tensor, k: int = 7) -> torch.Tensor:
    """HU [d, h, w] by which the mirror image is denser, smoothed over tissue of both sides: what needs no network."""
    both = ((hu > 10) & (hu < 55) & (mirrored > 20) & (mirrored < 55)).float()[:, None]
    mean = lambda v: F.avg_pool2d(v, k, stride=1, padding=k // 2)  # noqa: E731
    return (mean((mirrored - hu)[:, None] * both) / (mean(both) + 0.05))[:, 0]
