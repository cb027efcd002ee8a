"""Newstables: batches of news articles in, joined tables of entities, quotes and claims out."""

__version__ = "0.1.0"
