"""Figures on real web news: two sets of articles annotated by reading, texts outside of the project.

`gold.py` reads the sets, `found.py` what the extractors make of them. A `count_*.py` compares a layer of an
article and counts; `figures.py` makes figures of the sums of such counts, `intervals.py` says how far chance
could move them, `columns.py` how often each column is wrong, `scores.py` whether scores are what they say.
`document.py` writes all of it into the documents.
"""
