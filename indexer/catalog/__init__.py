"""The catalog: photos, places, words and failures in an SQL database; the source of truth."""
