"""What spans days: all derived tables (`tables.py`), and how they are brought up to date (`update.py`).

The files of the tables themselves know no store: pure functions over Arrow tables say what a day gives, and
what becomes of it. What a table says follows from the published days alone, in whatever order they came:
nights, a backfill and a rebuild from nothing give the same bytes.
"""
