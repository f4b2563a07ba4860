"""Teachers that are shipped, and those of other packages."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from indexer.corrections.formats.hocr import write_hocr
from indexer.entities import Box, Photo, PhotoId, State, Word
from indexer.errors import EngineError, OcrsearchError, UsageError
from indexer.sync.teaching import rapidocr, teacher
from indexer.sync.teaching.files import Files
from indexer.sync.teaching.teacher import TaughtPhoto, TaughtReading, open_teacher
from indexer.sync.teaching.tesseract import words_of

TSV = """level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext
4\t1\t1\t1\t1\t0\t10\t20\t90\t30\t-1\t
5\t1\t1\t1\t1\t1\t10\t20\t40\t30\t96.5\tsort
5\t1\t1\t1\t1\t2\t60\t20\t40\t30\t31\t"the
5\t1\t1\t1\t1\t3\t60\t20\t40\t30\t95\t \n"""


def test_words_of_tesseract_have_boxes_and_confidences():
    assert words_of(TSV) == [
        TaughtReading("sort", 0.965, Box(10, 20, 50, 50)),
        TaughtReading('"the', 0.31, Box(60, 20, 100, 50)),
    ]


def test_words_of_both_packages_of_rapidocr_are_read():
    assert rapidocr.text_of(([["sort", 0.9]], [0.1])) == ("sort", 0.9)
    assert rapidocr.text_of((None, None)) == ("", 0.0)
    assert rapidocr.text_of(SimpleNamespace(txts=("sort",), scores=(0.9,))) == ("sort", 0.9)
    assert rapidocr.text_of(SimpleNamespace(txts=None, scores=None)) == ("", 0.0)


@pytest.fixture
def photo(tmp_path):
    return TaughtPhoto(tmp_path / "board.jpg", np.zeros((300, 400, 3), np.uint8))


def written(photo, path):
    word = Word(Box(10, 10, 90, 40), 0, "queue", 0.8)
    path.write_bytes(write_hocr(Photo(PhotoId(1), "a" * 32, State.READ, 800, 600, None, (photo.path,), (word,))))  # fmt: skip


@pytest.mark.parametrize("name", ["board.jpg.hocr", "board.hocr", "board.alto.xml"])
def test_a_file_of_the_name_of_the_photo_is_its_text_scaled_to_it(photo, tmp_path, name):
    written(photo, tmp_path / name)

    [reading] = Files(str(tmp_path)).read(photo, [])

    assert (reading.text, reading.box) == ("queue", Box(5, 5, 45, 20))


def test_a_photo_without_a_file_has_no_text(photo, tmp_path):
    written(photo, tmp_path / "other.hocr")

    assert Files(str(tmp_path)).read(photo, []) == []


@pytest.mark.parametrize("spec", ["files:", "files:/absent/folder", "tesseract:--help", "nobody"])
def test_a_teacher_that_is_not_there_is_named(spec, monkeypatch):
    monkeypatch.setenv("PATH", "")

    with pytest.raises(OcrsearchError, match=spec.partition(":")[0]):
        open_teacher(spec)


@pytest.mark.parametrize("spec", ["rapidocr", "trocr:x"])
def test_a_missing_package_is_named(spec, monkeypatch):
    import sys

    for name in ("rapidocr", "rapidocr_onnxruntime", "transformers"):
        monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(EngineError, match="is needed for it: pip install"):
        open_teacher(spec)


def test_teachers_of_other_packages_are_found_by_their_names(monkeypatch):
    point = SimpleNamespace(name="mine", load=lambda: lambda argument: f"mine of {argument}")
    monkeypatch.setattr(teacher.metadata, "entry_points", lambda group: [point] * (group == "ocrsearch.teachers"))  # fmt: skip

    assert open_teacher("mine:some/folder") == "mine of some/folder"
    with pytest.raises(UsageError, match="there are files, mine, rapidocr"):
        open_teacher("absent")


def test_a_teacher_of_another_package_that_cannot_be_loaded_is_named(monkeypatch):
    point = SimpleNamespace(name="mine", load=lambda: lambda _: 1 / 0)
    monkeypatch.setattr(teacher.metadata, "entry_points", lambda group: [point])

    with pytest.raises(EngineError, match=r"teacher mine: it cannot be loaded \(division by zero"):
        open_teacher("mine")
