"""Targets: parts of pipelines that are made once and used by name."""

from __future__ import annotations

from ._matrix_scope import InCell, InShard
from ._named_targets import add_target
from ._parameters import parameters_of
from ._wrong_use import misuse, text_of, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Generic, TypeVar

    from ._parameters import Parameters

    T = TypeVar("T")
else:
    T = object

    class Generic:
        def __class_getitem__(cls, item):
            return cls


class TargetFunction(Generic[T]):
    """A decorated function. Calling it returns its result, computed once per render."""

    def __init__(self, name: str, function: Callable[..., T], parameters: Parameters) -> None:
        self.name = name
        self.module: str = function.__module__
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self._function = function
        self._parameters = parameters

    def __call__(self) -> T:
        if self in _memo:
            return _memo[self]  # type: ignore[no-any-return]
        if self in _evaluating:
            path = [each.name for each in _evaluating[_evaluating.index(self) :]]
            got = " -> ".join([*path, self.name])
            raise misuse(f"target {self.name}", "targets that do not need themselves", got, "Break the cycle.")
        _evaluating.append(self)
        try:
            # All cells of a matrix and all shards share the result, so it belongs to none of them.
            with InCell({}), InShard(None):
                _memo[self] = self._function(**self._parameters.values())
        finally:
            _evaluating.pop()
        return _memo[self]  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<target {self.name}>"


_memo: dict[TargetFunction[Any], Any] = {}
_evaluating: list[TargetFunction[Any]] = []


def target(name: str | None = None) -> Callable[[Callable[..., T]], TargetFunction[T]]:
    """Decorates a function whose result is made once per render.

    Pipelines and other targets receive the result by a parameter with the name of the target.
    """
    if callable(name):
        raise wrong_use("target", "a name or nothing", name, "Write @target() above the function.")
    if name is not None:
        text_of("target", name, "Name the target.")

    def decorate(function: Callable[..., T]) -> TargetFunction[T]:
        parameters = parameters_of("target", function)
        made = TargetFunction(name or function.__name__, function, parameters)
        add_target(made)
        return made

    return decorate


def clear_target_cache() -> None:
    """Forgets the results of targets, so that the next call computes them again."""
    _memo.clear()
