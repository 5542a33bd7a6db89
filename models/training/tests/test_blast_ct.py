"""BLAST-CT: the package's architecture as a graph, in tiles and on single slices. Small random networks; no weights are needed."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("blast_ct", reason="requirements-blast-ct.txt is not installed")

from blast_ct.models.deepmedic import DeepMedic  # noqa: E402

from stroke_imaging.blast_ct import table  # noqa: E402
from stroke_imaging.blast_ct.compare import AS_PUBLISHED, Image, judged, whole_head  # noqa: E402
from stroke_imaging.blast_ct.convert import Floor, card, convert, export, largest_difference, licence_file, manifest, notice  # noqa: E402
from stroke_imaging.blast_ct.network import CLASSES, Ensemble, load_member, logits, margin, member_files, step  # noqa: E402
from stroke_imaging.blast_ct.tiles import MARGIN, STEP, TILE, plan, stitched  # noqa: E402
from stroke_imaging.model_files import write_manifest  # noqa: E402

WINDOW = (-15.0, 100.0)


def small(seed: int = 0) -> torch.nn.Module:
    """Two blocks a path, of which the second has a way around it; statistics as after training."""
    torch.manual_seed(seed)
    network = DeepMedic(1, 5, feature_maps=(3, 3), fully_connected=(6,), dropout=(0.0, 0.5))
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm3d):
            torch.nn.init.uniform_(module.running_mean, -0.5, 0.5)
            torch.nn.init.uniform_(module.running_var, 0.5, 2)
    return network.eval()


def ran(network, hu: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return Ensemble([network], WINDOW)(torch.from_numpy(hu)).numpy()


@pytest.fixture
def hu() -> np.ndarray:
    return np.random.default_rng(3).normal(30, 25, (40, 50, 55)).astype(np.float32)


def test_the_product_counts_on_the_published_field_of_view():
    network = DeepMedic(1, 5)
    assert (margin(network), step(network)) == (MARGIN, STEP)
    assert TILE % STEP == 0
    assert network.get_output_size((TILE + 2 * MARGIN,) * 3) == (TILE,) * 3


def test_logits_are_those_of_the_package():
    network = small()
    image = torch.randn(1, 1, 35, 35, 35)
    with torch.no_grad():
        assert torch.allclose(logits(network, image), network(image.clone())[0], atol=1e-6)


def test_a_slice_is_judged_as_a_stack_of_slices_that_are_all_alike():
    network = small()
    slice_ = torch.randn(1, 1, 35, 35)
    with torch.no_grad():
        flat = logits(network, slice_)
        stack = logits(network, slice_[:, :, None].repeat(1, 1, 35, 1, 1))
    for k in range(stack.shape[2]):
        assert torch.allclose(stack[:, :, k], flat, atol=1e-5)


def test_the_graph_says_what_the_package_says(tmp_path):
    members = [small(0), small(1)]
    export(Ensemble(members, WINDOW), tmp_path / "model.onnx", 15, margin(members[0]))
    assert largest_difference(members, WINDOW, tmp_path / "model.onnx", 15, margin(members[0])) < 1e-5
    # And the test of it would see another network.
    assert largest_difference([small(0), small(2)], WINDOW, tmp_path / "model.onnx", 15, margin(members[0])) > 1e-3


def test_tiles_together_are_one_large_run(hu):
    network = small()
    rim = margin(network)
    together = stitched(lambda tile: ran(network, tile), hu, np.ones(hu.shape, bool), 15, rim, 15)
    alone = ran(network, np.pad(hu, [(rim, rim + -n % 15) for n in hu.shape], mode="edge")[None, None])
    assert np.allclose(together, alone[:, :, : hu.shape[0], : hu.shape[1], : hu.shape[2]], atol=1e-5)


def test_nothing_is_run_where_nothing_is_wanted(hu):
    wanted = np.zeros(hu.shape, bool)
    wanted[20:24, 10:30, 33:35] = True
    assert plan(wanted, 15, 15) == [(15, 0, 30), (15, 15, 30)]
    network = small()
    answer = stitched(lambda tile: ran(network, tile), hu, wanted, 15, margin(network), 15)
    assert (answer[0, 0, :15] == 1).all() and not answer[0, 1:, :15].any()
    assert (answer[0, 0, 15:30, :30, 30:45] < 1).all()


def test_weights_are_found_in_order_and_refused_when_they_are_of_another_kind(tmp_path):
    (tmp_path / "saved_models").mkdir()
    for n in (10, 2, 1):
        torch.save(DeepMedic(1, 4 if n == 2 else 5).state_dict(), tmp_path / "saved_models" / f"model_{n}.torch_model")
    files = member_files(tmp_path, 3)
    assert [f.stem for f in files] == ["model_1", "model_2", "model_10"]
    with pytest.raises(ValueError, match="3 of 4"):
        member_files(tmp_path, 4)
    with pytest.raises(ValueError, match="4 classes"):
        load_member(files[1])
    with pytest.raises(ValueError, match="name of its folder"):
        convert(tmp_path, tmp_path / "other", 2, 1, None)


def test_vanishing_weights_become_zero(tmp_path):
    state = DeepMedic(1, 5).state_dict()
    name = "fully_connected.0.conv.weight"
    state[name].view(torch.int32)[0, 0] = 700_000  # about 1e-39
    torch.save(state, tmp_path / "model_1.pt")
    # The bits: a processor that flushes such numbers calls them equal to zero.
    bits = lambda **options: int(load_member(tmp_path / "model_1.pt", **options).state_dict()[name][0, 0].view(torch.int32))  # noqa: E731
    assert bits() == 0
    assert bits(unchanged=True) != 0


@pytest.mark.parametrize("floor", [None, Floor(2.0, "40 scans of ours")])
def test_manifest_follows_the_schema_and_claims_no_floor_of_its_own(tmp_path, floor):
    out = tmp_path / "blast-ct"
    out.mkdir()
    (out / "model.onnx").write_bytes(b"graph")
    write_manifest(out, manifest(2, 15, 1e-7, WINDOW, floor), ["model.onnx"])
    made = json.loads((out / "model.json").read_text(encoding="utf-8"))
    jsonschema.validate(made, json.loads((Path(__file__).parents[2] / "model.schema.json").read_text(encoding="utf-8")))
    assert made["name"] == "blast-ct" and made["role"] == "shadow" and made["classes"] == list(CLASSES)
    assert made["detectionFloor"][0]["value"] == (2.0 if floor else 500)
    assert "not intended for clinical use" in card(2, 15, 1e-7, floor)
    assert "Imperial College London" in notice(2, [("model_1.pt", "0" * 64)])
    assert "Apache License" in licence_file().read_text(encoding="utf-8")


class ByDensity:
    """In place of the converted graph: 50 to 80 HU is intraparenchymal."""

    def run(self, _, inputs):
        middle = inputs["hu"][0, 0, MARGIN:-MARGIN, MARGIN:-MARGIN, MARGIN:-MARGIN]
        blood = ((middle > 50) & (middle < 80)).astype(np.float32)
        nothing = np.zeros_like(blood)
        return [np.stack([1 - blood, blood, nothing, nothing, nothing])[None]]


def test_a_hematoma_is_found_on_slabs_with_its_volume():
    z, y, x = np.mgrid[:20, :120, :100]
    radius = np.hypot((y - 60) / 55, (x - 50) / 45)
    hu = np.where(radius > 1, -1000, np.where(radius > 0.9, 900, 30)).astype(np.float32)
    blood = np.sqrt(((z - 10) * 5.0) ** 2 + ((y - 50) * 1.2) ** 2 + ((x - 60) * 1.2) ** 2) < 17
    hu[blood] = 65
    out = judged(Image("made", hu, blood, 5.0, 1.2), whole_head(ByDensity()), AS_PUBLISHED)
    assert out["markedMl"] == pytest.approx(4 / 3 * np.pi * 1.7**3, rel=0.1)
    assert out["dice"] > 0.85


def test_the_table_is_made_from_the_figures(tmp_path):
    row = lambda own, theirs: {"name": "x", "own": own, "blastCt": theirs}  # noqa: E731
    called = lambda ml, **more: {"calledMl": ml, "processorSeconds": 2.0, **more}  # noqa: E731
    marked = called(8.0, markedMl=10.0, overlapMl=6.0, dice=0.667)
    groups = {"ctIch": [row(marked, called(0.0, markedMl=10.0, overlapMl=0.0, dice=0.0))], "geHeadCt": [row(called(0.0), called(3.2))]}
    file = tmp_path / "comparison.json"
    file.write_text(json.dumps({"blastCt": {"release": 1, "members": 3, "of": 12}, "own": {"version": "0.1.0"}, "groups": groups}))
    text = "\n".join(table.section(file))
    assert "| 0.00; 0.00 | 0.67; 0.67 |" in text
    assert "| 1 of 1; 3.2 | 0 of 1; 0.0 |" in text
    assert table.section(tmp_path / "none.json") == []
