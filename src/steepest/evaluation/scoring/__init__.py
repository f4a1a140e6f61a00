"""How good predictions are: scores with intervals beside a baseline, and calibration."""
