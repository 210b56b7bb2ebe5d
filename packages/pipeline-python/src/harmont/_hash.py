"""The hash of all keys."""

from __future__ import annotations


def sha256(text: str | bytes) -> str:
    """Returns the lower-case hex SHA-256 of bytes, or of the UTF-8 bytes of a text."""
    # Imported only here: most pipelines name all their steps, and loading OpenSSL takes longer than rendering them.
    import hashlib

    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()
