"""Thresholds from synthetic scans, then figures from other synthetic scans and from real images: `figures.json`."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from ..ct_acquisition import acquire, seen_label
from ..ct_scans import PIXEL_MM, random_scans
from ..head_mask import inside_skull
from ..hemorrhage_shapes import Drawn
from ..template import Template
from .constants import CLASSES, EDEMA, EXTRA_AXIAL, INTRAPARENCHYMAL
from .measure import ANY_NEIGHBOR, Thresholds, dice, for_single_slice, is_blood, label_map, probabilities, session
from .real_images import SLICE_MM, RealImage, cpaisd, ct_ich, ge_head_ct
from .timing import timing

THRESHOLD_SEED, TEST_SEED = 31_000, 32_000
SIZES = (("below 1 mL", 0.1, 1.0), ("1 to 5 mL", 1.0, 5.0), ("5 mL and more", 5.0, np.inf))
EVEN_ODDS = Thresholds(0.5, 0.5, 0.0)
"""What the network holds for more probable than not, however small: beside the thresholds of the product, for real slices."""
FOUND_SHARE = 0.1
"""A part of true blood counts as found when this share of it is called blood."""


@dataclass(frozen=True)
class Scanned:
    """A synthetic scan that no training has seen."""

    hu: np.ndarray  # int16 [d, h, w]
    truth: np.ndarray  # uint8
    inside: np.ndarray  # bool, where blood can be, found as the product finds it
    voxel_ml: float
    drawn: tuple[Drawn, ...]
    bleeding: bool


@dataclass(frozen=True)
class Case:
    """What the network says of it."""

    probability: np.ndarray  # float16 [6, d, h, w]
    truth: np.ndarray
    inside: np.ndarray
    voxel_ml: float
    drawn: tuple[Drawn, ...]
    bleeding: bool


def synthetic_scans(template: Template, seed: int, heads: int, bleeding: tuple[bool, ...], say) -> list[Scanned]:
    """Whole heads, each drawn into once for each entry of `bleeding`, through a random scanner."""
    scans = []
    for n in range(heads):
        rng = np.random.default_rng([seed, n])
        for scan, bleeds in zip(random_scans(template, rng, None, len(bleeding), bleeding), bleeding):
            acquired = acquire(rng, scan.slices)
            hu = acquired.numpy().round().astype(np.int16)
            spacing = scan.head.grid.spacing
            voxel_ml = scan.spacing_mm * spacing[1] * spacing[2] / 1000
            inside = inside_skull(hu.astype(np.float32), spacing[1], scan.spacing_mm)
            scans.append(Scanned(hu, seen_label(scan.slices.label, acquired).numpy(), inside, voxel_ml, scan.drawn, bleeds))
        if n % 2 == 1:
            say(f"{n + 1} of {heads} heads")
    return scans


def answered(network, scans: list[Scanned]) -> list[Case]:
    return [Case(probabilities(network, s.hu).astype(np.float16), s.truth, s.inside, s.voxel_ml, s.drawn, s.bleeding) for s in scans]


def choose_thresholds(cases: list[Case], say) -> tuple[Thresholds, dict]:
    """The largest sum of the share of scans with 1 mL and more that are found and their median Dice, less twice the share of false alarms.

    The fewest false alarms alone would choose the strictest thresholds of all, which mark little of what they find.
    """
    best, best_score, chosen = Thresholds(0.5, 0.9, 0.2), -np.inf, {}
    for blood in (0.3, 0.5, 0.7, 0.8, 0.9, 0.95):
        tables = [parts_of(case, blood) for case in cases]
        for peak in (0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998):
            for smallest in (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0):
                alarms, found, overlap = [], [], []
                for case, (size, top, hit, truth) in zip(cases, tables):
                    kept = (size * case.voxel_ml >= smallest) & (top >= max(peak, blood))
                    if not case.bleeding:
                        alarms.append(bool(kept.any()))
                    elif truth * case.voxel_ml >= 1:
                        found.append(bool((hit[kept] > 0).any()))
                        overlap.append(2 * hit[kept].sum() / (size[kept].sum() + truth))
                rate, share, middle = float(np.mean(alarms)), float(np.mean(found)), float(np.median(overlap))
                score = share + middle - 2 * rate
                if score > best_score:
                    best, best_score = Thresholds(blood, max(peak, blood), smallest), score
                    chosen = {"falseAlarmShare": rate, "foundShare": share, "medianDice": middle, "negatives": len(alarms), "positives": len(found)}
    say(f"thresholds {best}, on the scans that chose them: {chosen}")
    return best, chosen


def parts_of(case: Case, blood: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Of every part of called blood inside the skull: voxels, most probable voxel, voxels that are truly blood; and the voxels of true blood."""
    probability = case.probability[1:EDEMA].astype(np.float32).sum(0)
    parts, count = ndimage.label(probability >= blood, ANY_NEIGHBOR)
    truth = is_blood(case.truth)
    size = np.bincount(parts.ravel(), minlength=count + 1)[1:]
    hit = np.bincount(parts[truth], minlength=count + 1)[1:]
    top = np.asarray(ndimage.maximum(probability, parts, np.arange(1, count + 1))) if count else np.zeros(0)
    within = 2 * np.bincount(parts[case.inside], minlength=count + 1)[1:] >= size
    return size[within], top[within], hit[within], int(truth.sum())


def true_parts(truth: np.ndarray, called: np.ndarray, voxel_ml: float) -> list[tuple[float, bool]]:
    """mL of every part of a mask, and whether at least FOUND_SHARE of it was called."""
    parts, count = ndimage.label(truth, ANY_NEIGHBOR)
    size = np.bincount(parts.ravel(), minlength=count + 1)[1:]
    hit = np.bincount(parts[called], minlength=count + 1)[1:]
    return [(float(n * voxel_ml), bool(h >= FOUND_SHARE * n)) for n, h in zip(size, hit)]


def wilson(hits: int, of: int) -> dict:
    """Share with its 95 % interval."""
    if of == 0:
        return {"n": 0}
    p, z = hits / of, 1.96
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * np.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return {"n": of, "hits": hits, "share": round(p, 4), "low": round(float(max(0.0, middle - half)), 4), "high": round(float(min(1.0, middle + half)), 4)}


def spread(values) -> dict:
    if len(values) == 0:
        return {"n": 0}
    q = np.percentile(values, [25, 50, 75])
    return {"n": len(values), "median": round(float(q[1]), 4), "q1": round(float(q[0]), 4), "q3": round(float(q[2]), 4)}


def agreement(measured, true) -> dict:
    """Mean difference and limits of agreement (1.96 standard deviations) in mL."""
    d = np.asarray(measured) - np.asarray(true)
    if len(d) < 2:
        return {"n": len(d)}
    mean, sd = float(d.mean()), float(d.std(ddof=1))
    return {"n": len(d), "bias": round(mean, 3), "low": round(mean - 1.96 * sd, 3), "high": round(mean + 1.96 * sd, 3),
            "medianAbsolute": round(float(np.median(np.abs(d))), 3)}  # fmt: skip


def synthetic_figures(cases: list[Case], t: Thresholds) -> dict:
    labels = [label_map(c.probability, t, c.voxel_ml, c.inside) for c in cases]
    figures: dict = {"classes": {}, "anyBlood": {}, "scans": {}, "lesions": {}, "negatives": {}, "detectionFloor": {}}
    for k in range(1, len(CLASSES)):
        true = [float((c.truth == k).sum() * c.voxel_ml) for c in cases]
        mine = [float((label == k).sum() * c.voxel_ml) for c, label in zip(cases, labels)]
        bleeding = [n for n, c in enumerate(cases) if c.bleeding]
        for name, least in (("from0.5ml", 0.5), ("from5ml", 5.0)):
            some = [n for n in bleeding if true[n] >= least]
            entry = spread([dice(labels[n] == k, cases[n].truth == k) for n in some])
            figures["classes"].setdefault(CLASSES[k], {})[f"dice_{name}"] = entry
        figures["classes"][CLASSES[k]]["volume"] = agreement([mine[n] for n in bleeding if true[n] > 0], [true[n] for n in bleeding if true[n] > 0])
    true = [float(is_blood(c.truth).sum() * c.voxel_ml) for c in cases]
    mine = [float(is_blood(label).sum() * c.voxel_ml) for c, label in zip(cases, labels)]
    some = [n for n in range(len(cases)) if cases[n].bleeding and true[n] >= 0.5]
    figures["anyBlood"] = {
        "dice_from0.5ml": spread([dice(is_blood(labels[n]), is_blood(cases[n].truth)) for n in some]),
        "dice_from5ml": spread([dice(is_blood(labels[n]), is_blood(cases[n].truth)) for n in some if true[n] >= 5]),
        "volume": agreement([mine[n] for n in some], [true[n] for n in some]),
        "relativeError": spread([abs(mine[n] - true[n]) / true[n] for n in some if true[n] >= 5]),
    }
    for name, low, high in SIZES:
        hits = [bool((is_blood(labels[n]) & is_blood(cases[n].truth)).any()) for n in range(len(cases)) if cases[n].bleeding and low <= true[n] < high]
        figures["scans"][name] = wilson(sum(hits), len(hits))
    figures["lesions"] = lesion_figures(cases, labels)
    without = [n for n in range(len(cases)) if not cases[n].bleeding]
    figures["negatives"] = {"falseAlarms": wilson(sum(mine[n] > 0 for n in without), len(without)),
                            "volumesMl": sorted((round(mine[n], 2) for n in without if mine[n] > 0), reverse=True),
                            "falsePositiveMl": spread([mine[n] for n in without])}  # fmt: skip
    false_ml = [float((is_blood(label) & ~is_blood(c.truth)).sum() * c.voxel_ml) for c, label in zip(cases, labels) if c.bleeding]
    figures["falsePositiveMlInPositives"] = spread(false_ml)
    return figures


def lesion_figures(cases: list[Case], labels: list[np.ndarray]) -> dict:
    """How many parts of true blood of one class are found, by size, class, place and kind."""
    rows: list[tuple[bool, float, str, str, str]] = []
    for case, label in zip(cases, labels):
        called = is_blood(label)
        for k in range(1, EDEMA):
            drawn = {(d.place, d.kind) for d in case.drawn if d.label == k}
            place, kind = next(iter(drawn)) if len(drawn) == 1 else ("several", "several")
            rows += [(hit, ml, CLASSES[k], place, kind) for ml, hit in true_parts(case.truth == k, called, case.voxel_ml) if ml >= 0.1]
    out: dict = {"bySize": {}, "byClassFrom1ml": {}, "byPlaceFrom0.5ml": {}, "byKindFrom0.5ml": {}}
    for name, low, high in SIZES:
        some = [r for r in rows if low <= r[1] < high]
        out["bySize"][name] = wilson(sum(r[0] for r in some), len(some))
    for k in range(1, EDEMA):
        some = [r for r in rows if r[2] == CLASSES[k] and r[1] >= 1]
        out["byClassFrom1ml"][CLASSES[k]] = wilson(sum(r[0] for r in some), len(some))
    for key, column in (("byPlaceFrom0.5ml", 3), ("byKindFrom0.5ml", 4)):
        for value in sorted({r[column] for r in rows}):
            some = [r for r in rows if r[column] == value and r[1] >= 0.5 and (key[2] == "P" or r[2] in (CLASSES[INTRAPARENCHYMAL], CLASSES[EXTRA_AXIAL]))]
            if some and value != "several":
                out[key][value] = wilson(sum(r[0] for r in some), len(some))
    edges = (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
    out["byFineSize"] = []
    for low, high in zip(edges, edges[1:]):
        some = [r for r in rows if low <= r[1] < high]
        out["byFineSize"].append({"from": low, "to": high, **wilson(sum(r[0] for r in some), len(some))})
    return out


def detection_floor(cases: list[Case], t: Thresholds) -> float | None:
    """The smallest volume in mL from which on at least 95 % of parts of blood are found, in steps; None when no step reaches it."""
    labels = [label_map(c.probability, t, c.voxel_ml, c.inside) for c in cases]
    found: list[tuple[float, bool]] = []
    for case, label in zip(cases, labels):
        found += true_parts(is_blood(case.truth), is_blood(label), case.voxel_ml)
    for least in (0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0):
        near = [hit for ml, hit in found if least <= ml < 3 * least]
        if len(near) >= 8 and np.mean(near) >= 0.95:
            return least
    return None


def real_figures(network, data: Path, t: Thresholds, say) -> dict:
    out: dict = {}
    if (data / "ct-ich").is_dir():
        out["ctIch"], out["ctIchEvenOdds"] = (marked(network, ct_ich(data), each) for each in (t, EVEN_ODDS))
        say(f"ct-ich {out['ctIch']}")
    if (data / "cpaisd").is_dir():
        out["cpaisd"], out["cpaisdEvenOdds"] = (unmarked(network, cpaisd(data), each) for each in (t, EVEN_ODDS))
        say(f"cpaisd {out['cpaisd']}")
    if (data / "ge-head-ct").is_dir():
        out["geHeadCt"] = unmarked(network, [ge_head_ct(data)], t)
        say(f"ge-head-ct {out['geHeadCt']}")
    return out


def called(network, image: RealImage, t: Thresholds) -> np.ndarray:
    t = for_single_slice(t, SLICE_MM) if len(image.hu) == 1 else t
    return label_map(probabilities(network, image.hu), t, image.voxel_ml, inside_skull(image.hu, PIXEL_MM, SLICE_MM))


def marked(network, images: list[RealImage], t: Thresholds) -> dict:
    slices, both, total = [], 0, 0
    for image in images:
        label = is_blood(called(network, image, t))
        slices.append({"name": image.name, "dice": round(dice(label, image.blood), 3), "marked": int(image.blood.sum()), "called": int(label.sum()),
                       "markedMl": round(float(image.blood.sum() * image.voxel_ml), 2), "calledMl": round(float(label.sum() * image.voxel_ml), 2),
                       "overlap": int((label & image.blood).sum())})  # fmt: skip
        both += int((label & image.blood).sum())
        total += int(label.sum()) + int(image.blood.sum())
    filled = [s for s in slices if s["marked"] > 0]
    large = [s for s in filled if s["markedMl"] >= 0.5]
    return {
        "dice": spread([s["dice"] for s in filled]),
        "diceFrom0.5ml": spread([s["dice"] for s in large]),
        "pooledDice": round(2 * both / total, 4),
        "found": wilson(sum(s["overlap"] >= FOUND_SHARE * s["marked"] for s in filled), len(filled)),
        "volumePerSliceMl": agreement([s["calledMl"] for s in slices], [s["markedMl"] for s in slices]),
        "slices": slices,
    }


def unmarked(network, images: list[RealImage], t: Thresholds) -> dict:
    volumes = [float(is_blood(called(network, i, t)).sum() * i.voxel_ml) for i in images]
    return {"falseAlarms": wilson(sum(v > 0 for v in volumes), len(volumes)), "falsePositiveMl": [round(v, 2) for v in volumes]}


def evaluate(template: Template, data: Path, out: Path, heads: int = 40, say=print) -> None:
    """Writes `out`/figures.json. About 20 minutes of one core with the default number of heads; half as many choose the thresholds."""
    threshold_heads = max(4, heads // 2)
    start = time.monotonic()
    network = session(out / "model.onnx", threads=2)
    chosen_on = answered(network, synthetic_scans(template, THRESHOLD_SEED, threshold_heads, (True, True, False, False), say))
    thresholds, choice = choose_thresholds(chosen_on, say)
    floor = detection_floor([c for c in chosen_on if c.bleeding], thresholds)
    del chosen_on
    cases = answered(network, synthetic_scans(template, TEST_SEED, heads, (True, True, False), say))
    figures = {
        "thresholds": asdict(thresholds),
        "thresholdsChosenOn": choice,
        "detectionFloorMl": floor,
        "synthetic": synthetic_figures(cases, thresholds),
        "real": real_figures(network, data, thresholds, say),
        "time": timing(out / "model.onnx"),
        "scans": {"threshold": threshold_heads * 4, "test": len(cases), "testBleeding": sum(c.bleeding for c in cases)},
    }
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    say(f"figures written after {time.monotonic() - start:.0f} s")
