"""Measurements: how fast, how much memory, and how both grow. `make bench` runs them."""
