"""`python -m pipeline`: the command line, see `cli.py`."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
