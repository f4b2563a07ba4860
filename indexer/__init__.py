"""The application: a photo becomes words, words are kept and indexed, a query finds photos."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("ocrsearch")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0"
