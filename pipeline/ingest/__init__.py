"""A record becomes an article: its fields, its day, its text."""
