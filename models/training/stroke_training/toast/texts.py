"""Words of the TOAST model cards: limits, source attributes, TRIPOD+AI. Every figure comes from the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..mrs_tables import FORMULAS as MRS_FORMULAS
from .columns import CLASS_WORDS, Variant

Report = Mapping[str, object]
FORMULAS = {**MRS_FORMULAS, "hinge-below": "max(0, {0:g} - x)"}
SOURCE = (
    "Stroke Outcome Optimization Project (SOOP): Absher et al., Sci Data 2024;11:839, doi:10.1038/s41597-024-03667-5; "
    "OpenNeuro ds004889 v1.1.2 (CC0); lesion masks: github.com/neurolabusc/StrokeOutcomeOptimizationProjectDemo (BSD-2-Clause)"
)
COMMAND = "python -m stroke_training.toast --data soop/ --features features.csv --out models/ --comparison toast-comparison.json"
OUTCOME = "the TOAST class recorded by the treating hospital"
INTENDED = "which cause the pattern of the lesion is compatible with"


def written(figure: Sequence[float], digits: int = 3) -> str:
    """'0.774 (0.738 to 0.809)'."""
    value, low, high = (f"{v:.{digits}f}" for v in figure)
    return f"{value} ({low} to {high})"


def _validity(report: Report) -> str:
    d = report["discrimination"]
    return (
        f"Macro AUROC {written(d['macroAurocFour'])} among the four causes and {written(d['macroAurocFive'])} over all five "
        f"classes; small-vessel disease {written(d['aurocFour3'])}, cryptogenic {written(d['auroc5'])}"
    )


def _subgroup(report: Report, attribute: str) -> str:
    def one(s: Mapping[str, object]) -> str:
        figure = "too few" if s["auroc"] is None else written((s["auroc"], s["low"], s["high"]), 2)
        return f"{s['level']} {figure}, n = {s['events']}"

    return "; ".join(one(s) for s in report["subgroups"] if s["attribute"] == attribute)


def fairness(report: Report) -> str:
    return (
        f"Macro AUROC among the four causes by sex: {_subgroup(report, 'sex')}. By race: {_subgroup(report, 'race')}. "
        f"By age: {_subgroup(report, 'age')}. Intervals are wide; the smallest classes hold few subjects of each subgroup."
    )


def _told_apart(report: Report) -> str:
    told = report["toldApart"]
    if "firstRight" not in told:
        return "It names no cause: without a lesion the order of the causes is little more than their frequency."
    return (
        f"The two most probable causes are told apart only from a difference of {told['threshold']:.2f} on (of the probabilities "
        f"among the four causes); that holds for {told['namedShare']:.0%} of patients, and the first was then right in "
        f"{told['firstRight']:.0%} of those with a known cause."
    )


def _coverage(report: Report) -> str:
    shares = report["conformal"]["byClass"].values()
    return ", ".join(f"{word} {share:.2f}" for word, share in zip(CLASS_WORDS, shares, strict=True))


def limits(report: Report, variant: Variant) -> list[str]:
    d = report["discrimination"]
    lines = [
        "It says which cause the lesion is compatible with, not what the cause is. No ECG, no rhythm, no vessel image and no heart image were in the data: any such finding outweighs it, and it never overrides a rule.",
        f"'Cryptogenic' is {report['classes']['toast-5'] / report['subjects']:.0%} of the training subjects and cannot be predicted (AUROC {written(d['auroc5'])}): its probability is about how often no cause was found in that hospital, not a pattern.",
        f"'Other determined cause' mixes dissection, coagulopathy and more ({report['classes']['toast-4']} subjects): it is told mainly by a young age.",
        _told_apart(report),
        "TOAST classes were taken as recorded: by whom and after which investigations is not stated, and agreement between raters of TOAST is moderate.",
        "The doctors who recorded the class had seen the image: a small deep lesion is part of the definition of small-vessel disease, so part of its AUROC is the definition itself.",
        "One hospital network in South Carolina, USA; no external test. The mix of causes differs elsewhere, above all in Asia (more intracranial atherosclerosis and small-vessel disease): the probabilities must be recalibrated there.",
        "Only acute ischemic stroke: never for hemorrhage, TIA or mimics. Age above 89 was stored as 89. Nobody below 18.",
        f"The 90 % set of classes holds the truth in nine of ten patients on average, not for each class: {_coverage(report)}.",
        "The 95 % interval is the uncertainty of the coefficients with the penalty and the columns held fixed: not the spread of patients, and not the change to another hospital.",
        f"'Cryptogenic' is predicted more extremely than it is observed (slope {written(report['calibration']['slope5'], 2)}): its differences between patients are mostly noise.",
        "The columns were chosen on these data by cross-validation, on top of published knowledge: the figures are slightly too good. What was tuned inside the folds is the penalty.",
    ]
    if variant.uses_lesion:
        lines.append(
            "Masks hold acute and chronic lesion where a chronic one exists, and are cut below z = -50 mm; sizes are those of template (MNI) space, larger than native ones."
        )
    else:
        lines.append(
            "Without the lesion this is weak: hardly better than the shares of the causes by age. It answers only where no lesion mask exists."
        )
    return lines


def _inputs(variant: Variant) -> str:
    words = {"age": "age", "nihss": "NIHSS on admission"}
    clinical = [words[n] for n in variant.inputs if n in words]
    return ", ".join([*clinical, *(["features of the lesion mask"] if variant.uses_lesion else [])])


def attributes(report: Report, variant: Variant) -> dict[int, str]:
    return {
        1: "The maintainers of this open project; contact: its issue tracker.",
        2: "No outside funding is recorded.",
        3: f"Probability of each of five TOAST classes ({', '.join(CLASS_WORDS)}), a 95 % interval of the most probable one, a 90 % set of classes, contributions of each group, and a distance from the training population.",
        4: "Prediction (probabilities).",
        5: f"To say {INTENDED}, beside the rules of TOAST, CCS and CISS, while the investigations are not complete.",
        6: "Adults with an acute ischemic stroke, admitted to hospital.",
        7: "Physicians who treat stroke.",
        8: "Informs only: it may order the thoughts about the next investigation. It never replaces one, never sets or changes a class, and selects no treatment (no anticoagulation without a finding).",
        9: "Not for children, hemorrhage, TIA or mimics; not for the choice of antithrombotic treatment; not as a reason to leave out an investigation.",
        10: " ".join(limits(report, variant)),
        11: "Included: subjects of the development part of SOOP with a TOAST class, age and NIHSS"
        + (", and a lesion mask." if variant.uses_lesion else ".")
        + " Excluded: no class recorded.",
        12: f"Inputs: {_inputs(variant)}. Age is an input; sex, race and ethnicity, language and social determinants are not.",
        13: "About half women, a quarter Black and three quarters White (others not coded): see 'Participants'. Other groups are not represented.",
        14: "Admitted patients of a comprehensive stroke center who had an MRI: not the ones too ill for it, and not those sent home.",
        15: "Sex and race were left out as inputs; sex improved nothing among the four causes. Performance was measured by sex, age and race. No constraint on fairness was imposed.",
        16: "Groups of records that may be one person are never split over folds; no flag of a missing value is an input; prior stroke (an imaging finding in these data) and body mass index are left out.",
        17: "None.",
        18: "Nobody.",
        19: "Not applicable: no external test.",
        20: "Not applicable: no external test.",
        21: _validity(report) + ". Nested cross-validation, not an independent sample.",
        22: fairness(report),
        23: "Not known.",
        24: "Not known.",
        25: "None: no study of its use or effect has been done.",
        26: "By the site: the service stores each prediction; compare with the class at discharge every 100 patients or yearly (calibration of each class, AUROC).",
        27: "Not known before the site has measured it.",
        28: "By the site: with the same table, by sex, age and race.",
        29: "Not known before the site has measured it.",
        30: "No fixed schedule; a new version is trained by the same command when inputs, data or a found fault require it.",
        31: "The model is set to 'off' in the configuration, the fault is recorded in the issue tracker, and a new version replaces it.",
    }


def tripod(report: Report, variant: Variant) -> dict[str, str]:
    n, classes = report["subjects"], report["classes"]
    sizes = ", ".join(f"{w} {classes[f'toast-{k + 1}']}" for k, w in enumerate(CLASS_WORDS))
    final = report["finalPenalty"]
    return {
        "1": "Development and internal validation of a model of the TOAST class after acute ischemic stroke.",
        "2": f"{n} subjects ({sizes}); {_inputs(variant)}; softmax regression; {_validity(report)}.",
        "3a": "The cause decides secondary prevention but is open on the first evening; size, number, depth and place of the lesion carry part of it.",
        "3b": "Adults with acute ischemic stroke in hospital; read by physicians in the record, beside the rules.",
        "3c": "How far a stroke is investigated differs by age, sex, race and income, and with it how often the class is 'cryptogenic'.",
        "4": f"To say {INTENDED}, calibrated and explainable exactly.",
        "5a": SOURCE + "; only the subjects released for development here.",
        "5b": "Not stated by the source at the level of subjects.",
        "6a": "One comprehensive stroke center network, South Carolina, USA; 98 % Philips scanners.",
        "6b": "Acute ischemic stroke with MRI; TOAST class, age and NIHSS recorded.",
        "6c": "Not recorded (thrombolysis and thrombectomy unknown).",
        "7": "'89+' read as 89; 'n/a' is missing; near-identical lesions or persons share a group that is never split.",
        "8a": OUTCOME + ": 1 large-artery atherosclerosis, 2 cardioembolism, 3 small-vessel disease, 4 other determined, 5 cryptogenic.",
        "8b": "Not stated by the source (recorded in routine care).",
        "8c": "Not blinded: the class was given with knowledge of age, NIHSS and imaging.",
        "9a": "Published knowledge: age (young: other causes; old: heart) and severity."
        if not variant.uses_lesion
        else "Published knowledge: age, small deep single lesions (small vessel), scattered and cortical lesions (artery, heart), territories. Sex, side, shape, border zone, periventricular share and lacune flags were tried and added nothing among the four causes.",
        "9b": "Age in years; NIHSS on admission as recorded."
        if not variant.uses_lesion
        else "Lesion features are computed by the product's own code from a mask in MNI space (`stroke-cds features`), the same code as at run time.",
        "9c": "Not stated by the source. NIHSS of 0 is in part 'not scored'.",
        "10": f"All available subjects; the smallest class has {min(classes.values())} for {len(variant.columns)} columns, hence a strong penalty.",
        "11": "Subjects without a class, age or NIHSS are left out; at run time a variant without the unknown input answers, or the unknown input is averaged over the reference population. Nothing is filled in silently.",
        "12a": "All subjects in 5 × 5 nested group-safe cross-validation; the final model is fitted to all of them.",
        "12b": "Fixed transformations, stated in 'The whole model'; left and right together.",
        "12c": f"Softmax regression with ridge penalty on transformed columns (an additive model: Shapley values in closed form). Tuned in inner folds: the penalty, and how much more location is penalized (final fit: {final['ridge']:g}, location times {final['location']:g}; age a tenth). Loss: log loss of five classes plus that among the four causes.",
        "12d": "One network: not possible.",
        "12e": "One-against-rest AUROC, their mean, log loss against the shares of the classes, Brier score, calibration slopes, ICI; intervals by resampling groups.",
        "12f": "None.",
        "12g": "By the formula in 'The whole model'; the ONNX graph and the service's own computation are compared at start.",
        "13": "No resampling or weighting; classes keep their frequencies.",
        "14": fairness(report),
        "15": "A probability for each class, sum 1. 'Told apart' has a threshold measured out of fold, see 'Performance'.",
        "16": "Not applicable: no separate evaluation data.",
        "17": "Public, de-identified data under CC0; ethics as in the source publication.",
        "18a": "No outside funding is recorded.",
        "18b": "None is recorded.",
        "18c": "No protocol was published before.",
        "18d": "Not registered.",
        "18e": "Public: see item 5a.",
        "18f": "The training code is in models/training, under the licence of the product.",
        "19": "None.",
        "20a": "See 'Participants'.",
        "20b": "See 'Participants'.",
        "20c": "Not applicable: no separate evaluation data.",
        "21": f"{n} subjects: {sizes}.",
        "22": "See 'The whole model'.",
        "23a": "See 'Performance' and 'Subgroups'.",
        "23b": "By subgroup only.",
        "24": "No updating was done.",
        "25": f"{_validity(report)}. "
        + (
            "Small-vessel disease is told well, the others moderately, cryptogenic not at all."
            if variant.uses_lesion
            else "Only the young with another determined cause are told moderately; the rest is close to frequency."
        ),
        "26": " ".join(limits(report, variant)),
        "27a": "Unknown inputs: see item 11. Inputs beyond the range of training are named; beyond the 99th percentile of distance no number is shown.",
        "27b": "None beyond entering age and NIHSS; a lesion mask comes from segmentation that somebody has checked.",
        "27c": "External test; atrial fibrillation, vessel imaging and blood tests as inputs; classes from complete investigations.",
    }
