"""Evaluation of readings: error rates, confusions, calibration, reports and contact sheets."""
