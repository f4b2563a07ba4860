"""Settings from options, OCRSEARCH_… variables and a TOML file, checked before anything runs."""

from __future__ import annotations

import difflib
import logging
import os
import re
import tomllib
from contextlib import suppress
from contextvars import ContextVar
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from platformdirs import user_config_path, user_data_path
from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from indexer.errors import IN_DELETED_FOLDER, ConfigError
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

_file: ContextVar[Path | None] = ContextVar("_file", default=None)
"""The configuration file that `load` is reading; pydantic has no argument for it."""

_BLANKS = " \t\xa0\u202f\u3000\ufeff\u200b"
"""What editors and web pages leave at the ends of lines."""


class _TomlFile(TomlConfigSettingsSource):
    """A TOML file, or a pipe or device that holds TOML, which pydantic would pass over."""

    @staticmethod
    def _existing_files(files: Any) -> list[Any]:  # noqa: ANN401 - pydantic's own type is private
        return [] if files is None else [files]

    def _read_file(self, file_path: Any) -> dict[str, Any]:  # noqa: ANN401 - a path of any kind
        """The settings; raises OSError, NotTextError or TOMLDecodeError."""
        text = lines(decode(file_path.read_bytes()))
        return tomllib.loads("\n".join(line.strip(_BLANKS) for line in text))


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


class Settings(BaseSettings):
    """Every setting with its default; config.example.toml explains them.

    An environment variable that is empty counts as not set.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(default_factory=lambda: _user_path(user_data_path, ".local/share"))
    folders: tuple[Path, ...] = ()
    catalog_url: str = ""
    weights: Path | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    languages: str | tuple[str, ...] | None = "auto"  # None: language and words are used
    language: str = "english"
    words: tuple[str, ...] = ("english",)
    detector: Literal["learned", "classical"] = "learned"
    detector_weights: Path | None = None
    suffixes: tuple[str, ...] = SUFFIXES
    settle_seconds: float = Field(default=2.0, ge=0, le=3600)
    rescan_seconds: float = Field(default=3600.0, ge=1, le=1e9)
    poll_seconds: float = Field(default=60.0, ge=1, le=1e9)
    batch_photos: int = Field(default=4, ge=1, le=1000)
    alternatives: int = Field(default=8, ge=1, le=50)
    max_megapixels: float = Field(default=150.0, gt=0, le=1e9)
    max_megabytes: float = Field(default=200.0, gt=0, le=1e9)
    photo_seconds: float = Field(default=120.0, gt=0, le=1e9)
    worker_megabytes: float = Field(default=4000.0, gt=0, le=1e9)
    nice: int = Field(default=0, ge=0, le=19)
    idle_io: bool = False
    pause_on_battery: bool = False
    missing_share: float = Field(default=0.5, gt=0, le=1)
    keep_days: float = Field(default=7.0, ge=0, le=1e6)
    retry_minutes: float = Field(default=60.0, ge=0, le=1e7)
    renditions_megabytes: float = Field(default=2000.0, ge=0, le=1e9)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - there is no such file
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - nor such a folder
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flag, environment, file, by precedence; the defaults come last."""
        return init_settings, env_settings, _TomlFile(settings_cls, _file.get())

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: object, info: ValidationInfo) -> object:
        """Refuse true and false, which are 1 and 0 to Python, where a number is wanted."""
        field = cls.model_fields[info.field_name or ""]
        if isinstance(value, bool) and field.annotation in {int, float}:
            kind, text = "number", "no number"
            raise PydanticCustomError(kind, text)
        return value

    @field_validator("*")
    @classmethod
    def _nameable(cls, value: object) -> object:
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, str | Path):
                _check_name(part)
        return value

    @field_validator("suffixes")
    @classmethod
    def _lower(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for suffix in value:
            if not suffix.startswith("."):
                msg = f"{suffix!r} must start with a dot, for example '.jpg'"
                raise ValueError(msg)
        return tuple(suffix.lower() for suffix in value)

    @model_validator(mode="before")
    @classmethod
    def _old_keys(cls, values: dict[str, Any]) -> dict[str, Any]:
        """`language` and `words` keep their meaning of before there were `languages`."""
        old = [key for key in ("language", "words") if key in values]
        if not old:
            return values
        if "languages" in values:
            kind, text = "both", "use languages alone, or leave it out"
            raise PydanticCustomError(kind, text, {"keys": ["languages", *old]})
        return values | {"languages": None}

    @field_validator("languages", mode="before")
    @classmethod
    def _of_languages(cls, value: object) -> object:
        if value is None or value in ("auto", "none"):
            return value
        if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
            return tuple(os.path.expanduser(name) for name in value)  # noqa: PTH111 - "./fr" stays
        msg = 'give "auto", "none" or a list such as ["en", "fr"]'
        raise ValueError(msg)

    @field_validator("words")
    @classmethod
    def _at_home(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(os.path.expanduser(name) for name in value)  # noqa: PTH111 - "./english" stays

    @field_validator("language")
    @classmethod
    def _model_at_home(cls, value: str) -> str:
        return os.path.expanduser(value)  # noqa: PTH111 - "./english" stays

    @field_validator("home", "weights", "detector_weights", "folders")
    @classmethod
    def _expand(cls, value: Path | tuple[Path, ...] | None) -> Path | tuple[Path, ...] | None:
        if isinstance(value, tuple):
            return tuple(map(_whole, value))
        return _whole(value) if value is not None else None

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


def expanded(path: Path) -> Path:
    """The path with `~` as the home of the user; `~name` stays where there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - that of Path raises for such a name


def _whole(path: Path) -> Path:
    """The path from the root on: the folder that the program was started in may be deleted later."""
    path = expanded(path)
    try:
        return path if path.parts[:1] == ("~",) else path.absolute()
    except OSError as error:
        raise ValueError(IN_DELETED_FOLDER) from error


def _check_name(value: str | Path) -> None:
    """Refuse a name that no file can have, and a path that only a shell would replace. Raises ValueError."""
    if "\0" in str(value):
        msg = "holds a NUL character, which no name can have; remove it"
        raise ValueError(msg)
    first = value.parts[0] if isinstance(value, Path) and value.parts else ""
    if first.startswith("$"):
        msg = f"{first} is not replaced here; write the whole path, or ~ for your home"
        raise ValueError(msg)
    if first.startswith("~") and len(first) > 1 and expanded(Path(first)) == Path(first):
        msg = f"there is no user {first[1:]}; write the whole path"
        raise ValueError(msg)


def default_path() -> Path:
    """Where the configuration file is looked for without --config."""
    return _user_path(user_config_path, ".config") / "config.toml"


def load(path: Path | None = None, **flags: Any) -> Settings:  # noqa: ANN401 - any setting
    """Settings by precedence: flag, environment, file, default.

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
    token = _file.set(file if path or _is_there(file) else None)
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise ConfigError(*_explain(error, file, given)) from error
    except SettingsError as error:
        named_field = re.search(r'field "(\w+)"', str(error))
        variable = PREFIX + (named_field[1].upper() if named_field else "…")
        value = {name.upper(): text for name, text in os.environ.items()}.get(variable, "")
        msg = f'{variable} = {value!r}: not a list in JSON; write one such as \'["one", "two"]\''
        raise ConfigError(msg) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        msg = f"{file}: not valid TOML{in_brackets(plainly(error))}; mend the file"
        raise ConfigError(msg) from error
    except NotTextError as error:
        msg = f"{file}, {error}"
        raise ConfigError(msg) from error
    except OSError as error:
        msg = f"{file}: cannot read the configuration ({error.strerror})"
        raise ConfigError(msg) from error
    finally:
        _file.reset(token)
    if settings.home.parts[:1] == ("~",):  # neither HOME nor an entry for this user
        msg = "no home folder is known for this user; give --home, or set OCRSEARCH_HOME"
        raise ConfigError(msg)
    return settings


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


def _explain(error: ValidationError, file: Path, given: Mapping[str, object]) -> list[str]:
    """One line a fault: where the value comes from, the key, the value, and what is wrong."""
    lines = []
    for fault in error.errors():
        if fault["type"] == "both":
            keys = [f"{_source(key, file, given)}: {key}" for key in fault["ctx"]["keys"]]
            lines.append(f"{' and '.join(keys)} exclude each other; {fault['msg']}")
            continue
        key = str(fault["loc"][0]) if fault["loc"] else "?"
        if fault["type"] == "extra_forbidden":
            close = difflib.get_close_matches(key, Settings.model_fields, n=1)
            advice = f"did you mean {close[0]!r}?" if close else "see config.example.toml"
            lines.append(f"{file}: unknown key {key!r}; {advice}")
        else:
            source = _source(key, file, given)
            value = fault["input"]
            shown = repr(str(value) if isinstance(value, Path) else value)
            own = fault["type"] == "value_error"
            said = fault["msg"].removeprefix("Value error, ") if own else f"give {_wanted(key)}"
            lines.append(f"{source}: {key} = {shown}: {said}")
    return lines


def _wanted(key: str) -> str:
    """What may stand for a setting, in words."""
    field = Settings.model_fields[key]
    kind = field.annotation
    if kind in {int, float}:
        names = ("gt", "ge", "le")
        bounds = {n: getattr(part, n) for part in field.metadata for n in names if hasattr(part, n)}
        low = f"above {bounds['gt']:g} up to" if "gt" in bounds else f"from {bounds['ge']:g} to"
        return f"a {'whole ' if kind is int else ''}number {low} {bounds['le']:g}"
    if kind is bool:
        return "true or false"
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    if get_origin(kind) is tuple:
        example = '["~/boards", "/media/notes"]' if Path in get_args(kind) else '["one", "two"]'
        return f"a list such as {example}"
    return "a text in quotes" if kind is str else "a path in quotes"


def _source(key: str, file: Path, given: Mapping[str, object]) -> str:
    """Source of a setting's value in the words of its user: an option, a variable or a file."""
    if key in given:
        return f"option --{key.replace('_', '-')}"
    variable = f"{PREFIX}{key.upper()}"
    variables = {name.upper() for name, value in os.environ.items() if value}
    return variable if variable in variables else str(file)
