import numpy as np
import pandas as pd
import pytest

from stroke_training.columns import Column
from stroke_training.compare import Bench, learners
from stroke_training.mrs_models import MRS_CLASSES
from stroke_training.tables import Subjects

COLUMNS = [Column("age", "age", "identity", (), 1), Column("nihss", "nihss", "log10-plus", (2.0,), 1)]


def bench():
    rng = np.random.default_rng(8)
    age, nihss = rng.integers(40, 90, 210), rng.integers(0, 25, 210)
    worse = (0.05 * age + 0.2 * nihss + rng.logistic(size=210)).argsort().argsort()
    frame = pd.DataFrame({"age": age, "nihss": nihss, "outcome": worse // 30, "group": np.arange(210)})
    return Bench(Subjects(frame))


@pytest.mark.parametrize("name", learners(COLUMNS))
def test_every_learner_gives_a_distribution_that_orders_patients(name):
    one = bench()
    p = one.scored(COLUMNS, learners(COLUMNS)[name][:1])(np.arange(140), np.arange(140, 210))
    assert p.shape == (70, len(MRS_CLASSES))
    assert p.sum(1) == pytest.approx(np.ones(70))
    mean = p @ np.arange(7)
    assert np.corrcoef(mean, one.y[140:])[0, 1] > 0.3
