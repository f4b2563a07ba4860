"""Data of the program around the commands, by its key alone: `specs` loads every format of data."""

GIVEN = "recognizer.data"
"""Key in the `meta` of click's context by which the program around the commands gives data of its own: names,
and for each a function of the part that is wanted, "" for the whole, that returns a folder with a labels.tsv."""
