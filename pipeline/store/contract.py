"""What the typed files of the store have in common: frozen, versioned, no key that is not known."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError


class Contract(BaseModel):
    """Base of what is written down as JSON and read again by other stages, perhaps years later."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_bytes(self) -> bytes:
        """Return the file; the same value gives the same bytes."""
        value = self.model_dump(mode="json")
        return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1).encode() + b"\n"


def why(error: ValidationError) -> str:
    """Return the first thing that is wrong, in a few words."""
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"


def as_object(data: bytes) -> dict[str, Any] | None:
    """Return the JSON object that the bytes are; None where they are none."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
