"""What analysts take away: rows of any table or view as files, and articles in the formats of other tools.

`plain` has CSV, XLSX, Parquet and JSON lines of whatever rows there are, a batch at a time. `for_tools` lists
the formats of other tools, which have a module each that says where they are described.
"""
