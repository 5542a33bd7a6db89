"""Other kinds of model on the same folds: what the additive model is weighed against.

    python -m stroke_training.toast.comparison --data soop/ --features features.csv --out models/training/toast-comparison.json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from ..columns import Array
from ..folds import group_folds, out_of_fold
from .cohort import Cohort, load_cohort
from .columns import VARIANTS
from .figures import discrimination, with_intervals
from .procedure import both_losses, nested

SEED = 20240502
INNER_FOLDS = 3
DRAWS = 200
CLINICAL = ("age", "male", "nihss")
Maker = Callable[[], object]


def squeezed(raw: Array) -> Array:
    """Volumes, lengths and counts are skewed; the signed logarithm keeps zero at zero."""
    return np.sign(raw) * np.log1p(np.abs(raw))


def scaled(estimator: object) -> object:
    return make_pipeline(FunctionTransformer(squeezed), StandardScaler(), estimator)


def forest(leaf: int, share: float) -> Maker:
    return lambda: RandomForestClassifier(300, min_samples_leaf=leaf, max_features=share, random_state=SEED, n_jobs=1)


def boosting(rounds: int) -> Maker:
    return lambda: HistGradientBoostingClassifier(
        max_iter=rounds, learning_rate=0.05, max_leaf_nodes=4, l2_regularization=10.0, random_state=SEED
    )


def elastic_net(c: float) -> Maker:
    return lambda: scaled(LogisticRegression(C=c, l1_ratio=0.5, solver="saga", max_iter=300, tol=1e-2, random_state=SEED))


def vector_machine(c: float, gamma: float) -> Maker:
    return lambda: scaled(SVC(C=c, gamma=gamma, probability=True, random_state=SEED))


def network(alpha: float) -> Maker:
    return lambda: scaled(MLPClassifier((16,), alpha=alpha, learning_rate_init=0.003, max_iter=80, random_state=SEED))


CANDIDATES: dict[str, Sequence[Maker]] = {
    "random forest, all features": [forest(5, 0.1), forest(5, 0.3)],
    "gradient boosting, all features": [boosting(40), boosting(80)],
    "multinomial elastic net, all features": [elastic_net(0.02), elastic_net(0.05)],
    "support vector machine, all features": [vector_machine(1.0, 0.0005), vector_machine(1.0, 0.002)],
    "neural network (16 units), all features": [network(3.0), network(30.0)],
}


def wide(cohort: Cohort) -> Array:
    """Age, sex, NIHSS and every lesion feature."""
    frame = cohort.frame.assign(male=(cohort.frame.sex == "men").astype(float))
    skip = {"participant_id", "group", "toast", "field_T", "prior_stroke", "bmi", "age_capped", *CLINICAL}
    numeric = [c for c in frame.select_dtypes("number") if c not in skip and not c.startswith("fold_rep") and frame[c].notna().all()]
    return frame[[*CLINICAL, *numeric]].to_numpy(float)


def nested_any(makers: Sequence[Maker], x: Array, cohort: Cohort) -> Array:
    """The candidate is chosen in inner folds of each training part."""
    y, groups = cohort.y, cohort.groups

    def predictor(train: Array, test: Array) -> Array:
        losses = np.zeros(len(makers))
        for inner, held in group_folds(y[train], groups[train], INNER_FOLDS, SEED):
            at, out = train[inner], train[held]
            losses += [both_losses(make().fit(x[at], y[at]).predict_proba(x[out]), y[out]) for make in makers]
        return makers[int(np.argmin(losses))]().fit(x[train], y[train]).predict_proba(x[test])

    return out_of_fold(cohort.repeats(), groups, 5, predictor)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compares kinds of model for the TOAST class.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    cohort = load_cohort(options.data, options.features).with_lesion()
    y, groups, x = cohort.y, cohort.groups, wide(cohort)
    variant = VARIANTS[0]
    predictions = {"additive softmax (this model)": nested(variant, cohort.raw(variant.inputs), y, groups, cohort.repeats(), SEED)[0]}
    for name, makers in CANDIDATES.items():
        predictions[name] = nested_any(makers, x, cohort)
        print(name, flush=True)
    found = {name: with_intervals(y, p, groups, discrimination, DRAWS, SEED) for name, p in predictions.items()}
    content = {"subjects": len(y), "features": x.shape[1], "models": found}
    options.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
