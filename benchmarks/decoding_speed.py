"""Decoding speed in words a CPU second, from probabilities to readings, under each kind of prior.

    python benchmarks/decoding_speed.py LABELS.TSV [--words 400] [--rounds 5] [--weights FILE]
        [--reference]

With --reference, the plain beam of the tests reads the same words with and without the English
letter model, in turns with the product, and readings that differ are counted.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import time
from pathlib import Path

from PIL import Image

from recognizer.decoding import beam_search, languages, ngram_lm
from recognizer.inference import pretrained
from recognizer.recognize import Recognizer

REFERENCE = Path(__file__).parents[1] / "tests" / "recognizer" / "decoding" / "reference.py"

PRIORS = {
    "none": ("none", False),
    "English": (["en"], False),
    "English and list": (["en"], True),
    "auto": ("auto", False),
    "auto and lists": ("auto", True),
}

_WIDTHS = {"none": 10, "English": 20}
"""Beams of `decode` for five alternatives."""


def read(words, charset, loaded):
    """The readings, with CPU seconds."""
    start = time.process_time()
    several = isinstance(loaded, languages.LanguagePriors)
    priors = loaded.choose(words, charset) if several else [loaded] * len(words)
    readings = beam_search.decode_all(words, charset, priors=priors)
    return readings, time.process_time() - start


def reference_priors():
    """The plain beam search, and its priors by name."""
    spec = importlib.util.spec_from_file_location("reference", REFERENCE)
    plain = sys.modules["reference"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plain)
    model = ngram_lm.load("english")
    spelling = plain.Spelling(model._probabilities, model._backoffs)  # noqa: SLF001
    return plain.beam_search, {"none": None, "English": spelling}


def differing(readings, others):
    """Readings whose probabilities differ by more than 1e-6 at any rank."""
    return sum(
        any(abs(p - q) > 1e-6 for (_, p), (_, q) in zip(reading.alternatives, other, strict=False))
        for reading, other in zip(readings, others, strict=True)
    )


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--words", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--weights", type=Path, default=pretrained.WEIGHTS)
    parser.add_argument("--reference", action="store_true")
    given = parser.parse_args()
    lines = given.labels.read_text(encoding="utf-8").splitlines()
    paths = [given.labels.parent / line.split("\t")[0] for line in lines]
    paths = paths[:: max(1, len(paths) // given.words)]
    recognizer = Recognizer(given.weights, threads=1)
    read_words = recognizer.read_with_posteriors([Image.open(path) for path in paths])
    words, charset = [word for _, word in read_words], recognizer.card.charset
    search, plain = reference_priors() if given.reference else (None, {})
    for name, (chosen, lists) in PRIORS.items():
        loaded = languages.load(chosen, lists=lists)
        read(words, charset, loaded)  # compiles what the words need
        ours, theirs = [], []
        for _ in range(given.rounds):
            readings, seconds = read(words, charset, loaded)
            ours.append(seconds)
            if name in plain:
                start = time.process_time()
                others = [
                    search(word, charset, width=_WIDTHS[name], prior=plain[name]) for word in words
                ]
                theirs.append(time.process_time() - start)
        print(f"{name}: {len(words) / statistics.median(ours):.0f} words/s", end="")
        if theirs:
            ratio = statistics.median(theirs) / statistics.median(ours)
            print(f", {ratio:.1f} × the plain beam, {differing(readings, others)} differ", end="")
        print()


if __name__ == "__main__":
    main()
