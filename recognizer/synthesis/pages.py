"""Synthetic pages: photo-like notes and boards, with the text and box of every word."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from recognizer.files.partial_output import writing
from recognizer.synthesis.fonts import Pen, draw_text, supports

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIZE = (1600, 1200)
"""Columns and rows of a page, in pixels."""

TOPICS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Graph search", (
        "dijkstra needs a priority queue", "relax every edge once", "visited set avoids loops",
        "breadth first uses a queue", "depth first uses a stack", "runtime O(E log V)")),
    ("Sprint planning", (
        "login page needs review", "deploy on thursday morning", "write migration tests",
        "ask design about icons", "budget for servers approved", "retro moved to friday")),
    ("Garden", (
        "tomatoes want full sun", "water the basil daily", "prune roses in march",
        "compost every two weeks", "order seeds for carrots", "fence needs paint")),
    ("Linear algebra", (
        "eigenvalues of a matrix", "rank plus nullity", "orthogonal basis by projection",
        "determinant is zero if singular", "transpose swaps rows", "trace equals sum")),
    ("Kitchen", (
        "bread: flour water salt yeast", "knead for ten minutes", "let the dough rest",
        "oven at two hundred", "soup with lentils", "buy olive oil and lemons")),
    ("Database", (
        "index speeds up the query", "transaction must be atomic", "foreign key to customer",
        "vacuum after large delete", "backup every night", "replica lags behind")),
    ("Travel", (
        "train to Lisbon at nine", "passport and tickets", "hotel near the harbour",
        "museum closed on monday", "rent bicycles", "ferry leaves at noon")),
    ("Neural nets", (
        "gradient descent with momentum", "dropout against overfitting", "batch norm after conv",
        "learning rate warmup", "attention over the sequence", "loss goes to zero")),
    ("House", (
        "call the plumber", "measure the window", "paint bedroom ceiling",
        "new lamp for hallway", "check the smoke alarm", "insulate attic in autumn")),
    ("Linked list", (
        "node holds value and next", "head points to first node", "insert before the tail",
        "reverse with three pointers", "cycle if fast meets slow", "return null when empty")),
    ("Music", (
        "practice scales slowly", "chord progression in minor", "tune the violin",
        "concert in december", "rhythm before melody", "record the second verse")),
    ("Biology", (
        "mitosis has four phases", "enzymes lower activation energy", "membrane is selective",
        "photosynthesis needs light", "protein folding", "cells divide")),
)  # fmt: skip

_PEN_COLOURS = ((25, 25, 35), (20, 40, 140), (170, 25, 35), (15, 110, 60), (60, 60, 70))


@dataclass(frozen=True)
class PlacedWord:
    """A word on a page: its text and its corners [4, 2] in pixels, clockwise from the top left."""

    text: str
    corners: NDArray[np.float64]


def files(out: Path, number: int) -> tuple[Path, Path]:
    """The files of page `number`: its picture, and its words and boxes."""
    name = f"{number:03d}-{TOPICS[number % len(TOPICS)][0].lower().replace(' ', '-')}"
    return out / f"{name}.jpg", out / f"{name}.json"


def write_page(out: Path, number: int, fonts: list[Path], random: np.random.Generator) -> None:
    """Write page `number` as OUT/NNN-topic.jpg, and its words and boxes as OUT/NNN-topic.json.

    Raises:
        DataError: they cannot be written.

    """
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
    title, lines = TOPICS[number % len(TOPICS)]
    picture_file, truth_file = files(out, number)
    ground = _board(random) if random.random() < 0.6 else _paper(random)
    words = _write(ground, title, lines, fonts, random)
    picture, words = _photograph(ground, words, random)
    truth = {
        "photo": picture_file.name,
        "width": picture.width,
        "height": picture.height,
        "words": [{"text": w.text, "box": _bounds(w.corners)} for w in words],
    }
    with writing(picture_file, truth_file):
        picture.save(picture_file, quality=80)
        truth_file.write_text(json.dumps(truth), encoding="utf-8")


def _board(random: np.random.Generator) -> Image.Image:
    """A white board with its frame and a blurred reflection."""
    level = int(random.integers(205, 240))
    page = Image.new("RGB", SIZE, (level, level, level - int(random.integers(0, 12))))
    glare = Image.new("L", SIZE)
    x, y = int(random.integers(200, 1300)), int(random.integers(100, 500))
    ImageDraw.Draw(glare).ellipse((x, y, x + 260, y + 90), fill=200)
    page.paste((252, 252, 250), mask=glare.filter(ImageFilter.GaussianBlur(40)))
    brush = ImageDraw.Draw(page)
    brush.rectangle((0, 0, SIZE[0], 34), fill=(70, 68, 72))
    brush.rectangle((0, 34, SIZE[0], 40), fill=(150, 150, 152))
    return page


def _paper(random: np.random.Generator) -> Image.Image:
    """Lined or squared paper."""
    level = int(random.integers(225, 248))
    page = Image.new("RGB", SIZE, (level, level - 2, level - 10))
    brush = ImageDraw.Draw(page)
    step, squared = int(random.integers(42, 62)), bool(random.random() < 0.5)
    for y in range(120, SIZE[1], step):
        brush.line((0, y, SIZE[0], y), fill=(196, 206, 222), width=2)
    for x in range(0, SIZE[0] if squared else 0, step):
        brush.line((x, 0, x, SIZE[1]), fill=(196, 206, 222), width=2)
    return page


def _write(
    page: Image.Image,
    title: str,
    lines: tuple[str, ...],
    fonts: list[Path],
    random: np.random.Generator,
) -> list[PlacedWord]:
    """Write title and lines onto `page` in one hand and two colours; returns the words."""
    text = title + "".join(lines)
    usable = [font for font in fonts if supports(font, text.replace(" ", ""))]
    font = (usable or fonts)[int(random.integers(len(usable or fonts)))]
    colours = random.permutation(len(_PEN_COLOURS))
    words: list[PlacedWord] = []
    y = float(random.integers(90, 140))
    for index, line in enumerate((title, *lines)):
        size = 74 if index == 0 else int(random.integers(50, 60))
        pen = Pen(font, size, int(size > 60) + 1, joined=True, spacing=0.0, jitter=0.0)
        colour = _PEN_COLOURS[int(colours[0 if index == 0 else 1])]
        x = float(random.integers(90, 190))
        slope = float(random.normal(0, 0.012))
        for word in line.split(" "):
            ink, top, foot = draw_text(word, pen, random)
            at = (round(x), round(y + slope * x) - top)
            page.paste(colour, at, Image.fromarray((ink * 235).astype(np.uint8)))
            words.append(PlacedWord(word, _corners(x, y + slope * x, ink.shape[1], foot - top)))
            x += ink.shape[1] + size * float(random.uniform(0.38, 0.5))
        y += size * float(random.uniform(2.2, 2.6))
    return words


def _corners(x: float, y: float, width: float, height: float) -> NDArray[np.float64]:
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])


def _photograph(
    page: Image.Image, words: list[PlacedWord], random: np.random.Generator
) -> tuple[Image.Image, list[PlacedWord]]:
    """Tilt in perspective, blur, shade and add grain; the corners of the words move along."""
    columns, rows = page.size
    corners = _corners(0, 0, columns, rows).astype(np.float32)  # as cv2 needs them
    moved = (corners + random.uniform(-28, 28, (4, 2))).astype(np.float32)
    back = cv2.getPerspectiveTransform(moved, corners)
    coefficients = tuple((back / back[2, 2]).ravel()[:8])
    tilted = page.transform(
        page.size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC,
        fillcolor=(90, 88, 84),
    )  # fmt: skip
    blurred = tilted.filter(ImageFilter.GaussianBlur(float(random.uniform(0.3, 1.1))))
    pixels = np.asarray(blurred, dtype=np.float64)
    pixels = pixels * _ramp(random, columns)[None, :, None] * _ramp(random, rows)[:, None, None]
    pixels = pixels + random.normal(0, 2.5, (rows, columns, 1))
    forth = cv2.getPerspectiveTransform(corners, moved)
    placed = [
        PlacedWord(word.text, cv2.perspectiveTransform(word.corners[None], forth)[0])
        for word in words
    ]
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)), placed


def _ramp(random: np.random.Generator, length: int) -> NDArray[np.float64]:
    """Light that falls off to one side."""
    return np.linspace(random.uniform(0.8, 1.0), random.uniform(0.8, 1.0), length)


def _bounds(corners: NDArray[np.float64]) -> list[int]:
    left, top = np.floor(corners.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(corners.max(axis=0)).astype(int).tolist()
    return [left, top, right, bottom]
