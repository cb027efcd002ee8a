"""The optional accelerator: compiled forms of what is here in Python anyway, with the same results.

`make fast` builds it from the project's own sources (`tools/accelerator.py`): rule modules by mypyc, by
Cython the greedy decoder (`decoder.pyx`) and what lies between the networks' products (`blocks.pyx` and
`loops.pyx`). `builds.py` tells whether a build is there and fits, `finder.py` imports from it, and
`decoding.py` puts the decoder into a pipeline. Without a build, nothing of it matters.
"""
