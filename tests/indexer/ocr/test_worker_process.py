"""The loop of the reading process, run in the process of the test."""

from __future__ import annotations

import platform
import signal
import subprocess
import sys

import pytest

from indexer.errors import EngineError
from indexer.ocr import worker_process
from indexer.ocr.messages import LoadFailed, Outcomes, ReadRequest, Ready
from indexer.ocr.photo_file import Limits
from indexer.ocr.protocols import Failed, Skipped

from ..conftest import TileEngine, draw_photo


class Requests:
    """A connection on which requests come until it is closed."""

    def __init__(self, *requests, events):
        self.requests, self.events = list(requests), events

    def recv(self):
        if not self.requests:
            raise EOFError
        return self.requests.pop(0)

    def send(self, reply):
        self.events.append(reply)


def test_each_request_gets_its_outcomes_under_an_alarm_that_ends_with_it(tmp_path, monkeypatch):
    """An idle process must not be ended by the alarm of its last photo."""
    events = []
    monkeypatch.setattr(worker_process, "_set_alarm", events.append)
    photo = draw_photo(tmp_path / "a.png", "helios")
    requests = Requests(
        ReadRequest([photo], Limits()), ReadRequest([photo, photo], Limits()), events=events
    )

    worker_process.answer_requests(requests, TileEngine(), 20.0)

    first_alarm, first, off, second_alarm, _, off_again = events
    assert first_alarm == second_alarm == 20.0 + worker_process.SPARE_SECONDS
    assert (off, off_again) == (0, 0)
    assert [word.text for word in first.outcomes[0].reading.words] == ["helios"]


def test_a_missing_photo_is_skipped_and_a_damaged_one_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(worker_process, "_set_alarm", lambda _: None)
    damaged = tmp_path / "damaged.png"
    damaged.write_bytes(b"no picture")
    events = []
    requests = Requests(ReadRequest([tmp_path / "none.png", damaged], Limits()), events=events)

    worker_process.answer_requests(requests, TileEngine(), 20.0)

    [reply] = [event for event in events if isinstance(event, Outcomes)]
    gone, failed = reply.outcomes
    assert gone == Skipped()
    assert isinstance(failed, Failed)
    assert "not an image" in failed.reason


@pytest.fixture
def harmless(monkeypatch):
    """Lets a test be the reading process, and be itself again after."""
    interrupts = []
    before = signal.signal(signal.SIGINT, lambda *_: interrupts.append("Ctrl-C"))
    for name in ("_silence_libraries", "_return_freed_memory", "end_with_parent", "_set_alarm"):
        monkeypatch.setattr(worker_process, name, lambda *_: None)
    yield interrupts
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_the_program_and_not_the_process_that_reads_for_it(tmp_path, harmless):
    photo = draw_photo(tmp_path / "a.png", "helios")
    events = []

    def load():
        signal.raise_signal(signal.SIGINT)
        return TileEngine()

    worker_process.serve(Requests(ReadRequest([photo], Limits()), events=events), load, 20.0)

    assert harmless == []
    assert [type(event) for event in events] == [Ready, Outcomes]


UNLOADABLE = "the networks that read cannot be loaded"


@pytest.mark.usefixtures("harmless")
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (EngineError("no weights"), "no weights"),
        (KeyError("conv1"), f"{UNLOADABLE}; install the program again"),
        (ValueError("too short\n"), f"{UNLOADABLE} (too short); install the program again"),
        (
            OSError(2, "No such file", "/w.onnx"),
            f"{UNLOADABLE} (No such file); install the program again",
        ),
    ],
)
def test_a_network_that_cannot_be_loaded_is_reported_with_its_reason(error, reason):
    def load():
        raise error

    events = []

    worker_process.serve(Requests(events=events), load, 20.0)

    assert events == [LoadFailed(reason)]


GIVES_BACK = """
import ctypes
import psutil
from indexer.ocr import worker_process

SIZE = 2 * worker_process._LARGE_BLOCK
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.malloc.argtypes = [ctypes.c_size_t]
library.free.argtypes = [ctypes.c_void_p]

def filled(size):
    block = library.malloc(size)
    ctypes.memset(block, 1, size)
    return block

worker_process._return_freed_memory()
library.free(filled(SIZE))  # having freed one so large, the library would keep the next
block, after_it = filled(SIZE), filled(1 << 16)
before = psutil.Process().memory_info().rss
library.free(block)
print(before - psutil.Process().memory_info().rss > SIZE // 2)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are not told so")
def test_the_memory_of_a_huge_photo_goes_back_to_the_system():
    done = subprocess.run(
        [sys.executable, "-c", GIVES_BACK], capture_output=True, text=True, check=True
    )

    assert done.stdout == "True\n"
