"""The parameters of targets and pipelines, resolved by name."""

from __future__ import annotations

from ._marks import BaseImage, TargetMark
from ._wrong_use import misuse, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FunctionType
    from typing import Any

# Flags of code: *args, **kwargs; generators, coroutines, and both at once.
_VARIABLE = 0x04 | 0x08
_NEVER_RETURNS = 0x20 | 0x80 | 0x200
_FIX = "Annotate it with Target[T], with Annotated[Step, BaseImage(…)], or give it a default."


class Parameters:
    """Computes the value of each parameter of a function."""

    def __init__(self, readers: dict[str, Callable[[], Any]]) -> None:
        self._readers = readers

    def values(self) -> dict[str, Any]:
        return {name: read() for name, read in self._readers.items()}


def parameters_of(where: str, function: Callable[..., Any]) -> Parameters:
    """Reads a function's parameters. Raises WrongUse for a parameter that cannot get a value."""
    plain = unwrapped(where, function)
    code = plain.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    if code.co_posonlyargcount > 0:
        raise misuse(where, "parameters that can be given by name", "a positional-only one", "Remove the /.")
    if code.co_flags & _VARIABLE:
        raise misuse(where, "named parameters only", "*args or **kwargs", "Name each parameter.")
    if code.co_flags & _NEVER_RETURNS:
        raise misuse(where, "a function that returns steps", "one with async or yield", "Return them.")
    positional = code.co_varnames[: code.co_argcount]
    defaults = {*positional[len(positional) - len(plain.__defaults__ or ()) :], *(plain.__kwdefaults__ or {})}
    readers = {}
    annotations = _annotations(plain) if names else {}
    for name in names:
        reader = _reader(where, plain, name, annotations.get(name))
        if reader is not None:
            readers[name] = reader
        elif name not in defaults:
            raise misuse(where, f"parameters with a meaning, in {plain.__name__}()", f"{name}", _FIX)
    return Parameters(readers)


def unwrapped(where: str, function: Any) -> FunctionType:
    """Returns the original function, without the wrappers of other decorators."""
    plain = function
    while hasattr(plain, "__wrapped__"):
        plain = plain.__wrapped__
    if not hasattr(plain, "__code__"):
        raise wrong_use(where, "a function", function, "Write the decorator above a def.")
    written: FunctionType = plain
    return written


def _reader(where: str, function: Callable[..., Any], name: str, annotation: object) -> Callable[[], Any] | None:
    from ._annotation import meaning_of

    meaning = meaning_of(annotation, function)
    if isinstance(meaning, BaseImage):
        from ._step import scratch

        return lambda: scratch(meaning.image)
    if meaning is TargetMark:
        from ._named_targets import named_target

        return lambda: named_target(f"{where} {function.__name__}", name, function.__module__)()
    return None


def _annotations(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return function.__annotations__
    except NameError:
        # Python 3.14 evaluates annotations on access, and a name may exist only for type checkers.
        from annotationlib import Format, get_annotations  # type: ignore[import-not-found]

        return get_annotations(function, format=Format.STRING)  # type: ignore[no-any-return]
