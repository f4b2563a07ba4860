"""Where the words stand on an upright photo.

The name says what it stands in for: any word detector that fulfils `boxes.Detector`. The built-in
ones are real: one learned, and one that works on boards and paper without training.
"""
