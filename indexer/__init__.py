"""The application: a photo becomes words, words are kept and indexed, a query finds photos."""
