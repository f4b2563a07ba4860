"""Query language: syntax tree, parser, fields, folding and tokens."""
