"""The same claim in other words: what a claim is compared by, how alike two are, and which are compared.

`sketch.py` makes a few numbers of each claim of a day, `likeness.py` judges two of them, `links.py` finds the
claims of two days that are worth judging. What becomes of the links is `derived/claim_groups.py`.
"""
