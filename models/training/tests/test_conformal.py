import numpy as np
import pytest

from stroke_training.conformal import METHODS, conformal, definite_share, sets_of, threshold_of


def draws(n, seed, k=7):
    """Truth drawn from the very probabilities that are given."""
    rng = np.random.default_rng(seed)
    center = rng.uniform(0, k - 1, n)
    p = np.exp(-np.abs(np.arange(k)[None, :] - center[:, None]) * rng.uniform(0.3, 2, n)[:, None])
    p /= p.sum(1, keepdims=True)
    return p, (rng.uniform(size=(n, 1)) > np.cumsum(p, 1)).sum(1)


@pytest.mark.parametrize("method", METHODS)
def test_new_subjects_are_covered_as_promised(method):
    p, y = draws(2000, 1)
    threshold = threshold_of(method, p, y)
    q, truth = draws(20000, 2)
    covered = sets_of(method, q, threshold)[np.arange(len(truth)), truth].mean()
    assert 0.88 < covered < 0.93 if method != "aps" else covered > 0.88


def test_ordinal_sets_have_no_gaps_and_grow_to_the_more_probable_neighbor():
    p = np.array([[0.05, 0.1, 0.3, 0.2, 0.2, 0.1, 0.05]])
    grown = [np.flatnonzero(sets_of("ordinal-interval", p, t)[0]).tolist() for t in (0.0, 0.31, 0.51, 0.71, 0.81, 1.0)]
    assert grown == [[2], [2, 3], [2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5, 6]]


def test_on_a_tie_the_lower_neighbor_comes_first():
    p = np.array([[0.2, 0.6, 0.2]])
    assert np.flatnonzero(sets_of("ordinal-interval", p, 0.7)[0]).tolist() == [0, 1]


@pytest.mark.parametrize("method", METHODS)
def test_the_most_probable_class_is_always_in(method):
    p, _ = draws(50, 3)
    member = sets_of(method, p, -1.0)
    assert member.sum(1).tolist() == [1] * 50
    assert (member.argmax(1) == p.argmax(1)).all()


def test_the_statistics_state_the_size_and_coverage_that_was_measured():
    p, y = draws(500, 4)
    part = conformal("ordinal-interval", p, y, "draws")
    member = sets_of("ordinal-interval", p, part["threshold"])
    assert part["meanSize"] == pytest.approx(member.sum(1).mean())
    assert part["coverage"] >= 0.9


def test_a_coin_gives_no_definite_answer():
    y = np.arange(200) % 2
    assert definite_share(y, np.full(200, 0.5))["definite"] == 0
    assert definite_share(y, np.where(y == 1, 0.99, 0.01)) == {"definite": 1.0, "right": 1.0}
