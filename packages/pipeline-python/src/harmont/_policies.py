"""Retries, secrets, resources and groups: options of steps and of pipelines, as the IR writes them."""

from __future__ import annotations

import re

from ._duration import seconds
from ._ir_text import value_text
from ._wrong_use import (
    list_of,
    members_of,
    name_of,
    only_known,
    whole_number_of,
    word_of,
    wrong_use,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ._duration import Duration

_RETRY = ("limit", "delay", "exit_codes", "signals", "reasons")
_RESOURCES = ("cpu", "memory_gb", "disk_gb")
_SCOPES = ("pipeline", "organization")
_WHEN_FULL = ("queue", "cancel_waiting", "cancel_running")
_PLACEHOLDERS = ("${branch}", "${tag}", "${pull_request}", "${event}")
# The error codes of jobs.
_REASONS = (
    *("out_of_memory", "disk_limit", "step_timeout", "pipeline_timeout", "provision_failed", "snapshot_failed"),
    *("artifact_missing", "artifact_failed", "sandbox_lost", "build_abandoned", "secret_missing", "input_missing"),
    "service_unsupported",
    *("service_failed", "service_timeout", "service_unclean"),
    "split_failed",
)


def retry(
    limit: int,
    *,
    exit_codes: Sequence[int] | str | None = None,
    signals: Sequence[str] | None = None,
    reasons: Sequence[str] | None = None,
    delay: Duration | None = None,
) -> Mapping[str, Any]:
    """Returns a policy for the option `retry`: up to `limit` further attempts after failures in the lists, or any
    failure."""
    given = {"limit": limit, "delay": delay, "exit_codes": exit_codes, "signals": signals, "reasons": reasons}
    policy = {name: value for name, value in given.items() if value is not None}
    retry_of("retry", policy)
    return policy


def retry_of(where: str, value: object) -> dict[str, Any]:
    """Reads a retry policy; a number means that many further attempts."""
    if isinstance(value, (int, float)):
        return {"limit": whole_number_of(where, value, 1, 10)}
    policy = members_of(where, value)
    only_known(where, policy, _RETRY)
    ir: dict[str, Any] = {"limit": whole_number_of(where, policy.get("limit"), 1, 10)}
    if "delay" in policy:
        ir["delay_seconds"] = seconds(f"{where}, delay", policy["delay"], 3600)
    if "exit_codes" in policy:
        codes = policy["exit_codes"]
        ir["exit_codes"] = codes if codes == "*" else exit_codes_of(f"{where}, exit_codes", codes)
    if "signals" in policy:
        at = f"{where}, signals"
        ir["signals"] = list_of(at, policy["signals"], lambda signal: _signal(at, signal))
    if "reasons" in policy:
        at = f"{where}, reasons"
        ir["reasons"] = list_of(at, policy["reasons"], lambda reason: word_of(at, reason, _REASONS))
    return ir


def exit_codes_of(where: str, value: object) -> list[int]:
    return list_of(where, value, lambda code: whole_number_of(where, code, 0, 255))


def resources_of(where: str, value: object) -> dict[str, int]:
    members = members_of(where, value)
    only_known(where, members, _RESOURCES)
    return {name: whole_number_of(f"{where}, {name}", members[name], 1) for name in _RESOURCES if name in members}


def concurrency_of(where: str, value: object, *, whole_build: bool = False) -> dict[str, Any]:
    """Reads the concurrency group of a step, or of the builds of a pipeline."""
    last, words = ("when_full", _WHEN_FULL) if whole_build else ("scope", _SCOPES)
    members = members_of(where, value)
    only_known(where, members, ("group", "limit", last))
    group = name_of(f"{where}, group", members.get("group"), "Name a group.")
    if whole_build:
        # A misspelt placeholder would put all builds into one group, and they would cancel each other.
        for placeholder in re.findall(r"\$\{[^}]*\}?", group):
            word_of(f"{where}, group", placeholder, _PLACEHOLDERS)
    ir: dict[str, Any] = {
        "group": group,
        "limit": whole_number_of(f"{where}, limit", members.get("limit", 1), 1),
    }
    if last in members:
        ir[last] = word_of(f"{where}, {last}", members[last], words)
    return ir


def env_of(where: str, value: object) -> dict[str, str]:
    """Returns variables as texts; numbers and booleans are converted."""
    members_of(where, value)
    variables: dict[str, object] = dict(value)  # type: ignore[call-overload]
    for name in variables:
        if not isinstance(name, str) or name == "" or "=" in name or "\0" in name:
            expected = 'a non-empty name without "=" and U+0000'
            raise wrong_use(where, expected, name, "Rename the variable.")
    return {name: value_text(f"{where}, {name}", entry) for name, entry in variables.items()}


def secrets_of(where: str, value: object) -> dict[str, str]:
    """Returns a map from variable to secret, from a list or a dict."""
    if isinstance(value, (list, tuple)):
        return {name: name for name in list_of(where, value, lambda name: _secret(where, name), 100)}
    secrets = members_of(where, value)
    return {_secret(where, variable): _secret(where, name) for variable, name in secrets.items()}


def _secret(where: str, value: object) -> str:
    return variable_of(where, value, "Name a secret.")


def variable_of(where: str, value: object, fix: str) -> str:
    """Returns a valid name of a variable or a secret."""
    if isinstance(value, str) and re.fullmatch("[A-Za-z_][A-Za-z0-9_]{0,127}", value):
        return value
    raise wrong_use(where, 'a name of letters, digits and "_" that does not begin with a digit', value, fix)


def _signal(where: str, value: object) -> str:
    if isinstance(value, str) and re.fullmatch("SIG[A-Z0-9+-]{1,20}", value):
        return value
    raise wrong_use(where, 'the name of a signal such as "SIGKILL"', value, "Write it in full.")
