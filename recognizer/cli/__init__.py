"""The recogniser's commands: read, evaluate, train, train-language, synthesize."""
