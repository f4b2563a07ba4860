"""Fetch open handwriting fonts for `ocrsearch synthesize`: fetch_fonts.py FOLDER [NAME]...

Each NAME is a font that is published as the npm package @fontsource/NAME; without names, the
fonts below are fetched. FOLDER gets one .ttf file a font, and manifest.json, which records the
family, licence and version of each. Fonts that are there already are left as they are; a font
that fails is named, and the others are fetched.

Needs npm, and the Python packages fonttools and brotli.
Exit codes: 0 all fonts are there, 1 some failed, 2 usage or something that is needed is missing.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FONTS = (
    "annie-use-your-telescope", "architects-daughter", "bad-script", "beth-ellen", "bilbo",
    "birthstone-bounce", "bonheur-royale", "borel", "calligraffitti", "caveat", "caveat-brush",
    "cedarville-cursive", "chilanka", "clicker-script", "comforter", "comic-neue", "coming-soon",
    "cookie", "covered-by-your-grace", "crafty-girls", "cute-font", "damion", "dancing-script",
    "darumadrop-one", "dawning-of-a-new-day", "dekko", "delicious-handrawn", "delius",
    "delius-swash-caps", "east-sea-dokdo", "edu-au-vic-wa-nt-hand", "edu-nsw-act-foundation",
    "edu-qld-beginner", "edu-sa-beginner", "edu-tas-beginner", "edu-vic-wa-nt-beginner",
    "euphoria-script", "fuzzy-bubbles", "gaegu", "gamja-flower", "give-you-glory",
    "gloria-hallelujah", "gochi-hand", "grechen-fuemen", "gveret-levin", "hachi-maru-pop",
    "handlee", "hi-melody", "homemade-apple", "hubballi", "indie-flower", "itim",
    "just-another-hand", "just-me-again-down-here", "kalam", "kavivanar", "klee-one", "kristi",
    "la-belle-aurore", "licorice", "liu-jian-mao-cao", "long-cang", "loved-by-the-king",
    "ma-shan-zheng", "mali", "mansalva", "marck-script", "mynerve", "nanum-brush-script",
    "nanum-pen-script", "neucha", "nothing-you-could-do", "oooh-baby", "over-the-rainbow",
    "pangolin", "patrick-hand", "patrick-hand-sc", "permanent-marker", "playpen-sans",
    "playwrite-ca", "playwrite-de-grund", "playwrite-in", "playwrite-nz", "playwrite-pl",
    "playwrite-us-modern", "playwrite-za", "pompiere", "poor-story", "rancho", "reenie-beanie",
    "rock-salt", "ruthie", "schoolbell", "sedgwick-ave", "sedgwick-ave-display",
    "shadows-into-light", "shadows-into-light-two", "short-stack", "single-day", "square-peg",
    "sriracha", "sue-ellen-francisco", "sunshiney", "swanky-and-moo-moo", "the-girl-next-door",
    "tillana", "unkempt", "vibur", "waiting-for-the-sunrise", "walter-turncoat", "water-brush",
    "yomogi", "yusei-magic", "zeyada", "zhi-mang-xing",
)  # fmt: skip

LICENCES = ("OFL-1.1", "Apache-2.0", "MIT", "UFL-1.0", "UFL")
"""Licences under which a font may be drawn with and the drawings given away."""

MANIFEST = "manifest.json"
_WEIGHTS = (400, 300, 500)
_PATIENCE = 120
"""Seconds that npm has for one package."""


class FetchError(Exception):
    """A font cannot be had; the message says why."""


def main(arguments: list[str] | None = None) -> int:
    """Fetch what is missing; see the head of this file for the exit codes."""
    parser = argparse.ArgumentParser(description="Fetch open handwriting fonts as .ttf files.")
    parser.add_argument("folder", type=Path, help="where the fonts go; made if it is not there")
    parser.add_argument("names", nargs="*", help="fonts to fetch (default: a list of handwriting)")
    given = parser.parse_args(arguments)
    for missing in missing_tools():
        print(missing, file=sys.stderr)
        return 2
    try:
        given.folder.mkdir(parents=True, exist_ok=True)
        manifest = read_manifest(given.folder)
    except (OSError, ValueError) as error:
        print(
            f"{given.folder}: no folder for fonts, or its {MANIFEST} is damaged: {error}",
            file=sys.stderr,
        )
        return 2
    failed = 0
    for name in given.names or FONTS:
        if name in manifest and (given.folder / manifest[name]["file"]).is_file():
            continue
        try:
            manifest[name] = fetch(name, given.folder)
        except FetchError as error:
            failed += 1
            print(f"{name}: {error}", file=sys.stderr)
        else:
            # after each font: what an interruption leaves is complete
            text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
            write(given.folder / MANIFEST, text.encode())
            print(f"{name}: {manifest[name]['family']}, {manifest[name]['licence']}")
    return 1 if failed else 0


def missing_tools() -> list[str]:
    """What must be installed first, one message each."""
    messages = []
    if not shutil.which("npm"):
        messages.append("npm is needed to fetch fonts; install Node.js, which brings it")
    if not all(importlib.util.find_spec(module) for module in ("fontTools", "brotli")):
        messages.append("woff2 files need two packages; run: pip install fonttools brotli")
    return messages


def read_manifest(folder: Path) -> dict[str, dict[str, str]]:
    """What lies in `folder`; nothing if there is no manifest yet."""
    path = folder / MANIFEST
    found: dict[str, dict[str, str]] = json.loads(path.read_bytes()) if path.exists() else {}
    return found


def fetch(name: str, folder: Path) -> dict[str, str]:
    """Write the font into `folder`; its row of the manifest.

    Raises:
        FetchError: there is no such package, its licence is none of LICENCES, or it has no
            upright Latin font.

    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        msg = "not the name of a font, which is made of small letters, digits and dashes"
        raise FetchError(msg)
    with tempfile.TemporaryDirectory() as temporary:
        try:
            with tarfile.open(pack(name, Path(temporary))) as archive:
                row = describe(archive)
                file, woff2 = latin(archive, name)
            ttf = to_ttf(woff2)
        except (OSError, KeyError, ValueError, tarfile.TarError) as error:
            msg = f"the package is damaged or of a form that is not known ({error})"
            raise FetchError(msg) from error
    write(folder / file, ttf)
    return {"file": file, **row}


def pack(name: str, folder: Path) -> Path:
    """Let npm download the package into `folder`: its archive."""
    command = ["npm", "pack", f"@fontsource/{name}", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        msg = f"npm did not answer within {_PATIENCE} seconds"
        raise FetchError(msg) from error
    archives = list(folder.glob("*.tgz"))
    if done.returncode or not archives:
        reason = [line for line in done.stderr.splitlines() if line.strip()][:2]
        msg = f"npm has no such package, or cannot be reached: {' '.join(reason)}"
        raise FetchError(msg)
    return archives[0]


def describe(archive: tarfile.TarFile) -> dict[str, str]:
    """Family, licence and version of a package.

    The licence is the one that metadata.json states of the font: in old packages package.json
    states the licence of the packaging, and that of the font is not told.
    """
    package = json.loads(member(archive, "package/package.json"))
    metadata = json.loads(member(archive, "package/metadata.json"))
    stated = metadata.get("license")
    licence = stated.get("type") if isinstance(stated, dict) else stated
    if licence not in LICENCES or package.get("license") not in LICENCES:
        msg = f"its licence is {licence!r}, not one of {', '.join(LICENCES)}"
        raise FetchError(msg)
    return {
        "family": str(metadata["family"]),
        "licence": str(licence),
        "package": f"{package['name']}@{package['version']}",
        "version": str(metadata.get("version", "")),
    }


def latin(archive: tarfile.TarFile, name: str) -> tuple[str, bytes]:
    """File name and woff2 data of the upright Latin font, of normal weight if there is one."""
    members = set(archive.getnames())
    for weight in _WEIGHTS:
        path = f"package/files/{name}-latin-{weight}-normal.woff2"
        if path in members:
            return f"{name}-latin-{weight}.ttf", member(archive, path)
    msg = "it has no upright Latin font"
    raise FetchError(msg)


def member(archive: tarfile.TarFile, path: str) -> bytes:
    """A file of the archive; KeyError if it is not there."""
    file = archive.extractfile(path)
    if file is None:
        raise KeyError(path)
    return file.read()


def to_ttf(woff2: bytes) -> bytes:
    """The same font, unpacked."""
    from fontTools.ttLib import TTFont, TTLibError  # asked for in missing_tools

    try:
        # the time of unpacking is no part of the font: the same package gives the same file
        font = TTFont(io.BytesIO(woff2), recalcTimestamp=False)
        font.flavor = None
        out = io.BytesIO()
        font.save(out)
    except TTLibError as error:
        raise ValueError(str(error)) from error
    return out.getvalue()


def write(path: Path, data: bytes) -> None:
    """Write under a temporary name first, so that half a file never counts as complete."""
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
