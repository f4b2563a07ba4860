"""Errors of the recogniser; each has the exit code that the command line returns."""


class RecognizerError(Exception):
    """Base of this package's errors; a message says what happened, where, and what to do next."""

    exit_code = 2


class WeightsError(RecognizerError):
    """A weights file is missing, damaged, of another format or of another alphabet."""

    exit_code = 5


class DataError(RecognizerError):
    """Labelled data or a word image cannot be read; names the file and the line."""
