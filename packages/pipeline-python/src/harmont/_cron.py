"""Times of schedules."""

from __future__ import annotations

import re

from ._wrong_use import text_of, wrong_use

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS = "sun mon tue wed thu fri sat".split()
# Smallest and greatest value of each field, and the names of its values.
_FIELDS: tuple[tuple[int, int, list[str]], ...] = (
    (0, 59, []),
    (0, 23, []),
    (1, 31, []),
    (1, 12, _MONTHS),
    (0, 7, _DAYS),
)
_PART = re.compile(r"(\*|[0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?(?:/([0-9]{1,2}))?", re.IGNORECASE)
_LEAST_MINUTES = 5


def cron_of(where: str, value: object) -> str:
    """Returns a cron expression of five fields that fires at most every five minutes."""
    cron = text_of(where, value, "Give a cron expression.").strip()
    fields = cron.split()
    sets = [_values(*each) for each in zip(fields, _FIELDS, strict=False)]
    if len(fields) != len(_FIELDS) or not all(sets):
        raise wrong_use(where, 'five fields such as "0 3 * * 1-5"', cron, "Correct the expression.")
    if _least_gap(sorted(sets[0]), sets[1]) < _LEAST_MINUTES:
        raise wrong_use(where, "at most every five minutes", cron, "Run it less often.")
    return cron


def timezone_of(where: str, value: object) -> str:
    """Returns the valid name of a time zone."""
    name = text_of(where, value, "Name a time zone.")
    if name == "UTC" or _is_known(name):
        return name
    raise wrong_use(where, 'a time zone such as "Europe/Berlin"', name, "Correct the name.")


def _is_known(name: str) -> bool:
    import zoneinfo

    if re.fullmatch("[A-Za-z][A-Za-z0-9_+/-]*", name) is None:
        return False
    known = zoneinfo.available_timezones()
    # A machine without time zone data cannot check the name; the server can.
    return not known or name in known


# Returns the values of a field; none if the field is invalid.
def _values(field: str, extent: tuple[int, int, list[str]]) -> set[int]:
    least, greatest, names = extent

    def number(text: str) -> int:
        if text.lower() in names:
            return names.index(text.lower()) + least
        return int(text) if text.isdecimal() else -1

    values: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            return set()
        start, end, step = match.groups()
        first = least if start == "*" else number(start)
        last = number(end) if end is not None else greatest if start == "*" or step is not None else first
        stride = int(step or 1)
        if not (least <= first <= last <= greatest) or stride < 1 or (start == "*" and end is not None):
            return set()
        values.update(range(first, last + 1, stride))
    return values


# Returns the shortest gap in minutes between two runs within one hour or in adjacent hours.
def _least_gap(minutes: list[int], hours: set[int]) -> int:
    gaps = [after - before for before, after in zip(minutes, minutes[1:], strict=False)]
    neighbours = any((hour + 1) % 24 in hours for hour in hours)
    return min([*gaps, minutes[0] + 60 - minutes[-1] if neighbours else 60])
