"""For $AIRFLOW_HOME/config of schedulers and workers: what tasks are forked from has loaded their code.

Without it each task loads the stages anew, which takes longer than what a day without articles needs.
"""

import sys

from pipeline.stages import STAGES

if {"scheduler", "worker"} & set(sys.argv):
    for stage in STAGES:
        _ = stage.run
