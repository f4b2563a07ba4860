from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from detector_stub.training import pages
from detector_stub.training.pages import PageCache, PageError, doubtful, read

QUAD = [[10, 20], [110, 30], [108, 60], [8, 50]]


def one(folder, write_page, words):
    return read(write_page(folder, words=words))[0]


def test_pages_come_by_name_with_their_words(tmp_path, write_page):
    write_page(tmp_path, "b")
    write_page(tmp_path, "a")

    found = read(tmp_path)

    assert [page.picture.name for page in found] == ["a.png", "b.png"]
    assert [len(page.quads) for page in found] == [4, 4]
    assert found[0].photo().shape == (220, 360, 3)


def test_the_corners_of_a_word_are_taken_as_they_are(tmp_path, write_page):
    page = one(tmp_path, write_page, [{"text": "a", "box": [8, 20, 110, 60], "poly": QUAD}])

    assert page.quads.tolist() == [QUAD]
    assert page.boxes.tolist() == [[8, 20, 110, 60]]


def test_a_word_with_a_box_only_gets_a_margin(tmp_path, write_page):
    page = one(tmp_path, write_page, [{"text": "a", "box": [100, 100, 200, 150]}])

    assert page.quads.tolist() == [[[94, 94], [206, 94], [206, 156], [94, 156]]]
    assert page.boxes.tolist() == [[100, 100, 200, 150]]


def test_ink_without_a_text_is_not_legible_and_a_word_without_a_place_is_left_out(
    tmp_path, write_page
):
    page = one(
        tmp_path,
        write_page,
        [
            {"text": None, "box": [0, 0, 9, 9], "poly": None},
            {"text": "somewhere", "box": None},
            {"text": "a", "poly": QUAD},
        ],
    )

    assert page.legible.tolist() == [False, True]
    assert page.boxes.tolist() == [[0, 0, 9, 9]]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"words": None}, 'expected an object with a list "words"'),
        ({"width": "360"}, 'width: expected pixels, found "360"'),
        ({"words": ["a"]}, 'words[0]: expected an object with a "text"'),
        ({"words": [{"box": [0, 0, 9, 9]}]}, 'words[0]: expected an object with a "text"'),
        (
            {"words": [{"text": "a"}, {"text": "b", "box": [1, 2, 3]}]},
            "words[1].box: expected [left, top, right, bottom], found [1, 2, 3]",
        ),
        ({"words": [{"text": "a", "box": [9, 0, 9, 9]}]}, "words[0].box: [9, 0, 9, 9] is empty"),
        ({"words": [{"text": "a", "poly": [[1, 2]]}]}, "words[0].poly: expected four corners"),
        ({"words": [{"text": "a", "poly": "here"}]}, "words[0].poly: expected four corners"),
        ({"height": None}, "height: expected pixels, found nothing"),
        ({"height": True}, "height: expected pixels, found true"),
        ({"height": [7] * 99}, f"height: expected pixels, found {str([7] * 99)[:60]}"),
    ],
)
def test_a_fault_is_told_with_its_file_and_key(tmp_path, write_page, changes, fault):
    write_page(tmp_path, "board", **changes)

    with pytest.raises(PageError) as told:
        read(tmp_path)

    assert str(told.value).startswith(f"{tmp_path / 'board.json'}: ")
    assert fault in str(told.value)


@pytest.mark.parametrize("content", ['{"words": [', "", "[" * 100_000, "9" * 10_000])
def test_a_file_that_is_no_json_is_named(tmp_path, write_page, content):
    write_page(tmp_path, "board")
    (tmp_path / "board.json").write_text(content)

    with pytest.raises(PageError, match=r"board\.json: not JSON"):
        read(tmp_path)


def test_a_file_that_is_not_utf_8_is_named(tmp_path, write_page):
    write_page(tmp_path, "board")
    (tmp_path / "board.json").write_bytes(b'{"photo": "b\xf6ard.png"}')

    with pytest.raises(PageError, match=r"board\.json: not UTF-8; mend the file or remove it"):
        read(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_says_how_a_file_is_encoded(tmp_path, write_page, encoding):
    write_page(tmp_path, "board")
    file = tmp_path / "board.json"
    file.write_bytes(file.read_text().encode(encoding))

    assert len(read(tmp_path)) == 1


@pytest.mark.parametrize("kind", ["EPS", "PPM", "TGA", "PDF"])
def test_a_picture_of_another_format_is_refused_whatever_it_is_called(tmp_path, write_page, kind):
    page = read(write_page(tmp_path))[0]
    Image.new("RGB", (360, 220)).save(page.picture, kind)

    with pytest.raises(PageError, match=r"page\.png: no picture of a supported format"):
        page.photo()


def test_a_page_without_its_picture_is_named(tmp_path, write_page):
    write_page(tmp_path, "board")
    (tmp_path / "board.png").unlink()

    with pytest.raises(PageError, match=r"board\.json: no picture beside it"):
        read(tmp_path)


def test_a_folder_without_pages_is_named(tmp_path):
    with pytest.raises(PageError, match="holds no page"):
        read(tmp_path)
    with pytest.raises(PageError, match="no such folder"):
        read(tmp_path / "missing")


def test_a_picture_of_another_size_is_refused(tmp_path, write_page):
    page = read(write_page(tmp_path, height=110))[0]

    with pytest.raises(PageError, match=r"page\.png: 360 × 220 pixels, but .*json .* 360 × 110"):
        page.photo()


def test_a_damaged_picture_is_named(tmp_path, write_page):
    page = read(write_page(tmp_path))[0]
    page.picture.write_bytes(page.picture.read_bytes()[:2000])

    with pytest.raises(PageError, match=r"page\.png: cannot read the picture"):
        page.photo()


def test_a_picture_is_turned_upright_before_its_size_is_compared(tmp_path):
    lying = Image.new("RGB", (40, 60), "white")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    lying.save(tmp_path / "a.jpg", exif=exif)
    (tmp_path / "a.json").write_text(json.dumps({"width": 60, "height": 40, "words": []}))

    assert read(tmp_path)[0].photo().shape == (40, 60, 3)


def test_ink_that_could_be_a_word_is_doubtful_and_drawings_are_not():
    page = Image.new("RGB", (500, 400), "white")
    brush = ImageDraw.Draw(page)
    brush.ellipse((40, 100, 240, 300), outline="black", width=4)  # a circle of six word heights
    brush.rectangle((330, 180, 333, 205), fill="black")  # as high as a letter
    boxed = np.asarray([[(380, 20), (440, 20), (440, 52), (380, 52)]], np.float32)

    map_ = doubtful(np.asarray(page), boxed)

    assert map_[190, 331] == 1
    assert map_[100:301, 40:241].sum() == 0
    assert map_[350, 450] == 0


@pytest.mark.thorough
def test_an_cache_keeps_what_fits_and_reads_the_rest_again(tmp_path, write_page, monkeypatch):
    for name in "abc":
        write_page(tmp_path, name)
    read_in = []
    photo = pages.Page.photo
    monkeypatch.setattr(
        pages.Page, "photo", lambda page: read_in.append(page.picture.stem) or photo(page)
    )
    sheet = 360 * 220 * 4

    cache = PageCache(read(tmp_path), memory=2 * sheet)
    again = [cache[number] for number in (0, 1, 2, 0, 1, 2)]

    assert len(cache) == 3
    assert "".join(read_in) == "abcc"
    assert again[2].photo.tolist() == again[5].photo.tolist()
