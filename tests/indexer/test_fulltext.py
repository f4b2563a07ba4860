from __future__ import annotations

import pytest

from indexer.errors import CatalogError
from indexer.fulltext import Fulltext
from indexer.lexicon import Lexicon, allowed_edits
from indexer.question import And, Or, Pattern, Term


@pytest.fixture
def index(tmp_path):
    fulltext = Fulltext(tmp_path / "index")
    fulltext.rebuild(
        iter([{1: {"queue": 1.0, "tree": 0.2}, 2: {"queve": 0.9}, 3: {"dequeue": 1.0}}])
    )
    return fulltext


def found(index, question, **options):
    ids, _ = index.candidates(question, exact=options.get("exact", False), limit=None)
    return ids


def test_near_misreadings_are_candidates_behind_the_exact_word(index):
    assert found(index, Term("queue"))[0] == 1
    assert set(found(index, Term("queue"))) == {1, 2}


def test_exact_candidates_hold_the_very_word(index):
    assert found(index, Term("queue"), exact=True) == [1]


def test_connectives_and_patterns_reach_the_index(index):
    assert found(index, And((Term("queue"), Term("tree")))) == [1]
    assert set(found(index, Or((Term("tree"), Term("dequeue"))), exact=True)) == {1, 3}
    assert found(index, Pattern("deq*")) == [3]


def test_applying_replaces_and_removes_photos(index):
    index.apply({1: {"helios": 1.0}, 2: None, 4: {"selene": 1.0}})

    assert found(index, Term("queue"), exact=True) == []
    assert found(index, Term("helios")) == [1]
    assert found(index, Term("selene")) == [4]
    assert index.count() == 3


def test_a_rebuild_that_fails_half_way_leaves_the_old_index_in_use(index):
    def interrupted():
        yield {7: {"new": 1.0}}
        raise OSError(28, "No space left on device")

    with pytest.raises(CatalogError, match="free some space"):
        index.rebuild(interrupted())

    assert found(index, Term("tree"), exact=True) == [1]


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
    assert not index.usable()


def test_an_index_of_another_format_is_not_used(index):
    (index.folder / "CURRENT").write_text("0 0001\n")

    assert not index.usable()


def test_a_second_writer_is_told_to_wait(index):
    [folder] = [p for p in index.folder.iterdir() if p.is_dir()]
    from whoosh.filedb.filestore import FileStorage

    writer = FileStorage(str(folder)).open_index().writer()

    try:
        with pytest.raises(CatalogError, match="another program"):
            index.apply({5: {"late": 1.0}}, wait=0.0)
    finally:
        writer.cancel()


def test_the_lexicon_keeps_words_once_and_across_restarts(tmp_path):
    Lexicon(tmp_path / "lexicon").add(["queue", "tree", "queue"])
    again = Lexicon(tmp_path / "lexicon")

    again.add(["tree", "node"])

    assert (tmp_path / "lexicon").stat().st_size == 3 * 32
    assert [w for w, _ in Lexicon(tmp_path / "lexicon").near("nodes", 5)] == ["nodes", "node"]


def test_nearer_words_weigh_more(tmp_path):
    lexicon = Lexicon(tmp_path / "lexicon")
    lexicon.add(["queues", "queves", "qveves", "zebras"])

    near = lexicon.near("queues", 10)

    assert [word for word, _ in near] == ["queues", "queves", "qveves"]
    assert near[0][1] == 1.0
    assert near[0][1] > near[1][1] > near[2][1] > 0


def test_the_letter_mask_never_hides_a_word_within_reach(tmp_path):
    lexicon = Lexicon(tmp_path / "lexicon")
    lexicon.add(["abcdefg", "abcdef", "abcdxfg", "abdcefg", "qbcdefg"])

    found = {word for word, _ in lexicon.near("abcdefg", 10)}

    assert found == {"abcdefg", "abcdef", "abcdxfg", "abdcefg", "qbcdefg"}


def test_a_torn_last_record_is_ignored_and_overwritten(tmp_path):
    path = tmp_path / "lexicon"
    Lexicon(path).add(["queue"])
    with path.open("ab") as file:
        file.write(b"torn")

    lexicon = Lexicon(path)
    lexicon.add(["tree"])

    assert path.stat().st_size == 2 * 32
    assert [word for word, _ in lexicon.near("trees", 5)] == ["trees", "tree"]


def test_short_words_allow_no_edits():
    assert [allowed_edits(w) for w in ("at", "tree", "queues")] == [0, 1, 2]
