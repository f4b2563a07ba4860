from __future__ import annotations

from datetime import datetime

import pytest
from PIL import Image

from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import Limits


@pytest.mark.parametrize("around", [" {} ", "{}  \0", "\0{}\0\0"])
def test_a_time_that_is_padded_by_the_camera_is_read(tmp_path, around):
    exif = Image.Exif()
    exif[306] = around.format("2026:03:01 12:30:00")
    Image.new("RGB", (80, 40)).save(tmp_path / "a.jpg", exif=exif)

    taken = open_upright(tmp_path / "a.jpg", Limits()).taken

    assert taken == datetime(2026, 3, 1, 12, 30)


def test_the_time_of_the_camera_is_read(tmp_path):
    exif = Image.Exif()
    exif[306] = "2026:03:01 12:30:00"
    Image.new("RGB", (80, 40)).save(tmp_path / "a.jpg", exif=exif)

    assert open_upright(tmp_path / "a.jpg", Limits()).taken == datetime(2026, 3, 1, 12, 30)


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "yesterday", ""])
def test_a_nonsense_time_is_no_time(tmp_path, text):
    exif = Image.Exif()
    exif[306] = text
    Image.new("RGB", (80, 40)).save(tmp_path / "a.jpg", exif=exif)

    assert open_upright(tmp_path / "a.jpg", Limits()).taken is None


@pytest.mark.parametrize("first", ["0000:00:00 00:00:00", "    :  :     :  :  ", "", "2026:02:30"])
@pytest.mark.parametrize("second", [0x9004, 0x0132])
def test_the_next_field_that_holds_a_time_counts(tmp_path, first, second):
    exif = Image.Exif()
    inner = exif.get_ifd(0x8769)
    inner[0x9003] = first
    (exif if second == 0x0132 else inner)[second] = "2026:03:01 12:30:00"
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg", exif=exif)

    taken = open_upright(tmp_path / "a.jpg", Limits()).taken

    assert taken == datetime(2026, 3, 1, 12, 30)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:30:00",
        "2026:03:01 12:30",
        "2026-03-01 12:30:00.123",
        "2026-03-01T12:30:00Z",
        "2026:03:01 12:30:00+02:00",
        "2026/03/01 12:30:00",
        "2026:3:1 12:30:0",
        "2026:03:1 12:30:00",
        "2026-3-01T12:30",
        "2026:03:01 12:29:60",
        "2026:03:01 12:30:00\0junk",
        "2026:03:01 12:30:00\0\0\xff\xfe",
        "\0 2026:03:01 12:30:00 \0 1999:01:01 00:00:00",
    ],
)
def test_other_spellings_of_a_time_are_read(tmp_path, text):
    exif = Image.Exif()
    exif[306] = text
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg", exif=exif)

    taken = open_upright(tmp_path / "a.jpg", Limits()).taken

    assert taken == datetime(2026, 3, 1, 12, 30)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("2026:02:28 24:00:00", datetime(2026, 3, 1)),
        ("2026:12:31 24:00", datetime(2027, 1, 1)),
        ("2026:12:31 23:59:60", datetime(2027, 1, 1)),
        ("2026:3:5 1:2:3", datetime(2026, 3, 5, 1, 2, 3)),
        ("2026:03:05 25:00:00", None),
        ("2026:03:05 23:60:00", None),
        ("2026:03:05 23:00:61", None),
        ("2026:13:05 23:00:00", None),
        ("9999:12:31 24:00:00", None),
        ("\0", None),
    ],
)
def test_the_ends_of_days_and_minutes_are_times_and_what_lies_beyond_is_none(tmp_path, text, taken):
    exif = Image.Exif()
    exif[306] = text
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg", exif=exif)

    assert open_upright(tmp_path / "a.jpg", Limits()).taken == taken
