from __future__ import annotations

from indexer.query.indexed_words import tokens


def test_tokens_fold_case_accents_and_signs():
    assert tokens("Node(newVal, Émile_2") == ["node", "newval", "emile", "2"]
