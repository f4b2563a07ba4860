"""What is fuzzed: for each kind of input how one is made, and how the program takes it."""

from __future__ import annotations

import gzip
import json
import random
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import mutated_images
from detector_stub.detectors.sidecar import SidecarDetector
from indexer import bootstrap, config
from indexer.corrections.formats import read
from indexer.corrections.formats.labels import read_labels, write_labels
from indexer.corrections.formats.matching import NamedPage, Said, match
from indexer.corrections.formats.written import FORMATS
from indexer.entities import Box, Photo, PhotoId, State, Word
from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import Limits
from indexer.search.searcher import Filters, Searcher
from indexer.sync.hooks import Hooks
from recognizer.datasets import specs
from recognizer.decoding import lexicon, ngram_lm
from recognizer.inference import images
from recognizer.inference.card import Card, ModelConfig
from recognizer.network import weights
from recognizer.network.model import CRNN
from recognizer.posteriors.charset import Charset
from tests.faults import life
from tests.fuzz import mutations
from tests.indexer.conftest import draw_photo
from tests.indexer.corrections.inked import inked

Chance = random.Random
LIMITS = Limits(pixels=2e6, bytes=4e6)
WORDS = ("helios", "selene", "tree", "linked", "well-known")

LABELS = "a.png\tqueue\thand1\nb.png\tlinked list\nfolder/c.png\tl’été\thand2\n"
SETTINGS = """folders = ["~/photos"]
alternatives = 5
max_megapixels = 100.5
words = ["english"]
language = "english"
detector = "learned"
settle_seconds = 2.0
"""
ARPA = """\\data\\
ngram 1=4
ngram 2=2

\\1-grams:
-1.0\t<unk>
-99\t<s>\t-0.3
-0.5\t</s>
-0.4\ta\t-0.2

\\2-grams:
-0.2\t<s> a
-0.3\ta </s>

\\end\\
"""
BOXES = json.dumps(
    {"version": 1, "boxes": [[[10, 10, 90, 40], [100, 10, 190, 40]], [[10, 60, 80, 90]]]}
)
QUERIES = (
    'linked list OR "binary tree" NOT java',
    "que?e* *ist folder:boards date:2026-03..2026-04",
    "-wall (a AND b)",
)


@dataclass(frozen=True)
class Target:
    """One kind of input.

    Attributes:
        make: an input, by chance.
        take: lets the program take it; `folder` is empty before and may be written to.

    """

    make: Callable[[Chance], bytes]
    take: Callable[[bytes, Path], None]


@cache
def _pictures() -> list[tuple[str, bytes]]:
    return [(suffix, content) for _, suffix, content in mutated_images.variants(Chance(1))]


def _picture(chance: Chance) -> bytes:
    suffix, content = chance.choice(_pictures())
    damage = chance.choice((*mutated_images.DAMAGE, None))
    changed = damage(bytearray(content), chance) if damage else mutations.damaged(chance, content)
    return suffix.encode().ljust(8) + bytes(changed)


def _open_picture(content: bytes, folder: Path) -> None:
    path = folder / f"photo.{content[:8].decode().strip()}"
    path.write_bytes(content[8:])
    with suppress_failures():
        open_upright(path, LIMITS)
    images.load(path)


@cache
def _home() -> tuple[Path, Callable[[str], object]]:
    """Photos that hold WORDS, and a search over them."""
    base = Path(tempfile.mkdtemp(prefix="ocrsearch-fuzz-"))
    settings = life.settings(base / "home")
    catalog = life.Catalog(settings.database)
    library = life.library(settings, catalog)
    for number, word in enumerate(WORDS):
        draw_photo(base / "photos" / f"{number}.png", word.replace("-", "."), "note")
    library.sync([base / "photos"], Hooks())
    stores = bootstrap.stores(settings)
    searcher = Searcher(catalog, stores.index, stores.posteriors)
    return base, lambda text: searcher.search(text, Filters(limit=5))


def _search(content: bytes, folder: Path) -> None:
    _home()[1](content.decode("utf-8", "surrogateescape"))


def _labels(content: bytes, folder: Path) -> None:
    Image.new("L", (30, 20)).save(folder / "a.png")
    path = folder / "labels.tsv"
    path.write_bytes(content)
    packed = folder / "labels.zip"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("labels.tsv", content)
        file.write(folder / "a.png", "a.png")
    for spec in (path, packed):
        with suppress_failures():
            for sample in specs.samples(str(spec)):
                with suppress_failures():
                    sample.load()


@cache
def _pages() -> list[bytes]:
    """Photos of the world as files of each kind that other programs write, alone and packed."""
    word = Word(Box(10, 10, 90, 40), 0, "queue", 0.8, (("queue", 0.8), ("quene", 0.1)))
    slanted = replace(word, text="l’été", corners=((9.5, 10), (90, 12), (89, 41), (9, 39)))
    photo = Photo(PhotoId(1), "a" * 32, State.READ, 400, 300, None, (Path("b.jpg"),), (word, slanted))  # fmt: skip
    found = [
        form.write(photo) for name, form in FORMATS.items() if name in {"hocr", "alto", "page"}
    ]
    return [*found, write_labels([inked("queue", photo="a" * 32)])]


def _page(chance: Chance) -> bytes:
    page = chance.choice(_pages())
    if page.startswith(read.ZIP) or chance.random() < 0.3:
        return mutations.damaged(chance, page)
    return mutations.encoded(chance, page.decode())


def _take_page(content: bytes, folder: Path) -> None:
    known = Photo(PhotoId(1), "a" * 32, State.READ, 400, 300, None, (Path("b.jpg"),))
    files = [("b.xml", content)]
    if content.startswith(read.ZIP):
        files = list(read.unpacked(content))
    for name, inner in files:
        with suppress_failures():
            labelled = name.endswith(".tsv")
            found = read_labels(inner)[0] if labelled else read.pages_in(inner)
            matched = match([NamedPage(name, page) for page in found], lambda _: known, {})
            said = Said("import:x", 1.0, confirm=True)
            for page, of, photo in matched.pages:
                said.add(page, of, photo)
            assert all(c.box.left < c.box.right for c in said.corrections)


def _settings(content: bytes, folder: Path) -> None:
    path = folder / "config.toml"
    path.write_bytes(content)
    config.load(path, home=folder)


def _names(content: bytes, folder: Path) -> None:
    photos = folder / "photos"
    photos.mkdir()
    for name in content.split(b"\0"):
        named = b"n" + name.replace(b"/", b"_")[:250] + b".png"
        with suppress(OSError):
            draw_photo(folder / "aside.png", "tree").replace(
                photos / named.decode("utf-8", "surrogateescape")
            )
    settings = life.settings(folder / "home")
    with life.Catalog(settings.database) as catalog:
        library = life.library(settings, catalog)
        library.sync([photos], Hooks())
        assert set(catalog.places()) == set(photos.iterdir())
        stores = bootstrap.stores(settings)
        found = Searcher(catalog, stores.index, stores.posteriors).search("tree", Filters(limit=99))
        assert len(found.hits) == (1 if any(photos.iterdir()) else 0)


def _sidecar(content: bytes, folder: Path) -> None:
    photo = folder / "a.png"
    (folder / "a.png.boxes.json").write_bytes(content)
    SidecarDetector(None).detect(np.zeros((100, 200, 3), np.uint8), photo)


@cache
def _weights_file() -> bytes:
    charset = Charset("abc")
    model = CRNN(ModelConfig(len(charset), (4, 4, 4, 4, 8), (1, 1, 1, 1), 4, shortcut=False))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.safetensors"
        weights.save(path, model, Card(charset, model.config))
        return path.read_bytes()


def _weights(content: bytes, folder: Path) -> None:
    path = folder / "some.safetensors"
    path.write_bytes(content)
    weights.load(path)


def _arpa(content: bytes, folder: Path) -> None:
    path = folder / "some.arpa"
    path.write_bytes(content)
    with suppress_failures():
        model = ngram_lm.load(str(path))
        if model is not None:
            model.score("aab")
    packed = folder / "some.arpa.gz"
    packed.write_bytes(
        gzip.compress(content)[: len(content)] if len(content) % 3 else gzip.compress(content)
    )
    with suppress_failures():
        ngram_lm.load(str(packed))
    listed = folder / "words.txt"
    listed.write_bytes(content)
    lexicon.frequencies([str(listed)])


def _packed_weights(chance: Chance) -> bytes:
    content = _weights_file()
    if chance.random() < 0.5:  # the header, which is JSON
        size = int.from_bytes(content[:8], "little")
        head = mutations.text(chance, content[8 : 8 + size].decode()).encode(
            "utf-8", "surrogatepass"
        )
        return len(head).to_bytes(8, "little") + head + content[8 + size :]
    return mutations.damaged(chance, content)


class suppress_failures(suppress):  # noqa: N801 - as contextlib names its own
    """Go on after an error that a user can act on."""

    def __init__(self) -> None:
        super().__init__(Exception)

    def __exit__(self, kind, error, trace) -> bool:
        return error is not None and is_expected(error)


def is_expected(error: BaseException) -> bool:
    """Whether a user is told what happened: an exit code of the list, and a text of our own, not of a library."""
    code = getattr(error, "exit_code", None)
    return isinstance(code, int) and 1 <= code <= 6 and bool(str(error)) and "\t" not in str(error)


TARGETS = {
    "images": Target(_picture, _open_picture),
    "queries": Target(
        lambda chance: mutations.text(chance, chance.choice(QUERIES))[:2000].encode(
            "utf-8", "surrogateescape"
        ),
        _search,
    ),
    "labels": Target(lambda chance: mutations.encoded(chance, LABELS), _labels),
    "pages": Target(_page, _take_page),
    "settings": Target(lambda chance: mutations.encoded(chance, SETTINGS), _settings),
    "names": Target(
        lambda chance: b"\0".join(mutations.encoded(chance, "board é.x y") for _ in range(3)),
        _names,
    ),
    "sidecars": Target(lambda chance: mutations.encoded(chance, BOXES), _sidecar),
    "weights": Target(_packed_weights, _weights),
    "models": Target(lambda chance: mutations.encoded(chance, ARPA), _arpa),
}
