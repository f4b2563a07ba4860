from __future__ import annotations

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from detector_stub.boxes import DetectorError
from detector_stub.inference.pretrained import WEIGHTS
from detector_stub.network import weights
from detector_stub.network.model import DetectorConfig, WordNet

pytestmark = pytest.mark.thorough

SMALL = DetectorConfig(channels=(4, 6, 8, 8, 8), depth=(1, 1, 2, 1), pyramid=8)


@pytest.fixture
def net():
    torch.manual_seed(0)
    return WordNet(SMALL)


@pytest.fixture
def path(tmp_path, net):
    weights.save(tmp_path / "words.safetensors", net, {"data": "drawn"})
    return tmp_path / "words.safetensors"


def rewritten(path, **changed):
    """The same tensors, described differently."""
    with safe_open(path, framework="pt") as file:
        head = json.loads(file.metadata()["ocrsearch-detector"]) | changed
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    save_file(tensors, path, metadata={"ocrsearch-detector": json.dumps(head)})
    return path


def test_what_is_saved_comes_back(path, net):
    photo = torch.randn(1, 3, 64, 64)

    loaded = weights.load(path)

    assert loaded.config == SMALL
    assert torch.allclose(loaded(photo), net.eval()(photo), atol=0.01)


def test_weights_are_loaded_for_reading_in_full_precision(path):
    loaded = weights.load(path)

    assert not loaded.training
    assert {p.dtype for p in loaded.parameters()} == {torch.float32}


def test_saving_twice_gives_the_same_file_and_leaves_no_other(path, net):
    before = path.read_bytes()

    weights.save(path, net, {"data": "drawn"})

    assert path.read_bytes() == before
    assert {p.name for p in path.parent.iterdir()} == {"words.safetensors", "words.onnx"}


def test_where_the_weights_come_from_is_kept_in_the_file(path):
    with safe_open(path, framework="pt") as file:
        head = json.loads(file.metadata()["ocrsearch-detector"])

    assert head["provenance"] == {"data": "drawn"}


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_truncated_file_is_named(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(DetectorError, match=r"words\.safetensors: not usable"):
        weights.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DetectorError, match=r"absent\.safetensors"):
        weights.load(tmp_path / "absent.safetensors")


def test_another_format_is_named_with_the_one_that_is_known(path):
    with pytest.raises(DetectorError, match=r"words\.safetensors: weights of format 7.* reads 1"):
        weights.load(rewritten(path, format=7))


@pytest.mark.parametrize(
    "config",
    [
        None,
        {},
        {"channels": [4, 6, 8, 8, 8], "depth": [1, 1, 2, 1], "pyramid": 12},
        {"channels": [4, 6, 8, 8, 8], "depth": [1, 1, 2, 1], "pyramid": 8, "colour": "red"},
    ],
)
def test_a_description_that_does_not_fit_the_tensors_is_refused(path, config):
    with pytest.raises(DetectorError, match=r"words\.safetensors"):
        weights.load(rewritten(path, config=config))


def test_weights_of_something_else_are_refused(tmp_path, net):
    save_file(
        {name: t.contiguous() for name, t in net.state_dict().items()}, tmp_path / "a.safetensors"
    )

    with pytest.raises(DetectorError, match=r"a\.safetensors"):
        weights.load(tmp_path / "a.safetensors")


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_a_pickle_is_refused_and_not_run(tmp_path):
    torch.save({"net": Trap(tmp_path / "sprung")}, tmp_path / "a.safetensors")

    with pytest.raises(DetectorError, match=r"a\.safetensors"):
        weights.load(tmp_path / "a.safetensors")

    assert not (tmp_path / "sprung").exists()


def test_the_shipped_weights_are_small_finite_and_load():
    net = weights.load(WEIGHTS)

    assert WEIGHTS.stat().st_size <= 4e6
    assert all(t.isfinite().all() for t in net.state_dict().values())
