from __future__ import annotations

import pytest

from indexer.errors import CatalogError, DamageError
from indexer.query.ast import And, Or, Pattern, Phrase, Term
from indexer.query.suggestions import allowed_edits
from indexer.stores.fulltext import Fulltext


@pytest.fixture
def index(tmp_path):
    fulltext = Fulltext(tmp_path / "index")
    fulltext.rebuild(
        iter([{1: {"queue": 1.0, "tree": 0.2}, 2: {"queve": 0.9}, 3: {"dequeue": 1.0}}])
    )
    return fulltext


def found(index, question):
    return index.candidates(question, None)


def test_a_photo_is_proposed_for_every_reading_the_likelier_first(index):
    index.apply({4: {"queue": 0.3}})

    assert found(index, Term("queue")) == [1, 4]


def test_the_limit_keeps_the_best(index):
    index.apply({4: {"queue": 0.3}})

    assert index.candidates(Term("queue"), 1) == [1]


def test_nothing_is_proposed_where_more_photos_would_have_to_be_looked_at_than_allowed(index):
    index.apply({4: {"queue": 0.3}})

    assert index.candidates(Term("queue"), None, most=1) == []
    assert index.candidates(Term("queue"), None, most=2) == [1, 4]
    assert index.candidates(Pattern("que*"), None, most=3) == []
    assert sorted(index.candidates(Pattern("que*"), None, most=4)) == [1, 2, 4]


def test_a_phrase_proposes_photos_with_all_its_words(index):
    index.apply({4: {"tree": 1.0}})

    assert found(index, Phrase(("tree", "queue"))) == [1]
    either = Or((Phrase(("tree", "queue")), Term("dequeue")))
    assert sorted(found(index, either)) == [1, 3]


def test_words_that_look_alike_are_suggested_nearest_first(index):
    index.apply({4: {"queues": 1.0, "zebra": 1.0}})

    assert index.suggestions("quene") == ["queue", "queve"]


def test_connectives_and_patterns_reach_the_index(index):
    assert found(index, And((Term("queue"), Term("tree")))) == [1]
    assert set(found(index, Or((Term("tree"), Term("dequeue"))))) == {1, 3}
    assert found(index, Pattern("deq*")) == [3]


def test_applying_replaces_and_removes_photos(index):
    index.apply({1: {"helios": 1.0}, 2: None, 4: {"selene": 1.0}})

    assert found(index, Term("queue")) == []
    assert found(index, Term("helios")) == [1]
    assert found(index, Term("selene")) == [4]
    assert index.count() == 3


def test_a_rebuild_that_fails_half_way_leaves_the_old_index_in_use(index):
    def interrupted():
        yield {7: {"new": 1.0}}
        raise OSError(28, "No space left on device")

    with pytest.raises(CatalogError, match="free some disk space"):
        index.rebuild(interrupted())

    assert found(index, Term("tree")) == [1]


def test_a_rebuild_removes_older_generations(index):
    index.rebuild(iter([{9: {"new": 1.0}}]))

    folders = [p.name for p in index.folder.iterdir() if p.is_dir()]
    assert len(folders) == 1
    assert found(index, Term("new")) == [9]


def test_a_missing_index_says_what_to_do(tmp_path):
    with pytest.raises(CatalogError, match="ocrsearch rebuild"):
        found(Fulltext(tmp_path / "none"), Term("queue"))


def test_a_damaged_index_says_what_to_do(index):
    [folder] = [p for p in index.folder.iterdir() if p.is_dir()]
    for segment in folder.glob("*.seg"):
        segment.write_bytes(segment.read_bytes()[:20])

    with pytest.raises(CatalogError, match="ocrsearch rebuild"):
        found(index, Term("queue"))
    with pytest.raises(CatalogError, match="ocrsearch rebuild"):
        index.count()


def test_an_index_of_another_format_is_not_used(index):
    (index.folder / "CURRENT").write_text("0 0001\n")

    with pytest.raises(CatalogError, match="ocrsearch rebuild"):
        index.count()


def test_a_second_writer_is_told_to_wait(index):
    [folder] = [p for p in index.folder.iterdir() if p.is_dir()]
    from whoosh.filedb.filestore import FileStorage

    writer = FileStorage(str(folder)).open_index().writer()

    try:
        with pytest.raises(CatalogError, match="another program"):
            index.apply({5: {"late": 1.0}}, wait=0.0)
    finally:
        writer.cancel()


def test_short_words_allow_no_edits():
    assert [allowed_edits(w) for w in ("at", "tree", "queues")] == [0, 1, 2]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("pattern", ["*.seg", "*.toc", "CURRENT"])
def test_a_file_that_was_cut_off_anywhere_is_damage_not_an_answer(index, pattern, share):
    [file] = index.folder.rglob(pattern)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(DamageError, match="ocrsearch rebuild"):
        index.photos()


@pytest.mark.parametrize("pattern", ["*.seg", "*.toc", "CURRENT"])
def test_a_file_that_is_missing_is_damage_not_an_answer(index, pattern):
    [file] = index.folder.rglob(pattern)
    file.unlink()

    with pytest.raises(DamageError, match="ocrsearch rebuild"):
        index.photos()
