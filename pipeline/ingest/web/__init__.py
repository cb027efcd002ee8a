"""The web, as far as a night pulls feeds from it: one guarded request, robots, the list of feeds."""
