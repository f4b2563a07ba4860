"""What can go wrong with weights, word images and labelled data."""


class RecognizerError(Exception):
    """Base of this package's errors; the message says what, where and what to do next."""

    exit_code = 2


class WeightsError(RecognizerError):
    """A weights file that is missing, damaged, of another format or of another alphabet."""

    exit_code = 5


class DataError(RecognizerError):
    """Labelled data or a word image that cannot be read; names the file and the line."""
