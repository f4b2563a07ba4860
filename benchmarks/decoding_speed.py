"""CPU seconds from probabilities to readings, beside the plain beam search that the tests keep.

    python benchmarks/decoding_speed.py LABELS.TSV … [--words 2500] [--batch 512] [--turns 3]
        [--prior auto --prior lists] [--weights FILE] [--alone]

The network reads the words first, which is not counted. Then both decode the same probabilities in
turns, the languages of the words included, `--batch` words at a time as `ocrsearch read` does; the
fastest turn of each counts, so that automata and caches of both are warm. Readings differ where a
probability at any rank does by more than 1e-6. With --alone, only the product decodes.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import sys
import time
from pathlib import Path

from PIL import Image

from recognizer.decoding import decoder, languages, lexicon, ngram_lm
from recognizer.decoding.frames import likely_symbols
from recognizer.decoding.language_identification import weights
from recognizer.inference import pretrained
from recognizer.recognize import Recognizer

REFERENCE = Path(__file__).parents[1] / "tests" / "recognizer" / "decoding" / "reference.py"

PRIORS = {
    "none": ("none", False),
    "english": (["en"], False),
    "auto": ("auto", False),
    "lists": ("auto", True),
}
"""Languages and whether their lists are used: `auto` as in `ocrsearch read`, `lists` as in `index`."""

_WIDTH, _WIDTH_WITH_PRIOR = 10, 20
"""Beams of `decode` for five alternatives."""

_ALTERNATIVES = 5


class Product:
    """Decodes as the program does."""

    def __init__(self, names, lists):
        """Load languages."""
        self.loaded = languages.load(names, lists=lists)

    def read(self, words, charset):
        """The texts of each word with their probabilities."""
        frames = likely_symbols(words)
        several = isinstance(self.loaded, languages.LanguagePriors)
        priors = self.loaded.choose(frames, charset) if several else [self.loaded] * len(words)
        readings = decoder.decode_all(frames, charset, priors=priors)
        return [reading.alternatives for reading in readings]


class Plain:
    """Decodes text by text."""

    def __init__(self, names, lists, product):
        """Load the same languages; which of them a word is in is told by the same code."""
        self.plain = _module()
        self.names, self.lists = languages.resolve(names), lists
        self.identifier = getattr(product.loaded, "_identifier", None)
        self.language = functools.cache(self._language)
        self.prior = functools.cache(self._prior)

    def read(self, words, charset):
        """The texts of each word with their probabilities."""
        search, priors = self.plain.beam_search, [None] * len(words)
        if self.identifier:
            first = [search(word, charset, width=_WIDTH)[:_ALTERNATIVES] for word in words]
            priors = map(self.prior, weights(self.identifier.likelihoods(first)))
        elif self.names:
            priors = [self.language(self.names[0])] * len(words)
        return [
            search(word, charset, width=_WIDTH_WITH_PRIOR if prior else _WIDTH, prior=prior)
            for word, prior in zip(words, priors, strict=True)
        ]

    def _language(self, name):
        file = languages.SHIPPED.get(name, name)
        spelling = self.plain.Spelling(*ngram_lm.parsed(file, ngram_lm.content(file)))
        if not self.lists:
            return spelling
        listed = lexicon.ENGLISH if name == "en" else f"{lexicon.WORDFREQ}{name}"
        return self.plain.Both(spelling, self.plain.Words(lexicon.frequencies([listed])))

    def _prior(self, tenths):
        parts = [
            (part / sum(tenths), self.language(name))
            for part, name in zip(tenths, self.names, strict=False)
            if part
        ]
        alone = len(parts) == 1 and not tenths[-1]
        return (parts[0][1] if alone else self.plain.Mean(parts)) if parts else None


def _module():
    spec = importlib.util.spec_from_file_location("reference", REFERENCE)
    plain = sys.modules["reference"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plain)
    return plain


def differing(readings, others):
    """Words with a probability that differs by more than 1e-6 at any rank."""
    return sum(
        any(abs(p - q) > 1e-6 for (_, p), (_, q) in zip(texts, other, strict=False))
        for texts, other in zip(readings, others, strict=True)
    )


def timed(reader, words, charset, batch):
    """All readings, with CPU seconds."""
    start, readings = time.process_time(), []
    for first in range(0, len(words), batch):
        readings += reader.read(words[first : first + batch], charset)
    return time.process_time() - start, readings


def measure(name, kind, words, charset, given):
    """Print a line of figures."""
    product = Product(*PRIORS[kind])
    readers = [product] if given.alone else [product, Plain(*PRIORS[kind], product)]
    turns = [
        [timed(reader, words, charset, given.batch) for reader in readers]
        for _ in range(given.turns)
    ]
    seconds = [min(turn[place][0] for turn in turns) for place in range(len(readers))]
    print(f"{name}, {kind}: {len(words)} words, {seconds[0]:.3f} s", end="")
    print(f" ({turns[0][0][0]:.3f} s in the first turn)", end="")
    if not given.alone:
        print(
            f", plain beam {seconds[1]:.3f} s, {seconds[1] / seconds[0]:.1f} times as much", end=""
        )
        print(f", {differing(turns[0][0][1], turns[0][1][1])} readings differ", end="")
    print(flush=True)


def main():
    """Print the figures of each set and prior."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path, nargs="+")
    parser.add_argument("--words", type=int, default=2500)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--prior", choices=PRIORS, action="append")
    parser.add_argument("--weights", type=Path, default=pretrained.WEIGHTS)
    parser.add_argument("--alone", action="store_true")
    given = parser.parse_args()
    recognizer = Recognizer(given.weights, threads=1)
    charset = recognizer.card.charset
    for labels in given.labels:
        lines = labels.read_text(encoding="utf-8").splitlines()[: given.words]
        images = [Image.open(labels.parent / line.split("\t")[0]) for line in lines]
        words = [
            word.part.probabilities for image in recognizer.read_words(images) for word in image
        ]
        for kind in given.prior or ["auto", "lists"]:
            measure(labels.parent.name, kind, words, charset, given)


if __name__ == "__main__":
    main()
