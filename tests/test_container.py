"""The container image, its lock file and its compose file fit the program and each other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from indexer import config
from indexer.cli.commands import main

ROOT = Path(__file__).parent.parent
PACKAGING = ROOT / "packaging"
CONTAINERFILE = (PACKAGING / "Containerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONTAINERFILE_GPU = (PACKAGING / "Containerfile.gpu").read_text(encoding="utf-8")
LOCK = (PACKAGING / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture
def watch():
    """The service of the compose file that watches."""
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load((PACKAGING / "compose.yaml").read_text("utf-8"))["services"]["watch"]


def environment(containerfile=CONTAINERFILE):
    """Variables that the image sets."""
    [block] = re.findall(r"(?ms)^ENV (.*?[^\\])$", containerfile)
    return dict(re.findall(r"(\w+)=(\S+)", block.replace("'", "")))


def test_the_settings_of_the_image_are_those_of_the_program(monkeypatch):
    for name, value in environment().items():
        if name.startswith("OCRSEARCH_"):
            monkeypatch.setenv(name, value)

    settings = config.load(None)

    assert settings.home == Path("/data/ocrsearch")
    assert settings.folders == (Path("/photos"),)


def test_the_image_for_a_gpu_is_that_for_cpus_with_the_extra_for_it(monkeypatch):
    for name, value in environment(CONTAINERFILE_GPU).items():
        monkeypatch.setenv(name, value)
    stages = re.findall(r"(?m)^FROM (\S+)", CONTAINERFILE_GPU)
    [extra] = re.findall(r"'ocrsearch\[(\w+)\]'", CONTAINERFILE_GPU)

    assert (stages[0], stages[-1]) == ("${CPU}", "cpu")
    assert extra in PROJECT["optional-dependencies"]
    assert config.load(None).device == "cuda"


def test_composed_for_a_gpu_the_service_stays_as_it_is_but_for_the_image_and_the_device(watch):
    yaml = pytest.importorskip("yaml")
    [other] = yaml.safe_load((PACKAGING / "compose.gpu.yaml").read_text("utf-8"))[
        "services"
    ].items()

    assert other[0] == "watch"
    assert other[1].keys() == {"image", "build", "deploy"}
    assert other[1]["image"] != watch["image"]
    assert (ROOT / other[1]["build"]["dockerfile"]).is_file()
    [device] = other[1]["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]


def test_the_image_runs_as_an_ordinary_user_and_watches():
    assert re.search(r"(?m)^USER 1000:1000$", CONTAINERFILE)
    [command] = re.findall(r'(?m)^CMD \["(\w+)"\]', CONTAINERFILE)
    assert command in main.commands


def test_the_health_check_of_image_and_compose_file_is_the_command_for_it(watch):
    [checked] = re.findall(r'(?m)^HEALTHCHECK .* CMD \["ocrsearch", "(\w+)"\]$', CONTAINERFILE)

    assert checked in main.commands
    assert watch["healthcheck"]["test"] == ["CMD", "ocrsearch", checked]


def test_the_composed_service_can_write_its_own_data_and_nothing_else(watch):
    assert watch["read_only"] is True
    assert watch["cap_drop"] == ["ALL"]
    assert watch["network_mode"] == "none"
    photos = [volume for volume in watch["volumes"] if ":/photos" in volume]
    assert [volume.rpartition(":")[2] for volume in photos] == ["ro"]


def test_the_composed_service_is_built_from_the_files_that_are_there(watch):
    context = (PACKAGING / watch["build"]["context"]).resolve()

    assert (context / watch["build"]["dockerfile"]).samefile(PACKAGING / "Containerfile")
    assert watch["command"][0] in main.commands


@pytest.mark.parametrize("dependency", PROJECT["dependencies"])
def test_the_lock_file_pins_what_the_project_requires(dependency):
    wanted = Requirement(dependency)
    pins = re.findall(rf"(?mi)^{wanted.name}==(\S+)", LOCK)

    assert pins, "run: make lock"
    assert [pin for pin in pins if pin not in wanted.specifier] == []


def test_every_pin_has_a_hash_and_no_address():
    pins = re.findall(r"(?m)^[\w-]+==.*((?:\n    --hash=sha256:[0-9a-f]{64}.*)+)", LOCK)

    assert len(pins) == len(re.findall(r"(?m)^[\w-]+==", LOCK))
    assert "://" not in LOCK


def test_reading_needs_no_package_that_only_training_needs():
    assert re.findall(r"(?m)^(?:torch|opencv|onnx|matplotlib)\b(?!runtime).*==", LOCK) == []


@pytest.mark.parametrize("script", ["build_image.sh", "try_image.sh"])
def test_a_script_of_the_image_is_executable_and_can_be_parsed(script):
    assert os.access(PACKAGING / script, os.X_OK)
    subprocess.run(["sh", "-n", PACKAGING / script], check=True)


def test_where_buildah_is_missing_the_build_says_that_it_is_skipped(tmp_path):
    for tool in ("sh", "dirname"):
        (tmp_path / tool).symlink_to(shutil.which(tool))

    done = subprocess.run(
        ["sh", PACKAGING / "build_image.sh"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "SKIPPED, buildah is not installed" in done.stdout
