"""The pipelines that @pipeline has registered in this process."""

from __future__ import annotations

from ._wrong_use import misuse, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FunctionType
    from typing import Any


class Registration:
    """A decorated function, with its entry in the envelope."""

    def __init__(
        self,
        function: FunctionType,
        evaluate: Callable[[], dict[str, Any]],
        told: Mapping[str, Any],
    ) -> None:
        self.slug: str = told["slug"]
        self.told = dict(told)
        self.evaluate = evaluate
        # Source position of the definition.
        self.file: str = function.__code__.co_filename
        self.line: int = function.__code__.co_firstlineno


REGISTRATIONS: list[Registration] = []


def register(registration: Registration) -> None:
    """Adds a pipeline; a second one with its slug in the same file is an error."""
    for other in REGISTRATIONS:
        if other.slug == registration.slug and other.file == registration.file:
            expected = f"one pipeline with the slug {quoted(other.slug)} in a file"
            raise misuse("pipeline", expected, "two", "Rename one of the two.")
    REGISTRATIONS.append(registration)


def clear_registry() -> None:
    """Forgets all pipelines."""
    REGISTRATIONS.clear()
