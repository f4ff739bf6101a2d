"""One canonical text for any plain value, and its hash."""

from __future__ import annotations

import hashlib
import json


def canonical(value: object) -> str:
    """Canonical JSON: sorted keys, no spaces, no escapes beyond what JSON needs.

    Example:
        >>> canonical({"b": 1, "a": ["é"]})
        '{"a":["é"],"b":1}'
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(value: object) -> str:
    """The first 16 hex digits of the SHA-256 of the canonical text."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]
