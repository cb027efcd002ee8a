"""The explorer: pages over whatever is published, served on this machine and read-only.

A request goes one way: `security` lets it in, `app` finds its page, `filters` reads what is asked for, a
function in `pages/` asks `snapshot` for rows, and a template shows them.
"""
