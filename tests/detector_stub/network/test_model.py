from __future__ import annotations

import pytest
import torch
from torch import nn

from detector_stub.network.model import DetectorConfig, SeparableBlock, WordNet, normalize

SMALL = DetectorConfig(channels=(4, 6, 8, 8, 8), depth=(1, 1, 2, 1), pyramid=8)


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return WordNet(SMALL).eval()


@pytest.mark.parametrize("size", [(64, 96), (33, 65), (50, 31), (1, 200)])
def test_four_maps_come_out_at_a_quarter_of_any_size(net, size):
    maps = net(torch.zeros(2, 3, *size))

    assert maps.shape == (2, 4, -(-size[0] // 4), -(-size[1] // 4))


def test_a_photo_is_seen_alike_whatever_stands_beside_it_in_the_batch(net):
    photos = torch.randn(2, 3, 64, 64)

    assert torch.allclose(net(photos)[1], net(photos[1:])[0], atol=1e-5)


def test_every_map_depends_on_ink_further_away_than_a_letter(net):
    """The coarse stages reach every cell: a headline is seen as one word."""
    torch.manual_seed(1)
    photo = torch.randn(1, 3, 128, 128, requires_grad=True)

    net(photo)[0, 0, 16, 16].backward()

    assert photo.grad[0, :, :, 64 - 40].abs().sum() > 0


def test_every_parameter_has_a_part_in_the_answer():
    net = WordNet(SMALL)

    net(torch.randn(2, 3, 64, 64)).square().sum().backward()

    assert [name for name, p in net.named_parameters() if p.grad is None] == []


def test_a_block_adds_its_input_only_where_shapes_agree():
    assert SeparableBlock(8, 8).residual
    assert not SeparableBlock(8, 8, stride=2).residual
    assert not SeparableBlock(8, 6).residual


def test_the_network_is_small_enough_for_a_cpu():
    net, pixels = WordNet(DetectorConfig()).eval(), 128 * 128
    work = []
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(
                lambda layer, _, out: work.append(out.numel() * layer.weight[0].numel())
            )

    net(torch.zeros(1, 3, 128, 128))

    assert sum(p.numel() for p in net.parameters()) <= 1.5e6
    assert sum(work) / pixels <= 3000  # multiply-adds a pixel: 3 · 10⁹ for a look at a megapixel


def test_levels_are_centred_and_channels_keep_their_order():
    photo = torch.tensor([[[[0, 127.5, 255], [255, 0, 127.5]]]])

    normal = normalize(photo)

    assert normal.shape == (1, 3, 1, 2)
    assert normal[0, :, 0, 0].tolist() == [-2, 0, 2]
    assert normal[0, :, 0, 1].tolist() == [2, -2, 0]


def test_photos_of_bytes_are_normalised_as_such():
    assert normalize(torch.full((1, 4, 5, 3), 255, dtype=torch.uint8)).unique().tolist() == [2]
