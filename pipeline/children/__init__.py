"""Child processes: where hostile texts and files can do no harm but to themselves.

`process.py` starts one and talks to it. What becomes of the work of one that dies or hangs is the policy of
who started it: articles in chunks (`chunks.py`), files in streams (`ingest/formats/apart.py`).
"""
