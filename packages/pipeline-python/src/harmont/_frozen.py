"""Objects that cannot be changed once made."""

from __future__ import annotations


class Frozen:
    """An object whose attributes are set once, by `_set`; a later assignment is an error."""

    __slots__ = ()

    def _set(self, **attributes: object) -> None:
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed. Make a new one instead.")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be removed. Make a new one instead.")
