"""Measurements: how fast, how much memory, and how both grow. `make help` names the commands."""
