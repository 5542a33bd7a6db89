"""Federated training: the fit over sites is the pooled fit, and Flower with secure aggregation carries it."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "federated"))

from stroke_federated.newton import STEP, Answering, fit_over_sites  # noqa: E402
from stroke_federated.sites import FEWEST, own_subjects, published_range, read_site, variant_named  # noqa: E402
from stroke_training.tables import BadTable  # noqa: E402

RIDGE = 0.003
CLINICAL = variant_named("clinical")


def simulated(subjects: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = np.clip(rng.normal(70, 12, subjects), 20, 100).round()
    nihss = np.clip(rng.gamma(2, 5, subjects), 0, 35).round()
    grade = np.clip((nihss / 5 + (age - 70) / 20 + rng.normal(1, 1.3, subjects)).round(), 0, 6)
    return pd.DataFrame(
        {
            "participant_id": [f"p{seed}-{i}" for i in range(subjects)],
            "age": age.astype(int),
            "nihss": nihss.astype(int),
            "gs_rankin_6isdeath": grade.astype(int),
        }
    )


def tables(folder: Path, sizes: tuple[int, ...]) -> list[Path]:
    paths = [folder / f"site-{i}.tsv" for i in range(len(sizes))]
    for i, path in enumerate(paths):
        simulated(sizes[i], i).to_csv(path, sep="\t", index=False)
    return paths


def pooled(paths: list[Path], folder: Path):
    everyone = folder / "all.tsv"
    pd.concat([pd.read_csv(p, sep="\t") for p in paths]).to_csv(everyone, sep="\t", index=False)
    subjects = read_site(everyone, None, None, CLINICAL)
    return CLINICAL.fit(subjects.raw(CLINICAL.inputs), subjects.outcome, RIDGE)


def test_fit_over_unequal_sites_is_the_pooled_fit(tmp_path: Path) -> None:
    paths = tables(tmp_path, (400, 60, 25))
    center, scale = published_range(CLINICAL)
    sites = [own_subjects(read_site(p, None, None, CLINICAL), CLINICAL) for p in paths]
    total = sum(len(s.y) for s in sites)

    def ask(question, arrays):
        answers = [(len(s.y) / total, Answering(s, center, scale).answer(question, arrays)) for s in sites]
        return [sum(w * a[i] for w, a in answers) for i in range(len(answers[0][1]))]

    model = fit_over_sites(CLINICAL, RIDGE, ask, center, scale)
    expected = pooled(paths, tmp_path)
    np.testing.assert_allclose(model.coefficients, expected.coefficients, atol=2e-4)
    np.testing.assert_allclose(model.intercepts, expected.intercepts, atol=2e-3)


def test_what_a_site_sends_is_the_same_whatever_the_order_of_its_subjects(tmp_path: Path) -> None:
    subjects = own_subjects(read_site(tables(tmp_path, (80,))[0], None, None, CLINICAL), CLINICAL)
    turned = replace(subjects, columns=subjects.columns[::-1], y=subjects.y[::-1])
    center, scale = published_range(CLINICAL)
    theta = np.array([2.0, 0.0, 0.0, 0.0, 0.0, 0.0, *np.zeros(len(center))])
    question = [center, scale**2, theta]
    for one, other in zip(
        Answering(subjects, center, scale).answer(STEP, question), Answering(turned, center, scale).answer(STEP, question), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-12)
        assert one.size <= len(theta) ** 2  # sums, whatever the number of subjects


def test_a_class_that_no_site_has_is_refused(tmp_path: Path) -> None:
    subjects = own_subjects(read_site(tables(tmp_path, (200,))[0], None, None, CLINICAL), CLINICAL)
    kept = subjects.y < 6
    fewer = replace(subjects, columns=subjects.columns[kept], y=subjects.y[kept], weights=np.full(kept.sum(), 1 / kept.sum()))
    site = Answering(fewer, *published_range(CLINICAL))
    with pytest.raises(ValueError, match="every class"):
        fit_over_sites(CLINICAL, RIDGE, site.answer, *published_range(CLINICAL))


def test_a_site_of_a_handful_of_subjects_does_not_take_part(tmp_path: Path) -> None:
    path = tables(tmp_path, (FEWEST - 1,))[0]
    with pytest.raises(BadTable, match="takes part with at least"):
        read_site(path, None, None, CLINICAL)


def _needs_flower() -> None:
    """A process of its own for every message: minutes, not seconds."""
    if not os.environ.get("RUN_FLOWER"):
        pytest.skip("runs with RUN_FLOWER=1 and federated/requirements.txt: it takes minutes")
    pytest.importorskip("flwr", reason="flwr is not installed: pip install -r federated/requirements.txt")


def test_flower_with_secure_aggregation_gives_the_pooled_fit(tmp_path: Path) -> None:
    _needs_flower()
    from stroke_federated.deployment import run_federation

    paths = tables(tmp_path, (150, 90, 40))
    out = tmp_path / "model.json"
    run_federation([{"participants": str(p)} for p in paths], {"model": "discharge-mrs-clinical", "ridge": RIDGE}, out)
    fitted, expected = json.loads(out.read_text(encoding="utf-8")), pooled(paths, tmp_path)
    assert fitted["sites"] == 3
    np.testing.assert_allclose(fitted["coefficients"], expected.coefficients.ravel(), atol=1e-3)
    np.testing.assert_allclose(fitted["intercepts"], expected.intercepts, atol=1e-2)


def test_flower_says_why_a_run_failed(tmp_path: Path) -> None:
    _needs_flower()
    from stroke_federated.deployment import FederationFailed, run_federation

    paths = tables(tmp_path, (150, 90, FEWEST - 1))
    with pytest.raises(FederationFailed, match="not every site answered"):
        run_federation([{"participants": str(p)} for p in paths], {"model": "discharge-mrs-clinical", "ridge": RIDGE}, tmp_path / "m.json")
