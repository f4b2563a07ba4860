"""`teach`, as a user runs it, with teachers that know the truth and such that do not."""

from __future__ import annotations

import json
import sqlite3

import pytest

from indexer.corrections.correction import is_held_out
from indexer.sync.teaching import teacher_process
from indexer.sync.teaching.teacher import TaughtReading

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough

CHECKED, OTHERS, WORDS = 9, 6, 8
"""Photos whose words are checked, others, and words of a photo."""


class Fake:
    """Knows what stands on photos, but for one word of so many."""

    name, version, words = "fake", "1", True

    def __init__(self, truths, wrong=50, *, local=True):
        self.truths, self.wrong, self.local = truths, wrong, local
        self.count, self.seen = 0, []

    def read(self, photo, boxes):
        self.seen.append(photo.path)
        return [
            TaughtReading(self._said(text), 0.9) for text in self.truths[photo.path][: len(boxes)]
        ]

    def _said(self, text):
        self.count += 1
        return "noise" if self.count % self.wrong == 0 else text


class Direct:
    """Asks a teacher in this process: starting one takes seconds."""

    def __init__(self, load, limits):
        self._teacher = load()

    def ask(self, request, stop):
        return request.answer(self._teacher)

    def close(self):
        """There is nothing to close."""


@pytest.fixture
def truths(shell, monkeypatch):
    """Photos of which one word in eight is misread; all words of some of them are checked."""
    found = {}
    alternatives = {}
    for number in range(CHECKED + OTHERS):
        read = [f"w{number}x{place}" for place in range(WORDS - 1)] + [f"quene{number}"]
        alternatives[read[-1]] = ((read[-1], 0.6), (f"queue{number}", 0.3))
        path = draw_photo(shell.photos / f"{number:02}.png", *read)
        found[path] = [*read[:-1], f"queue{number}"]
    shell.engine.recognizer.alternatives = alternatives
    shell("index", shell.photos)
    for path in list(found)[:CHECKED]:
        check(shell, path, found[path])
    return found


def check(shell, path, truth):
    lines = []
    shown = json.loads(shell("export", path, "--format", "json").stdout)
    for number, (word, text) in enumerate(zip(shown["words"], truth, strict=True)):
        lines.append(json.dumps({"uid": f"{path.stem}{number}".rjust(32, "0"), "id": shown["id"], "size": [shown["width"], shown["height"]], "box": word["box"], "text": text, "created": "2026-01-01T00:00:00Z"}))  # fmt: skip
    (shell.folder / "checked.jsonl").write_text("\n".join(lines))
    shell("corrections", "import", shell.folder / "checked.jsonl")
    with sqlite3.connect(shell.folder / "home" / "catalog.db") as database:
        database.execute("INSERT INTO checked VALUES (?, 1.0, NULL, NULL)", [shown["id"]])
    database.close()


@pytest.fixture
def employ(monkeypatch):
    def employ(teacher):
        monkeypatch.setattr(teacher_process, "open_teacher", lambda _: teacher)
        monkeypatch.setattr(teacher_process, "require_known", lambda _: None)
        monkeypatch.setattr(teacher_process, "Worker", Direct)
        return teacher

    return employ


def report(shell, *arguments, code=0):
    return json.loads(shell("teach", "--teacher", "fake", "--json", *arguments, code=code).stdout)


def texts(shell, path):
    return [(w["text"], w["by"]) for w in json.loads(shell("show", path, "--json").stdout)["words"]]


def labelled(shell):
    lines = shell("corrections", "list", "--by", "teacher", "--json").stdout.splitlines()
    return [json.loads(line) for line in lines]


def test_truth_with_noise_is_kept_and_right(shell, truths, employ):
    employ(Fake(truths))

    trial = report(shell, "--try")["trial"]

    assert trial["words"] == CHECKED * WORDS
    assert trial["refusal"] is None
    assert trial["taken"] >= 0.8
    assert trial["taken_right"] >= 0.97


def test_trying_labels_nothing(shell, truths, employ):
    employ(Fake(truths))

    assert "It may label" in shell("teach", "--teacher", "fake", "--try").stdout
    assert labelled(shell) == []


def test_words_that_nobody_judged_are_labelled_and_found(shell, truths, employ):
    employ(Fake(truths, wrong=1000))

    done = report(shell)["labelled"]

    learned = [path for path in list(truths)[CHECKED:] if ("queue", "teacher:fake@1") in [(t.rstrip("0123456789"), by) for t, by in texts(shell, path)]]  # fmt: skip
    assert learned
    assert done["taken"] == len(learned) * WORDS
    kinds = {(c["text"].startswith("queue"), c["kind"]) for c in labelled(shell)}
    assert kinds == {(True, "chosen"), (False, "confirmed")}
    number = int(learned[0].stem)
    assert learned[0].name in shell("query", f"queue{number}", "--exact").stdout


def test_held_out_photos_are_left_alone(shell, truths, employ):
    employ(Fake(truths))
    report(shell)

    assert not any(is_held_out(c["id"]) for c in labelled(shell))
    assert {c["part"] for c in labelled(shell)} == {"learn"}


def test_a_teacher_is_undone_as_a_whole(shell, truths, employ):
    employ(Fake(truths))
    before = {path: texts(shell, path) for path in truths}
    report(shell)

    shell("corrections", "undo", "--by", "teacher:fake")

    assert {path: texts(shell, path) for path in truths} == before
    assert report(shell)["labelled"]["taken"] == 0


def test_a_weaker_teacher_says_so_and_labels_nothing(shell, truths, employ):
    employ(Fake(truths, wrong=2))

    said = shell("teach", "--teacher", "fake", code=2).output

    assert "it is the weaker one" in said
    assert labelled(shell) == []
    assert "It may not label" in shell("teach", "--teacher", "fake", "--try").stdout


def test_what_a_person_said_is_never_changed(shell, truths, employ):
    path = next(p for p in list(truths)[CHECKED:] if not is_held_out(json.loads(shell("export", p, "--format", "json").stdout)["id"]))  # fmt: skip
    shell("correct", path, "--at", "8,24", "--no-word")
    employ(Fake(truths, wrong=1000))

    report(shell)

    assert truths[path][0] not in [text for text, _ in texts(shell, path)]
    assert truths[path][1] in [text for text, by in texts(shell, path) if by == "teacher:fake@1"]


def test_without_checked_words_no_teacher_may_label(shell, employ):
    path = draw_photo(shell.photos / "a.png", "sort")
    shell("index", shell.photos)
    employ(Fake({path: ["sort"]}))

    assert "only 0 checked words" in shell("teach", "--teacher", "fake", code=2).output


def test_photos_leave_the_machine_only_with_a_word_for_each_folder(shell, truths, employ):
    teacher = employ(Fake(truths, local=False))

    said = shell("teach", "--teacher", "fake", shell.photos, input="n\n", code=1).output
    assert f"Send those of {shell.photos}?" in said
    assert teacher.seen == []
    shell("teach", "--teacher", "fake", shell.photos, input="y\n")
    assert teacher.seen


def test_a_teacher_that_fails_on_photos_is_told(shell, truths, employ):
    teacher = employ(Fake(truths))
    learned = list(truths)[CHECKED:]
    for path in learned:
        del teacher.truths[path]

    done = shell("teach", "--teacher", "fake", "--json")

    assert json.loads(done.stdout)["labelled"]["failed"] > 0
    assert "the teacher failed: KeyError" in done.stderr


def test_a_folder_without_photos_is_named(shell, truths, employ):
    employ(Fake(truths))

    assert "holds no photo" in shell("teach", "--teacher", "fake", shell.folder / "x", code=2).output  # fmt: skip


def test_a_teacher_that_nobody_has_is_refused_with_those_that_are_there(shell, truths):
    said = shell("teach", "--teacher", "nobody", code=2).output

    assert "there are files, rapidocr, tesseract, trocr" in said


@pytest.mark.slow
def test_a_teacher_reads_in_a_process_of_its_own(shell, truths):
    shell("export", shell.photos, "--format", "hocr", "--into", shell.folder / "texts")
    for path, truth in truths.items():
        file = shell.folder / "texts" / f"{path.name}.hocr"
        file.write_text(file.read_text().replace("quene", "queue"))
        assert truth

    done = json.loads(
        shell("teach", "--teacher", f"files:{shell.folder / 'texts'}", "--json").stdout
    )

    assert done["teacher"] == "files"
    assert done["trial"]["right"] == 1.0
    assert done["labelled"]["taken"] > 0
