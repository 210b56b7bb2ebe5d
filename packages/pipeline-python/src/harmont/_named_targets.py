"""The named targets."""

from __future__ import annotations

from ._wrong_use import misuse, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Named(Protocol):
        name: str
        module: str

        def __call__(self) -> Any: ...


_named: dict[str, list[Named]] = {}


def add_target(made: Named) -> None:
    """Registers a target. A file has one target of each name."""
    others = _named.setdefault(made.name, [])
    if any(other.module == made.module for other in others):
        raise misuse("target", f"one target with the name {quoted(made.name)} in a file", "two", "Rename one of the two.")
    others.append(made)


def named_target(where: str, name: str, module: str) -> Named:
    """Returns the target of a parameter in a module: the module's own, or else the only one of this name."""
    found = _named.get(name, [])
    own = [each for each in found if each.module == module] or found
    if len(own) == 1:
        return own[0]
    if not own:
        known = ", ".join(_named) or "none"
        raise misuse(where, f"a target with the name {quoted(name)}", "none", f"Targets that there are: {known}.")
    files = " and ".join(each.module for each in own)
    raise misuse(where, f"one target with the name {quoted(name)}", f"those of {files}", "Rename all but one.")
