"""Lessons on pages with known boxes: how many are words, how many are answered by a key, and how long the program takes.

    python benchmarks/lessons.py PAGES [--lessons 100] [--browser]

PAGES holds photos, each with a JSON of its name, `{"words": [{"text", "box"}]}`, as shared/data/pages has them. A copy of the photos is
indexed. A lesson is a word if its box overlaps one with a text (IoU of .3 or more) and no box without one more than that; one key answers it if the text is among the
first nine readings, as written. With `--browser` (Playwright and Chromium), twenty lessons are then answered by keys in the page by one who
looks at each word for a second: the time from a key until the next word and both its pictures are shown, and the CPU time of server and renderers.

Exits with 1 below 60 words of 100, below 60 of 100 of these answered by one key, or above two seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from indexer import bootstrap, config
from indexer.corrections.effective import MIN_IOU, iou
from indexer.corrections.lessons import BY_CHANCE, Askable, LessonReport, lessons_report
from indexer.entities import Box

KEYS = 9
"""Readings that have a key."""

LEAST = 0.6
MOST_SECONDS = 2.0
LOOK = 1000
"""Milliseconds that somebody looks at a word."""

SHOWN = """(before) => {
  const text = document.getElementById("form").hidden ? null : document.getElementById("ink").src;
  const pictures = ["line", "ink"].map((name) => document.getElementById(name));
  return text && text !== before && pictures.every((one) => one.complete && one.naturalWidth);
}"""


def truth(lesson: LessonReport, words: list[dict]) -> str | None:
    """The text of the box that a lesson is about, "" for ink without a label; None for no box."""
    box = Box(*lesson["box"])
    best = max(words, key=lambda word: iou(box, Box(*word["box"])), default=None)
    if best is None or iou(box, Box(*best["box"])) < MIN_IOU:
        return None
    return best["text"] or ""


def first(catalog: Askable, count: int) -> list[LessonReport]:
    """So many lessons, those of the first seed first: of one seed there are few of each photo."""
    found: dict[str, LessonReport] = {}
    for seed in range(20):
        for lesson in lessons_report(catalog, min(count, 100), seed)["lessons"]:
            found.setdefault(f"{lesson['id']} {lesson['box']}", lesson)
    return list(found.values())[:count]


def counted(asked: list[LessonReport], labels: dict[str, list[dict]]) -> Counter[str]:
    """How many lessons are words, and how many of these one key answers."""
    counts: Counter[str] = Counter()
    for lesson in asked:
        text = truth(lesson, labels[lesson["id"]])
        counts["words"] += bool(text)
        counts["ink without a label"] += text == ""
        readings = [reading for reading, _ in lesson["alternatives"][:KEYS]]
        counts["by one key"] += bool(text) and text in readings
        counts["by the first key"] += bool(text) and readings[:1] == [text]
    return counts


def share(part: int, whole: int) -> str:
    """A part of a whole, in words."""
    return f"{part} of {whole} ({100 * part / max(1, whole):.0f} %)"


def in_browser(home: Path) -> tuple[float, float]:
    """Seconds that twenty lessons are waited for, and CPU seconds of the program meanwhile."""
    from page_speed import PORT, Page
    from playwright.sync_api import sync_playwright

    server = Page(home)
    process = psutil.Process(server.process.pid)

    def cpu() -> float:
        every = [process, *process.children(recursive=True)]
        return sum(sum(one.cpu_times()[:2]) for one in every)

    waited = 0.0
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(
            extra_http_headers={"Authorization": server.headers["Authorization"]}
        )
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{PORT}/lessons")
        page.wait_for_function(SHOWN, arg="")
        page.wait_for_timeout(LOOK)
        before = cpu()
        for _ in range(20):
            shown = page.evaluate("document.getElementById('ink').src")
            start = time.perf_counter()
            page.keyboard.press("1")
            page.wait_for_function(SHOWN, arg=shown)
            waited += time.perf_counter() - start
            page.wait_for_timeout(LOOK)
        spent = cpu() - before
        browser.close()
    server.end()
    return waited, spent


def main() -> int:
    """Print the figures; 1 if a promise does not hold."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("pages", type=Path)
    options.add_argument("--lessons", type=int, default=100)
    options.add_argument("--browser", action="store_true")
    chosen = options.parse_args()
    os.environ.setdefault("OCRSEARCH_CONFIG", os.devnull)
    with tempfile.TemporaryDirectory(prefix="lessons-") as name:
        photos, home = Path(name) / "photos", Path(name) / "home"
        photos.mkdir()
        for page in chosen.pages.glob("*.json"):
            shutil.copy2(page.with_suffix(".jpg"), photos)
        command = [sys.executable, "-m", "indexer", "--home", str(home), "index", str(photos)]
        subprocess.run(command, check=True, capture_output=True)
        labels = {}
        with bootstrap.reading_only(config.load(home=home)) as (catalog, _):
            for photo in photos.iterdir():
                words = json.loads((chosen.pages / f"{photo.stem}.json").read_text())["words"]
                labels[catalog.photo_at(photo).hash] = [w for w in words if w["box"]]
            asked = first(catalog, chosen.lessons)
        every = counted(asked, labels)
        chance = [lesson for lesson in asked if lesson["why"] == BY_CHANCE]
        drawn = counted(chance, labels)
        print(
            f"words: {share(every['words'], len(asked))}, of those by chance {share(drawn['words'], len(chance))}; ink that is boxed without a label: {every['ink without a label']}"
        )
        print(
            f"answered by one key: {share(every['by one key'], every['words'])} of these words, by the first key {share(every['by the first key'], every['words'])}",
            flush=True,
        )
        broken = every["words"] < LEAST * len(asked) or every["by one key"] < LEAST * every["words"]
        if chosen.browser:
            waited, spent = in_browser(home)
            print(f"twenty lessons: waited for {waited:.2f} s, CPU of the program {spent:.2f} s")
            broken |= waited > MOST_SECONDS
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
