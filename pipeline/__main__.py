"""`python -m pipeline`: the command line, see `cli.py`."""

if __name__ == "__main__":
    from pipeline.cli import main

    main()
