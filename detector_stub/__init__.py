"""Word detection: an upright photo to word boxes.

The package stands in for any word detector that fulfils `boxes.Detector`. Its own two are real: a
learned one, and a classical one that works on boards and paper without training.
"""
