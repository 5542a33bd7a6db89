"""What every model card of a model of the modified Rankin Scale says, whatever the horizon and the table."""

from __future__ import annotations

import numpy as np

from .conformal import sets_of
from .judge import written
from .metrics import calibration_line
from .mrs_training import Trained

def algorithm(trained: Trained) -> str:
    severity = [*(["a higher NIHSS"] if "nihss" in trained.variant.inputs else [])]
    if trained.variant.uses_lesion:
        severity += ["a larger lesion", "more of a territory", "more of the motor tract"]
    worse = ", ".join(["older age", *severity[:-1]]) + f" and {severity[-1]}"
    return (
        f"proportional-odds model (penalized maximum likelihood) of transformed columns; coefficients constrained so that {worse} "
        "never lower the predicted grade; shape of the effect of age taken from 19,285 patients of the International Stroke "
        "Trial (doi:10.7488/ds/104, ODC-By), its size learned here"
    )


def coverage_by_grade(trained: Trained) -> list[float]:
    """Share of the subjects of each grade whose conformal set holds it, out of fold."""
    sets, y = trained.conformal, trained.subjects.outcome
    member = np.stack([sets_of(str(sets["method"]), p, float(str(sets["threshold"]))) for p in trained.predictions])
    return [float(member[:, y == grade, grade].mean()) for grade in range(7)]


def slopes(trained: Trained) -> list[float]:
    """Calibration slope of mRS >= 1 … >= 6, mean of the repeats."""
    y = trained.subjects.outcome
    return [
        float(np.mean([calibration_line(y >= cut, p[:, cut:].sum(1))[0] for p in trained.predictions])) for cut in range(1, 7)
    ]


def common_limits(trained: Trained) -> list[str]:
    """What the sets, the intervals and the proportional odds do not promise."""
    by_grade = ", ".join(f"grade {g} {share:.2f}" for g, share in enumerate(coverage_by_grade(trained)))
    by_cut = ", ".join(f">= {cut} {slope:.2f}" for cut, slope in enumerate(slopes(trained), 1))
    return [
        f"The 90 % set of grades holds the truth in nine of ten patients on average, not for each grade: {by_grade}. It was "
        "measured with every input known; where an input is averaged the share is not known.",
        "The 95 % interval is the uncertainty of the coefficients with the penalty and the columns held fixed: not the spread of "
        "patients, and not the change to another hospital.",
        f"Calibration slope by grade (mRS {by_cut}): below 1 too extreme, above 1 too timid. One set of coefficients serves all grades.",
    ]


def subgroup_line(trained: Trained, attribute: str) -> str:
    lines = [
        f"{s['level']} {s['auroc']:.2f} ({s['low']:.2f} to {s['high']:.2f}), n = {s['subjects']}"
        for s in trained.subgroups
        if s["attribute"] == attribute
    ]
    return "; ".join(lines) or "not known: not in the table"


def validity(trained: Trained) -> str:
    f = trained.figures
    return (
        f"AUROC {written(f['auroc'])} for mRS 3 to 6, {written(f['aurocWorst'])} for death; calibration slope "
        f"{written(f['slope'], 2)}; Brier {written(f['brier'])}; C-index {written(f['cIndex'])}; quadratic kappa {written(f['kappa'], 2)}"
    )


def fairness(trained: Trained) -> str:
    rates = "; ".join(
        f"{s['level']} {s['truePositiveRate']:.2f}" for s in trained.subgroups if s["attribute"] in ("sex", "race")
    )
    return f"True-positive rate at 50 %: {rates}. AUROC by sex: {subgroup_line(trained, 'sex')}. By race: {subgroup_line(trained, 'race')}. By age: {subgroup_line(trained, 'age')}."


def input_words(trained: Trained) -> str:
    words = {"age": "age", "nihss": "NIHSS on admission"}
    clinical = [words[n] for n in trained.variant.clinical_inputs]
    return ", ".join([*clinical, *(["features of the lesion mask"] if trained.variant.uses_lesion else [])])


def _choice_of_predictors(trained: Trained) -> str:
    lesion = "; lesion volume, arterial territories and the corticospinal course by anatomy" if trained.variant.uses_lesion else ""
    return (
        f"{'Age and NIHSS' if 'nihss' in trained.variant.inputs else 'Age'} by established knowledge{lesion}. In the development "
        "data sex, prior lesion and body mass index were tried and added nothing; which columns and transformations are used was "
        "decided there by cross-validation."
    )


def common_attributes(trained: Trained, outcome: str) -> dict[int, str]:
    """Items 1-8, 12, 15, 16, 21, 22, 25-31. The others depend on the table."""
    return {
        1: "The maintainers of this open project; contact: its issue tracker.",
        2: "No outside funding is recorded.",
        3: f"Probability of each grade 0 to 6 of {outcome}; headline: probability of grade 3 to 6, with a 95 % interval, a 90 % set of grades, contributions of each group, and a distance from the training population.",
        4: "Prediction (probabilities).",
        5: f"To inform the conversation about what to expect after an acute ischemic stroke: {outcome}.",
        6: "Adults with an acute ischemic stroke, admitted to hospital.",
        7: "Physicians who treat stroke.",
        8: "Informs only. It recommends no treatment, excludes none, and must not be used to limit care.",
        12: f"Inputs: {input_words(trained)}. Age is an input; sex, race and ethnicity, language and social determinants are not.",
        15: "Sex and race were left out as inputs and the performance measured by sex, age and race. No constraint on fairness was imposed.",
        16: "Groups of records that may be one person are never split over folds; no flag of a missing value is an input, because missing values go with a better outcome; the sign of each effect is fixed in advance.",
        21: validity(trained) + ". Nested cross-validation, not an independent sample.",
        22: fairness(trained),
        25: "None: no study of its use or effect has been done.",
        26: "By the site: the service stores each prediction; compare with observed outcomes every 100 patients or yearly (calibration in the large, slope, AUROC).",
        27: "Not known before the site has measured it.",
        28: "By the site: with the same table, by sex, age and race.",
        29: "Not known before the site has measured it.",
        30: "No fixed schedule; a new version is trained by the same command when inputs, data or a found fault require it. A site recalibrates the thresholds or trains its own model.",
        31: "The model is set to 'off' in the configuration (no restart of other parts is needed to do without it), the fault is recorded in the issue tracker, and a new version replaces it.",
    }


def common_tripod(trained: Trained, outcome: str) -> dict[str, str]:
    """Items that are the same for every table."""
    y = trained.subjects.outcome
    n, events = len(y), int((y >= 3).sum())
    parameters = len(trained.variant.columns) + 1
    zero = [s for s in trained.subgroups if s["attribute"] == "NIHSS" and s["level"] == "0"]
    zero_text = (
        f"An entered NIHSS of 0 is taken as 0; here {zero[0]['subjects']} subjects had 0, AUROC {zero[0]['auroc']:.2f}, predicted minus observed {zero[0]['calibrationInTheLarge']:+.2f}. "
        if zero
        else ""
    )
    return {
        "1": f"Development and internal validation of a model of {outcome} after acute ischemic stroke.",
        "2": f"{n} subjects, {events} with mRS 3 to 6; {input_words(trained)}; proportional odds; {validity(trained)}.",
        "3a": "Relatives and teams ask what to expect; lesion size and place add to age and NIHSS.",
        "3b": "Adults with acute ischemic stroke in hospital; read by physicians in the record, beside published scores.",
        "3c": "Outcome after stroke differs by race and income through access to care and rehabilitation; the model cannot tell this from biology and must not justify less care.",
        "4": f"To predict the distribution of {outcome}, calibrated and explainable exactly.",
        "9a": _choice_of_predictors(trained),
        "9b": "Lesion features are computed by the product's own code from a mask in MNI space (`stroke-cds features`), the same code as at run time; definitions in its table of lesion features.",
        "10": f"All available subjects; {events} events for {parameters} free effects plus 6 thresholds.",
        "11": "Subjects without outcome or a needed input are left out; at run time a variant without the unknown input answers, or the unknown input is averaged over the reference population. Nothing is filled in silently.",
        "12a": "All subjects in 5 × 5 nested group-safe cross-validation; the final model is fitted to all of them.",
        "12b": "Fixed transformations, stated in 'The whole model'; a large value is not cut. " + zero_text,
        "12c": f"{algorithm(trained)}. Tuned in inner folds: the ridge penalty (chosen for the final fit: {trained.ridges[-1]:g}).",
        "12e": "Mean of the repeats, each from the pooled out-of-fold predictions: AUROC, Brier score, calibration slope, calibration in the large, ICI, C-index, quadratic kappa of the rounded mean grade, ranked probability score; intervals by resampling groups of these predictions, without refitting.",
        "12f": "None.",
        "12g": "By the formula in 'The whole model'; the ONNX graph and the service's own computation are compared at start.",
        "13": "No resampling or weighting; grades keep their frequencies.",
        "14": fairness(trained),
        "15": "A probability for each grade. No threshold is proposed.",
        "16": "Not applicable: no separate evaluation data.",
        "18a": "No outside funding is recorded.",
        "18b": "None is recorded.",
        "18c": "No protocol was published before.",
        "18d": "Not registered.",
        "18f": "The training code is in models/training, under the licence of the product.",
        "19": "None.",
        "20a": "See 'Participants'.",
        "20b": "See 'Participants'.",
        "20c": "Not applicable: no separate evaluation data.",
        "21": f"{n} subjects, {events} with mRS 3 to 6, {int((y == 6).sum())} deaths.",
        "22": "See 'The whole model'.",
        "23a": "See 'Performance' and 'Subgroups'.",
        "24": "No updating was done.",
        "27a": "Unknown inputs: see item 11. Inputs beyond the range of training are named; beyond the 99th percentile of distance no number is shown.",
        "27b": "None beyond entering age and NIHSS; a lesion mask comes from segmentation that somebody has checked.",
    }
