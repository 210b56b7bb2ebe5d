"""The options `append`, `id_tokens` and `egress`: rights of a step besides its command."""

from __future__ import annotations

import re

from ._policies import variable_of
from ._wrong_use import (
    list_of,
    members_of,
    misuse,
    name_of,
    only_known,
    whole_number_of,
    wrong_use,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MAX_APPENDED = 1_000
_MAX_NAMES = 100
_MAX_TOKENS = 10
_MAX_HOSTS = 100
_PATTERN = re.compile(r"(?:\*\.)?([^:]*)(?::([0-9]{1,5}))?")
_LABEL = re.compile("[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def append_of(where: str, value: object) -> dict[str, Any]:
    """Reads the limits of appended steps."""
    members = members_of(where, value)
    only_known(where, members, ("max", "secrets", "id_tokens", "egress"))
    ir: dict[str, Any] = {}
    if "max" in members:
        ir["max"] = whole_number_of(f"{where}, max", members["max"], 1, _MAX_APPENDED)
    secrets = _names(f"{where}, secrets", members.get("secrets"), lambda at, name: variable_of(at, name, "Name a secret."))
    audiences = _names(f"{where}, id_tokens", members.get("id_tokens"), _audience)
    if secrets:
        ir["secrets"] = secrets
    if audiences:
        ir["id_tokens"] = audiences
    if "egress" in members:
        ir["egress"] = _hosts(f"{where}, egress", members["egress"])
    return ir


def id_tokens_of(where: str, value: object) -> dict[str, dict[str, str]]:
    """Returns a map from variable to token, in the form of the IR."""
    members = members_of(where, value)
    if len(members) > _MAX_TOKENS:
        raise misuse(where, f"at most {_MAX_TOKENS} tokens", str(len(members)), "Use fewer tokens.")
    return {
        variable_of(where, variable, "Rename the variable."): {"audience": _audience(f"{where}, {variable}", audience)}
        for variable, audience in members.items()
    }


def egress_of(where: str, value: object) -> str | list[str]:
    """Returns a list of hosts, or `observe`."""
    return "observe" if value == "observe" else _hosts(where, value)


def _names(at: str, value: object, read: Callable[[str, object], str]) -> list[str]:
    return [] if value is None else list_of(at, value, lambda name: read(at, name), _MAX_NAMES)


def _audience(where: str, value: object) -> str:
    return name_of(where, value, 'Name whom the token is for, such as "sts.amazonaws.com".')


def _hosts(where: str, value: object) -> list[str]:
    return list_of(where, value, lambda host: _host(where, host), _MAX_HOSTS)


def _host(where: str, value: object) -> str:
    if isinstance(value, str) and _is_pattern(value):
        return value
    expected = 'a host such as "registry.npmjs.org", "*.example.com" or "github.com:22"'
    raise wrong_use(where, expected, value, "Name a host, without a scheme or a path. Addresses cannot be listed.")


def _is_pattern(text: str) -> bool:
    match = _PATTERN.fullmatch(text)
    if match is None:
        return False
    name, port = match[1].lower(), int(match[2] or 443)
    labels = name.split(".")
    is_name = len(labels) > 1 and len(name) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    # IP addresses are not host names.
    return is_name and re.fullmatch("[0-9]+", labels[-1]) is None and 1 <= port <= 65_535
