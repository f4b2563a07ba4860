"""Round trips of exported photos, the order of words in a PDF, and how long writing takes.

    python benchmarks/formats.py HOME [--schemas FOLDER] [--pdftotext PROGRAM]

HOME holds indexed photos. FOLDER holds `alto-4-4.xsd` and `pagecontent-2019-07-15.xsd`, as their makers
publish them; checking against them needs the package xmlschema.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

from indexer import bootstrap, config
from indexer.corrections.formats.alto import write_alto
from indexer.corrections.formats.hocr import write_hocr
from indexer.corrections.formats.page_xml import write_page
from indexer.corrections.formats.pdf import write_pdf
from indexer.corrections.formats.read import pages_in
from indexer.ocr.photo_file import Limits
from indexer.renditions.drawing import SIZES
from indexer.renditions.renderer import Renderer

SCHEMAS = {"alto": "alto-4-4.xsd", "page": "pagecontent-2019-07-15.xsd"}


def arguments():
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--schemas", type=Path)
    parser.add_argument("--pdftotext")
    return parser.parse_args()


def round_trip(photos, write):
    """Files, CPU seconds a file, and the largest distance of an edge in pixels; texts must be equal."""
    begun = time.process_time()
    files = [write(photo) for photo in photos]
    seconds = (time.process_time() - begun) / len(photos)
    distance = 0.0
    for photo, file in zip(photos, files, strict=True):
        [page] = pages_in(file)
        assert [w.text for w in page.words] == [w.text for w in photo.words]
        for read, word in zip(page.words, photo.words, strict=True):
            edges = zip(read.edges, word.box.as_list(), strict=True)
            distance = max(distance, *(abs(a - b) for a, b in edges))
    return files, seconds, distance


def in_order(settings, photos, program):
    """How many pages of a PDF give their words in reading order."""
    keep = settings.renditions, Limits.of(settings), settings.renditions_megabytes
    with closing(Renderer(*keep)) as renderer, tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "photos.pdf")
        file.write_bytes(write_pdf(photos, lambda photo: renderer.photo(photo, max(SIZES))))
        command = [program, "-raw", "-enc", "UTF-8", str(file), "-"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pages = text.split("\f")
    wanted = [[part for word in photo.words for part in word.text.split()] for photo in photos]
    return sum(page.split() == words for page, words in zip(pages, wanted, strict=False))


def main():
    """Print the figures."""
    asked = arguments()
    settings = config.load(None, home=asked.home)
    with bootstrap.reading_only(settings) as (catalog, _):
        photos = [photo for path in sorted(catalog.places()) if (photo := catalog.photo_at(path))]
    print(f"{len(photos)} photos, {sum(len(photo.words) for photo in photos)} words")
    for name, write in (("hocr", write_hocr), ("alto", write_alto), ("page", write_page)):
        files, seconds, distance = round_trip(photos, write)
        print(f"{name}: edges at most {distance:g} pixels off, {1000 * seconds:.1f} ms a photo")
        if asked.schemas and name in SCHEMAS:
            import xmlschema

            schema = xmlschema.XMLSchema(str(asked.schemas / SCHEMAS[name]))
            valid = sum(schema.is_valid(file.decode()) for file in files)
            print(f"{name}: {valid} of {len(files)} files are valid")
    if asked.pdftotext:
        right = in_order(settings, photos, asked.pdftotext)
        print(f"pdf: {right} of {len(photos)} pages give their words in reading order")


if __name__ == "__main__":
    main()
