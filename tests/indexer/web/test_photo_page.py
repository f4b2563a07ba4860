"""The page of a photo: what people said of its words, and what may be changed by whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.corrections.correction import Correction
from indexer.entities import Box, EngineId, Reading, Word


@pytest.fixture
def board(served) -> str:
    return served.photo("board.png", "quene", "depth", "selene")


def said(served, board, place: int, text: str, **more: object) -> Correction:
    catalog = served.world.library.catalog
    photo = catalog.photo_with(board)
    uid = f"{len(catalog.corrections()):032x}"
    made = Correction(uid, board, (photo.width, photo.height), photo.words[place].box, text)
    [made] = catalog.correct([replace(made, **more)])
    return made


def page(served, board, client=None) -> str:
    answer = (client or served.client).get(f"/photo/{board}")
    assert answer.status_code == 200
    return answer.text


def test_words_show_whom_they_are_from(served, board):
    said(served, board, 0, "queue")
    said(served, board, 1, "depths", by="import:notes")
    said(served, board, 2, "selena", by="teacher:tesseract@5")

    text = page(served, board).split('id="text"')[1].split("</div>")[0]

    assert 'by-person">queue<' in text
    assert 'by-import">depths<' in text
    assert 'by-teacher">selena<' in text


def test_a_correction_in_whose_place_another_word_is_surely_read_is_listed_as_doubtful(
    served, board
):
    made = said(served, board, 0, "queue")
    moved = Word(Box(0, 10, 250, 44), 0, "stack", 0.99, (("stack", 0.99),))
    served.world.library.catalog.put_reading(
        board, Reading(256, 64, None, (moved,)), EngineId("other", "abc")
    )

    text = page(served, board).split("Doubtful corrections")[1].split("</ul>")[0]

    assert "<q>queue</q>" in text
    assert made.uid in text


def test_the_history_has_what_was_read_and_what_was_said(served, board):
    uid = said(served, board, 0, "").uid
    served.world.library.catalog.undo([uid], 1.0)

    text = page(served, board).split('class="history"')[1]

    assert "<s><q>quene</q> → <q>no word</q></s>, person" in text
    assert f'data-does="redo" data-uid="{uid}"' in text


def test_a_page_that_was_checked_says_when(served, board):
    served.world.library.catalog.check(board, None, "", 86_400.0)

    assert 'All words were checked: <time data-seconds="86400.0">' in page(served, board)


@pytest.mark.thorough
def test_who_may_only_look_sees_no_editor_and_nothing_to_change(served, board):
    said(served, board, 0, "queue")

    text = page(served, board, served.paired(read_only=True))

    assert "photo.js" in text
    assert "1 correction<" in text
    for part in ('id="editor"', "edit.js", 'id="undo"', "data-does", "right now"):
        assert part not in text


@pytest.mark.thorough
def test_corrections_of_the_former_version_are_offered_and_taken(served, board):
    said(served, board, 0, "queue")
    anew = served.photo("board.png", "stack", "depth", "selene")
    offered = served.client.get(f"/api/v1/photos/{anew}/former").json()
    assert [c["text"] for c in offered] == ["queue"]
    assert "1 correction of the former version" in page(served, anew)
    assert "Take them" not in page(served, anew, served.paired(read_only=True))

    answer = served.client.post(f"/api/v1/photos/{anew}/former", json={"take": True}).json()

    assert [c["uid"] for c in answer["taken"]] == [offered[0]["uid"]]
    assert [w["text"] for w in answer["photo"]["words"]] == ["queue", "depth", "selene"]
    assert "former version" not in page(served, anew)
