import numpy as np
import pytest

from stroke_training.columns import Column
from stroke_training.folds import check_groups, group_folds, out_of_fold
from stroke_training.population import MOST_ROWS, SMALLEST_CELL, out_of_distribution, synthetic_rows

RNG = np.random.default_rng(6)


def test_no_group_is_ever_split():
    groups, y = RNG.integers(0, 60, 300), RNG.integers(0, 7, 300)
    splits = group_folds(y, groups, 5, 1)
    check_groups(splits, groups)
    assert sorted(np.concatenate([test for _, test in splits])) == list(range(300))
    with pytest.raises(ValueError, match="both sides"):
        check_groups([(np.arange(299), np.array([299]))], np.zeros(300))


def test_a_subject_without_prediction_is_an_error():
    with pytest.raises(ValueError, match="no test fold"):
        out_of_fold([[(np.array([1, 2]), np.array([0]))]], ["a", "b", "c"], 2, lambda train, test: np.full((len(test), 2), 0.5))


@pytest.mark.parametrize("n", [12, 153, 468, 1000])
def test_reference_rows_are_averages_of_several_and_nobodys_own(n):
    raw = np.column_stack([RNG.normal(60, 10, n), RNG.integers(0, 2, n)])
    rows, weights = synthetic_rows(raw, [False, True])
    assert len(rows) <= MOST_ROWS
    assert weights.sum() == pytest.approx(1)
    assert (weights * n >= SMALLEST_CELL - 1e-9).all()
    assert weights @ rows[:, 0] == pytest.approx(raw[:, 0].mean(), abs=0.01)
    assert not set(np.round(rows[:, 0], 4)) & set(np.round(raw[:, 0], 4))
    assert set(rows[:, 1]) <= {0.0, 1.0}


def test_reference_rows_of_a_skewed_input_average_to_what_the_subjects_do():
    # Coverage: most near nothing, few near everything. An average of raw values would overstate its square root.
    coverage = RNG.beta(0.2, 1.0, 480)[:, None]
    root = Column("c", "c", "power", (0.5,))
    volume = 10 ** RNG.normal(1, 1, 480)[:, None]
    logarithm = Column("v", "v", "log10-plus", (0.5,))
    rows, weights = synthetic_rows(np.hstack([coverage, volume]), [False, False], [root, logarithm])
    assert weights @ root.apply(rows[:, 0]) == pytest.approx(root.apply(coverage).mean(), abs=1e-3)
    assert weights @ logarithm.apply(rows[:, 1]) == pytest.approx(logarithm.apply(volume).mean(), abs=1e-3)
    assert (rows >= 0).all() and (rows[:, 0] <= 1).all()


def test_a_stranger_is_far_and_the_thresholds_hold_what_they_say():
    raw = RNG.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 800)
    columns = [Column("a", "a"), Column("b", "b")]
    part = out_of_distribution(raw, ["a", "b"], columns, group_folds(np.arange(800) % 2, np.arange(800), 5, 1))

    def distance(x):
        away = np.array(x) - part["mean"]
        return np.sqrt(away @ np.array(part["precision"]) @ away)

    shares = np.mean([distance(x) > part["threshold95"] for x in raw])
    assert 0.03 < shares < 0.07
    # each value is usual, together they are not
    assert distance([2, -2]) > part["threshold99"] > distance([2, 2])
