"""What is installed: every package, and what it reads beside its code."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parent.parent
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"][
    "build"
]
SDIST, WHEEL = BUILD["targets"]["sdist"], BUILD["targets"]["wheel"]


def test_every_top_level_package_is_installed():
    packages = {init.parent.name for init in ROOT.glob("*/__init__.py")} - {"tests"}

    assert packages == set(WHEEL["packages"])


@pytest.mark.parametrize("package", WHEEL["packages"])
def test_the_types_of_a_package_are_installed(package):
    assert (ROOT / package / "py.typed").exists()


@pytest.mark.parametrize("name", SDIST["only-include"])
def test_what_goes_into_the_source_distribution_is_there(name):
    assert (ROOT / name).exists()


@pytest.mark.parametrize(
    "name", [*WHEEL["packages"], *WHEEL["force-include"], *WHEEL["shared-data"]]
)
def test_what_a_wheel_is_made_of_goes_into_the_source_distribution(name):
    tops = {PurePosixPath(included).parts[0] for included in SDIST["only-include"]}

    assert PurePosixPath(name).parts[0] in tops


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Folder with the wheel and the source distribution, each built twice and compared."""
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    out = tmp_path_factory.mktemp("dist")
    script = ROOT / "packaging" / "build_dist.py"
    done = subprocess.run(
        [sys.executable, script, "--out", out], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return out


def code_and_data(package):
    files = (ROOT / package).rglob("*")
    kept = {".py", ".typed", ".onnx", ".safetensors", ".gz", ".zip"}
    licences = {"LICENCES.md"}
    return {
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix in kept or path.name in licences
    }


@pytest.mark.slow
@pytest.mark.parametrize("package", WHEEL["packages"])
def test_the_wheel_holds_all_code_weights_and_languages(built, package):
    [wheel] = built.glob("*.whl")

    assert code_and_data(package) <= set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.slow
def test_the_wheel_holds_the_sample_photos(built):
    [wheel] = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()

    for photo in (ROOT / "samples").iterdir():
        assert f"indexer/samples/{photo.name}" in names


@pytest.mark.slow
def test_the_wheel_holds_manual_and_completions(built):
    [wheel] = built.glob("*.whl")
    shared = {name.partition("/data/share/")[2] for name in zipfile.ZipFile(wheel).namelist()}

    share = ROOT / "packaging" / "share"
    assert {str(file.relative_to(share)) for file in share.rglob("*") if file.is_file()} <= shared


@pytest.mark.slow
def test_the_wheel_holds_no_tests_and_no_scripts_of_development(built):
    [wheel] = built.glob("*.whl")

    tops = {PurePosixPath(name).parts[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {top for top in tops if not top.startswith("ocrsearch-")} == set(WHEEL["packages"])


@pytest.mark.slow
def test_files_in_the_source_distribution_belong_to_nobody_and_have_one_date(built):
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()

    assert {(member.uid, member.gid, member.uname) for member in members} == {(0, 0, "")}
    assert len({member.mtime for member in members}) == 1
