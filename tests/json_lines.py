"""What a line of JSON lines is, to the tests of the reader and of the stage."""

import re


def has_something_in_it(line: bytes) -> bool:
    """Tell whether a line is more than what may lead one: byte order marks, the separator of RFC 7464."""
    return re.fullmatch(rb"(?:\xef\xbb\xbf|\x1e)*\s*", line) is None
