"""Metrics and mask geometry without torch; the network, its normalization and the synthetic scans where torch is installed."""

import numpy as np
import pytest

from stroke_imaging.lesion_metrics import Case, bland_altman, dice, false_alarms, lesions_found, summary, without_small_parts


def test_dice_of_known_overlap():
    a, b = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    a[0, :4] = b[0, 2:4] = b[1, :2] = True
    assert dice(a, b) == 0.5
    assert dice(a, a) == 1
    assert dice(np.zeros(3, bool), np.zeros(3, bool)) == 1


def test_lesions_count_by_their_size_and_touch():
    truth = np.zeros((3, 9, 9), bool)
    truth[1, 1:3, 1:3] = truth[1, 6:8, 6:8] = True
    truth[0, 0, 8] = True
    answer = np.zeros_like(truth)
    answer[1, 2, 2] = True
    assert lesions_found(truth, answer, 4) == (2, 1)
    assert lesions_found(truth, answer, 1) == (3, 1)
    assert without_small_parts(truth, 2).sum() == 8


def test_summary_and_limits_of_agreement():
    cases = [Case(10, 12, 9, 13, 0.8, 1, 1), Case(20, 20, 15, 19, 0.9, 2, 1), Case(5, 4, 3, 6, 0.7, 1, 0)]
    bias, low, high = bland_altman(cases)
    assert bias == pytest.approx(1 / 3)
    assert high - bias == pytest.approx(1.96 * np.std([2, 0, -1], ddof=1)) and bias - low == pytest.approx(high - bias)
    figures = summary(cases)
    assert figures["lesionSensitivity"] == 0.5 and figures["insideInterval"] == pytest.approx(2 / 3)
    assert false_alarms([Case(0, 0, 0, 0, 1, 0, 0), Case(0, 2, 0, 3, 0, 0, 0)]) == {"cases": 2, "share": 0.5, "mean": 1.0, "largest": 2.0}


def test_fast_group_normalization_is_group_normalization():
    torch = pytest.importorskip("torch", reason="torch is not installed: requirements-imaging.txt")
    from stroke_imaging.slice_unet import FastGroupNorm

    torch.manual_seed(1)
    norm = FastGroupNorm(8, 16)
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    x, weights = torch.randn(3, 16, 12, 10, requires_grad=True), torch.randn(3, 16, 12, 10)
    gradients = []
    for training in (True, False):
        norm.train(training).zero_grad()
        x.grad = None
        y = norm(2 * x + 1)
        (y * weights).sum().backward()
        gradients.append((y.detach(), x.grad.clone(), norm.weight.grad.clone(), norm.bias.grad.clone()))
    for fast, own in zip(*gradients):
        assert torch.allclose(fast, own, atol=1e-4)


def test_network_keeps_sizes_and_learns_a_bright_spot():
    torch = pytest.importorskip("torch", reason="torch is not installed: requirements-imaging.txt")
    from stroke_imaging.slice_unet import SliceUNet, lesion_loss

    torch.manual_seed(2)
    network = SliceUNet(1, widths=(8, 8, 8, 8, 8))
    assert network(torch.zeros(2, 1, 32, 48)).shape == (2, 2, 32, 48)
    x = 0.1 * torch.randn(4, 1, 32, 32)
    target = torch.zeros(4, 32, 32)
    x[:2, 0, 10:18, 10:18] += 2
    target[:2, 10:18, 10:18] = 1
    optimizer = torch.optim.Adam(network.parameters(), 2e-2)
    first = None
    for _ in range(80):
        loss = lesion_loss(network(x), target)
        first = first or loss.item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.5 * first


def test_masks_lie_where_their_header_says():
    torch = pytest.importorskip("torch", reason="torch is not installed: requirements-imaging.txt")
    from stroke_imaging.soop_masks import MIDLINE_MM, SHAPE_XYZ, carried

    mask = np.zeros(SHAPE_XYZ[::-1], np.uint8)
    # x = 78 - i, y = j - 112, z = k - 50
    mask[70, 132, 48] = 1
    mm = torch.tensor([[[[30.0, 31.0]]], [[[20.0, 20.0]]], [[[20.0, 20.0]]]])
    assert carried(mask, mm).flatten().tolist() == pytest.approx([1, 0], abs=1e-4)
    mirrored = mm.clone()
    mirrored[0] = 2 * MIDLINE_MM - mm[0]
    assert carried(mask, mirrored, mirror=True).flatten().tolist() == pytest.approx([1, 0], abs=1e-4)


def test_synthetic_diffusion_has_the_contrast_of_an_acute_lesion():
    torch = pytest.importorskip("torch", reason="torch is not installed: requirements-imaging.txt")
    from stroke_imaging.diffusion_contrast import diffusion_scan
    from stroke_imaging.diffusion_heads import MAPS

    maps = torch.zeros(len(MAPS), 2, 2, 64, 64)
    maps[MAPS.index("white"), :, :, 8:56, 8:56] = 1
    maps[MAPS.index("acute"), :, :, 24:36, 24:36] = 1
    for seed in range(5):
        scan = diffusion_scan(maps, seed)
        inside = scan.target > 0.9
        outside = (scan.target < 0.01) & (scan.brain > 0.9)
        weighted, adc = scan.images[:, 0], scan.images[:, 1]
        assert weighted[inside].mean() > 1.1 * weighted[outside].mean()
        assert adc[inside].median() < 1.05 * adc[outside].median()
        assert 0.5 < adc[outside].median() < 1.1
    again = diffusion_scan(maps, 4)
    assert torch.equal(again.images, scan.images)
