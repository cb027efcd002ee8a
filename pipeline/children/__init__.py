"""Work in child processes, where an article or a file that hangs or kills costs itself alone."""
