from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from recognizer.datasets.specs import FORMS, samples
from recognizer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def texts(spec: object) -> list[str]:
    return [sample.text for sample in samples(str(spec))]


@pytest.mark.parametrize("name", ["labels.tsv", "test.tsv", "TEST.TSV"])
def test_any_tsv_file_is_a_table(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, "a.png\tone\n")

    assert texts(path) == ["one"]


def test_a_folder_with_labels_means_its_labels(tmp_path: Path) -> None:
    write(tmp_path / "labels.tsv", "a.png\tone\n")

    assert texts(tmp_path) == ["one"]


@pytest.mark.parametrize("name", ["words.zip", "WORDS.ZIP"])
def test_a_zip_file_is_read_as_one(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr("labels.tsv", "a.png\tone\n")

    assert texts(tmp_path / name) == ["one"]


def test_folder_reads_images_named_after_their_text(tmp_path: Path) -> None:
    (tmp_path / "a_one_1.png").touch()

    assert texts(f"folder:{tmp_path}") == ["one"]


@pytest.mark.parametrize(
    ("end", "text"), [("", "one"), (":train", "one"), (":val", "two"), (":test", "three")]
)
def test_mjsynth_reads_the_part_that_is_named_and_train_without(
    tmp_path: Path, end: str, text: str
) -> None:
    for part, word in (("train", "one"), ("val", "two"), ("test", "three")):
        write(tmp_path / f"annotation_{part}.txt", f"./1/1/1_{word}_7.jpg 7\n")

    assert texts(f"mjsynth:{tmp_path}{end}") == [text]


@pytest.mark.parametrize(("end", "text"), [("", "A"), (":train", "A"), (":val", "MOVE")])
def test_iam_reads_the_part_that_is_named_and_train_without(
    tmp_path: Path, end: str, text: str
) -> None:
    lines = "a01-000u-00-00 ok 154 408 768 27 51 AT A\na01-000u-01-00 ok 154 5 7 213 48 NN MOVE\n"
    write(tmp_path / "words.txt", lines)
    write(tmp_path / "trainset.txt", "a01-000u-00\n")
    write(tmp_path / "validationset1.txt", "a01-000u-01\n")

    assert texts(f"iam:{tmp_path}{end}") == [text]


def test_a_colon_in_a_folder_name_is_part_of_it(tmp_path: Path) -> None:
    write(tmp_path / "disk:test" / "annotation_train.txt", "./1/1/1_one_7.jpg 7\n")

    assert texts(f"mjsynth:{tmp_path / 'disk:test'}") == ["one"]


def test_an_unknown_part_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'dev'"):
        samples(f"mjsynth:{tmp_path}:dev")


@pytest.mark.parametrize("spec", ["words.csv", "lmdb:words", "", "iam:", "mjsynth", "folder:"])
def test_an_unknown_spec_is_an_error_that_lists_the_forms(spec: str) -> None:
    with pytest.raises(DataError) as caught:
        samples(spec)

    assert repr(spec) in str(caught.value)
    assert all(form in str(caught.value) for form in FORMS)


def test_a_folder_without_labels_is_an_error_that_lists_the_forms(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="folder:ROOT"):
        samples(str(tmp_path))


@pytest.mark.parametrize(
    "form", ["{}.tsv", "{}.zip", "mjsynth:{}", "iam:{}", "iam:{}:val", "folder:{}"]
)
def test_a_missing_path_is_an_error_that_names_the_path(tmp_path: Path, form: str) -> None:
    path = tmp_path / "gone"

    with pytest.raises(DataError, match=rf"^{path}(\.\w+)?: no such file or folder"):
        samples(form.format(path))


def test_a_number_sign_takes_so_many_samples_always_the_same_ones(tmp_path: Path) -> None:
    rows = "".join(f"{n}.png\tword{n}\n" for n in range(100))
    path = write(tmp_path / "labels.tsv", rows)

    some = texts(f"{path}#10")

    assert len(some) == len(set(some)) == 10
    assert some == texts(f"{path}#10")
    assert some == sorted(some, key=texts(path).index)
    assert int(some[-1].removeprefix("word")) > 50


def test_more_samples_than_there_are_means_all(tmp_path: Path) -> None:
    path = write(tmp_path / "labels.tsv", "a.png\tone\nb.png\ttwo\n")

    assert texts(f"{path}#10") == ["one", "two"]


def test_a_number_sign_goes_with_a_part(tmp_path: Path) -> None:
    lines = "".join(f"./1/1/{n}_word_7.jpg 7\n" for n in range(9))
    write(tmp_path / "annotation_val.txt", lines)

    assert len(samples(f"mjsynth:{tmp_path}:val#4")) == 4


def test_a_number_sign_in_a_file_name_is_part_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "words#2"
    write(folder / "labels.tsv", "a.png\tone\nb.png\ttwo\nc.png\tthree\n")

    assert len(texts(folder)) == 3


@pytest.mark.parametrize("content", ["", "\n \n", "image\ttext\n"])
def test_data_without_a_word_are_named(tmp_path: Path, content: str) -> None:
    path = write(tmp_path / "labels.tsv", content)

    with pytest.raises(DataError, match=r"labels\.tsv: holds no labelled word"):
        samples(str(path))


def test_no_words_of_data_are_none(tmp_path: Path) -> None:
    path = write(tmp_path / "labels.tsv", "a.png\tone\n")

    with pytest.raises(DataError, match=r"labels\.tsv#0: holds no labelled word"):
        samples(f"{path}#0")


def test_data_of_the_program_around_the_commands_is_named_with_its_part(tmp_path: Path) -> None:
    write(tmp_path / "held" / "labels.tsv", "a.png\tone\n")
    write(tmp_path / "labels.tsv", "a.png\tone\nb.png\ttwo\n")

    def own(part: str) -> Path:
        return tmp_path / part

    given = {"corrections": own}

    assert len(samples("corrections:", given=given)) == 2
    assert len(samples("corrections:#1", given={"corrections": lambda _: tmp_path})) == 1
    assert [s.text for s in samples("corrections:held", given=given)] == ["one"]
