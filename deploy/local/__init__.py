"""An Airflow on this machine, short-lived or until Ctrl-C."""
