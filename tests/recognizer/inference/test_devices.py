from __future__ import annotations

import pytest

from recognizer.errors import WeightsError
from recognizer.inference import devices


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine with a GPU and torch for it."""
    monkeypatch.setattr(devices, "_has_gpu", lambda: True)
    monkeypatch.setattr(devices.metadata, "version", lambda name: "2.9.0+cu128")
    return monkeypatch


def test_a_gpu_reads_where_there_is_one(machine: pytest.MonkeyPatch) -> None:
    del machine
    assert (devices.chosen(), devices.chosen("cuda"), devices.chosen("cpu")) == (
        "cuda",
        "cuda",
        "cpu",
    )


def test_without_a_gpu_the_cpu_reads_and_a_wish_for_one_is_refused(
    machine: pytest.MonkeyPatch,
) -> None:
    machine.setattr(devices, "_has_gpu", lambda: False)

    assert devices.chosen() == "cpu"
    with pytest.raises(WeightsError, match='device = "cuda": no GPU'):
        devices.chosen("cuda")


def test_torch_for_cpus_does_not_read_on_a_gpu(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(devices.metadata, "version", lambda name: "2.9.0+cpu")

    assert devices.chosen() == "cpu"
    with pytest.raises(WeightsError, match="install the extra gpu"):
        devices.chosen("cuda")


def test_without_torch_the_cpu_reads(machine: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> str:
        raise devices.metadata.PackageNotFoundError(name)

    machine.setattr(devices.metadata, "version", unknown)

    assert devices.chosen() == "cpu"
    with pytest.raises(WeightsError, match="install the extra gpu"):
        devices.chosen("cuda")


def test_precisions_differ_by_device() -> None:
    assert devices.precision("cpu") != devices.precision("cuda")
