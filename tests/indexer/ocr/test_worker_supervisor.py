"""Photos are read in a process that may die in the place of the program."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from indexer.errors import EngineError
from indexer.ocr.photo_file import Limits
from indexer.ocr.protocols import Failed, Read, Skipped
from indexer.ocr.worker_supervisor import ProcessLimits, Worker

from ..conftest import draw_photo

ROOMY = ProcessLimits(seconds=60, megabytes=2000)


@pytest.fixture
def worker(odd_engine):
    """Makes workers, and ends their processes."""
    made = []

    def make(bounds=ROOMY, engine=odd_engine.OddEngine):
        made.append(Worker(engine, bounds))
        return made[-1]

    yield make
    for each in made:
        each.close()


def read(worker, *paths, stop=lambda: False):
    return worker.read(paths, Limits(), stop)


def words(outcome):
    return [word.text for word in outcome.reading.words] if isinstance(outcome, Read) else outcome


@pytest.mark.thorough
def test_photos_that_kill_hang_or_bloat_the_process_fail_alone_and_with_their_reason(
    worker, tmp_path
):
    names = ("first", "crash", "leave", "hang", "bloat", "last")
    paths = [draw_photo(tmp_path / f"{name}.png", name) for name in names]

    first, crash, leave, hang, bloat, last = read(worker(ProcessLimits(6, 400)), *paths)

    assert (words(first), words(last)) == (["first"], ["last"])
    assert crash == Failed("crashed the reading process (SIGSEGV)")
    assert leave == Failed("ended the reading process (exit code 3)")
    assert "photo_seconds = 6" in hang.reason
    assert "worker_megabytes = 400" in bloat.reason


@pytest.mark.thorough
def test_one_process_reads_many_photos_and_is_replaced_without_blame_if_it_ended_idle(
    worker, tmp_path
):
    photo, reader = draw_photo(tmp_path / "a.png"), worker()
    read(reader, photo)
    first = reader.pid
    read(reader, photo)
    assert reader.pid == first

    os.kill(first, signal.SIGKILL)
    reader._running[0].join()

    assert words(read(reader, photo)[0]) == ["a"]
    assert reader.pid != first


def test_the_hash_is_that_of_the_bytes_that_were_read(worker, tmp_path):
    from indexer.ocr.content_hash import content_hash

    photo = draw_photo(tmp_path / "a.png")

    [outcome] = read(worker(), photo)

    assert (outcome.content, outcome.stamp) == content_hash(photo, Limits())


def test_being_told_to_stop_gives_up_the_photo_in_hand_at_once(worker, tmp_path):
    paths = [draw_photo(tmp_path / f"{name}.png", name) for name in ("hang", "next")]
    reader = worker()
    read(reader, draw_photo(tmp_path / "a.png"))
    process = psutil.Process(reader.pid)
    looks = itertools.count()

    assert read(reader, *paths, stop=lambda: next(looks) > 2) == [Skipped(), Skipped()]
    assert not process.is_running()


def test_ctrl_c_for_all_processes_leaves_the_reading_one_alone(worker, tmp_path):
    photo, reader = draw_photo(tmp_path / "a.png"), worker()
    read(reader, photo)

    os.kill(reader.pid, signal.SIGINT)

    assert words(read(reader, photo)[0]) == ["a"]


def test_ctrl_c_ends_this_program_as_before_once_the_reading_process_has_started(worker, tmp_path):
    before = signal.getsignal(signal.SIGINT)

    read(worker(), draw_photo(tmp_path / "a.png"))

    assert signal.getsignal(signal.SIGINT) is before is not signal.SIG_IGN


def test_a_process_that_is_told_to_end_is_no_fault_of_its_photo(worker, tmp_path):
    photo, reader = draw_photo(tmp_path / "hang.png", "helios"), worker()
    read(reader, draw_photo(tmp_path / "a.png"))

    def end():
        os.kill(reader.pid, signal.SIGTERM)

    assert read(reader, photo, stop=end) == [Skipped()]


def test_a_network_that_cannot_be_loaded_is_an_error_of_the_engine(worker, odd_engine, tmp_path):
    photo = draw_photo(tmp_path / "a.png")

    with pytest.raises(EngineError, match=r"cannot be loaded \(no such network\)"):
        read(worker(engine=odd_engine.broken), photo)


ORPHAN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import odd_engine
from indexer.ocr.photo_file import Limits
from indexer.ocr.worker_supervisor import ProcessLimits, Worker
if __name__ == "__main__":
    worker = Worker(odd_engine.OddEngine, ProcessLimits(60, 2000))
    worker.read([Path(sys.argv[2])], Limits(), lambda: False)
    print(worker.pid, flush=True)
    worker.read([Path(sys.argv[3])], Limits(), lambda: False)
"""


@pytest.mark.thorough
def test_no_process_outlives_a_program_that_was_killed(odd_engine, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(ORPHAN)
    photos = [draw_photo(tmp_path / f"{name}.png", name) for name in ("good", "hang")]
    arguments = [str(Path(odd_engine.__file__).parent), *map(str, photos)]
    program = subprocess.Popen(
        [sys.executable, str(script), *arguments], stdout=subprocess.PIPE, text=True
    )
    reading = psutil.Process(int(program.stdout.readline()))

    program.kill()
    program.communicate()

    psutil.wait_procs([reading], timeout=20)
    assert not reading.is_running()


@pytest.mark.thorough
def test_a_library_lists_what_killed_the_process_and_reads_on(world, odd_engine):
    reader = Worker(odd_engine.OddEngine, ROOMY)
    world.engine.read, world.engine.close = reader.read, reader.close
    for salt, name in enumerate(("helios", "crash", "selene")):
        draw_photo(world.photos / f"{name}.png", salt=salt)

    summary = world.sync()
    world.library.engine.close()

    assert summary.read == 2
    assert sorted(world.find("helios OR selene")) == ["helios.png", "selene.png"]
    [failure] = world.library.catalog.failures()
    assert (failure.path.name, failure.attempts) == ("crash.png", 1)
    assert "SIGSEGV" in failure.reason
