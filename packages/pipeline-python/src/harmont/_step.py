"""Steps, the parts of a pipeline."""

from __future__ import annotations

import sys

from ._frozen import Frozen
from ._matrix_scope import in_scope
from ._step_options import command_fields
from ._wrong_use import boolean_of, misuse, name_of, text_of, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Unpack

    from ._duration import Duration
    from ._option_types import StepOptions

MAX_COMMAND = 1024 * 1024


class Step(Frozen):
    """A starting point of commands: nothing (`scratch`), a command's result, or a named branch of one.

    Steps are immutable; two steps with equal content are two steps.
    """

    __slots__ = ("__weakref__", "_call", "_fields", "_policy", "cmd", "parent")
    parent: Step | None
    cmd: str | None
    _fields: Mapping[str, Any]
    _policy: Any
    # The line of code that made the step.
    _call: tuple[str, int] | None

    def __init__(
        self, parent: Step | None, cmd: str | None = None, fields: Mapping[str, Any] | None = None, policy: Any = None
    ) -> None:
        call = None if cmd is None else _caller()
        self._set(parent=parent, cmd=cmd, _fields=fields or {}, _policy=policy, _call=call)

    def sh(self, cmd: str, /, **options: Unpack[StepOptions]) -> Step:
        """Returns a command that starts from the file system that this step left."""
        return _command_step(self, cmd, options)

    def fork(self, label: str | None = None) -> Step:
        """Returns a branch, which runs nothing; steps made from it start from this step."""
        if label is not None:
            text_of("fork, label", label, "Give a label, or none.", 255)
        return Step(self)

    def appended(self) -> Appended:
        """Returns all steps that this step appends, directly or indirectly, for `depends_on`.

        The step must have the option `append`.
        """
        if self.cmd is not None and "append" in self._fields:
            return Appended(self)
        fix = "Give the step append={}."
        raise misuse("appended", "a step with the option append", "a step without it", fix)

    @property
    def is_wait(self) -> bool:
        return False

    @property
    def label(self) -> str | None:
        return self._fields.get("label")

    @property
    def key(self) -> str | None:
        return self._fields.get("key")

    @property
    def image(self) -> str | None:
        return self._fields.get("image")

    @property
    def cache(self) -> Any:
        """The given cache policy."""
        return self._policy

    @property
    def env(self) -> dict[str, str] | None:
        env = self._fields.get("env")
        return None if env is None else dict(env)

    @property
    def timeout_seconds(self) -> int | None:
        return self._fields.get("timeout")

    def described(self) -> str:
        return "a step without a command" if nearest_command(self) is None else "a step"

    def __repr__(self) -> str:
        return "<Step>" if self.cmd is None else f"<Step {(self.label or self.cmd.splitlines()[0][:40])!r}>"


class Appended(Frozen):
    """A placeholder for the steps that a step appends; made by Step.appended()."""

    __slots__ = ("step",)
    step: Step

    def __init__(self, step: Step) -> None:
        self._set(step=step)


def _caller() -> tuple[str, int] | None:
    # Finds the nearest frame outside this package.
    frame = sys._getframe(1)
    while frame is not None and (frame.f_globals.get("__package__") or "").partition(".")[0] == "harmont":
        frame = frame.f_back  # type: ignore[assignment]
    return None if frame is None else (frame.f_code.co_filename, frame.f_lineno)


class Wait(Frozen):
    """A barrier between the leaves of a pipeline."""

    __slots__ = ("continue_on_failure",)
    continue_on_failure: bool

    def __init__(self, continue_on_failure: bool) -> None:
        self._set(continue_on_failure=continue_on_failure)

    @property
    def is_wait(self) -> bool:
        return True

    def described(self) -> str:
        return "a wait"


def scratch(image: str | None = None) -> Step:
    """Returns the start of a chain, with an image if given. It runs nothing."""
    given = {} if image is None else {"image": name_of("scratch, image", image, "Name an image.", 512)}
    return Step(None, fields=given)


def sh(cmd: str, /, **options: Unpack[StepOptions]) -> Step:
    """Returns a command in a new file system."""
    return _command_step(Step(None), cmd, options)


def wait(*, continue_on_failure: bool = False) -> Wait:
    """Returns a barrier: later leaves wait until all earlier leaves have passed; with `continue_on_failure`, until they
    have ended."""
    return Wait(boolean_of("wait, continue_on_failure", continue_on_failure))


def timeout(duration: Duration, step: Step) -> Step:
    """Returns a copy of a step with a time limit for each attempt, which replaces an earlier limit. Use the result."""
    from ._duration import MAX_TIMEOUT, seconds

    limit = seconds("timeout", duration, MAX_TIMEOUT)
    if not isinstance(step, Step) or step.cmd is None:
        raise wrong_use("timeout", "a step with a command", step, "Pass the result of sh().")
    return Step(step.parent, step.cmd, {**step._fields, "timeout": limit}, step._policy)


def nearest_command(step: Step | None) -> Step | None:
    """Returns the nearest step with a command, starting with the step itself."""
    while step is not None and step.cmd is None:
        step = step.parent
    return step


def step_with_command(where: str, value: object) -> Step:
    if isinstance(value, Step) and nearest_command(value) is not None:
        return value
    raise wrong_use(where, "a step with a command", value, "Pass the result of sh().")


def _command_step(parent: Step, cmd: object, options: Mapping[str, Any]) -> Step:
    text = text_of("sh", cmd, "Give the step a command.")
    fields = command_fields("sh", options)
    cwd = options.get("cwd")
    if cwd is not None:
        from ._quote import in_directory

        text = in_directory(text_of("sh, cwd", cwd, "Name a directory, or omit cwd."), text)
    if len(text) > MAX_COMMAND // 4 and len(text.encode()) > MAX_COMMAND:
        size = f"{len(text.encode()):,}"
        raise misuse("sh", f"a command of at most {MAX_COMMAND:,} bytes", size, "Put the script in a file.")
    return Step(parent, text, in_scope(text, fields), options.get("cache"))
