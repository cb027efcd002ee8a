"""What can go wrong, as far as the project itself says so.

    NewstablesError
    ├── ConfigError    a wrong setting, a missing model, an unreadable folder: exit code 2, one line
    ├── InputError     data that no retry can mend
    │   └── DamagedError   a file of the store is there but cannot be read
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


class DamagedError(InputError):
    """A file of the store is there but cannot be read.

    A cache that is damaged counts as missing; of a truth, whoever reads it says what to do.

    Attributes:
        path: of the file, relative to the root of the store.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class AuditError(NewstablesError):
    """A staged day failed its audit; the day published before still stands."""
