from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from recognizer.inference.card import ModelConfig
from recognizer.network.model import CRNN, FRAME_STRIDE, SpatialTransformer, frames

if TYPE_CHECKING:
    from collections.abc import Callable


def multiply_adds(config: ModelConfig, width: int) -> int:
    """Multiplications and additions that one word of `width` pixels costs, counted as they happen."""
    done = []

    def convolution(layer: torch.nn.Conv2d, _: object, out: torch.Tensor) -> None:
        done.append(out.numel() * layer.weight[0].numel())

    model = CRNN(config).eval()
    model.transforming = False
    for part in model.modules():
        if isinstance(part, torch.nn.Conv2d):
            part.register_forward_hook(convolution)
    with torch.inference_mode():
        columns = model(torch.zeros(1, 1, 48, width)).shape[1]
    matrices = [p for p in [*model.rnn.parameters(), *model.head.parameters()] if p.ndim == 2]
    return sum(done) + columns * sum(matrix.numel() for matrix in matrices)


def test_the_default_network_keeps_its_budget_of_work_and_size() -> None:
    config = ModelConfig(labels=95)

    parameters = sum(p.numel() for p in CRNN(config).parameters())

    assert 50e6 < multiply_adds(config, 192) <= 60e6
    assert parameters <= 3e6


@pytest.mark.parametrize("width", [16, 48, 480])
def test_there_is_a_frame_for_every_four_columns(
    width: int, random_model: Callable[..., CRNN]
) -> None:
    model = random_model(7)

    with torch.inference_mode():
        logits = model(torch.zeros(2, 1, 48, width))

    assert logits.shape == (2, width // FRAME_STRIDE, 7)
    assert frames(torch.tensor([width])).tolist() == [width // FRAME_STRIDE]


def test_a_part_of_a_frame_counts_as_a_frame_and_every_word_has_one() -> None:
    assert frames(torch.tensor([0, 1, 4, 5, 33])).tolist() == [1, 1, 1, 2, 9]


def test_a_spatial_transformer_is_near_identity_at_the_start() -> None:
    torch.manual_seed(0)
    word = torch.nn.functional.interpolate(torch.randn(3, 1, 12, 24), scale_factor=4.0)

    straightened = SpatialTransformer()(word)

    assert (straightened - word).abs().mean() < 0.02


def test_a_spatial_transformer_moves_ink_as_exactly_under_autocast_as_without() -> None:
    torch.manual_seed(0)
    transformer, word = SpatialTransformer(), torch.randn(2, 1, 48, 96)
    torch.nn.init.normal_(transformer.parameters_of.weight)
    expected = transformer(word)

    with torch.autocast("cpu", torch.bfloat16):
        found = transformer(word)

    torch.testing.assert_close(found, expected)


def test_a_spatial_transformer_stays_within_its_bounds_whatever_it_learned() -> None:
    transformer = SpatialTransformer()
    torch.nn.init.constant_(transformer.parameters_of.bias, 1e3)
    bounds = torch.tensor(SpatialTransformer.BOUNDS)

    transform = transformer.transform(torch.randn(2, 1, 48, 64) * 100)

    assert torch.allclose(transform, bounds.expand(2, 4))


def middle_of(ink: torch.Tensor) -> tuple[list[float], float]:
    """Mean column of the ink in each row that has some, and its mean row."""
    rows, columns = torch.meshgrid(*(torch.arange(float(n)) for n in ink.shape), indexing="ij")
    inked = ink.sum(1) > 0.5
    by_row = (ink * columns).sum(1)[inked] / ink.sum(1)[inked]
    return by_row.tolist(), float((ink * rows).sum() / ink.sum())


@pytest.mark.parametrize("width", [64, 192])
def test_a_spatial_transformer_shears_rows_alike_however_wide_the_word_is(width: int) -> None:
    transformer = SpatialTransformer()
    torch.nn.init.zeros_(transformer.parameters_of.weight)
    transformer.parameters_of.bias.data = torch.tensor([50.0, 0.0, 0.0, 0.0])
    stroke = torch.zeros(1, 1, 48, width)
    stroke[:, :, :, width // 2 - 2 : width // 2 + 2] = 1

    with torch.inference_mode():
        sheared = transformer(stroke)[0, 0]

    columns, _ = middle_of(sheared)
    assert columns[0] - columns[-1] == pytest.approx(0.5 * 47, abs=1)


def test_a_spatial_transformer_shifts_by_a_share_of_half_the_height() -> None:
    transformer = SpatialTransformer()
    torch.nn.init.zeros_(transformer.parameters_of.weight)
    transformer.parameters_of.bias.data = torch.tensor([0.0, 0.0, 0.0, 50.0])
    bar = torch.zeros(1, 1, 48, 64)
    bar[:, :, 22:26] = 1

    with torch.inference_mode():
        shifted = transformer(bar)[0, 0]

    assert middle_of(bar[0, 0])[1] - middle_of(shifted)[1] == pytest.approx(0.2 * 24, abs=0.1)


def test_a_network_that_does_not_transform_reads_as_one_without_a_transformer(
    random_model: Callable[..., CRNN],
) -> None:
    model = random_model(7)
    plain = CRNN(ModelConfig(**vars(model.config) | {"transformer": False})).eval()
    plain.load_state_dict(model.state_dict(), strict=False)
    torch.nn.init.constant_(model.transformer.parameters_of.bias, 1.0)
    ink = torch.randn(1, 1, 48, 64)

    with torch.inference_mode():
        transformed = model(ink)
        model.transforming = False
        untransformed = model(ink)

        assert torch.equal(untransformed, plain(ink))
    assert not torch.allclose(transformed, untransformed, atol=1e-3)


def test_the_shortcut_head_has_its_own_logits_of_the_same_shape(
    random_model: Callable[..., CRNN],
) -> None:
    model = random_model(7)

    with torch.inference_mode():
        columns = model.columns(torch.randn(2, 1, 48, 64))
        logits, aside = model.logits(columns), model.shortcut_logits(columns)

    assert aside.shape == logits.shape
    assert not torch.allclose(aside, logits, atol=0.01)


def test_a_network_without_a_shortcut_has_no_shortcut_logits(
    random_model: Callable[..., CRNN],
) -> None:
    model = random_model(7, shortcut=False)

    assert model.shortcut_logits(torch.zeros(1, 16, 24)) is None


def test_a_frame_knows_what_stands_left_and_right_of_it(
    random_model: Callable[..., CRNN],
) -> None:
    model = random_model(7, transformer=False)
    left, right = torch.zeros(1, 1, 48, 192), torch.zeros(1, 1, 48, 192)
    left[..., :8], right[..., -8:] = 3, 3
    middle = 24

    with torch.inference_mode():
        empty = model(torch.zeros(1, 1, 48, 192))[0, middle]

        assert not torch.allclose(model(left)[0, middle], empty, atol=1e-6)
        assert not torch.allclose(model(right)[0, middle], empty, atol=1e-6)
