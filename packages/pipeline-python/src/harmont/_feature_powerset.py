"""The arguments with which cargo-hack checks combinations of a crate's features."""

from __future__ import annotations

from ._quote import quote_value
from ._install_step import form_of, texts_of
from ._wrong_use import boolean_of, whole_number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


POWERSET = ("subcommand", "depth", "each_feature", "no_dev_deps", "skip", "include_features", "keep_going", "flags")


def powerset_flags(where: str, options: Mapping[str, Any]) -> str:
    """Returns the arguments of `cargo hack`."""
    given = {name: options[name] for name in POWERSET if options.get(name) is not None}

    def flag(name: str, default: bool) -> bool:
        return boolean_of(f"{where}, {name}", given.get(name, default))

    def texts(name: str) -> list[str]:
        return texts_of(f"{where}, {name}", given.get(name, []))

    verb = form_of(
        f"{where}, subcommand", given.get("subcommand", "check"), "[a-z][a-z0-9-]*", 'a verb of cargo such as "check"'
    )
    depth = whole_number_of(f"{where}, depth", given.get("depth", 2), 1)
    words = [verb, "--each-feature" if flag("each_feature", False) else f"--feature-powerset --depth {depth}"]
    if flag("no_dev_deps", True):
        words.append("--no-dev-deps")
    for name in ("skip", "include_features"):
        if texts(name):
            words.append(f"--{name.replace('_', '-')} {quote_value(','.join(texts(name)))}")
    if flag("keep_going", False):
        words.append("--keep-going")
    return " ".join([*words, *texts("flags")])
