"""Settings from a TOML file and OCRSEARCH_… variables, checked before anything else runs."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path  # noqa: TC003 - pydantic reads the annotations at run time
from typing import Any, Literal

from platformdirs import user_config_path, user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from indexer.errors import ConfigError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif")


class Settings(BaseSettings):
    """Every setting with its default; config.example.toml explains them."""

    model_config = SettingsConfigDict(
        env_prefix="OCRSEARCH_", extra="forbid", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(default_factory=lambda: user_data_path("ocrsearch"))
    folders: tuple[Path, ...] = ()
    catalog_url: str = ""
    weights: Path | None = None
    language: str = "english"
    words: tuple[str, ...] = ("english",)
    detector: Literal["learned", "classical"] = "learned"
    detector_weights: Path | None = None
    suffixes: tuple[str, ...] = SUFFIXES
    settle_seconds: float = Field(default=2.0, ge=0, le=3600)
    rescan_seconds: float = Field(default=3600.0, ge=1)
    poll_seconds: float = Field(default=60.0, ge=1)
    batch_photos: int = Field(default=4, ge=1, le=1000)
    alternatives: int = Field(default=8, ge=1, le=50)
    max_megapixels: float = Field(default=150.0, gt=0)
    max_megabytes: float = Field(default=200.0, gt=0)
    photo_seconds: float = Field(default=120.0, gt=0)
    worker_megabytes: float = Field(default=4000.0, gt=0)
    nice: int = Field(default=0, ge=0, le=19)
    idle_io: bool = False
    pause_on_battery: bool = False
    missing_share: float = Field(default=0.5, gt=0, le=1)
    keep_days: float = Field(default=7.0, ge=0)
    retry_minutes: float = Field(default=60.0, ge=0)

    @field_validator("suffixes")
    @classmethod
    def _lower(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for suffix in value:
            if not suffix.startswith("."):
                msg = f"{suffix!r} must start with a dot, for example '.jpg'"
                raise ValueError(msg)
        return tuple(suffix.lower() for suffix in value)

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
    def _expand(cls, value: Any) -> Any:  # noqa: ANN401 - one validator for three types
        if isinstance(value, tuple):
            return tuple(path.expanduser() for path in value)
        return value.expanduser() if value is not None else None

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the catalog."""
        return self.catalog_url or f"sqlite:///{self.home / 'catalog.db'}"

    @property
    def index(self) -> Path:
        """Folder of the full-text index."""
        return self.home / "index"

    @property
    def posteriors(self) -> Path:
        """Folder of the posterior store."""
        return self.home / "posteriors"

    @property
    def progress(self) -> Path:
        """File in which whoever writes tells what it is doing."""
        return self.home / "progress.json"

    @property
    def lock(self) -> Path:
        """File that whoever writes holds locked."""
        return self.home / "lock"


def default_path() -> Path:
    """Where the configuration file is looked for without --config."""
    return user_config_path("ocrsearch") / "config.toml"


def load(path: Path | None = None, **flags: Any) -> Settings:  # noqa: ANN401 - any setting
    """Settings by precedence: flag, environment, file, default.

    Args:
        path: the file; without it `default_path` if that exists.
        flags: settings given on the command line; None means not given.

    Raises:
        ConfigError: names the file and every key that is wrong.

    """
    file = path or default_path()
    given = {key: value for key, value in flags.items() if value is not None}
    values = {
        key: value
        for key, value in (_read(file) if path or file.exists() else {}).items()
        # what a variable sets is left out of the file's values, which would go before it
        if not os.environ.get(f"OCRSEARCH_{key.upper()}")
    }
    try:
        return Settings(**(values | given))
    except ValidationError as error:
        raise ConfigError(_explain(error, file, values)) from error
    except SettingsError as error:
        msg = f'OCRSEARCH_… variable: {error}; a list is written as JSON: \'["one", "two"]\''
        raise ConfigError(msg) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot read the configuration ({error})"
        raise ConfigError(msg) from error
    except tomllib.TOMLDecodeError as error:
        msg = f"{path}: not valid TOML: {error}"
        raise ConfigError(msg) from error


def _explain(error: ValidationError, file: Path, values: dict[str, Any]) -> str:
    lines = []
    for fault in error.errors():
        key = str(fault["loc"][0]) if fault["loc"] else "?"
        source = str(file) if key in values else f"OCRSEARCH_{key.upper()} or an option"
        if fault["type"] == "extra_forbidden":
            close = difflib.get_close_matches(key, Settings.model_fields, n=1)
            advice = f"did you mean {close[0]!r}?" if close else "see config.example.toml"
            lines.append(f"{source}: unknown key {key!r}; {advice}")
        else:
            lines.append(f"{source}: {key} = {fault['input']!r}: {fault['msg']}")
    return "\n".join(lines)
