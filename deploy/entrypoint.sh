#!/bin/sh
# What the image starts: programs that the official chart names (`bash -c ...`, `python -m ...`, `airflow ...`), and
# Airflow's own commands without its name (`celery worker`).
case "$1" in
    airflow | bash | sh | python | python3) exec "$@" ;;
    *) exec airflow "$@" ;;
esac
