"""CTC forced alignment: the output frames of each letter of a word whose text is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from recognizer.datasets.batch import Batch
from recognizer.network.ctc_loss import ctc_loss
from recognizer.network.model import frames
from recognizer.network.tensors import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from recognizer.datasets.labelled_crops import LabelledCrop
    from recognizer.network.model import CRNN

Span = tuple[int, int]
"""First and last output frame of a letter."""

MIN_LOG_PROBABILITY = -2.5
"""Mean log probability of a letter below which an alignment is rejected."""

_BATCH_SIZE = 64
"""Words in one training step of the aligner."""

_FIT_STEPS = 600
"""Steps for which the aligner is trained."""

_LEARNING_RATE = 3e-3
"""Learning rate of the aligner."""


def align_words(model: CRNN, words: Sequence[LabelledCrop]) -> list[list[Span] | None]:
    """The frames of each letter of each word; None where text and image do not match.

    The outputs of a BiLSTM may lie a few frames away from the letter that they stand for.
    Therefore a local aligner is trained on the visual features of these very words first (see
    `fit_aligner` for its cost), and its outputs are aligned instead.
    """
    features = [row for batch in _batches(words) for row in _features(model.eval(), batch)]
    aligner = fit_aligner(words, features, model.config.labels)
    with torch.inference_mode():
        logits = [aligner(row.T[None])[0].T.log_softmax(1).double().numpy() for row in features]
    return [align(row, word.labels) for row, word in zip(logits, words, strict=True)]


def align(log_probabilities: NDArray[np.float64], labels: Sequence[int]) -> list[Span] | None:
    """The most probable frames of each of `labels`, by the Viterbi algorithm.

    Args:
        log_probabilities: [T, labels] of one word.
        labels: its text, encoded, without blanks.

    Returns:
        One span a label; None if the text does not fit into T frames, or if the mean log
        probability of its letters is not above MIN_LOG_PROBABILITY.

    """
    count = len(labels)
    states = np.zeros(2 * count + 1, dtype=np.int64)  # blank, label, blank, …, as in the CTC loss
    states[1::2] = labels
    skip = np.full(len(states), -np.inf)  # from two states before, over a blank
    skip[3::2] = np.where(states[3::2] != states[1:-2:2], 0.0, -np.inf)
    best = np.full(len(states), -np.inf)
    best[:2] = log_probabilities[0, states[:2]]
    steps = np.zeros((len(log_probabilities), len(states)), dtype=np.int64)
    for time, row in enumerate(log_probabilities[1:], start=1):
        before = np.concatenate([[-np.inf, -np.inf], best])
        ways = np.stack([best, before[1:-1], before[:-2] + skip])
        steps[time] = ways.argmax(0)
        best = ways.max(0) + row[states]
    last = len(states) - 1 - int(best[-2] > best[-1])
    if not best[last] / count > MIN_LOG_PROBABILITY:
        return None
    return _backtrack(steps, last, count)


def _backtrack(steps: NDArray[np.int64], state: int, count: int) -> list[Span]:
    """The spans of `count` labels on the best path, which ends in `state`."""
    found: list[Span | None] = [None] * count
    for time in range(len(steps) - 1, -1, -1):
        if state % 2:
            later = found[state // 2]
            found[state // 2] = (time, later[1] if later else time)
        state -= int(steps[time, state])
    return [span for span in found if span]


def fit_aligner(
    words: Sequence[LabelledCrop], features: Sequence[torch.Tensor], labels: int
) -> nn.Conv1d:
    """Train a convolution over three frames to read `words` by CTC; it need not read others.

    It takes 600 steps of AdamW on 64 words each, on the CPU: some 10 s, whatever the number of
    words. The result is the same each time because its initialisation and its batches have a
    random seed of their own; torch's global random state is left alone.

    Args:
        words: the words, with their labels.
        features: the feature vectors [T, C] of each word.
        labels: size of the alphabet, the blank included.

    Returns:
        A network from features [1, C, T] to logits [1, labels, T].

    """
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        aligner = nn.Conv1d(features[0].shape[1], labels, 3, padding=1)
    optimizer = torch.optim.AdamW(aligner.parameters(), lr=_LEARNING_RATE)
    random = np.random.default_rng(0)
    for _ in range(_FIT_STEPS):
        chosen = random.integers(len(words), size=min(_BATCH_SIZE, len(words)))
        batch = Batch.of([words[i] for i in chosen])
        inputs = nn.utils.rnn.pad_sequence([features[i] for i in chosen], batch_first=True)
        logits = aligner(inputs.transpose(1, 2)).transpose(1, 2)
        loss = ctc_loss(logits, batch.widths, batch.targets, batch.lengths)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return aligner.eval()


def _batches(words: Sequence[LabelledCrop]) -> Iterator[Batch]:
    for start in range(0, len(words), _BATCH_SIZE):
        yield Batch.of(words[start : start + _BATCH_SIZE])


def _features(model: CRNN, batch: Batch) -> list[torch.Tensor]:
    """The feature vectors [T, C] of each word, before the BiLSTM."""
    device = next(model.parameters()).device
    with torch.inference_mode():
        ink = normalize(batch.grey.to(device).float(), batch.widths)
        rows = model.columns(ink).cpu()
    counts = frames(batch.widths).tolist()
    return [row[:count].clone() for row, count in zip(rows, counts, strict=True)]
