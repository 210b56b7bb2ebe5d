"""Options that cargo's commands share."""

from __future__ import annotations

from ._quote import quote_value
from ._install_step import texts_of
from ._wrong_use import boolean_of, misuse, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


_TEXTS = ("packages", "exclude", "features", "flags")
_WORDS = ("target", "profile")
_FLAGS = ("workspace", "all_targets", "all_features", "no_default_features", "add_target", "release", "locked")
CARGO = (
    *("packages", "workspace", "exclude", "all_targets", "all_features", "no_default_features", "features", "target"),
    *("add_target", "profile", "release", "locked", "flags"),
)


class Cargo:
    """The flags of one call, quoted for the shell, and the target that must be installed first."""

    def __init__(self, where: str, options: Mapping[str, Any], *, workspace: bool, all_targets: bool = False) -> None:
        given = {name: options[name] for name in CARGO if options.get(name) is not None}
        defaults = {"workspace": workspace, "all_targets": all_targets, "add_target": True, "locked": True}
        read: dict[str, Any] = {name: texts_of(f"{where}, {name}", given.get(name, [])) for name in _TEXTS}
        for name in _FLAGS:
            read[name] = boolean_of(f"{where}, {name}", given.get(name, defaults.get(name, False)))
        for name in _WORDS:
            value = given.get(name)
            fix = "Give a string, or omit it."
            read[name] = None if value is None else text_of(f"{where}, {name}", value, fix)
        _refuse_contradictions(where, read)
        self.flags = "".join(f" {word}" for word in _words(read))
        added = read["target"] is not None and read["add_target"]
        self.before = f"rustup target add {quote_value(read['target'])} && " if added else ""


def _words(read: Mapping[str, Any]) -> list[str]:
    words = [f"-p {quote_value(name)}" for name in read["packages"]]
    if not words and read["workspace"]:
        words = ["--workspace", *(f"--exclude {quote_value(name)}" for name in read["exclude"])]
    for name in ("all_targets", "all_features", "no_default_features"):
        if read[name]:
            words.append(f"--{name.replace('_', '-')}")
    if read["features"]:
        words.append(f"--features {quote_value(','.join(read['features']))}")
    for name in _WORDS:
        if read[name] is not None:
            words.append(f"--{name} {quote_value(read[name])}")
    words.extend(f"--{name}" for name in ("release", "locked") if read[name])
    return [*words, *read["flags"]]


def _refuse_contradictions(where: str, read: Mapping[str, Any]) -> None:
    out = "Remove one of them"
    for one, other, fix in (
        ("all_features", "features", f"{out}."),
        ("all_features", "no_default_features", f"{out}."),
        ("release", "profile", f'{out}: the profile "release" is what release means.'),
        ("exclude", "packages", f"{out}: packages already says which are meant."),
    ):
        if read[one] and read[other]:
            raise misuse(where, f"{one} or {other}", "both", fix)
    if read["exclude"] and not read["workspace"]:
        raise misuse(where, "exclude with workspace", "exclude without workspace", "Set workspace to True.")
