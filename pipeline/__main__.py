"""`python -m pipeline`: the command line, see `cli.py`."""

# Child processes read this file, too, and need no command line.
if __name__ == "__main__":
    from pipeline.cli import main

    main()
