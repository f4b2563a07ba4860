"""Indexes damaged images of every format, and says what became of each and what memory it took.

    python benchmarks/mutated_images.py [--count 2000] [--seed 1] [--keep FOLDER]

Small photos are drawn in every format and variant, damaged in every way below, and indexed by the
real program with its reading process. It fails if a file is neither read nor failed with a reason.
"""

from __future__ import annotations

import argparse
import io
import logging
import random
import resource
import struct
import tempfile
import time
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pillow_heif import register_heif_opener

HUGE = (0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
"""Widths and heights that files claim to have."""


# photos --------------------------------------------------------------------------------------


def page(chance, mode="RGB"):
    """A small photo with a word on it."""
    size = chance.randrange(60, 240), chance.randrange(40, 160)
    image = Image.new("RGB", size, (230, 228, 220))
    word = "".join(chance.choices("abcdefghijklmnop", k=5))
    ImageDraw.Draw(image).text((8, 8), word, (20, 20, 60), ImageFont.load_default(28))
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    return image.convert(mode)


def saved(image, kind, **options):
    """The bytes of an image file."""
    out = io.BytesIO()
    if "append_images" in options:  # some formats leave their settings in the images
        options["append_images"] = [frame.copy() for frame in options["append_images"]]
    image.copy().save(out, kind, **options)
    return out.getvalue()


def exif(chance):
    """An EXIF block with an orientation and a time."""
    block = Image.Exif()
    block[0x0112], block[0x0132] = chance.randrange(1, 9), "2026:03:01 12:30:00"
    return block


def variants(chance):
    """Name, suffix and content of one good file of each variant of each format."""
    register_heif_opener()
    frames = [page(chance) for _ in range(3)]
    frames = [frame.resize(frames[0].size) for frame in frames]
    animation = {"save_all": True, "append_images": frames[1:]}
    for suffix, kind, name, image, options in (
        ("jpg", "JPEG", "baseline", page(chance), {}),
        ("jpg", "JPEG", "progressive", page(chance), {"progressive": True}),
        ("jpg", "JPEG", "grey", page(chance, "L"), {}),
        ("jpg", "JPEG", "CMYK", page(chance, "CMYK"), {}),
        ("jpg", "JPEG", "EXIF", page(chance), {"exif": exif(chance)}),
        ("jpg", "MPO", "several", frames[0], animation),
        ("png", "PNG", "RGB", page(chance), {}),
        ("png", "PNG", "RGBA", page(chance, "RGBA"), {}),
        ("png", "PNG", "palette", page(chance, "P"), {}),
        ("png", "PNG", "16-bit", page(chance, "I;16"), {}),
        ("png", "PNG", "EXIF", page(chance), {"exif": exif(chance)}),
        ("png", "PNG", "animated", frames[0], animation),
        ("webp", "WEBP", "lossy", page(chance), {}),
        ("webp", "WEBP", "lossless", page(chance, "RGBA"), {"lossless": True}),
        ("webp", "WEBP", "EXIF", page(chance), {"exif": exif(chance)}),
        ("webp", "WEBP", "animated", frames[0], animation),
        ("tif", "TIFF", "plain", page(chance), {}),
        ("tif", "TIFF", "LZW", page(chance), {"compression": "tiff_lzw"}),
        ("tif", "TIFF", "deflate", page(chance), {"compression": "tiff_adobe_deflate"}),
        ("tif", "TIFF", "JPEG", page(chance), {"compression": "jpeg"}),
        ("tif", "TIFF", "fax", page(chance, "1"), {"compression": "group4"}),
        ("tif", "TIFF", "CMYK", page(chance, "CMYK"), {}),
        ("tif", "TIFF", "16-bit", page(chance, "I;16"), {}),
        ("tif", "TIFF", "pages", frames[0], animation),
        ("heic", "HEIF", "plain", page(chance), {}),
        ("heic", "HEIF", "RGBA", page(chance, "RGBA"), {}),
        ("heic", "HEIF", "16-bit", page(chance, "I;16"), {}),
        ("heic", "HEIF", "EXIF", page(chance), {"exif": exif(chance).tobytes()}),
        ("heic", "HEIF", "several", frames[0], animation),
    ):
        yield f"{kind} {name}", suffix, saved(image, kind, **options)


# damage --------------------------------------------------------------------------------------


def flip(data, chance):
    """A few bits are wrong."""
    for _ in range(chance.choice((1, 3, 30))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def truncate(data, chance):
    """The end is missing."""
    return data[: chance.randrange(len(data))]


def splice(data, chance):
    """A piece stands in another place."""
    start, place = chance.randrange(len(data)), chance.randrange(len(data))
    piece = data[start : start + chance.randrange(1, 400)]
    return data[:place] + piece + data[place + chance.choice((0, len(piece))) :]


def head(data, chance):
    """Bytes of the header are anything."""
    for _ in range(chance.randrange(1, 8)):
        data[chance.randrange(min(len(data), 200))] = chance.randrange(256)
    return data


def blank(data, chance):
    """A block was never written."""
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.randrange(1, 1000))
    data[start:end] = bytes(end - start)
    return data


def claim(data, chance):
    """The header claims another size."""
    width, height = chance.choice(HUGE), chance.choice(HUGE)
    if data[:4] == b"\x89PNG":
        data[16:24] = struct.pack(">II", width & 0x7FFFFFFF, height & 0x7FFFFFFF)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
        return data
    for mark, place, form in (
        (b"\xff\xc0", 5, ">HH"),  # JPEG, and the same progressive
        (b"\xff\xc2", 5, ">HH"),
        (b"VP8 ", 14, "<HH"),
        (b"VP8X", 12, "<HH"),
        (b"ispe", 8, ">II"),  # HEIC
    ):
        found = data.find(mark)
        size = struct.calcsize(form)
        if found >= 0 and found + place + size <= len(data):
            most = (1 << 4 * size) - 1
            claimed = struct.pack(form, height & most, width & most)
            data[found + place : found + place + size] = claimed
            return data
    for place in range(8, min(len(data) - 12, 2000)):  # TIFF: the entries of width and height
        if bytes(data[place : place + 2]) in {b"\x00\x01", b"\x01\x01"}:
            data[place + 8 : place + 12] = struct.pack("<I", chance.choice((width, height)))
    return data


DAMAGE = (flip, truncate, splice, head, blank, claim)


def write(folder, count, seed):
    """`count` damaged files in `folder`; the variant of each by its path."""
    chance = random.Random(seed)
    kinds = {}
    while len(kinds) < count:
        for kind, suffix, content in variants(chance):
            damage = DAMAGE[len(kinds) % len(DAMAGE)]
            path = folder / f"{len(kinds):05d}-{damage.__name__}.{suffix}"
            if len(kinds) < count:
                path.write_bytes(damage(bytearray(content), chance))
                kinds[path] = f"{kind.split()[0]}"
    return kinds


# the run -------------------------------------------------------------------------------------


def outcomes(catalog, paths):
    """What became of each file: read, empty, or its reason; "" if nothing did."""
    failed = {failure.path: failure.reason for failure in catalog.failures()}
    told = {}
    for path in paths:
        photo = catalog.photo_at(path)
        told[path] = failed.get(path) or (str(photo.state) if photo else "")
    return told


def table(kinds, told):
    """Files by format, and how they ended."""
    counts = Counter(
        (kind, told[path] if told[path] in {"read", "empty"} else "failed")
        for path, kind in kinds.items()
    )
    lines = ["| format | files | read | without text | failed |", "|---|---|---|---|---|"]
    for kind in sorted(set(kinds.values())):
        ends = [counts[kind, end] for end in ("read", "empty", "failed")]
        lines.append(f"| {kind} | {sum(ends)} | {' | '.join(map(str, ends))} |")
    return "\n".join(lines)


def peak(who):
    """Largest resident memory in MB that this process, or any ended child, ever had."""
    return resource.getrusage(who).ru_maxrss / 1e3


def index(photos, home):
    """Index `photos` as the program does; what became of each, seconds, and reading processes."""
    from indexer import bootstrap, config  # drawing needs none of it
    from indexer.sync.hooks import Hooks

    settings, started, seen = config.load(home=home), time.perf_counter(), set()
    with bootstrap.writing(settings, None) as library:

        def note(_):
            seen.add(library.engine._worker.pid)  # noqa: SLF001 - a figure that nobody else needs

        library.sync([photos], Hooks(report=note))
        told = outcomes(library.catalog, photos.iterdir())
    return told, time.perf_counter() - started, len(seen - {None})


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="draw the files here and leave them")
    given = parser.parse_args()
    logging.getLogger("ocrsearch").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        photos = given.keep or Path(folder, "photos")
        photos.mkdir()
        kinds = write(photos, given.count, given.seed)
        before = {path: path.read_bytes() for path in kinds}
        told, seconds, processes = index(photos.resolve(), Path(folder, "home"))
        same = {path: path.read_bytes() for path in photos.iterdir()} == before
    print(table(kinds, told))
    print(f"\n{len(kinds)} files, seed {given.seed}, {seconds:.0f} s, {processes} processes read")
    print(
        f"peak {peak(resource.RUSAGE_SELF):.0f} MB, reading {peak(resource.RUSAGE_CHILDREN):.0f} MB"
    )
    for reason, count in Counter(" ".join(r.split()[:6]) for r in told.values()).most_common(40):
        print(f"{count:6d}  {reason}")
    lost = [path.name for path, end in told.items() if end in {"", "pending"}]
    if lost or not same:
        parser.exit(1, f"without an end: {lost}; photo folder untouched: {same}\n")


if __name__ == "__main__":
    main()
