"""CTC beam search, language models and word lists."""
