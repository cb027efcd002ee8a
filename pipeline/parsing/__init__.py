"""Articles become Docs: in batches, at three times the speed of spaCy out of the box, kept as DocBins."""
