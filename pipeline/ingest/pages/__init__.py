"""Web pages: their text, their dates, their fields."""
