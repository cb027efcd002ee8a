"""What spans days. Each file is one derived table, as two pure functions over Arrow tables.

`partial(tables)` is what one published day gives to it; `merge(partials)` makes the table of the partials
of all days. Merging is associative and knows no order: a night adds its partial, a backfill in any order
or a rebuild from nothing gives the same table.
"""
