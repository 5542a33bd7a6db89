"""The model card's text from the figures."""

from ..blast_ct.table import section as beside_blast_ct
from .constants import CLASSES

TRAINING = (
    "version 0.1.0: 3,000 steps of 16 slices with bfloat16; from its weights on, 5,500 steps of 8 slices with float32 in 1.5 hours of a shared "
    "core (the first 750 with isodense blood in sulci labelled); from those of 0.2.0 on, 9,400 steps of 8 slices with the brightness of each slice "
    "taken out, in 1.7 hours of one core and a third of another, which made the images; from those of 0.3.0 on, 4,950 steps on other heads, of which "
    "more showed what is as bright as blood, in an hour of a machine that ran much else; from those of 0.4.0 on, 11,279 steps on other heads, where every "
    "slice counts as much for the overlap, in 70 minutes of one core (bfloat16) and a third of another"
)
TARGETS = {"sensitivityFrom5ml": 0.95, "falseAlarms": 0.05, "diceSynthetic": 0.80, "diceReal": 0.70, "seconds": 60}


def summary(f: dict) -> dict:
    """The figures of the manifest: numbers only."""
    s, real = f["synthetic"], f["real"]
    out = {
        "syntheticScans": f["scans"]["test"],
        "syntheticDiceMedian": s["anyBlood"]["dice_from0.5ml"]["median"],
        "syntheticSensitivityFrom5ml": s["scans"]["5 mL and more"]["share"],
        "syntheticFalseAlarmShare": s["negatives"]["falseAlarms"]["share"],
        "secondsTwoThreads": f["time"]["twoThreads"]["seconds"],
    }
    if "ctIch" in real:
        out |= {"realSliceDiceMedian": real["ctIch"]["dice"]["median"], "realSlicePooledDice": real["ctIch"]["pooledDice"]}
        out |= {"realSlicesFoundShare": real["ctIch"]["found"]["share"]}
    if "cpaisd" in real:
        out |= {"realNegativeSlicesFalseAlarmShare": real["cpaisd"]["falseAlarms"]["share"]}
    if "geHeadCt" in real:
        out |= {"realNegativeScanFalsePositiveMl": real["geHeadCt"]["falsePositiveMl"][0]}
    return out


def role(f: dict) -> str:
    """`active` when it finds enough and raises few enough false alarms, on synthetic and on real images; else `shadow`: off by default."""
    s, real = f["synthetic"], f["real"]
    found = s["scans"]["5 mL and more"].get("share", 0)
    alarms = [s["negatives"]["falseAlarms"], *(real[key]["falseAlarms"] for key in ("cpaisd", "geHeadCt") if key in real)]
    return "active" if found >= TARGETS["sensitivityFrom5ml"] and all(a["share"] <= TARGETS["falseAlarms"] for a in alarms) else "shadow"


def percent(w: dict) -> str:
    return "none" if not w.get("n") else f"{100 * w['share']:.0f} % ({w['hits']} of {w['n']}; {100 * w['low']:.0f} to {100 * w['high']:.0f})"


def middle(s: dict) -> str:
    return "none" if not s.get("n") else f"{s['median']:.2f} ({s['q1']:.2f} to {s['q3']:.2f}; n {s['n']})"


def limits_of(a: dict, unit: str = "mL") -> str:
    return "too few" if "bias" not in a else f"{a['bias']:+.2f} {unit} ({a['low']:+.1f} to {a['high']:+.1f}; n {a['n']})"


def reached(value: float | None, target: float, at_most: bool = False) -> str:
    if value is None:
        return "not measured"
    good = value <= target if at_most else value >= target
    return "reached" if good else "**not reached**"


def card(f: dict, version: str, limits: tuple[str, ...]) -> str:
    s, real, t = f["synthetic"], f["real"], f["thresholds"]
    ich = real.get("ctIch")
    lines = [
        "# Intracranial hemorrhage on non-contrast CT",
        "",
        f"Version {version}. A 2.5D U-Net of about 0.5 million weights that marks blood and perihematomal edema slice by slice.",
        "",
        "**Trained on synthetic images only. Not cleared, not clinically validated, never compared with radiologists on patients of a "
        "hospital. Research use; radiology's own report outranks it.**",
        "",
        *(
            []
            if role(f) == "active"
            else ["**Its role is `shadow`: it missed a target below, so that it is off unless a site switches it on for research.**", ""]
        ),
        *_how(f, t),
        "## Targets",
        "",
        "| target | figure | |",
        "| --- | --- | --- |",
        *_targets(f),
        "",
        "## Synthetic / real",
        "",
        "Synthetic: whole heads of other random seeds than training and thresholds. Dice and volumes per scan; median (quartiles; number). "
        "Shares with 95 % intervals. Real: never trained on; the GE scan was looked at while the generator was changed, so that it is no independent test.",
        "",
        "| | synthetic | real |",
        "| --- | --- | --- |",
        f"| scans or slices | {f['scans']['testBleeding']} scans with, {f['scans']['test'] - f['scans']['testBleeding']} without hemorrhage | "
        "18 slices with masks (ct-ich: trauma, few patients), 12 slices without (cpaisd), 1 scan without (GE) |",
        f"| Dice, any blood | {middle(s['anyBlood']['dice_from0.5ml'])} from 0.5 mL; {middle(s['anyBlood']['dice_from5ml'])} from 5 mL | "
        + (f"{middle(ich['dice'])} per slice; pooled {ich['pooledDice']:.2f} |" if ich else "not measured |"),
        *(
            f"| Dice, {name} | {middle(s['classes'][name]['dice_from0.5ml'])} from 0.5 mL; {middle(s['classes'][name]['dice_from5ml'])} from 5 mL "
            "| masks have no classes |"
            for name in CLASSES[1:]
        ),
        f"| volume, any blood: bias (limits of agreement) | {limits_of(s['anyBlood']['volume'])} | "
        + (f"{limits_of(ich['volumePerSliceMl'])} per slice |" if ich else "not measured |"),
        *(f"| volume, {name} | {limits_of(s['classes'][name]['volume'])} | |" for name in CLASSES[1:]),
        f"| relative error of volume from 5 mL | {middle(s['anyBlood']['relativeError'])} | |",
        *(f"| scans found, {name} in all | {percent(w)} | |" for name, w in s["scans"].items()),
        f"| slices found | | {percent(ich['found']) if ich else 'not measured'} |",
        *_even_odds(real),
        *(f"| parts found, {name} | {percent(w)} | |" for name, w in s["lesions"]["bySize"].items()),
        f"| false alarms | {percent(s['negatives']['falseAlarms'])} of scans | "
        + "; ".join(f"{name} {percent(real[key]['falseAlarms'])}" for key, name in (("cpaisd", "cpaisd slices"), ("geHeadCt", "GE scan")) if key in real)
        + " |",
        f"| false-positive volume without hemorrhage | {_volumes(s['negatives']['volumesMl'])} | "
        + "; ".join(f"{name} {_volumes([v for v in real[key]['falsePositiveMl'] if v > 0])}" for key, name in (("cpaisd", "cpaisd"), ("geHeadCt", "GE")) if key in real)
        + " |",
        f"| false-positive volume beside true blood | {middle(s['falsePositiveMlInPositives'])} mL | |",
        "",
        "Found by class (parts from 1 mL), place and kind (from 0.5 mL), synthetic:",
        "",
        "| | found |",
        "| --- | --- |",
        *(f"| {name} | {percent(w)} |" for group in ("byClassFrom1ml", "byPlaceFrom0.5ml", "byKindFrom0.5ml") for name, w in s["lesions"][group].items()),
        "",
        *_real_slices(ich),
        *beside_blast_ct(),
        *_time(f),
        "## Limits",
        "",
        *(f"- {text}" for text in limits),
        "- Synthetic figures flatter: test images share the generator's assumptions with training.",
        "- The real slices come from few patients with small traumatic bleeding; their pixel size is estimated from the width of the head.",
        "",
    ]
    return "\n".join(lines)


def _even_odds(real: dict) -> list[str]:
    """What the network sees in real slices before the thresholds of the product, which keep false alarms low, take it away."""
    if "ctIchEvenOdds" not in real:
        return []
    ich, without = real["ctIchEvenOdds"], real.get("cpaisdEvenOdds")
    false = "" if without is None else f"; cpaisd: something in {percent(without['falseAlarms'])}, median {_median(without['falsePositiveMl']):.2f} mL"
    return [
        f"| at even odds, any size | | ct-ich: Dice {middle(ich['dice'])}, from 0.5 mL {middle(ich['diceFrom0.5ml'])}; pooled {ich['pooledDice']:.2f}; "
        f"found {percent(ich['found'])}{false} |"
    ]


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _volumes(values: list[float]) -> str:
    return "none" if not values else ", ".join(f"{v:g}" for v in sorted(values, reverse=True)[:8]) + " mL"


def _how(f: dict, t: dict) -> list[str]:
    return [
        "## What it does",
        "",
        "| | |",
        "| --- | --- |",
        "| input | HU, three neighboring slices of 4 to 6 mm (thinner ones averaged to 5 mm), pixels of 1.2 mm, rows from front to back, columns from right to left; missing neighbors are the slice itself; the graph moves each slice so that its brain lies at 31 HU |",
        f"| output | for each pixel the probability of {', '.join(CLASSES)} |",
        f"| blood | the four classes of blood together reach {t['blood']:g}; parts of touching voxels of at least {t['smallest_ml']:g} mL are looked at a second time and kept when their probability of being blood reaches {t['part']:g}; mean of four passes (mirrored or not, contrast up to 10 % more or less) |",
        f"| second look | log odds that a part is blood: {_second_look(t['second_look'])} |",
        "| detection floor | "
        + (
            "none: no volume was found in 95 % of synthetic scans, so that 'not seen' always means unknown |"
            if f["detectionFloorMl"] is None
            else f"{f['detectionFloorMl']:g} mL: smaller parts are found in less than 95 % of synthetic scans |"
        ),
        "| training | images made while training (`models/training/stroke_imaging`): an averaged stroke-age head (Rorden 2012) is scaled, bent and tilted, its tissues drawn anew; hematomas of deep, lobar, brainstem and cerebellar places (acute, hyperacute, subacute, with swirl, black hole or fluid level), blood in ventricles, subdural, epidural and subarachnoid space, edema; calcification, infarcts, dense vessels, contrast, operations and others without label; thick slices, blur, hardening, streaks, metal, motion, noise, 8-bit windows |",
        "| label | blood at least 6 HU brighter than what it lies in (in sulci: than brain); darker parts within a clot belong to it; never where bone makes a voxel brighter than 110 HU |",
        "| published networks | none with weights under an open licence was found as a package; blast-ct (2.1.0) ships none, a site can convert and install them (`models/README.md`) |",
        "",
    ]


def _second_look(look: dict) -> str:
    meant = ("log odds of its mean probability", "logarithm of its mL", "logarithm of its slices")
    return f"{look['intercept']:.2f} " + " ".join(
        f"{weight:+.2f} x ({name} - {mean:.2f})".replace("- -", "+ ") for weight, name, mean in zip(look["weights"], meant, look["means"])
    )


def _targets(f: dict) -> list[str]:
    s, ich = f["synthetic"], f["real"].get("ctIch")
    found = s["scans"]["5 mL and more"]
    alarms = s["negatives"]["falseAlarms"]
    median = s["anyBlood"]["dice_from0.5ml"]["median"]
    real = ich["dice"]["median"] if ich else None
    seconds = f["time"]["twoThreads"]["seconds"]
    return [
        f"| at least 95 % of scans with 5 mL and more found | {percent(found)}, synthetic | {reached(found.get('share'), TARGETS['sensitivityFrom5ml'])} |",
        f"| false alarms on at most 5 % of scans without | {percent(alarms)}, synthetic | {reached(alarms.get('share'), TARGETS['falseAlarms'], True)} |",
        f"| median Dice 0.80, synthetic | {median:.2f} | {reached(median, TARGETS['diceSynthetic'])} |",
        f"| median Dice 0.70, real slices | {'not measured' if real is None else f'{real:.2f}'} | {reached(real, TARGETS['diceReal'])} |",
        f"| within 60 s on two cores | {seconds:.1f} s for the graph | {reached(seconds, TARGETS['seconds'], True)} |",
    ]


def _real_slices(ich: dict | None) -> list[str]:
    if not ich:
        return []
    return [
        "Each real slice with a mask. A part has no height in a single picture: its volume and slices are those of a ball with its area in its middle.",
        "",
        "| slice | marked, mL | called, mL | Dice |",
        "| --- | --- | --- | --- |",
        *(f"| {s['name']} | {s['markedMl']:.2f} | {s['calledMl']:.2f} | {s['dice']:.2f} |" for s in ich["slices"]),
        "",
    ]


def _time(f: dict) -> list[str]:
    time = f["time"]
    one, two = time["oneThread"], time["twoThreads"]
    return [
        "## Time and memory",
        "",
        f"{time['slices']} slices of {time['rows']} x {time['columns']} through onnxruntime on a shared Intel Xeon: one thread {one['seconds']:.1f} s "
        f"({one['processorSeconds']:.1f} s of processor), two threads {two['seconds']:.1f} s; {max(one['memoryMb'], two['memoryMb'])} MB added. "
        f"Training: {TRAINING}; evaluation about 25 minutes of one core.",
        "",
    ]
