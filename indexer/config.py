"""Settings from options, OCRSEARCH_… variables and a TOML file, checked before anything runs."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from platformdirs import user_config_path, user_data_path

from indexer.errors import ConfigError
from indexer.setting_kinds import (
    LANGUAGES,
    NAME,
    NAMES,
    PATH,
    PATHS,
    SUFFIX_LIST,
    TEXT,
    TRUTH,
    Kind,
    expanded,
    number,
    one_of,
    setting,
    whole,
)
from recognizer.files.printable import in_brackets, plainly
from recognizer.files.textfile import NotTextError, decode, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

log = logging.getLogger("ocrsearch")

PREFIX = "OCRSEARCH_"
"""What the environment variable of a setting begins with."""

SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif", ".hif"),
    *((".avif",) if find_spec("PIL._avif") else ()),
)

_BLANKS = " \t\xa0\u202f\u3000\ufeff\u200b"
"""What editors and web pages leave at the ends of lines."""


def _user_path(where: Callable[[str], Path], below_home: str) -> Path:
    """A folder of this user, below `~` if there is neither HOME nor an entry for the user.

    A relative one, which would be another in each folder, counts as not set: so says the
    specification of XDG_DATA_HOME and XDG_CONFIG_HOME.
    """
    with suppress(RuntimeError):
        usual = expanded(Path("~", below_home, "ocrsearch"))
        for path in (where("ocrsearch"), usual):
            if path.is_absolute():
                return path
    return Path("~", "ocrsearch")


@dataclass(frozen=True)
class Settings:
    """Every setting with its default; config.example.toml explains them. `load` reads and checks them."""

    home: Path = setting(PATH, lambda: _user_path(user_data_path, ".local/share"))
    folders: tuple[Path, ...] = setting(PATHS, ())
    catalog_url: str = setting(TEXT, "")
    weights: Path | None = setting(PATH, None)
    device: Literal["auto", "cpu", "cuda"] = setting(one_of("auto", "cpu", "cuda"), "auto")
    languages: str | tuple[str, ...] | None = setting(LANGUAGES, "auto")
    """None: `language` and `words` are used."""
    language: str = setting(NAME, "english")
    words: tuple[str, ...] = setting(NAMES, ("english",))
    detector: Literal["learned", "classical"] = setting(one_of("learned", "classical"), "learned")
    detector_weights: Path | None = setting(PATH, None)
    suffixes: tuple[str, ...] = setting(SUFFIX_LIST, SUFFIXES)
    settle_seconds: float = setting(number(0, 3600), 2.0)
    rescan_seconds: float = setting(number(1, 1e9), 3600.0)
    poll_seconds: float = setting(number(1, 1e9), 60.0)
    batch_photos: int = setting(whole(1, 1000), 4)
    alternatives: int = setting(whole(1, 50), 8)
    max_megapixels: float = setting(number(0, 1e9, above=True), 150.0)
    max_megabytes: float = setting(number(0, 1e9, above=True), 200.0)
    photo_seconds: float = setting(number(0, 1e9, above=True), 120.0)
    worker_megabytes: float = setting(number(0, 1e9, above=True), 4000.0)
    nice: int = setting(whole(0, 19), 0)
    idle_io: bool = setting(TRUTH, default=False)
    pause_on_battery: bool = setting(TRUTH, default=False)
    missing_share: float = setting(number(0, 1, above=True), 0.5)
    keep_days: float = setting(number(0, 1e6), 7.0)
    retry_minutes: float = setting(number(0, 1e7), 60.0)
    renditions_megabytes: float = setting(number(0, 1e9), 2000.0)

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the catalog."""
        # in a URL, % and ? are signs of their own, and the catalog would be another file
        file = str(self.home / "catalog.db").replace("%", "%25").replace("?", "%3F")
        return self.catalog_url or f"sqlite:///{file}"

    @property
    def index(self) -> Path:
        """Folder of the full-text index."""
        return self.home / "index"

    @property
    def posteriors(self) -> Path:
        """Folder of the posterior store."""
        return self.home / "posteriors"

    @property
    def renditions(self) -> Path:
        """Folder of pictures of photos, made by the first `serve`."""
        return self.home / "renditions"

    @property
    def own_weights(self) -> Path:
        """Folder of what was learned from corrections, made by the first `learn`."""
        return self.home / "weights"

    @property
    def learning_log(self) -> Path:
        """What the last `learn` said that the page has started."""
        return self.home / "learn.log"

    @property
    def progress(self) -> Path:
        """File in which the writing process reports its progress."""
        return self.home / "progress.json"

    @property
    def corrections_copy(self) -> Path:
        """Daily copy of all corrections."""
        return self.home / "corrections.jsonl"

    @property
    def lock(self) -> Path:
        """File that whoever writes holds locked."""
        return self.home / "lock"


KINDS: dict[str, Kind] = {one.name: one.metadata["kind"] for one in fields(Settings)}
"""The kind of each setting."""


def default_path() -> Path:
    """Where the configuration file is looked for without --config."""
    return _user_path(user_config_path, ".config") / "config.toml"


def load(path: Path | None = None, **flags: Any) -> Settings:  # noqa: ANN401 - any setting
    """Settings by precedence: flag, environment, file, default. A variable that is empty counts as not set.

    Args:
        path: the file; without it the one that OCRSEARCH_CONFIG names, else `default_path` if that
            exists.
        flags: settings given on the command line; None means not given.

    Raises:
        ConfigError: the file cannot be read, or keys or values are wrong; names the file and each
            of them.

    """
    if path is None and (named := os.environ.get(f"{PREFIX}CONFIG")):
        path = Path(named)
    file = expanded(path or default_path())
    given = {key: value for key, value in flags.items() if value is not None}
    set_by_variables = _variables()
    values = _file(file) if path or _is_there(file) else {}
    values |= set_by_variables | given
    sources = {key: f"{PREFIX}{key.upper()}" for key in set_by_variables}
    sources |= {key: f"option --{key.replace('_', '-')}" for key in given}
    settings = _checked(values, lambda key: sources.get(key, str(file)))
    if settings.home.parts[:1] == ("~",):  # neither HOME nor an entry for this user
        msg = "no home folder is known for this user; give --home, or set OCRSEARCH_HOME"
        raise ConfigError(msg)
    return settings


def _file(file: Path) -> dict[str, Any]:
    """The settings of a TOML file. Raises ConfigError."""
    import tomllib  # most homes have no such file

    try:
        text = lines(decode(file.read_bytes()))
        return tomllib.loads("\n".join(line.strip(_BLANKS) for line in text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        msg = f"{file}: not valid TOML{in_brackets(plainly(error))}; mend the file"
        raise ConfigError(msg) from error
    except NotTextError as error:
        msg = f"{file}, {error}"
        raise ConfigError(msg) from error
    except OSError as error:
        msg = f"{file}: cannot read the configuration ({error.strerror})"
        raise ConfigError(msg) from error


def _variables() -> dict[str, object]:
    """The settings of the environment; case does not matter there. Raises ConfigError."""
    texts = {name.lower(): text for name, text in os.environ.items() if text}
    found: dict[str, object] = {}
    for key, kind in KINDS.items():
        text = texts.get(f"{PREFIX}{key}".lower())
        if text is None:
            continue
        found[key] = text
        if kind.is_list:
            try:
                found[key] = json.loads(text)
            except (ValueError, RecursionError) as error:
                if kind is LANGUAGES:  # also a name alone
                    continue
                variable = f"{PREFIX}{key.upper()}"
                msg = f'{variable} = {text!r}: not a list in JSON; write one such as \'["one", "two"]\''
                raise ConfigError(msg) from error
    return found


def _checked(values: Mapping[str, object], source: Callable[[str], str]) -> Settings:
    """The settings of what was given. Raises ConfigError: one line a fault, with where it comes from."""
    checked: dict[str, Any] = {}
    faults = []
    for key, value in values.items():
        if key not in KINDS:
            faults.append(f"{source(key)}: unknown key {key!r}; {_advice(key)}")
            continue
        shown = repr(str(value) if isinstance(value, Path) else value)
        try:
            checked[key] = KINDS[key].convert(value)
        except (TypeError, ValueError) as error:
            said = str(error) or f"give {KINDS[key].wanted}"
            faults.append(f"{source(key)}: {key} = {shown}: {said}")
    # `language` and `words` keep their meaning of before there were `languages`
    old = [key for key in ("language", "words") if key in values]
    if old and "languages" in values:
        named = [f"{source(key)}: {key}" for key in ("languages", *old)]
        faults.append(
            f"{' and '.join(named)} exclude each other; use languages alone, or leave it out"
        )
    elif old:
        checked["languages"] = None
    if faults:
        raise ConfigError(*faults)
    return Settings(**checked)


def _advice(key: str) -> str:
    """What to do about a key that no setting has."""
    import difflib  # rarely needed

    close = difflib.get_close_matches(key, KINDS, n=1)
    return f"did you mean {close[0]!r}?" if close else "see config.example.toml"


def _is_there(file: Path) -> bool:
    """Whether there is a configuration; if its folder may not be looked into, a warning says so."""
    try:
        file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        log.warning("%s: cannot look for the configuration (%s)", file, error.strerror)
        return False
    return True
