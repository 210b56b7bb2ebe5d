"""Services, and the option `services`."""

from __future__ import annotations

import re

from ._duration import MAX_TIMEOUT, seconds
from ._frozen import Frozen
from ._policies import env_of
from ._wrong_use import (
    boolean_of,
    members_of,
    misuse,
    name_of,
    one_or_list_of,
    only_known,
    quoted,
    text_of,
    whole_number_of,
    wrong_use,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ._step import Step

_MAX_SERVICES = 16
_MAX_COMMAND = 64 * 1024
_MAX_PATTERN = 1_000
_MAX_STOP_SECONDS = 300
_SETTINGS = ("image", "env", "command", "ready", "needs", "stop", "localhost", "egress")
_HOST_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
_SIGNAL = re.compile(r"SIG[A-Z0-9+-]{1,20}")
# The members in the order of the IR.
_ORDER = (
    *("name", "image", "env", "ready", "command", "from", "ready_command", "ready_log", "needs", "stop"),
    *("localhost", "egress"),
)


class Service(Frozen):
    """A program that runs beside steps; made by service()."""

    __slots__ = ("_fields", "_origin")
    _fields: Mapping[str, Any]
    # The step whose files it starts from.
    _origin: Step | None

    def __init__(self, fields: Mapping[str, Any], origin: Step | None = None) -> None:
        self._set(_fields=fields, _origin=origin)

    @property
    def name(self) -> str:
        """The host name by which steps reach it."""
        return str(self._fields["name"])

    def after(self, step: Step) -> Service:
        """Returns the same service, which starts from the files that it left when a step passed.

        The step must have this service. Each step that uses the result has its own copy of the files.
        """
        from ._step import nearest_command, step_with_command

        origin = step_with_command("after", step)
        command = nearest_command(origin)
        services = [] if command is None else command._fields.get("services", [])
        if any(other.name == self.name for other in services):
            return Service(self._fields, origin)
        fix = f"Give that step the service, or start {self.name} from its image."
        raise misuse("after", f"a step with the service {quoted(self.name)}", "a step without it", fix)

    def ir(self, origin_key: str | None) -> dict[str, Any]:
        fields = self._fields if origin_key is None else {**self._fields, "from": origin_key}
        return {name: fields[name] for name in _ORDER if name in fields}

    def described(self) -> str:
        return "a service"

    def __repr__(self) -> str:
        return f"<Service {self.name!r}>"


def service(
    name: str,
    *,
    image: str,
    env: Mapping[str, str | int | float | bool] | None = None,
    command: str | None = None,
    ready: Mapping[str, Any] | None = None,
    needs: Service | str | Sequence[Service | str] | None = None,
    stop: Mapping[str, Any] | None = None,
    localhost: bool | None = None,
    egress: bool | None = None,
    prepare: str | None = None,
) -> Service:
    """Returns a program that runs beside steps, for their option `services`; they reach it by its name.

    `command` replaces the image's own program. `ready` is the condition for steps to start: {"port": 5432},
    {"command": "…"}, {"log": "…"}, {"timeout": "2m"}; all given members must hold. `needs` names services that must
    be ready first. `prepare` is a command that runs once in the service's image while the service runs; steps then
    start the service from the files that it left.
    """
    settings = {
        **{"image": image, "env": env, "command": command, "ready": ready, "needs": needs, "stop": stop},
        **{"localhost": localhost, "egress": egress},
    }
    plain = Service(_fields("service", name, settings))
    if prepare is None:
        return plain
    from ._step import sh

    text = text_of("service, prepare", prepare, "Give a command.")
    return plain.after(sh(text, label=f"prepare {plain.name}", image=plain._fields["image"], services=plain))


def services_of(where: str, value: object) -> list[Service]:
    return one_or_list_of(where, value, lambda entry: _service(where, entry), _MAX_SERVICES)


def _service(where: str, entry: object) -> Service:
    if isinstance(entry, Service):
        return entry
    members = members_of(where, entry)
    only_known(where, members, ("name", *_SETTINGS))
    return Service(_fields(where, members.get("name"), members))


def _fields(where: str, name: object, settings: Mapping[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in settings.items() if value is not None}
    ir: dict[str, Any] = {
        "name": _host_name(f"{where}, name", name),
        "image": name_of(f"{where}, image", given.get("image"), "Name an image.", 512),
    }
    if "env" in given:
        env = env_of(f"{where}, env", given["env"])
        if env:
            ir["env"] = env
    if "command" in given:
        ir["command"] = _script(f"{where}, command", given["command"])
    if "ready" in given:
        ir.update(_ready(f"{where}, ready", given["ready"]))
    if "needs" in given:
        needs = one_or_list_of(f"{where}, needs", given["needs"], lambda need: _need(where, need))
        if needs:
            ir["needs"] = needs
    if "stop" in given:
        ir["stop"] = _stop(f"{where}, stop", given["stop"])
    for flag in ("localhost", "egress"):
        if flag in given and boolean_of(f"{where}, {flag}", given[flag]):
            ir[flag] = True
    return ir


def _host_name(where: str, value: object) -> str:
    name = name_of(where, value, "Name the service.")
    if _HOST_NAME.fullmatch(name) and name not in ("localhost", "host"):
        return name
    expected = 'a host name such as "db": lower-case letters, digits, "-" and "_", at most 63 characters'
    raise wrong_use(where, expected, value, "Rename the service.")


def _need(where: str, need: object) -> str:
    return need.name if isinstance(need, Service) else _host_name(f"{where}, needs", need)


def _script(where: str, value: object) -> str:
    return text_of(where, value, "Give a command.", _MAX_COMMAND)


def _ready(where: str, value: object) -> dict[str, Any]:
    members = members_of(where, value)
    only_known(where, members, ("port", "command", "log", "timeout"))
    ready: dict[str, Any] = {}
    if "port" in members:
        ready["port"] = whole_number_of(f"{where}, port", members["port"], 1, 65_535)
    if "timeout" in members:
        ready["timeout_seconds"] = seconds(f"{where}, timeout", members["timeout"], MAX_TIMEOUT)
    ir: dict[str, Any] = {"ready": ready} if ready else {}
    if "command" in members:
        ir["ready_command"] = _script(f"{where}, command", members["command"])
    if "log" in members:
        ir["ready_log"] = text_of(f"{where}, log", members["log"], "Give a regular expression.", _MAX_PATTERN)
    return ir


def _stop(where: str, value: object) -> dict[str, Any]:
    members = members_of(where, value)
    only_known(where, members, ("signal", "seconds"))
    stop: dict[str, Any] = {}
    if "signal" in members:
        stop["signal"] = _signal(f"{where}, signal", members["signal"])
    if "seconds" in members:
        stop["seconds"] = whole_number_of(f"{where}, seconds", members["seconds"], 0, _MAX_STOP_SECONDS)
    return stop


def _signal(where: str, value: object) -> str:
    if isinstance(value, str) and _SIGNAL.fullmatch(value):
        return value
    raise wrong_use(where, 'the name of a signal such as "SIGKILL"', value, "Write it in full.")
