"""Durations: whole positive seconds, a text such as "90s", "1h30m" or "1d", or a timedelta."""

from __future__ import annotations

import re

from ._wrong_use import MAX_WHOLE, misuse, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import timedelta

    Duration = int | str | timedelta

_TEXT = re.compile(r"(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?")
_SIZES = (86_400, 3600, 60, 1)
# The longest timeout of a step or a build: a week.
MAX_TIMEOUT = 604_800


def seconds(where: str, duration: object, maximum: int = MAX_WHOLE) -> int:
    """Returns a duration in whole seconds, from 1 to `maximum`. `where` names the call in errors."""
    total = _total(duration)
    if total is None or not 0 < total <= MAX_WHOLE:
        expected = 'whole positive seconds or a string such as "90s", "1h30m" or "1d"'
        raise wrong_use(where, expected, duration, "Correct the duration.")
    if total <= maximum:
        return total
    raise misuse(where, f"at most {maximum:,} seconds", f"{total:,}", "Shorten the duration.")


def _total(duration: object) -> int | None:
    if isinstance(duration, str):
        match = _TEXT.fullmatch(duration)
        return match and sum(int(count or 0) * size for count, size in zip(match.groups(), _SIZES, strict=True))
    if isinstance(duration, bool):
        return None
    if isinstance(duration, int):
        return duration
    # Does not import datetime, which is slow: if the value is a timedelta, datetime is already imported.
    total = getattr(duration, "total_seconds", None)
    value = total() if callable(total) else None
    return int(value) if value is not None and value == int(value) else None
