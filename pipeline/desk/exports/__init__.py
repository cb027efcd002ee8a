"""What analysts take away: rows of any table or view as files, and articles in the formats of other tools.

`plain` has CSV, XLSX, Parquet and JSON lines of whatever rows there are, a batch at a time. The other formats
have a module each, with where they are described.
"""
