"""The whole chain beside RapidOCR: CPU seconds a photo, and how well single words are found.

    OMP_NUM_THREADS=1 python benchmarks/whole_chain.py PAGES … --rapidocr-python ~/rapid/bin/python

PAGES are folders of photos with NAME.json beside them, as for search.py. `ocrsearch index` reads each
folder in both its processes, stores included, and RapidOCR opens, detects and reads; start and loading
are subtracted from the one and not counted for the other. What RapidOCR read is searched by first
readings, exactly and within an edit or two, since it gives nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from search import Readings, measure, truth_of

from indexer import bootstrap, config
from indexer.query.indexed_words import tokens
from indexer.search.searcher import Filters


def indexed(home, folder):
    """CPU seconds of `ocrsearch index` on one thread, those of its reading process included."""
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "indexer", "--home", str(home), "index", "--workers", "1"]
    subprocess.run([*command, str(folder)], check=True, capture_output=True)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime


def start(folder):
    """CPU seconds of the same for a photo without words."""
    blank = folder / "blank"
    blank.mkdir()
    Image.new("RGB", (320, 240), "white").save(blank / "blank.png")
    return indexed(folder / "blank-home", blank)


def ours(home, holds):
    """Figures of the search of ocrsearch."""
    with bootstrap.searching(config.load(home=home)) as searcher:

        def search(query):
            hits = searcher.search(query, Filters(limit=1000)).hits
            return {hit.photo.stem: hit.score for hit in hits}

        return measure(search, holds)


def read_by_rapidocr(python, photos):
    """CPU seconds that RapidOCR takes, and what it read as `Readings`."""
    script = Path(__file__).with_name("chain_rapidocr.py")
    paths = "\n".join(map(str, photos))
    told = subprocess.run(
        [python, script, "1"], input=paths, stdout=subprocess.PIPE, text=True, check=True
    )
    answer = json.loads(told.stdout.splitlines()[-1])
    first = {
        photo.stem: [token for text in texts for token in tokens(text)]
        for photo, texts in zip(photos, answer["texts"], strict=True)
    }
    return answer["seconds"], Readings(first, {})


def main():
    """Print a row for each reader and folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--rapidocr-python", required=True, help="a Python that has rapidocr")
    given = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ.setdefault("OCRSEARCH_CONFIG", os.devnull)
    work = Path(tempfile.mkdtemp())
    begun = start(work)
    print(f"start of index: {begun:.2f} CPU seconds")
    print("folder, photos | reader | CPU seconds a photo | × | mAP, one word | recall")
    for number, folder in enumerate(given.pages):
        photos = sorted(p for p in folder.iterdir() if p.suffix.lower() in config.SUFFIXES)
        holds, home = truth_of(folder), work / f"home-{number}"
        label = f"{folder.parent.name}/{folder.name}, {len(photos)}"
        seconds = (indexed(home, folder) - begun) / len(photos)
        theirs, readings = read_by_rapidocr(given.rapidocr_python, photos)
        rows = {
            "ocrsearch": (seconds, ours(home, holds)),
            "RapidOCR, exact": (theirs / len(photos), measure(readings.exact, holds)),
            "RapidOCR, fuzzy": (theirs / len(photos), measure(readings.fuzzy, holds)),
        }
        for name, (each, found) in rows.items():
            times, quality = each / seconds, f"{found['mAP']:.3f} | {found['recall']:.3f}"
            print(f"{label} | {name} | {each:.2f} | {times:.1f} | {quality}", flush=True)


if __name__ == "__main__":
    main()
