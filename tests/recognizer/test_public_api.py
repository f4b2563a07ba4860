"""The names that `import recognizer` offers."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

import recognizer
from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def reader(small_weights: Path) -> recognizer.Recognizer:
    return recognizer.Recognizer(small_weights, "cpu")


@pytest.fixture
def folder(tmp_path: Path, draw: Callable[[str], Image.Image]) -> Path:
    (tmp_path / "more").mkdir()
    draw("cat").save(tmp_path / "b.png")
    draw("dog").save(tmp_path / "more" / "a.webp")
    (tmp_path / "notes.txt").write_text("no image", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", recognizer.__all__)
def test_every_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    public = getattr(recognizer, name)

    assert inspect.getdoc(public)
    assert name in dir(recognizer)


def test_public_names_are_sorted_and_unknown_ones_are_refused() -> None:
    assert sorted(recognizer.__all__) == recognizer.__all__
    with pytest.raises(AttributeError, match="'recognizer' has no attribute 'Recogniser'"):
        recognizer.Recogniser  # noqa: B018


@pytest.mark.parametrize("module", ["recognizer", "recognizer.cli", "recognizer.cli.commands"])
def test_importing_the_package_or_its_commands_loads_no_torch(module: str) -> None:
    code = f"import sys, {module}; print('torch' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "1"])
def test_pictures_of_any_mode_are_read_as_their_fitted_crops_are(
    reader: recognizer.Recognizer, draw: Callable[[str], Image.Image], mode: str
) -> None:
    from recognizer.inference import images

    picture = draw("hippo").convert(mode)

    readings = reader.read([picture, images.fit(picture)])

    assert readings[0] == readings[1]
    assert isinstance(readings[0], recognizer.Reading)


def test_an_array_that_is_not_fitted_is_refused_with_what_to_do(
    reader: recognizer.Recognizer, draw: Callable[[str], Image.Image]
) -> None:
    import numpy as np

    unfitted = np.asarray(draw("cat"))
    for wrong in (unfitted, np.zeros((48, 90), np.float32), np.zeros((48, 0), np.uint8)):
        with pytest.raises(DataError, match=r"not a fitted crop .*PIL\.Image\.fromarray"):
            reader.read([wrong])


@pytest.mark.parametrize("misuse", ["image", "crop", "path", "text", "paths", "names", "none"])
def test_what_is_no_list_of_images_is_refused_with_what_to_pass(
    reader: recognizer.Recognizer, draw: Callable[[str], Image.Image], misuse: str
) -> None:
    import numpy as np

    wrong = {
        "image": draw("cat"),
        "crop": np.zeros((48, 90), np.uint8),
        "path": Path("word.png"),
        "text": "word.png",
        "paths": [Path("word.png")],
        "names": ["word.png"],
        "none": None,
    }

    with pytest.raises(DataError, match="pass a list of PIL images or fitted arrays"):
        reader.read(wrong[misuse])


def test_paths_may_be_texts(small_weights: Path, folder: Path) -> None:
    reader = recognizer.Recognizer(str(small_weights), "cpu")

    assert recognizer.read_folder(str(folder), reader) == recognizer.read_folder(folder, reader)


def test_a_prior_ranks_the_readings(
    reader: recognizer.Recognizer, draw: Callable[[str], Image.Image], tmp_path: Path
) -> None:
    [alone] = reader.read([draw("road")])
    wanted = next(text for text, _ in alone.alternatives[1:] if len(text) > 1)
    (tmp_path / "words.txt").write_text(f"{wanted} 0.9\n", encoding="utf-8")

    prior = recognizer.load_prior("none", [str(tmp_path / "words.txt")])
    [known] = reader.read([draw("road")], prior=prior)

    assert dict(known.alternatives)[wanted] > dict(alone.alternatives)[wanted]


def test_a_folder_is_read_image_by_image_and_below_it_too(
    reader: recognizer.Recognizer, folder: Path
) -> None:
    found = recognizer.read_folder(folder, reader, alternatives=2)

    assert list(found) == [folder / "b.png", folder / "more" / "a.webp"]
    with Image.open(folder / "b.png") as picture:
        assert found[folder / "b.png"] == reader.read([picture], alternatives=2)[0]


def test_an_image_of_a_folder_that_cannot_be_read_is_logged_and_left_out(
    reader: recognizer.Recognizer, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "broken.png").write_bytes(b"no image")

    found = recognizer.read_folder(folder, reader)

    assert len(found) == 2
    assert "broken.png: not a readable word image" in caplog.text


def test_a_folder_that_is_missing_is_named(reader: recognizer.Recognizer, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="gone: no such folder"):
        recognizer.read_folder(tmp_path / "gone", reader)
