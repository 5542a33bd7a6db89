"""The fit and the exact explanation of additive models."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from stroke_training.additive import Penalty, Shape, fit_additive
from stroke_training.columns import Column, design, inputs_of

CLASSES = [f"mrs-{g}" for g in range(5)]
COLUMNS = [
    Column("age", "age", "identity", (), 1),
    Column("nihss", "nihss", "log10-plus", (2.0,), 1),
    Column("volume", "size", "power", (0.5,)),
    Column("volume", "size", "hinge-above", (30.0,)),
]


def cohort(n: int = 3000, seed: int = 1):
    rng = np.random.default_rng(seed)
    raw = np.column_stack([rng.uniform(40, 90, n), rng.integers(0, 30, n), rng.gamma(1, 20, n)])
    linear = 0.04 * raw[:, 0] + 1.5 * np.log10(raw[:, 1] + 2) + 0.1 * np.sqrt(raw[:, 2])
    thresholds = np.array([-3.0, -4.0, -5.0, -6.5])
    # one uniform per subject keeps the events P(Y >= k) nested
    u = rng.uniform(size=n)
    y = (u[:, None] < expit(linear[:, None] + thresholds)).sum(1)
    return raw, y, thresholds


def test_proportional_odds_recovers_the_equation_it_was_drawn_from():
    raw, y, thresholds = cohort(20000)
    model = fit_additive(raw, y, COLUMNS[:3], CLASSES, penalty=Penalty(0.0))
    assert model.coefficients[:, 0] == pytest.approx([0.04, 1.5, 0.1], rel=0.1)
    assert model.intercepts == pytest.approx(thresholds, abs=0.25)
    assert np.all(np.diff(model.intercepts) < 0)


@pytest.mark.parametrize("link", ["cumulative-logit", "softmax"])
def test_probabilities_sum_to_one_and_match_the_shares_of_the_grades(link):
    raw, y, _ = cohort()
    p = fit_additive(raw, y, COLUMNS, CLASSES, link, Penalty(0.01)).probabilities(raw)
    assert p.sum(1) == pytest.approx(np.ones(len(y)))
    assert p.mean(0) == pytest.approx(np.bincount(y) / len(y), abs=0.02)


def test_logit_link_is_ridge_logistic_regression():
    raw, y, _ = cohort()
    poor = (y >= 3).astype(int)
    model = fit_additive(raw, poor, [c for c in COLUMNS], ["no", "yes"], "logit", Penalty(0.02))
    z = design(raw, inputs_of(COLUMNS), COLUMNS)
    z = (z - z.mean(0)) / z.std(0)
    other = LogisticRegression(C=1 / (0.02 * len(y)), tol=1e-10, max_iter=5000).fit(z, poor)
    assert model.probabilities(raw) == pytest.approx(other.predict_proba(z), abs=1e-4)


def test_a_sign_constraint_holds_against_the_data():
    raw, y, _ = cohort()
    against = [Column("age", "age", "identity", (), -1), *COLUMNS[1:]]
    assert fit_additive(raw, y, against, CLASSES).coefficients[0, 0] == 0


def test_lasso_removes_a_column_that_says_nothing():
    raw, y, _ = cohort()
    noise = np.random.default_rng(2).normal(size=(len(y), 1))
    columns = [*COLUMNS[:3], Column("noise", "noise")]
    model = fit_additive(np.hstack([raw, noise]), y, columns, CLASSES, penalty=Penalty(0.001, lasso=0.02))
    assert model.coefficients[3, 0] == pytest.approx(0, abs=1e-6)
    assert model.coefficients[0, 0] > 0


def test_contributions_and_reference_add_up_to_the_predictor_exactly():
    raw, y, _ = cohort()
    model = fit_additive(raw, y, COLUMNS, CLASSES)
    parts = model.contributions(raw)
    assert set(parts) == {"age", "nihss", "size"}
    total = sum(parts.values()) + (model.means @ model.coefficients)
    assert np.abs(total - model.linear(raw)).max() < 1e-9
    assert np.abs(np.mean(parts["age"])) < 1e-9


def test_a_borrowed_shape_keeps_its_proportions():
    raw, y, _ = cohort()
    shape = Shape((Column("age", "age"), Column("age", "age", "hinge-above", (70.0,))), (0.02, 0.05))
    model = fit_additive(raw, y, COLUMNS[1:], CLASSES, shapes=(shape,))
    own = [i for i, c in enumerate(model.columns) if c.input == "age"]
    a, b = model.coefficients[own, 0]
    assert a > 0 and b / a == pytest.approx(2.5)
    order = [["age", "nihss", "volume"].index(n) for n in model.inputs]
    assert order == [1, 2, 0]


def test_a_class_without_subjects_is_refused():
    raw, y, _ = cohort(200)
    with pytest.raises(ValueError, match="every class"):
        fit_additive(raw, np.minimum(y, 3), COLUMNS, CLASSES)
