"""Readers of input formats, one a file: bytes become raw records and faults."""
