import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from stroke_training.metrics import (
    auroc,
    calibration_line,
    concordance,
    group_bootstrap,
    ici,
    interval,
    ordinal_metrics,
    quadratic_kappa,
    ranked_probability_score,
)

RNG = np.random.default_rng(5)


def test_auroc_counts_ties_half():
    assert auroc([0, 0, 1, 1], np.array([1, 2, 2, 3])) == pytest.approx(0.875)
    y, s = RNG.integers(0, 2, 300), np.round(RNG.normal(size=300), 1)
    assert auroc(y, s) == pytest.approx(roc_auc_score(y, s))
    assert np.isnan(auroc([1, 1], np.array([0.1, 0.2])))


def test_calibration_of_the_true_risk_is_perfect_and_of_a_timid_one_is_steep():
    eta = RNG.normal(size=20000) * 1.5
    y = RNG.uniform(size=20000) < expit(eta)
    slope, large = calibration_line(y, expit(eta))
    assert slope == pytest.approx(1, abs=0.06)
    assert large == pytest.approx(0, abs=0.06)
    assert calibration_line(y, expit(eta / 2))[0] == pytest.approx(2, abs=0.15)
    few = slice(0, 2000)
    assert ici(y[few], expit(eta[few])) < 0.03 < ici(y[few], expit(eta[few] - 1))


def test_kappa_and_concordance():
    grade, predicted = RNG.integers(0, 7, 400), RNG.integers(0, 7, 400)
    assert quadratic_kappa(grade, predicted, 7) == pytest.approx(cohen_kappa_score(grade, predicted, weights="quadratic"))
    assert concordance(np.array([0, 1, 2]), np.array([0.1, 0.3, 0.2])) == pytest.approx(2 / 3)
    poor = (grade >= 3).astype(int)
    assert concordance(poor, predicted) == pytest.approx(auroc(poor, predicted))


def test_ranked_probability_score_is_zero_for_certainty_and_grows_with_distance():
    sure = np.eye(7)
    assert ranked_probability_score(np.arange(7), sure) == 0
    assert ranked_probability_score([0], sure[[6]]) == 1
    assert ranked_probability_score([0], sure[[1]]) < ranked_probability_score([0], sure[[2]])


def test_groups_are_resampled_whole():
    groups = np.repeat(["a", "b", "c"], [1, 2, 3])

    def sizes(index):
        counts = np.bincount(index, minlength=6)
        return float(counts[1] == counts[2] and counts[3] == counts[4] == counts[5])

    assert group_bootstrap(groups, sizes, 50, 1).all()
    low, high = interval(np.array([*np.arange(101.0), np.nan]))
    assert (low, high) == pytest.approx((2.5, 97.5))


def test_all_ordinal_figures_are_there():
    y = RNG.integers(0, 7, 200)
    p = RNG.dirichlet(np.ones(7), 200)
    found = ordinal_metrics(y, p)
    assert set(found) == {"auroc", "brier", "slope", "intercept", "ici", "cIndex", "kappa", "rps", "aurocWorst"}
    assert all(np.isfinite(v) for v in found.values())
