from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest
import torch

from recognizer.inference import images
from recognizer.network.tensors import normalize, stack
from recognizer.training.augment import AugmentConfig, Augmenter

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

OFF = AugmentConfig(geometry=0, elastic=0, strokes=0, clutter=0, light=0)
GROUPS = list(asdict(OFF))


@pytest.fixture(scope="module")
def words(crop: Callable[[str], NDArray[np.uint8]]) -> tuple[torch.Tensor, torch.Tensor]:
    grey, widths = stack([crop(text) for text in ("one", "hundred", "drawn", "words") * 8])
    return grey.float(), widths


def augment(
    words: tuple[torch.Tensor, torch.Tensor], config: AugmentConfig, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor]:
    return Augmenter(config, torch.Generator().manual_seed(seed))(*words)


@pytest.mark.thorough
def test_changes_are_repeatable_from_the_generator(
    words: tuple[torch.Tensor, torch.Tensor],
) -> None:
    first, first_widths = augment(words, AugmentConfig())
    again, again_widths = augment(words, AugmentConfig())

    assert torch.equal(first, again)
    assert torch.equal(first_widths, again_widths)


def test_changes_do_not_depend_on_the_random_numbers_of_others(
    words: tuple[torch.Tensor, torch.Tensor],
) -> None:
    torch.manual_seed(1)
    first, _ = augment(words, AugmentConfig())
    torch.manual_seed(2)
    again, _ = augment(words, AugmentConfig())

    assert torch.equal(first, again)


@pytest.mark.thorough
def test_a_saved_generator_continues_with_the_changes_that_would_have_followed(
    words: tuple[torch.Tensor, torch.Tensor],
) -> None:
    generator = torch.Generator().manual_seed(0)
    augmenter = Augmenter(AugmentConfig(), generator)
    augmenter(*words)
    state = generator.get_state()
    expected, _ = augmenter(*words)

    resumed = torch.Generator().manual_seed(5)
    resumed.set_state(state)
    continued, _ = Augmenter(AugmentConfig(), resumed)(*words)

    assert torch.equal(continued, expected)


def test_another_seed_makes_other_changes(words: tuple[torch.Tensor, torch.Tensor]) -> None:
    _, widths = augment(words, AugmentConfig(), seed=0)
    _, others = augment(words, AugmentConfig(), seed=1)

    assert not torch.equal(widths, others)


@pytest.mark.parametrize("seed", range(3))
def test_changed_words_are_a_batch_of_grey_levels_like_any_other(
    words: tuple[torch.Tensor, torch.Tensor], seed: int
) -> None:
    grey, widths = augment(words, AugmentConfig(), seed)

    assert grey.shape[:3] == words[0].shape[:3]
    assert grey.shape[3] % images.WIDTH_STEP == 0
    assert grey.shape[3] - images.WIDTH_STEP < widths.max() <= grey.shape[3] <= images.MAX_WIDTH
    assert widths.dtype == torch.long
    assert widths.min() >= 1
    assert grey.isfinite().all()
    assert grey.min() >= 0
    assert grey.max() <= 255
    assert grey.max() > 100  # grey levels, not shares


def test_strength_zero_leaves_the_words_nearly_unchanged(
    words: tuple[torch.Tensor, torch.Tensor],
) -> None:
    grey, widths = augment(words, OFF)

    assert torch.equal(widths, words[1])
    assert grey.shape == words[0].shape
    assert (grey - words[0]).abs().max() < 1


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_changes_words_by_itself(
    words: tuple[torch.Tensor, torch.Tensor], group: str
) -> None:
    grey, widths = augment(words, replace(OFF, **{group: 1.0}))

    changed = grey.shape != words[0].shape or (grey - words[0]).abs().max() > 10
    assert changed
    if group != "geometry":
        assert torch.equal(widths, words[1])


def test_geometry_widens_some_words_and_narrows_others(
    words: tuple[torch.Tensor, torch.Tensor],
) -> None:
    _, widths = augment(words, replace(OFF, geometry=1.0))

    assert (widths > words[1] * 1.05).any()
    assert (widths < words[1] * 0.95).any()


def test_changed_words_keep_their_ink(words: tuple[torch.Tensor, torch.Tensor]) -> None:
    grey, widths = augment(words, AugmentConfig())

    spread = normalize(grey, widths).std((1, 2, 3))
    assert (spread > 0.3).all()


def test_grain_and_light_leave_words_legible(words: tuple[torch.Tensor, torch.Tensor]) -> None:
    grey, _ = augment(words, replace(OFF, light=1.0))

    likeness = [
        torch.corrcoef(torch.stack([before.flatten(), after.flatten()]))[0, 1].abs().item()
        for before, after in zip(words[0], grey, strict=True)
    ]
    assert min(likeness) > 0.5


def test_the_widest_words_are_not_stretched_beyond_the_limit() -> None:
    wide = torch.full((16, 1, images.HEIGHT, images.MAX_WIDTH), 200.0)

    grey, widths = augment((wide, torch.full((16,), images.MAX_WIDTH)), AugmentConfig())

    assert widths.max() == grey.shape[3] == images.MAX_WIDTH


def test_the_words_handed_in_stay_as_they_were(words: tuple[torch.Tensor, torch.Tensor]) -> None:
    before = words[0].clone(), words[1].clone()

    augment(words, AugmentConfig())

    assert torch.equal(words[0], before[0])
    assert torch.equal(words[1], before[1])


def test_a_single_word_can_be_changed(crop: Callable[[str], NDArray[np.uint8]]) -> None:
    alone, width = stack([crop("alone")])
    grey, widths = augment((alone.float(), width), AugmentConfig())

    assert grey.shape[:3] == (1, 1, images.HEIGHT)
    assert widths.shape == (1,)


def test_random_numbers_come_from_the_device_of_the_generator(
    words: tuple[torch.Tensor, torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    # a generator of a CUDA device only draws onto that device, and torch says so late
    asked = []
    for name in ("rand", "randn", "randint"):
        draw = getattr(torch, name)

        def recording(*sizes: object, draw: Callable[..., torch.Tensor] = draw, **options: object):
            asked.append(options.get("device"))
            return draw(*sizes, **options)

        monkeypatch.setattr(torch, name, recording)
    augment(words, AugmentConfig())

    assert len(asked) > 20
    assert set(asked) == {torch.device("cpu")}


@pytest.mark.parametrize(("along", "width"), [(2, 288), (3, 32)])
def test_some_papers_are_ruled_with_lines_at_equal_distances(along: int, width: int) -> None:
    paper = torch.full((1000, 1, images.HEIGHT, width), 220.0)
    paper[:, :, 24, width // 2] = 20.0  # a dot of ink, which tells how dark lines may be

    grey, _ = augment((paper, torch.full((1000,), width)), replace(OFF, clutter=1.0))

    dark = (grey < 205).float().mean(along)[:, 0] > 0.8
    starts = dark[:, 1:] & ~dark[:, :-1]
    gaps = [row.nonzero()[:, 0].diff() for row in starts if row.sum() > 2]
    assert gaps
    assert sum(int(gap.max() - gap.min() <= 2) for gap in gaps) > len(gaps) / 2
