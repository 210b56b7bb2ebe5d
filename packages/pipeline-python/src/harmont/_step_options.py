"""Reads the options of a command into the fields that lowering writes."""

from __future__ import annotations

from ._wrong_use import (
    boolean_of,
    members_of,
    misuse,
    name_of,
    only_known,
    text_of,
    word_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

KNOWN = (
    *("label", "cache", "env", "image", "runner", "runner_args", "key", "cwd", "timeout", "retry", "soft_fail"),
    *("continue_on_failure", "depends_on", "when", "concurrency", "resources", "secrets", "artifacts", "inputs"),
    *("services", "tests", "append", "id_tokens", "egress"),
)


_MAX_RUNNER_ARGS = 16 * 1024


def command_fields(where: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Checks options and copies them, so that a later change of the caller's objects changes no step.

    None means not given; the caller handles `cwd`.
    """
    only_known(where, options, KNOWN)
    fields: dict[str, Any] = {}
    for name, value in options.items():
        if value is not None and name != "cwd":
            fields[name] = _READERS[name](f"{where}, {name}", value)
    if "depends_on" in fields:
        fields["depends_on"], fields["after_appended"] = fields["depends_on"]
    # The report is an artifact too, after the step's own.
    if "tests" in fields:
        artifact, fields["tests"] = fields["tests"]
        fields["artifacts"] = [*fields.get("artifacts", []), artifact]
    return fields


def _cache(where: str, value: object) -> dict[str, Any]:
    from .cache import cache_policy_of

    return cache_policy_of(where, value).ir()


def _timeout(where: str, value: object) -> int:
    from ._duration import MAX_TIMEOUT, seconds

    return seconds(where, value, MAX_TIMEOUT)


def _depends_on(where: str, value: object) -> tuple[list[Any], list[Any]]:
    """Returns the steps to wait for, and the generators whose appended steps to wait for."""
    from ._leaves import flat_leaves
    from ._step import Appended, step_with_command

    generators: dict[Any, None] = {}

    def takes(leaf: object) -> bool:
        if not isinstance(leaf, Appended):
            return False
        generators[leaf.step] = None
        return True

    leaves = flat_leaves(where, value, "a step with a command", takes)
    return [step_with_command(where, step) for step in leaves], list(generators)


def _runner_args(where: str, value: object) -> dict[str, Any]:
    import json

    members = members_of(where, value)
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > _MAX_RUNNER_ARGS:
        raise misuse(where, f"at most {_MAX_RUNNER_ARGS:,} bytes of JSON", "more", "Shorten the runner options.")
    # Returns a deep copy.
    return dict(json.loads(text))


def _soft_fail(where: str, value: object) -> bool | list[int]:
    from ._policies import exit_codes_of

    return value if isinstance(value, bool) else exit_codes_of(where, value)


def _condition(where: str, value: object) -> dict[str, Any]:
    from ._condition import condition_of

    return condition_of(where, value)


def _policy(reader: str) -> Callable[[str, object], Any]:
    def read(where: str, value: object) -> Any:
        from . import _policies

        return getattr(_policies, reader)(where, value)

    return read


def _files(reader: str) -> Callable[[str, object], Any]:
    def read(where: str, value: object) -> Any:
        from . import _files_options

        return getattr(_files_options, reader)(where, value)

    return read


def _rights(reader: str) -> Callable[[str, object], Any]:
    def read(where: str, value: object) -> Any:
        from . import _rights

        return getattr(_rights, reader)(where, value)

    return read


def _services(where: str, value: object) -> list[Any]:
    from ._services import services_of

    return services_of(where, value)


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "label": lambda where, value: text_of(where, value, "Give a label, or none.", 255),
    "cache": _cache,
    "env": _policy("env_of"),
    "image": lambda where, value: name_of(where, value, "Name an image.", 512),
    "runner": lambda where, value: word_of(where, value, ("default", "vm", "docker")),
    "runner_args": _runner_args,
    "key": lambda where, value: name_of(where, value, "Give a key, or none."),
    "timeout": _timeout,
    "retry": _policy("retry_of"),
    "soft_fail": _soft_fail,
    "continue_on_failure": boolean_of,
    "depends_on": _depends_on,
    "when": _condition,
    "concurrency": _policy("concurrency_of"),
    "resources": _policy("resources_of"),
    "secrets": _policy("secrets_of"),
    "artifacts": _files("artifacts_of"),
    "inputs": _files("inputs_of"),
    "services": _services,
    "tests": _files("tests_of"),
    "append": _rights("append_of"),
    "id_tokens": _rights("id_tokens_of"),
    "egress": _rights("egress_of"),
}
