"""Damaged images of every format: each is read, or listed with its reason."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from indexer.errors import PhotoError
from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import GoneError, Limits
from indexer.ocr.worker_supervisor import ProcessLimits, Worker

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "mutated_images.py"


@pytest.fixture(scope="module")
def mutated():
    spec = importlib.util.spec_from_file_location("mutated_images", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_each_way_to_damage_each_variant_of_each_format_ends_well(world, odd_engine, mutated):
    reader = Worker(odd_engine.OddEngine, ProcessLimits(60, 2000))
    world.engine.read, world.engine.close = reader.read, reader.close
    variants = sum(1 for _ in mutated.variants(mutated.random.Random(0)))
    files = mutated.write(world.photos, variants * len(mutated.DAMAGE), seed=5)
    before = {path: path.read_bytes() for path in files}

    world.sync()
    reader.close()

    told = mutated.outcomes(world.library.catalog, files)
    assert [path.name for path, end in told.items() if end in {"", "pending"}] == []
    assert sum(end in {"read", "empty"} for end in told.values()) > len(told) / 5
    assert {path: path.read_bytes() for path in world.photos.iterdir()} == before


@pytest.mark.thorough
def test_undamaged_files_of_every_variant_are_opened(tmp_path, mutated):
    for number, (_, suffix, content) in enumerate(mutated.variants(mutated.random.Random(3))):
        path = tmp_path / f"{number}.{suffix}"
        path.write_bytes(content)

        assert open_upright(path, Limits()).pixels.ndim == 3


def test_a_damaged_exif_block_is_no_reason_to_lose_a_photo(tmp_path):
    block = Image.Exif()
    block[0x0132] = "2026:03:01 12:30:00"
    content = b"Exif\0\0" + block.tobytes()[:-10]
    Image.new("RGB", (40, 30)).save(tmp_path / "a.jpg", exif=content)

    upright = open_upright(tmp_path / "a.jpg", Limits())

    assert (upright.pixels.shape, upright.taken) == ((30, 40, 3), None)


def test_a_program_that_calls_itself_a_photo_is_not_run(tmp_path):
    """Pillow would start Ghostscript for this."""
    picture = Image.new("RGB", (40, 30))
    ImageDraw.Draw(picture).rectangle((5, 5, 20, 20), fill="red")
    picture.save(tmp_path / "a.eps")
    (tmp_path / "a.eps").rename(tmp_path / "a.jpg")

    with pytest.raises(PhotoError, match="not an image, or of a format that is not supported"):
        open_upright(tmp_path / "a.jpg", Limits())


def test_a_link_is_not_followed_and_a_pipe_is_not_waited_for(tmp_path):
    import os

    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    os.mkfifo(tmp_path / "pipe.png")

    with pytest.raises(PhotoError, match="links are not followed"):
        open_upright(tmp_path / "link.png", Limits())
    with pytest.raises(PhotoError, match="not a file"):
        open_upright(tmp_path / "pipe.png", Limits())
    with pytest.raises(GoneError):
        open_upright(tmp_path / "gone.png", Limits())
