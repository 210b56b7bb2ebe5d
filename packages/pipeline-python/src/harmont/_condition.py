"""Conditions of steps."""

from __future__ import annotations

from ._relative_path import relative_path_of
from ._wrong_use import Nothing, boolean_of, list_of, members_of, misuse, only_known, text_of, word_of, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Texts = str | Sequence[str]
    Condition = Mapping[str, Any]

_EVENTS = ("push", "pull_request", "schedule", "manual", "api")
_MEMBERS = ("event", "branch", "base_branch", "tag", "changed", "env", "local", "any", "all", "not")
_MAX_NESTING = 8


def when(
    *,
    event: Texts | None = None,
    branch: Texts | None = None,
    base_branch: Texts | None = None,
    tag: Texts | None = None,
    changed: Texts | None = None,
    env: Mapping[str, Texts] | None = None,
    local: bool | None = None,
    any: Sequence[Condition] | None = None,
    all: Sequence[Condition] | None = None,
    not_: Condition | None = None,
) -> Condition:
    """Returns a condition: all given members must hold, and a list holds if one of its entries holds. A false condition
    skips the step."""
    given = {"event": event, "branch": branch, "base_branch": base_branch, "tag": tag, "changed": changed, "env": env}
    return condition_of("when", {**given, "local": local, "any": any, "all": all, "not": not_})


def any_of(*conditions: Condition) -> Condition:
    """Returns a condition that holds if one of the conditions holds."""
    return {"any": _parts("any_of", conditions)}


def all_of(*conditions: Condition) -> Condition:
    """Returns a condition that holds if all of the conditions hold."""
    return {"all": _parts("all_of", conditions)}


def not_(condition: Condition) -> Condition:
    """Returns a condition that holds if the given condition does not."""
    return {"not": condition_of("not_", condition, 1)}


def condition_of(where: str, value: object, nesting: int = 0) -> dict[str, Any]:
    """Returns the condition in the form and member order of the IR."""
    if nesting > _MAX_NESTING:
        expected = f"at most {_MAX_NESTING} levels of any, all and not"
        raise misuse(where, expected, str(nesting), "Write the condition flatter.")
    members = members_of(where, value)
    only_known(where, members, _MEMBERS)
    return {name: _read(f"{where}, {name}", name, members[name], nesting) for name in _MEMBERS if name in members}


def _read(where: str, name: str, value: object, nesting: int) -> object:
    if name == "env":
        return {
            variable: _texts(f"{where}, {variable}", globs, "") for variable, globs in members_of(where, value).items()
        }
    if name == "local":
        return boolean_of(where, value)
    if name == "not":
        return condition_of(where, value, nesting + 1)
    if name in ("any", "all"):
        return list_of(where, value, lambda part: condition_of(where, part, nesting + 1), 100)
    return _texts(where, value, name)


def _texts(where: str, value: object, name: str) -> str | list[str]:
    def one(text: object) -> str:
        if name == "event":
            return word_of(where, text, _EVENTS)
        if name == "changed":
            return relative_path_of(where, text, "project")
        return text_of(where, text, "Give a glob or a word.")

    return list_of(where, value, one, 100) if isinstance(value, (list, tuple)) else one(value)


def _parts(where: str, conditions: tuple[object, ...]) -> list[dict[str, Any]]:
    if not conditions:
        raise wrong_use(where, "at least one condition", Nothing, "Give the conditions to join.")
    return [condition_of(where, condition, 1) for condition in conditions]
