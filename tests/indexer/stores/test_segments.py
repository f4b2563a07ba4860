"""Files of segments: what they hold, and files that are none."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.stores.segments import PLANES, Block, Segment, write_segment

CHARACTERS = 3


@pytest.fixture
def segment(tmp_path):
    """Photos 4 and 9 with two words and one, and photo 6, which was removed."""
    photos = {4: [(0, b"one"), (1, b"three")], 6: [], 9: [(0, b"four")]}
    costs = np.arange(CHARACTERS * 3, dtype=np.uint8).reshape(CHARACTERS, 3)
    planes = np.eye(PLANES * CHARACTERS, 3, dtype=bool)
    write_segment(tmp_path / "1.seg", [Block.of(photos, costs, planes)])
    return Segment(tmp_path / "1.seg")


def test_words_come_back_with_their_photos_and_positions(segment):
    words = np.array([0, 2])

    blob, lengths = segment.packed(words)

    assert (bytes(blob), lengths.tolist()) == (b"onefour", [3, 4])
    assert segment.owners(np.arange(3)).tolist() == [4, 4, 9]
    assert segment.positions.tolist() == [0, 1, 0]
    assert segment.counts.tolist() == [2, 0, 1]
    assert segment.size == 3


def test_costs_of_several_characters_add_up(segment):
    assert segment.costs([0, 2], np.array([0, 1])).tolist() == [0 + 6, 1 + 7]


def test_there_is_a_plane_for_each_character_and_end(segment):
    bits = [
        np.unpackbits(segment.plane(kind, character))[:3].tolist()
        for kind in range(PLANES)
        for character in range(CHARACTERS)
    ]

    assert bits == np.eye(PLANES * CHARACTERS, 3, dtype=int).tolist()


def test_a_segment_made_of_others_holds_their_photos(segment, tmp_path):
    kept = segment.block(np.array([False, True, True]))
    write_segment(tmp_path / "2.seg", [kept, segment.block(np.array([True, False, False]))])

    merged = Segment(tmp_path / "2.seg")

    assert merged.photos.tolist() == [6, 9, 4]
    assert merged.owners(np.arange(3)).tolist() == [9, 4, 4]
    assert bytes(merged.packed(np.arange(3))[0]) == b"fouronethree"
    assert merged.costs([1], np.arange(3)).tolist() == [5, 3, 4]
    assert np.unpackbits(merged.plane(0, 2))[:3].tolist() == [1, 0, 0]


def test_a_file_of_another_format_is_refused(segment):
    content = segment.path.read_bytes()
    segment.path.write_bytes(b"OCRSPOS1" + content[8:])

    with pytest.raises(ValueError, match="not a posterior segment"):
        _ = segment.size


def test_a_file_of_any_other_length_is_refused(segment):
    content = segment.path.read_bytes()

    for other in (*(content[:length] for length in range(len(content))), content + b"x"):
        segment.path.write_bytes(other)
        with pytest.raises(ValueError, match=r"^a posterior segment is cut off$"):
            _ = Segment(segment.path).size
