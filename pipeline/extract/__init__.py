"""A parsed Doc gets its layers, and its layers become rows."""
