"""Scorers: gold records and what the extractors found, to precision, recall and F1.

A record is a dict as in tests/gold: `doc_id`, `text` and `quotes`, `mentions` or `claims` with character
offsets. One file scores one kind of thing; docs/quality.md tells what each figure means.
"""
