"""A Doc as plain lists, read once: words and lines (`tokens`), dependencies (`tree`)."""
