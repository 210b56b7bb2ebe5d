"""Common parts of all toolchains (`pipeline.md` 4)."""

from __future__ import annotations

from ._frozen import Frozen
from ._quote import in_directory
from ._step import Step
from ._step_options import KNOWN
from ._wrong_use import only_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Self, Unpack

    from ._leaves import Leaves
    from ._option_types import StepOptions

_ACTION = tuple(name for name in KNOWN if name != "cwd")


class Toolchain(Frozen):
    """An installed tool and the directory that it works in. Its actions are steps that start from `installed`."""

    __slots__ = ("installed", "path")
    path: str
    installed: Step
    # The `:TAG:` of the labels, and the entry's name in errors.
    tag = ""
    _where = ""

    def __init__(self, path: str, installed: Step) -> None:
        self._set(path=path, installed=installed)

    def install(self) -> Step:
        """Returns the step that the actions start from."""
        return self.installed

    def setup(self, cmd: str, **options: Unpack[StepOptions]) -> Self:
        """Returns a copy whose actions start after a further command, for instance to generate sources.

        The command runs in the workspace; `cwd` names another directory.
        """
        return self._starting(self.installed.sh(cmd, **options))

    def ci(self) -> tuple[Step, ...]:
        """Returns the steps of a typical pipeline."""
        raise NotImplementedError

    def __hm_leaves__(self) -> Leaves:
        return self.ci()

    def _starting(self, start: Step) -> Self:
        return self._copy(installed=start)

    def _copy(self, **changes: object) -> Self:
        copy = object.__new__(type(self))
        slots = [name for kind in type(self).__mro__ for name in getattr(kind, "__slots__", ())]
        copy._set(**{**{name: getattr(self, name) for name in slots}, **changes})
        return copy

    def _action(
        self,
        name: str,
        cmd: str,
        options: Mapping[str, Any],
        *,
        call: str = "",
        own: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
    ) -> Step:
        """Returns a step that runs `cmd` in the directory and is labelled `:TAG: name`.

        `call` is the action's name if it differs; `own` are its options besides those of steps.
        """
        refuse_unknown(f"{self._where}.{call or name}", options, own)
        return action_step(self.installed, self._in_path(cmd), f":{self.tag}: {name}", options, env)

    def _in_path(self, cmd: str) -> str:
        return in_directory(self.path, cmd)


def refuse_unknown(where: str, options: Mapping[str, Any], own: Sequence[str] = ()) -> None:
    """Refuses names that are not options of an action."""
    only_known(where, options, (*own, *_ACTION))


def action_step(
    start: Step, cmd: str, label: str, options: Mapping[str, Any], env: Mapping[str, str] | None = None
) -> Step:
    """Returns a command of a toolchain as a step; the caller's options override the action's own."""
    given = {option: value for option, value in options.items() if value is not None}
    if env is not None:
        from ._policies import env_of

        given["env"] = {**env, **env_of("sh, env", given.get("env", {}))}
    return start.sh(cmd, **{"label": label, **given})
