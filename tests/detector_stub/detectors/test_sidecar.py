from __future__ import annotations

import json
import os

import numpy as np
import pytest

from detector_stub.boxes import Box, DetectorError
from detector_stub.detectors import sidecar
from detector_stub.detectors.sidecar import SidecarDetector

PHOTO = np.zeros((10, 10, 3), dtype=np.uint8)


class Fixed:
    fingerprint = "fixed"

    def detect(self, photo, path):
        return [[Box(1, 1, 2, 2)]]

    def has_known_boxes(self, path):
        return path.name == "known.jpg"


def detect(tmp_path, held):
    text = held if isinstance(held, str) else json.dumps(held)
    (tmp_path / "a.jpg.boxes.json").write_text(text)
    return SidecarDetector(Fixed()).detect(PHOTO, tmp_path / "a.jpg")


def test_lines_of_the_file_are_taken_as_they_stand(tmp_path):
    lines = detect(
        tmp_path, {"version": 1, "lines": [[[0, 0, 5, 5], [6, 0, 9, 5]], [[0, 6, 5, 9]]]}
    )

    assert lines == [[Box(0, 0, 5, 5), Box(6, 0, 9, 5)], [Box(0, 6, 5, 9)]]


def test_loose_boxes_are_sorted_into_lines(tmp_path):
    assert detect(tmp_path, {"version": 1, "boxes": [[6, 0, 9, 5], [0, 0, 5, 5]]}) == [
        [Box(0, 0, 5, 5), Box(6, 0, 9, 5)]
    ]


def test_without_a_file_the_other_detector_is_asked(tmp_path):
    assert SidecarDetector(Fixed()).detect(PHOTO, tmp_path / "a.jpg") == [[Box(1, 1, 2, 2)]]


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ("{", r"not JSON \(line 1\)"),
        ("", "not JSON"),
        ("\n\nboxes", r"not JSON \(line 3\)"),
        ("[" * 100_000, "not JSON"),
        ('{"version": 1, "boxes": ' + "[" * 100_000, "not JSON"),
        ('{"version": 1, "boxes": [[' + "9" * 10_000 + ", 0, 1, 1]]}", "not JSON"),
        ("[]", "expected an object"),
        ("null", "expected an object"),
        ('"boxes"', "expected an object"),
        ("7", "expected an object"),
        ({"version": 2, "boxes": []}, "version: 2 is not known"),
        ({"version": "1", "boxes": []}, 'version: "1" is not known'),
        ({"version": [1], "boxes": []}, "version: .* is not known"),
        ({"boxes": []}, "version: nothing is not known"),
        ({"version": 1}, "boxes: expected a list, found nothing"),
        ({"version": 1, "boxes": None}, "boxes: expected a list, found nothing"),
        ({"version": 1, "boxes": {}}, "boxes: expected a list"),
        ({"version": 1, "boxes": "abcd"}, "boxes: expected a list"),
        ({"version": 1, "lines": 5}, "lines: expected a list"),
        ({"version": 1, "lines": [5]}, r"lines\[0\]: expected a list, found 5"),
        ({"version": 1, "lines": [[[0, 0, 1, 1], 5]]}, r"lines\[0\]\[1\]: expected four numbers"),
        ({"version": 1, "boxes": [[5, 0, 5, 9]]}, r"boxes\[0\]: .* is empty"),
        ({"version": 1, "boxes": [[5, 0, 9]]}, r"four numbers .* found \[5, 0, 9\]"),
        ({"version": 1, "boxes": [[5, 0, 9, 9, 1]]}, "four numbers"),
        ({"version": 1, "boxes": [5, 0, 9, 9]}, r"boxes\[0\]: expected four numbers"),
        ({"version": 1, "boxes": ["abcd"]}, "four numbers"),
        ({"version": 1, "boxes": [[None, 0, 9, 9]]}, "four numbers"),
        ({"version": 1, "boxes": [[True, 0, 9, 9]]}, "four numbers"),
        ({"version": 1, "boxes": [[0, 0, float("inf"), 9]]}, "four numbers"),
        ({"version": 1, "boxes": [[float("nan"), 0, 5, 9]]}, "four numbers"),
        ({"version": 1, "boxes": [[0, 0, 10**30, 9]]}, "four numbers"),
        ({"version": 1, "boxes": [["x" * 10_000, 0, 1, 9]]}, "four numbers .* found .{,60};"),
    ],
)
def test_a_damaged_file_is_named_with_its_fault(tmp_path, held, reason):
    with pytest.raises(DetectorError, match=reason) as caught:
        detect(tmp_path, held)

    assert "a.jpg.boxes.json: " in str(caught.value)
    assert str(caught.value).endswith("; mend the file or remove it")


def test_boxes_are_given_where_there_is_a_sidecar_or_the_other_detector_knows_them(tmp_path):
    (tmp_path / "a.jpg.boxes.json").write_text("{}")
    detector = SidecarDetector(Fixed())

    names = ("a.jpg", "b.jpg", "known.jpg")

    assert [detector.has_known_boxes(tmp_path / name) for name in names] == [True, False, True]


@pytest.mark.parametrize("name", ["a" * 251 + ".jpg", "a" * 245 + ".jpg", "図" * 82 + ".jpg"])
def test_beside_a_photo_whose_name_leaves_no_room_there_is_no_sidecar(tmp_path, name):
    detector = SidecarDetector(Fixed())

    assert detector.detect(PHOTO, tmp_path / name) == [[Box(1, 1, 2, 2)]]
    assert not detector.has_known_boxes(tmp_path / name)


@pytest.mark.parametrize("target", ["boxes", "nowhere", "a.jpg.boxes.json"])
def test_a_link_is_not_followed(tmp_path, target):
    (tmp_path / "boxes").write_text('{"version": 1, "boxes": [[0, 0, 5, 5]]}')
    (tmp_path / "a.jpg.boxes.json").symlink_to(target)

    with pytest.raises(DetectorError, match=r"a\.jpg\.boxes\.json: a link; links are not followed"):
        SidecarDetector(Fixed()).detect(PHOTO, tmp_path / "a.jpg")


def test_what_is_no_file_is_no_sidecar(tmp_path):
    os.mkfifo(tmp_path / "a.jpg.boxes.json")

    assert SidecarDetector(Fixed()).detect(PHOTO, tmp_path / "a.jpg") == [[Box(1, 1, 2, 2)]]


def test_a_huge_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sidecar, "MAX_BYTES", 5)

    with pytest.raises(DetectorError, match="larger than"):
        detect(tmp_path, {"version": 1, "boxes": []})
