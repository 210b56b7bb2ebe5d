"""The hash of all keys."""

from __future__ import annotations


def sha256(text: str | bytes) -> str:
    """Lower-case hex SHA-256 of bytes, or of the UTF-8 bytes of a text."""
    # Only here: most pipelines name all their steps, and OpenSSL takes longer to load than they take to render.
    import hashlib

    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()
