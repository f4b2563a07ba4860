from __future__ import annotations

import json

from PIL import Image

from detector_stub.training import curves


def row(step, loss=1.0):
    rates = dict.fromkeys(("recall_50", "precision_50", "f1_50", "word_hit"), 0.5)
    return {"step": step, "loss": loss, **rates}


def write(path, rows, end=""):
    path.write_text("".join(json.dumps(each) + "\n" for each in rows) + end)
    return path


def test_the_metrics_become_a_picture(tmp_path):
    said = []

    curves.draw(write(tmp_path / "metrics.jsonl", [row(1), row(2)]), said.append)

    assert said == []
    with Image.open(tmp_path / "curves.png") as picture:
        assert picture.size == (1000, 420)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curves.png", "metrics.jsonl"]


def test_a_step_that_was_measured_again_counts_once_and_half_a_line_not_at_all(tmp_path):
    rows = [row(1), row(2, 5.0), row(2, 3.0)]

    read = curves.read(write(tmp_path / "metrics.jsonl", rows, end='{"step": 3, "lo'))

    assert [(each["step"], each["loss"]) for each in read] == [(1, 1.0), (2, 3.0)]


def test_a_picture_that_cannot_be_drawn_ends_no_training(tmp_path):
    said = []

    curves.draw(tmp_path / "metrics.jsonl", said.append)

    assert len(said) == 1
    assert said[0].startswith(f"{tmp_path / 'curves.png'}: not drawn (")
