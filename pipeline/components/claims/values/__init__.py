"""Amounts and dates in a text, and where they stand in a claim."""
