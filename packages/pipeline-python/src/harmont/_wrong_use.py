"""The errors of wrong calls.

Each message names the place, the expected value, the received value and the remedy; the TypeScript SDK has the same
messages.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeVar

    T = TypeVar("T")

MAX_WHOLE = 2**53 - 1


class WrongUse(TypeError, ValueError):
    """A wrong use of the SDK, raised by the wrong call."""


class Nothing:
    """Stands for a missing value."""


def wrong_use(where: str, expected: str, got: object, fix: str) -> WrongUse:
    """Returns the error `WHERE: expected EXPECTED, got (the value in words). FIX`."""
    return misuse(where, expected, shown(got), fix)


def misuse(where: str, expected: str, got: str, fix: str) -> WrongUse:
    """Returns the same error, with the caller's words for the received value."""
    return WrongUse(f"{where}: expected {expected}, got {got}. {fix}")


def shown(value: object) -> str:
    """Returns a value in the words of an error message."""
    if value is None or value is Nothing:
        return "nothing"
    if isinstance(value, str):
        return quoted(value if len(value) <= 60 else value[:60] + "…")
    if isinstance(value, (list, tuple, set, frozenset)):
        return "a list"
    if isinstance(value, (bool, int, float)):
        return str(value).lower()
    described = getattr(type(value), "described", None)
    if described is not None:
        return str(described(value))
    return "a function" if callable(value) else "an object"


def quoted(text: str) -> str:
    """Returns a text in double quotes, as JSON writes it."""
    from json.encoder import encode_basestring

    return str(encode_basestring(text))


def one_of(words: Iterable[str]) -> str:
    """Returns words as `"a", "b" or "c"`."""
    *others, last = [quoted(word) for word in words]
    return f"{', '.join(others)} or {last}" if others else last


def no_such(where: str, name: str, names: Iterable[str], of: object) -> AttributeError:
    """Returns the error of an unknown name, with the most similar name or all names."""
    import difflib

    known = sorted(names)
    meant = difflib.get_close_matches(name, known, 1)
    hint = f"Did you mean {meant[0]}?" if meant else f"It has: {', '.join(known)}."
    return AttributeError(f"{where} has no {name}. {hint}", name=name, obj=of)


def only_known(where: str, options: Iterable[str], known: Iterable[str]) -> None:
    """Refuses unknown options, so that a misspelt name is not silently ignored."""
    for name in options:
        if name not in known:
            expected = f"one of the options {', '.join(known)}"
            raise wrong_use(where, expected, name, "Correct the name, or remove it.")


def text_of(where: str, value: object, fix: str, maximum: int | None = None) -> str:
    """Returns a string that is not only white space, has at most `maximum` characters, and is valid Unicode without
    U+0000."""
    if not isinstance(value, str) or not value.strip():
        raise wrong_use(where, "a non-empty string", value, fix)
    if "\0" in value or not is_well_formed(value):
        raise wrong_use(where, "a string of valid Unicode without U+0000", value, "Remove the character.")
    if maximum is not None and len(value) > maximum:
        raise misuse(where, f"at most {maximum:,} characters", f"{len(value):,}", "Shorten it.")
    return value


def is_well_formed(text: str) -> bool:
    """Returns whether a text has no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def name_of(where: str, value: object, fix: str, maximum: int = 255) -> str:
    """Returns a name: a text without control characters and without white space at its ends."""
    text = text_of(where, value, fix, maximum)
    if text.strip() == text and not any(ch < " " or "\x7f" <= ch <= "\x9f" for ch in text):
        return text
    raise wrong_use(where, "a name without control characters and without white space at its ends", text, "Rename it.")


def word_of(where: str, value: object, words: tuple[str, ...]) -> str:
    """Returns a value that is one of the given words."""
    if isinstance(value, str) and value in words:
        return value
    raise wrong_use(where, one_of(words), value, "Use it." if len(words) == 1 else "Use one of these.")


def whole_number_of(where: str, value: object, minimum: int, maximum: int = MAX_WHOLE) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum:
        return value
    extent = f"of {minimum:,} or more" if maximum == MAX_WHOLE else f"from {minimum:,} to {maximum:,}"
    raise wrong_use(where, f"a whole number {extent}", value, "Correct the number.")


def boolean_of(where: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise wrong_use(where, "true or false", value, "Correct the value.")


def list_of(where: str, value: object, read: Callable[[Any], T], maximum: int | None = None) -> list[T]:
    if not isinstance(value, (list, tuple)):
        raise wrong_use(where, "a list", value, "Put it into square brackets.")
    if maximum is not None and len(value) > maximum:
        raise misuse(where, f"at most {maximum:,} entries", f"{len(value):,}", "Use fewer.")
    return [read(entry) for entry in value]


def one_or_list_of(where: str, value: object, read: Callable[[Any], T], maximum: int = 100) -> list[T]:
    """Reads a list, or one value as a list of one."""
    return list_of(where, value if isinstance(value, (list, tuple)) else [value], read, maximum)


def members_of(where: str, value: object) -> dict[str, Any]:
    """Returns the members of a dict that have a value; None means not given."""
    if not hasattr(value, "keys") or not hasattr(value, "items"):
        raise wrong_use(where, "an object", value, "Write it in curly brackets.")
    return {name: member for name, member in value.items() if member is not None}
