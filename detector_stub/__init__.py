"""Where the words stand on an upright photo.

The name says what it stands in for: any word detector that fulfils `boxes.Detector`. The built-in
one is real: it works on boards and paper without training.
"""
