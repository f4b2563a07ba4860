from __future__ import annotations

from indexer.filesystem import volumes


def test_an_empty_root_is_not_present_and_an_empty_folder_in_it_is(tmp_path):
    (tmp_path / "root" / "in").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    roots = [tmp_path / "root", tmp_path / "empty"]

    present = [*roots, tmp_path / "root" / "in", tmp_path / "none"]

    assert [volumes.is_present(folder, roots) for folder in present] == [True, False, True, False]


def test_a_volume_is_the_same_for_all_that_lies_on_it(tmp_path):
    (tmp_path / "in").mkdir()

    volume = volumes.volume(tmp_path)

    assert volume
    assert volume == volumes.volume(tmp_path / "in")
    assert volume.point.is_mount()


def test_a_folder_that_is_missing_has_no_volume(tmp_path):
    assert volumes.volume(tmp_path / "none") is None
