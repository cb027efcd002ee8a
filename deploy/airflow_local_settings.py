"""For $AIRFLOW_HOME/config of schedulers and workers: what tasks are forked from has loaded their libraries.

Without it each task loads them anew, which takes longer than what a day without articles needs. The project's
own code is not kept: a task runs, and names in what it makes, the code that stands there when it begins.
"""

import sys

if {"scheduler", "worker"} & set(sys.argv):
    from pipeline.stages import STAGES

    for stage in STAGES:
        _ = stage.run
    for name in [name for name in sys.modules if name.partition(".")[0] in ("pipeline", "schemas")]:
        del sys.modules[name]
