"""Augmentation of a batch of word images, on the device of the batch.

Each change is as strong as handwriting differs between writers and between photos: in slant,
proportions, wobble, stroke width, light, focus, and in what is written beside a word.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from recognizer.inference.images import HEIGHT, MAX_WIDTH, MIN_WIDTH, STRETCH, WIDTH_STEP


@dataclass(frozen=True)
class AugmentConfig:
    """Strength of each group of changes; 0 turns a group off."""

    geometry: float = 1.0
    elastic: float = 1.0
    strokes: float = 1.0
    clutter: float = 1.0
    light: float = 1.0


class Augmenter:
    """Changes batches at random, by its own generator, so that a run can be repeated and resumed."""

    def __init__(self, config: AugmentConfig, generator: torch.Generator) -> None:
        """Draw random numbers from `generator`, on its device."""
        self.config = config
        self.generator = generator

    def __call__(
        self, grey: torch.Tensor, widths: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Change grey levels [N, 1, HEIGHT, W] of words that are widths [N] columns wide.

        Returns:
            Grey levels [N, 1, HEIGHT, W2], 0..255, and the new widths [N].

        """
        grey, widths = self._warp(grey, widths)
        grey = self._clutter(self._strokes(grey), widths)
        return self._light(grey), widths

    def _uniform(self, count: int, low: float, high: float) -> torch.Tensor:
        """[N, 1, 1, 1] uniform numbers."""
        device = self.generator.device
        draw = torch.rand(count, 1, 1, 1, generator=self.generator, device=device)
        return low + (high - low) * draw

    def _chance(self, count: int, share: float) -> torch.Tensor:
        """[N, 1, 1, 1] booleans, true for about `share` of them."""
        return self._uniform(count, 0, 1) < share

    def _normal(self, *shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=self.generator, device=self.generator.device)

    def _warp(self, grey: torch.Tensor, widths: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Shear, rotate, scale, shift and wobble in one resampling."""
        count, strength = len(grey), self.config.geometry
        stretch = (self._uniform(count, -0.3, 0.3) * strength).exp().view(-1)
        margin = (self._uniform(count, -3, 12) * strength).view(-1)
        new = (widths * stretch + margin).clamp(MIN_WIDTH, MAX_WIDTH).round()
        total = int(-(-new.max() // WIDTH_STEP)) * WIDTH_STEP
        # coordinates of the output in pixels from the middle of each word
        ys = torch.arange(HEIGHT, device=grey.device).view(1, -1, 1) - (HEIGHT - 1) / 2
        xs = torch.arange(total, device=grey.device).view(1, 1, -1) - (new.view(-1, 1, 1) - 1) / 2
        shear = self._normal(count, 1, 1) * 0.25 * strength
        angle = self._normal(count, 1, 1) * 0.03 * strength
        tall = (self._uniform(count, -0.22, 0.3).view(-1, 1, 1) * strength).exp()
        shift = self._normal(count, 1, 1) * 2.5 * strength
        xs, ys = xs + shear * ys + angle * ys, (ys - angle * xs) * tall + shift
        xs = xs / (new / widths.clamp(min=1)).view(-1, 1, 1)
        dx, dy = self._wobble(count, total)
        x = (xs + dx + (widths.view(-1, 1, 1) - 1) / 2) * 2 / max(1, grey.shape[3] - 1) - 1
        y = (ys + dy) * 2 / (HEIGHT - 1)
        grid = torch.stack([x, y], 3)
        warped = functional.grid_sample(grey, grid, padding_mode="border", align_corners=True)
        return warped, new.long()

    def _wobble(self, count: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Smooth random displacement in pixels, about 1.2 px root mean square, [N, H, W] each."""
        coarse = self._normal(count, 2, 4, max(3, width // 14)) * 1.4 * self.config.elastic
        field = functional.interpolate(coarse, (HEIGHT, width), mode="bicubic", align_corners=False)
        strength = self._uniform(count, 0, 1.3)
        field = field * strength
        return field[:, 0], field[:, 1]

    def _strokes(self, grey: torch.Tensor) -> torch.Tensor:
        """Thicker or thinner pens (dark ink on a light ground), and soft focus."""
        count, strength = len(grey), self.config.strokes
        thick = -functional.max_pool2d(-grey, 3, 1, 1)
        thin = functional.max_pool2d(grey, 3, 1, 1)
        blend = self._uniform(count, 0, 0.8)
        which = self._uniform(count, 0, 1)
        grey = torch.where(which < 0.15 * strength, grey + (thick - grey) * blend, grey)
        grey = torch.where(which > 1 - 0.12 * strength, grey + (thin - grey) * blend * 0.6, grey)
        soft = functional.avg_pool2d(grey, 3, 1, 1, count_include_pad=False)
        softer = functional.avg_pool2d(soft, 5, 1, 2, count_include_pad=False)
        which = self._uniform(count, 0, 1)
        grey = torch.where(which < 0.25 * strength, soft, grey)
        return torch.where(which > 1 - 0.12 * strength, softer, grey)

    def _clutter(self, grey: torch.Tensor, widths: torch.Tensor) -> torch.Tensor:
        """Ruled lines, underlines, and the edges of words above, below and beside."""
        count, strength = len(grey), self.config.clutter
        ys = torch.arange(HEIGHT, device=grey.device, dtype=torch.float32).view(1, 1, -1, 1)
        xs = torch.arange(grey.shape[3], device=grey.device, dtype=torch.float32).view(1, 1, 1, -1)
        ground = grey.amax((2, 3), keepdim=True)
        for share, low, high in ((0.10, 34.0, 47.0), (0.06, 0.0, 47.0)):
            row = self._uniform(count, low, high) + self._normal(count, 1, 1, 1) * 0.02 * xs
            near = (1.2 + self._uniform(count, 0, 0.8) - (ys - row).abs()).clamp(0, 1)
            dark = self._uniform(count, 0.05, 0.5) * self._chance(count, share * strength)
            grey = grey - near * dark * (grey - 0.35 * ground).clamp(min=0)
        grey = self._rules(self._rules(grey, ys, xs), xs, ys)
        neighbour = grey.roll(1, 0)
        for share, top in ((0.18, True), (0.18, False)):
            draw = torch.randint(
                36, 46, (1,), generator=self.generator, device=self.generator.device
            )
            moved = int(draw)
            edge = torch.full_like(grey, 255.0)
            if top:
                edge[:, :, : HEIGHT - moved] = neighbour[:, :, moved:]
            else:
                edge[:, :, moved:] = neighbour[:, :, : HEIGHT - moved]
            level = edge + (ground - neighbour.amax((2, 3), keepdim=True))
            use = self._chance(count, share * strength)
            grey = torch.where(use, torch.minimum(grey, level), grey)
        return self._erase(grey, widths, xs)

    def _rules(self, grey: torch.Tensor, across: torch.Tensor, along: torch.Tensor) -> torch.Tensor:
        """Lines at equal distances `across`, the columns or the rows: of ruled and squared paper.

        They may be darker than the ink, as they are beside a pencil.
        """
        count, strength = len(grey), self.config.clutter
        place = across + self._normal(count, 1, 1, 1) * 0.02 * along + self._uniform(count, 0, 70)
        spacing = self._uniform(count, 14, 70)
        beside = (torch.remainder(place, spacing) - spacing / 2).abs()
        near = (0.9 + self._uniform(count, 0, 0.8) - beside).clamp(0, 1)
        ground, ink = grey.amax((2, 3), keepdim=True), grey.amin((2, 3), keepdim=True)
        dark = self._uniform(count, 0.15, 1.2) * self._chance(count, 0.07 * strength)
        return torch.minimum(grey, ground - near * dark * (ground - ink)).clamp(min=0)

    def _erase(self, grey: torch.Tensor, widths: torch.Tensor, xs: torch.Tensor) -> torch.Tensor:
        """Fade a narrow upright strip, as glare and dry pens do."""
        count = len(grey)
        middle = self._uniform(count, 0, 1) * widths.view(-1, 1, 1, 1)
        strip = (xs - middle).abs() < self._uniform(count, 1, 3.5)
        use = self._chance(count, 0.12 * self.config.clutter) & strip
        level = grey.mean((2, 3), keepdim=True)
        return torch.where(use, level + (grey - level) * 0.25, grey)

    def _light(self, grey: torch.Tensor) -> torch.Tensor:
        """Contrast, gamma, shading, coarse pixels, grain, and now and then chalk on a board."""
        count, strength = len(grey), self.config.light
        grey = torch.where(self._chance(count, 0.2 * strength), self._coarse(grey), grey)
        level = (grey / 255).clamp(0.001, 1)
        level = level.pow((self._uniform(count, -0.4, 0.4) * strength).exp())
        level = 0.5 + (level - 0.5) * (1 - 0.6 * strength * self._uniform(count, 0, 1).square())
        columns = torch.linspace(-1, 1, grey.shape[3], device=grey.device).view(1, 1, 1, -1)
        rows = torch.linspace(-1, 1, HEIGHT, device=grey.device).view(1, 1, -1, 1)
        turn = self._uniform(count, 0, 2 * math.pi)
        slope = self._uniform(count, 0, 0.08) * strength
        level = level + slope * (columns * turn.cos() + rows * turn.sin())
        # grain is measured against the word's own contrast: faint words must stay legible
        contrast = level.std((2, 3), keepdim=True)
        grain = self._uniform(count, 0, 1).pow(3) * 0.5 * strength * contrast
        level = level + self._normal(*level.shape) * grain
        level = torch.where(self._chance(count, 0.03 * strength), 1 - level, level)
        return level.clamp(0, 1) * 255

    def _coarse(self, grey: torch.Tensor) -> torch.Tensor:
        """As if the whole batch had been photographed from further away, 13 to 34 rows high."""
        rows = round(HEIGHT / float(self._uniform(1, 1.4, 3.6)))
        columns = round(grey.shape[3] * rows / HEIGHT / STRETCH)
        low = functional.interpolate(grey, (rows, columns), mode="area")
        return functional.interpolate(low, grey.shape[2:], mode="bilinear", align_corners=False)
