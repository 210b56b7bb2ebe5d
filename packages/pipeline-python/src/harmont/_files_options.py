"""The options `artifacts`, `inputs` and `tests`."""

from __future__ import annotations

from ._duration import seconds
from ._frozen import Frozen
from ._relative_path import relative_path_of
from ._wrong_use import (
    boolean_of,
    members_of,
    misuse,
    one_or_list_of,
    only_known,
    text_of,
    whole_number_of,
    word_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ._step import Step

_WHEN = ("passed", "failed", "always")
_KINDS = ("file", "junit", "coverage")
# A year.
_MAX_EXPIRES = 31_536_000
_MAX_FORKS = 100
_MAX_BUDGET = 3600
_MAX_RERUN = 65_536


class Input(Frozen):
    """Files of another step's file system; made by files_from()."""

    __slots__ = ("into", "optional", "path", "step")
    step: Step
    path: str
    into: str | None
    optional: bool

    def __init__(self, step: Step, path: str, into: str | None, optional: bool) -> None:
        self._set(step=step, path=path, into=into, optional=optional)


def files_from(step: Step, path: str, into: str | None = None, *, optional: bool = False) -> Input:
    """Returns an entry of the option `inputs`: files of another step that match a path or glob.

    They keep their paths, below the directory `into` if given. The step that gets them waits for the other step. If no
    file matches, it fails with `input_missing`, unless the files are optional.
    """
    return _input("files_from", {"from": step, "path": path, "into": into, "optional": optional})


def inputs_of(where: str, value: object) -> list[Input]:
    return one_or_list_of(where, value, lambda entry: entry if isinstance(entry, Input) else _input(where, entry))


def _input(where: str, value: object) -> Input:
    from ._step import step_with_command

    members = members_of(where, value)
    only_known(where, members, ("from", "path", "into", "optional"))
    into = relative_path_of(f"{where}, into", members["into"]) if "into" in members else None
    source = step_with_command(f"{where}, from", members.get("from"))
    path = relative_path_of(f"{where}, path", members.get("path"))
    optional = "optional" in members and boolean_of(f"{where}, optional", members["optional"])
    return Input(source, path, into, optional)


def artifacts_of(where: str, value: object) -> list[dict[str, Any]]:
    return one_or_list_of(where, value, lambda entry: _artifact(where, entry))


def tests_of(where: str, value: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the artifact of the option, and the settings of the tests."""
    members: Mapping[str, Any] = {} if isinstance(value, str) else members_of(where, value)
    only_known(where, members, ("report", "forks", "budget", "rerun", "quarantine"))
    at, report = (where, value) if isinstance(value, str) else (f"{where}, report", members.get("report"))
    tests: dict[str, Any] = {}
    if "forks" in members:
        tests["forks"] = whole_number_of(f"{where}, forks", members["forks"], 0, _MAX_FORKS)
    if "budget" in members:
        tests["budget_seconds"] = seconds(f"{where}, budget", members["budget"], _MAX_BUDGET)
    if "rerun" in members:
        tests["rerun"] = text_of(f"{where}, rerun", members["rerun"], "Give a command, or none.", _MAX_RERUN)
    if "quarantine" in members and boolean_of(f"{where}, quarantine", members["quarantine"]):
        tests["quarantine"] = True
    return {"path": relative_path_of(at, report), "when": "always", "kind": "junit"}, tests


def _artifact(where: str, value: object) -> dict[str, Any]:
    if isinstance(value, str):
        return {"path": relative_path_of(where, value)}
    members = members_of(where, value)
    only_known(where, members, ("path", "when", "kind", "expires", "required"))
    ir: dict[str, Any] = {"path": relative_path_of(f"{where}, path", members.get("path"))}
    for name, words in (("when", _WHEN), ("kind", _KINDS)):
        if name in members:
            ir[name] = word_of(f"{where}, {name}", members[name], words)
    if "expires" in members:
        ir["expires_seconds"] = seconds(f"{where}, expires", members["expires"], _MAX_EXPIRES)
    if "required" in members and boolean_of(f"{where}, required", members["required"]):
        ir["required"] = True
    return ir
