"""Globs over paths, in the dialect of `ir.md` 2.3."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    # A run of any length, or a test of exactly one item.
    Wild = str | Callable[[Any], bool]

RUN = "*"


def is_glob(pattern: str) -> bool:
    """Returns whether a path pattern needs globbing, instead of naming one path."""
    return any(sign in pattern for sign in "*?[")


def components(path: str) -> list[str]:
    """Returns the components of a relative path, without `.` and empty components."""
    return [part for part in path.split("/") if part not in ("", ".")]


def path_test(pattern: str) -> Callable[[list[str]], bool]:
    """Returns a function that tests a path's components against a glob."""
    wild = [RUN if part == "**" else _component_test(part) for part in components(pattern)]
    return lambda parts: _matches(wild, parts)


def _component_test(part: str) -> Callable[[str], bool]:
    if not is_glob(part):
        return lambda component: component == part
    wild = _characters(part)
    return lambda component: _matches(wild, component)


def _characters(part: str) -> list[Wild]:
    wild: list[Wild] = []
    at = 0
    while at < len(part):
        sign = part[at]
        end = _class_end(part, at) if sign == "[" else -1
        if sign == RUN:
            wild.append(RUN)
        elif sign == "?":
            wild.append(lambda _: True)
        elif end > 0:
            wild.append(_class_test(part[at + 1 : end]))
            at = end
        else:
            wild.append(sign.__eq__)
        at += 1
    return wild


# A `]` right after `[` or `[!` is a member; an unclosed `[` is literal.
def _class_end(part: str, start: int) -> int:
    first = start + (2 if part[start + 1 : start + 2] == "!" else 1)
    return part.find("]", first + 1)


def _class_test(body: str) -> Callable[[str], bool]:
    negated = body.startswith("!")
    members = body[1:] if negated else body
    ranges = []
    at = 0
    while at < len(members):
        is_range = members[at + 1 : at + 2] == "-" and at + 2 < len(members)
        ranges.append((members[at], members[at + 2] if is_range else members[at]))
        at += 3 if is_range else 1
    return lambda sign: any(low <= sign <= high for low, high in ranges) != negated


# Only the last run is extended, so the cost is at most quadratic.
def _matches(wild: Sequence[Wild], items: Sequence[Any]) -> bool:
    at = position = 0
    run, run_end = -1, 0
    while position < len(items):
        element = wild[at] if at < len(wild) else None
        if element == RUN:
            run, run_end = at, position
            at += 1
        elif callable(element) and element(items[position]):
            at += 1
            position += 1
        elif run >= 0:
            run_end += 1
            at, position = run + 1, run_end
        else:
            return False
    return all(element == RUN for element in wild[at:])
