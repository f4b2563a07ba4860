from __future__ import annotations

from dataclasses import replace

from indexer.catalog.correctable import CorrectableCatalog
from indexer.corrections.correction import CorrectionKind
from indexer.entities import Box, Reading, Word

from .corrected import CONTENT, ENGINE, NEWER, QUEUE, READ, STAMP


def texts(catalog) -> list[str]:
    return [word.text for word in catalog.photo_with(CONTENT).words]


def test_a_corrected_word_takes_the_place_of_what_was_read(catalog):
    assert catalog.correct([QUEUE]) == [replace(QUEUE, seen_text="quene", seen_confidence=0.7)]

    assert texts(catalog) == ["queue", "depth"]


def test_every_query_of_words_sees_corrected_ones(catalog):
    catalog.correct([QUEUE])
    photo = catalog.photo_with(CONTENT).id

    assert [w.text for _, _, w in catalog.words_like([photo], ["queue"])] == ["queue"]
    assert [*catalog.words_like([photo], ["quene"])] == []
    assert catalog.words_on_lines({photo: {1}})[photo][0].text == "queue"
    assert catalog.lines([photo]) == {photo: {0: 0, 1: 0}}


def test_a_correction_comes_back_as_it_went_in(catalog):
    slanted = replace(
        QUEUE, corners=((1.0, 2.0), (3.0, 4.0), (5.0, 6.0), (7.0, 8.0)), by="import:notes",
        kind=CorrectionKind.CHOSEN, seen_text="quene", seen_confidence=0.7, device="phone",
    )  # fmt: skip

    catalog.correct([slanted])

    assert catalog.corrections() == [replace(slanted, number=1)]


def test_a_correction_that_is_known_changes_nothing(catalog):
    catalog.correct([QUEUE])

    assert catalog.correct([replace(QUEUE, text="other")]) == []
    assert texts(catalog) == ["queue", "depth"]


def test_what_was_read_is_remembered_also_where_a_correction_was_corrected(catalog):
    catalog.correct([QUEUE])
    catalog.correct([replace(QUEUE, uid="2" * 32, text="quest", seen_text="queue")])

    assert [c.seen_text for c in catalog.corrections()] == ["quene", "quene"]


def test_words_without_an_image_are_known_until_they_have_one(catalog):
    catalog.correct([QUEUE, replace(QUEUE, uid="2" * 32, box=READ[1].box, text="")])
    assert [c.uid for c in catalog.without_ink()[CONTENT]] == [QUEUE.uid]

    catalog.put_inks({QUEUE.uid: b"png"})

    assert catalog.without_ink() == {}


def test_words_to_learn_from_are_those_that_count_with_their_images(catalog):
    twice = replace(QUEUE, uid="2" * 32, text="quest", created_at=2.0)
    nobody_can_tell = replace(
        QUEUE, uid="3" * 32, box=READ[1].box, text="", kind=CorrectionKind.UNREADABLE
    )
    gone = replace(QUEUE, uid="4" * 32, content="f" * 32, text="gone")
    catalog.correct([QUEUE, twice, nobody_can_tell, gone])
    catalog.put_inks({uid * 32: f"png {uid}".encode() for uid in "1234"})

    words = list(catalog.inked_words())

    assert [(w.photo_hash, w.text, w.ink) for w in words] == [
        (CONTENT, "quest", b"png 2"),
        ("f" * 32, "gone", b"png 4"),
    ]
    first = words[0]
    assert (first.kind, first.by, first.part, first.box) == (
        twice.kind, "person", twice.part, twice.box,
    )  # fmt: skip


def test_what_was_undone_is_not_learned(catalog):
    catalog.correct([QUEUE])
    catalog.put_inks({QUEUE.uid: b"png"})

    catalog.undo([QUEUE.uid], 5.0)

    assert list(catalog.inked_words()) == []


def test_a_checked_photo_has_all_its_words_confirmed_at_once(catalog):
    catalog.correct([QUEUE])

    assert catalog.check(CONTENT, None, "phone", 9.0) == 1

    assert catalog.checked() == {CONTENT: 9.0}
    made = catalog.corrections()[-1]
    assert (made.text, made.kind, made.seen_text, made.device) == (
        "depth", CorrectionKind.CONFIRMED, "depth", "phone",
    )  # fmt: skip
    assert [w.confidence for w in catalog.photo_with(CONTENT).words] == [1.0, 1.0]


def test_words_that_changed_since_they_were_looked_at_are_not_checked(catalog):
    seen = catalog.photo_with(CONTENT).version
    catalog.correct([QUEUE])

    assert catalog.check(CONTENT, seen, "", 9.0) is None
    assert catalog.checked() == {}
    assert catalog.check(CONTENT, catalog.photo_with(CONTENT).version, "", 9.0) == 1


def test_undoing_a_check_leaves_what_was_said_before_it(catalog):
    catalog.correct([QUEUE])
    before = catalog.photo_with(CONTENT)
    catalog.check(CONTENT, None, "", 9.0)

    assert catalog.uncheck(CONTENT, 10.0) == 1

    assert catalog.checked() == {}
    after = catalog.photo_with(CONTENT)
    assert replace(after, version=before.version) == before
    assert catalog.uncheck(CONTENT, 11.0) is None


def test_a_photo_is_checked_again(catalog):
    catalog.check(CONTENT, None, "", 9.0)
    catalog.uncheck(CONTENT, 10.0)

    assert catalog.check(CONTENT, None, "", 11.0) == 2
    assert catalog.check(CONTENT, None, "", 12.0) == 0
    assert catalog.checked([CONTENT, "a" * 32]) == {CONTENT: 11.0}


def test_a_photo_is_checked_as_long_as_corrections_say_all_its_words(catalog):
    catalog.check(CONTENT, None, "", 9.0)
    catalog.correct([QUEUE])

    catalog.undo([QUEUE.uid], 10.0)
    assert catalog.checked() == {CONTENT: 9.0}

    catalog.undo([catalog.corrections()[0].uid], 11.0)
    assert catalog.checked() == {}


def test_a_photo_that_was_checked_twice_is_unchecked_as_a_whole(catalog):
    catalog.check(CONTENT, None, "", 9.0)
    catalog.check(CONTENT, None, "", 10.0)

    assert catalog.uncheck(CONTENT, 11.0) == 2
    assert all(c.undone_at == 11.0 for c in catalog.corrections())


def test_what_is_said_of_a_part_of_a_split_word_leaves_it_split(catalog):
    halves = Box(10, 10, 50, 40), Box(50, 10, 90, 40)
    catalog.correct(
        [
            replace(QUEUE, uid=str(n) * 32, box=box, text=text, kind=CorrectionKind.DRAWN)
            for n, (box, text) in enumerate(zip(halves, ("qu", "ene"), strict=True))
        ]
    )

    catalog.correct([replace(QUEUE, uid="9" * 32, box=halves[0], text="que", created_at=2.0)])

    assert texts(catalog) == ["que", "ene", "depth"]
    assert [w.box for w in catalog.photo_with(CONTENT).words[:2]] == list(halves)


def test_undoing_brings_back_the_words_as_they_were_read(catalog):
    before = catalog.photo_with(CONTENT)
    catalog.correct([QUEUE])

    catalog.undo([QUEUE.uid], 5.0)

    after = catalog.photo_with(CONTENT)
    assert replace(after, version=before.version) == before
    assert after.version > before.version
    assert [c.undone_at for c in catalog.corrections()] == [5.0]


def test_what_was_undone_is_undone_once(catalog):
    catalog.correct([QUEUE])
    catalog.undo([QUEUE.uid], 5.0)

    assert catalog.undo([QUEUE.uid], 6.0) == []


def test_redoing_lets_a_correction_count_again(catalog):
    catalog.correct([QUEUE])
    catalog.undo([QUEUE.uid], 5.0)

    catalog.redo([QUEUE.uid], 6.0)

    assert texts(catalog) == ["queue", "depth"]


def test_a_forgotten_correction_is_gone_for_good(catalog):
    catalog.correct([QUEUE])

    assert catalog.forget_corrections([QUEUE.uid], 7.0) == 1

    assert texts(catalog) == ["quene", "depth"]
    assert catalog.corrections() == []


def test_a_photo_that_is_read_again_keeps_its_corrections(catalog):
    catalog.correct([QUEUE])
    moved = replace(READ[0], box=Box(14, 8, 92, 44), text="qneue")

    catalog.put_reading(CONTENT, Reading(400, 300, None, (moved, READ[1])), NEWER)

    words = catalog.photo_with(CONTENT).words
    assert [(w.text, w.box) for w in words] == [("queue", moved.box), ("depth", READ[1].box)]


def test_corrections_outlive_their_photo_and_count_when_it_comes_back(catalog, tmp_path):
    catalog.correct([QUEUE])
    catalog.drop_places([tmp_path / "a.jpg"], 1.0)
    catalog.indexed(catalog.stale(10))
    assert len(catalog.purge(2.0)) == 1

    catalog.put_places([(tmp_path / "b.jpg", STAMP, CONTENT)], 3.0)
    catalog.put_reading(CONTENT, Reading(400, 300, None, READ), ENGINE)

    assert texts(catalog) == ["queue", "depth"]


def test_a_correction_may_come_before_its_photo(catalog, tmp_path):
    other = "2" * 32
    catalog.correct([replace(QUEUE, content=other)])

    catalog.put_places([(tmp_path / "b.jpg", STAMP, other)], 3.0)
    catalog.put_reading(other, Reading(400, 300, None, READ), ENGINE)

    assert [w.text for w in catalog.photo_with(other).words] == ["queue", "depth"]


def test_the_derived_stores_are_told_of_each_change_of_words(catalog):
    catalog.indexed(catalog.stale(10))

    for change in (
        lambda: catalog.correct([QUEUE]),
        lambda: catalog.undo([QUEUE.uid], 5.0),
        lambda: catalog.redo([QUEUE.uid], 6.0),
        lambda: catalog.forget_corrections([QUEUE.uid], 7.0),
    ):
        change()
        [photo] = catalog.stale(10)
        assert photo.words == catalog.photo_with(CONTENT).words
        catalog.indexed([photo])


def test_the_stores_must_hold_a_photo_as_long_as_it_has_a_word_that_is_shown(catalog):
    photo = catalog.photo_with(CONTENT).id
    none = [replace(QUEUE, uid=f"{n:032}", box=word.box, text="") for n, word in enumerate(READ)]
    catalog.correct(none)
    catalog.indexed(catalog.stale(10))
    assert catalog.searchable() == (set(), set())

    drawn = replace(QUEUE, uid="d" * 32, box=Box(10, 200, 90, 230), kind=CorrectionKind.DRAWN)
    catalog.correct([drawn])
    catalog.indexed(catalog.stale(10))

    assert catalog.searchable() == ({photo}, set())


def test_words_are_counted_as_they_are_shown(catalog):
    catalog.correct([replace(QUEUE, text="")])

    assert catalog.counts()["words"] == 1


def test_corrections_are_listed_by_photo_author_and_time(catalog):
    other = replace(QUEUE, uid="2" * 32, content="f" * 32, by="teacher:tess@5", created_at=9.0)
    catalog.correct([QUEUE, other])

    def uids(**which: object) -> list[str]:
        return [c.uid for c in catalog.corrections(**which)]

    assert uids(contents=[CONTENT]) == [QUEUE.uid]
    assert uids(by="teacher") == uids(by="teacher:tess@5") == uids(since=2.0) == [other.uid]
    assert uids(by="person") == [QUEUE.uid]


def test_doubtful_corrections_are_told(catalog):
    surely = Word(Box(0, 0, 300, 60), 0, "elsewhere", 0.95, (("elsewhere", 0.95),), b"p")
    catalog.correct([QUEUE])
    assert catalog.doubtful(CONTENT) == ()

    catalog.put_reading(CONTENT, Reading(400, 300, None, (surely,)), NEWER)

    assert [c.uid for c in catalog.doubtful(CONTENT)] == [QUEUE.uid]
    assert texts(catalog) == ["elsewhere"]


def test_another_process_corrects_while_this_one_has_the_catalog_open(catalog):
    with CorrectableCatalog(catalog.url) as other:
        other.correct([QUEUE])

    assert texts(catalog) == ["queue", "depth"]
