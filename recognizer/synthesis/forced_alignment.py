"""Where in a word each of its letters stands: CTC alignment with the known text."""

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

    from recognizer.datasets.loading import LabelledCrop
    from recognizer.network.model import CRNN

Span = tuple[int, int]
"""First and last output frame of a letter."""

LEAST_LIKELY = -2.5
"""Log probability a letter below which an alignment is not believed."""

_BATCH, _STEPS, _RATE = 64, 600, 3e-3


def letter_spans(model: CRNN, words: Sequence[LabelledCrop]) -> list[list[Span] | None]:
    """The frames of each letter of each word; None where text and picture do not go together.

    A BiLSTM may answer a letter a few frames away from it. So a convolution that sees three
    columns learns to read these very words first, and its answers are aligned (Viterbi).
    """
    columns = [row for batch in _batches(words) for row in _columns(model.eval(), batch)]
    head = _local_head(model, words, columns)
    with torch.inference_mode():
        logits = [head(row.T[None])[0].T.log_softmax(1).double().numpy() for row in columns]
    return [aligned(row, word.labels) for row, word in zip(logits, words, strict=True)]


def aligned(log_probabilities: NDArray[np.float64], labels: Sequence[int]) -> list[Span] | None:
    """The likeliest frames of each of `labels` in [T, labels] log probabilities, or None."""
    count = len(labels)
    states = np.zeros(2 * count + 1, dtype=np.int64)
    states[1::2] = labels
    closed = np.full(len(states), -np.inf)  # no way in from two states before
    closed[3::2] = np.where(states[3::2] != states[1:-2:2], 0.0, -np.inf)
    best = np.full(len(states), -np.inf)
    best[:2] = log_probabilities[0, states[:2]]
    steps = np.zeros((len(log_probabilities), len(states)), dtype=np.int64)
    for time, row in enumerate(log_probabilities[1:], start=1):
        before = np.concatenate([[-np.inf, -np.inf], best])
        ways = np.stack([best, before[1:-1], before[:-2] + closed])
        steps[time] = ways.argmax(0)
        best = ways.max(0) + row[states]
    state = len(states) - 1 - int(best[-2] > best[-1])
    if not best[state] / count > LEAST_LIKELY:
        return None
    found: list[Span | None] = [None] * count
    for time in range(len(log_probabilities) - 1, -1, -1):
        if state % 2:
            last = found[state // 2]
            found[state // 2] = (time, last[1] if last else time)
        state -= int(steps[time, state])
    return [span for span in found if span]


def _batches(words: Sequence[LabelledCrop]) -> Iterator[Batch]:
    for start in range(0, len(words), _BATCH):
        yield Batch.of(words[start : start + _BATCH])


def _columns(model: CRNN, batch: Batch) -> list[torch.Tensor]:
    """The feature vectors [T, C] of each word."""
    device = next(model.parameters()).device
    with torch.inference_mode():
        ink = normalize(batch.grey.to(device).float(), batch.widths)
        rows = model.columns(ink).cpu()
    counts = frames(batch.widths).tolist()
    return [row[:count].clone() for row, count in zip(rows, counts, strict=True)]


def _local_head(
    model: CRNN, words: Sequence[LabelledCrop], columns: Sequence[torch.Tensor]
) -> nn.Conv1d:
    """A convolution over three columns, fitted to these words; it need not read any other."""
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        head = nn.Conv1d(columns[0].shape[1], model.config.labels, 3, padding=1)
    moves = torch.optim.AdamW(head.parameters(), lr=_RATE)
    random = np.random.default_rng(0)
    for _ in range(_STEPS):
        chosen = random.integers(len(words), size=min(_BATCH, len(words)))
        batch = Batch.of([words[i] for i in chosen])
        inputs = nn.utils.rnn.pad_sequence([columns[i] for i in chosen], batch_first=True)
        logits = head(inputs.transpose(1, 2)).transpose(1, 2)
        loss = ctc_loss(logits, batch.widths, batch.targets, batch.lengths)
        moves.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        moves.step()
    return head.eval()
