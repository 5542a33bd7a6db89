"""Thresholds from synthetic scans, then figures from other synthetic scans and from real images: `figures.json`."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage

from ..ct_acquisition import acquire, seen_label
from ..ct_scans import PIXEL_MM, random_scans
from ..head_mask import inside_skull
from ..hemorrhage_shapes import Drawn
from ..template import load_template
from .constants import CLASSES, EDEMA, EXTRA_AXIAL, INTRAPARENCHYMAL
from .measure import ANY_NEIGHBOR, Thresholds, dice, is_blood, label_map, parts_of, probabilities, session
from .real_images import SLICE_MM, RealImage, cpaisd, ct_ich, ge_head_ct
from .second_look import fit, out_of_fold
from .timing import timing

THRESHOLD_SEED, TEST_SEED = 31_000, 32_000
SIZES = (("below 1 mL", 0.1, 1.0), ("1 to 5 mL", 1.0, 5.0), ("5 mL and more", 5.0, np.inf))
EVEN_ODDS = Thresholds(0.5, 0.5, 0.0)
"""What the network holds for more probable than not, however small: beside the thresholds of the product, for real slices."""
BLOOD = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
PART = tuple(round(0.02 * n, 2) for n in range(5, 50))
"""Probabilities among which the thresholds are chosen."""
SMALLEST_ML = 0.1
"""Smaller parts are not looked at."""
FALSE_ALARMS = 0.05
"""Share of scans without blood: the target of the card."""
FOUND_SHARE = 0.1
"""A part of true blood counts as found when this share of it is called blood."""


@dataclass(frozen=True)
class Case:
    """A synthetic scan that no training has seen, and what the network says of it."""

    probability: np.ndarray  # float32 [6, d, h, w]
    truth: np.ndarray  # uint8
    inside: np.ndarray  # bool, where blood can be, found as the product finds it
    voxel_ml: float
    drawn: tuple[Drawn, ...]
    bleeding: bool
    head: int


class Answers:
    """Whole heads through a random scanner, drawn into once for each entry of `bleeding`, and answered by the network."""

    def __init__(self, data: Path, model: Path) -> None:
        torch.set_num_threads(1)
        self.template, self.network = load_template(data), session(model)

    def of_head(self, seed: int, head: int, bleeding: tuple[bool, ...]) -> list[Case]:
        rng = np.random.default_rng([seed, head])
        cases = []
        for scan, bleeds in zip(random_scans(self.template, rng, None, len(bleeding), bleeding), bleeding):
            acquired = acquire(rng, scan.slices)
            hu = acquired.numpy().round()
            spacing = scan.head.grid.spacing
            inside = inside_skull(hu, spacing[1])
            truth = seen_label(scan.slices.label, acquired).numpy()
            voxel_ml = scan.spacing_mm * spacing[1] * spacing[2] / 1000
            cases.append(Case(probabilities(self.network, hu), truth, inside, voxel_ml, scan.drawn, bleeds, head))
        return cases


_answers: Answers
"""Of this process."""


def _begin(data: Path, model: Path) -> None:
    global _answers
    _answers = Answers(data, model)


def _of_head(head: tuple[int, int, tuple[bool, ...]]) -> list[Case]:
    return _answers.of_head(*head)


def answered(data: Path, model: Path, seed: int, heads: int, bleeding: tuple[bool, ...], processes: int, say) -> Iterator[Case]:
    """The cases of `heads` heads, in order; the same for any number of processes."""
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, (data, model)) as pool:
        for n, cases in enumerate(pool.map(_of_head, [(seed, head, bleeding) for head in range(heads)])):
            yield from cases
            if n % 4 == 3:
                say(f"{n + 1} of {heads} heads")


@dataclass(frozen=True)
class Outcome:
    """What a rule of parts does to the scans."""

    false_alarms: float
    found: float  # share of the scans with at least 1 mL
    found_from_5_ml: float
    dice: float  # median of the scans with at least 1 mL


class Candidates:
    """All parts of all cases at one threshold of blood, in rows."""

    def __init__(self, cases: list[Case], blood: float) -> None:
        rows = []
        for n, case in enumerate(cases):
            parts = parts_of(case.probability[1:EDEMA].sum(0), blood, case.voxel_ml, case.inside)
            size = np.bincount(parts.numbers.ravel(), minlength=len(parts.ml) + 1)[1:]
            hit = np.bincount(parts.numbers[is_blood(case.truth)], minlength=len(parts.ml) + 1)[1:]
            kept = parts.is_inside & (parts.ml >= SMALLEST_ML)
            rows.append(np.column_stack([np.full(len(size), n), np.full(len(size), case.head), size, hit, parts.ml, parts.features])[kept])
        table = np.concatenate(rows)
        self.case, self.head, self.size, self.hit, self.ml = table.T[:5]
        self.case, self.features = self.case.astype(int), table[:, 5:]
        self.bleeding = np.array([c.bleeding for c in cases])
        self.truth = np.array([is_blood(c.truth).sum() for c in cases])
        self.truth_ml = self.truth * np.array([c.voxel_ml for c in cases])

    def outcome(self, kept: np.ndarray) -> Outcome:
        called, hit = (np.bincount(self.case[kept], v[kept], len(self.truth)) for v in (self.size, self.hit))
        large, larger = (self.bleeding & (self.truth_ml >= ml) for ml in (1, 5))
        overlap = 2 * hit[large] / (called[large] + self.truth[large])
        return Outcome(*(float(v) for v in (np.mean(called[~self.bleeding] > 0), np.mean(hit[large] > 0), np.mean(hit[larger] > 0), np.median(overlap))))


def choose_thresholds(cases: list[Case], say) -> tuple[Thresholds, dict]:
    """A second look for each threshold of blood, judged on heads that it was not fitted on.

    Of those with false alarms on at most FALSE_ALARMS of the scans the largest sum of the share of scans with 1 mL and more that are
    found and their median Dice; the second look is then fitted on all.
    """
    best_score, chosen = -np.inf, None
    for blood in BLOOD:
        rows = Candidates(cases, blood)
        share = rows.hit / rows.size
        sure = out_of_fold(rows.features, share, rows.ml, rows.head)
        for part in PART:
            outcome = rows.outcome(sure >= part)
            score = outcome.found + outcome.dice
            if outcome.false_alarms <= FALSE_ALARMS and score > best_score:
                best_score, chosen = score, (blood, part, outcome, fit(rows.features, share, rows.ml))
        say(f"blood from {blood}: {len(rows.size)} parts, best {chosen and chosen[:3]}")
    if chosen is None:
        raise ValueError("no thresholds keep false alarms low enough")
    blood, part, outcome, look = chosen
    positives = sum(c.bleeding and is_blood(c.truth).sum() * c.voxel_ml >= 1 for c in cases)
    choice = {"falseAlarmShare": outcome.false_alarms, "foundShare": outcome.found, "foundShareFrom5ml": outcome.found_from_5_ml,
              "medianDice": outcome.dice, "negatives": sum(not c.bleeding for c in cases), "positives": int(positives)}  # fmt: skip
    say(f"{choice}")
    return Thresholds(blood, part, SMALLEST_ML, second_look=look), choice


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
    single = SLICE_MM if len(image.hu) == 1 else None
    return label_map(probabilities(network, image.hu), t, image.voxel_ml, inside_skull(image.hu, PIXEL_MM), single)


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


def evaluate(data: Path, out: Path, heads: int = 40, processes: int = 1, say=print) -> None:
    """Writes `out`/figures.json. About 25 minutes of one core with the default number of heads; four fifths as many choose the thresholds."""
    start = time.monotonic()
    model, choosing_heads = out / "model.onnx", max(8, heads * 4 // 5)
    chosen_on = list(answered(data, model, THRESHOLD_SEED, choosing_heads, (True, True, False, False), processes, say))
    thresholds, choice = choose_thresholds(chosen_on, say)
    floor = detection_floor([c for c in chosen_on if c.bleeding], thresholds)
    del chosen_on
    cases = list(answered(data, model, TEST_SEED, heads, (True, True, False), processes, say))
    figures = {
        "thresholds": asdict(thresholds),
        "thresholdsChosenOn": choice,
        "detectionFloorMl": floor,
        "synthetic": synthetic_figures(cases, thresholds),
        "real": real_figures(session(model, threads=2), data, thresholds, say),
        "time": timing(model),
        "scans": {"threshold": choosing_heads * 4, "test": len(cases), "testBleeding": sum(c.bleeding for c in cases)},
    }
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    say(f"figures written after {time.monotonic() - start:.0f} s")
