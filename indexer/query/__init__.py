"""The query language: tree, parser, folding and tokens."""
