"""What can go wrong, as far as the project itself says so.

    NewstablesError
    ├── ConfigError    a wrong setting, a missing model, an unreadable folder: exit code 2, one line
    ├── InputError     data that no retry can mend
    └── AuditError     a staged day that must not be published

Anything else keeps its own type: an `OSError` is a matter of input and output, and is retried by Airflow.
A message says what is wrong, where, and what to do.
"""


class NewstablesError(Exception):
    """Root of the project's own errors."""


class ConfigError(NewstablesError):
    """A setting, a model or a folder is not as it must be; the user has to mend it."""


class InputError(NewstablesError):
    """Data are not as they must be; running again gives the same."""


class AuditError(NewstablesError):
    """A staged day failed its audit; the day published before still stands."""
