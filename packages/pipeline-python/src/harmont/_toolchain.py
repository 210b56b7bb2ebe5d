"""What all toolchains have in common (`sdk-cli.md` 4)."""

from __future__ import annotations

import re

from ._apt_base import apt_base
from ._frozen import Frozen
from ._quote import in_directory
from ._relative_path import path_problem
from ._step import Step
from ._step_options import KNOWN
from ._wrong_use import list_of, only_known, text_of, wrong_use
from .cache import forever, on_change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Self, Unpack

    from ._leaves import Leaves
    from ._option_types import StepOptions
    from .cache import CachePolicy

_ACTION = tuple(name for name in KNOWN if name != "cwd")


class Toolchain(Frozen):
    """An installed tool and the directory that it works in. Its actions are steps that start from `installed`."""

    __slots__ = ("installed", "path")
    path: str
    installed: Step
    # The `:TAG:` of the labels, and the entry as errors name it.
    tag = ""
    _where = ""

    def __init__(self, path: str, installed: Step) -> None:
        self._set(path=path, installed=installed)

    def install(self) -> Step:
        """The step that the actions start from."""
        return self.installed

    def setup(self, cmd: str, **options: Unpack[StepOptions]) -> Self:
        """A copy whose actions start after a further command, such as one that generates sources. It runs in the workspace; `cwd` names another directory."""
        return self._starting(self.installed.sh(cmd, **options))

    def ci(self) -> tuple[Step, ...]:
        """The steps of a usual pipeline."""
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
        label: str = "",
        env: Mapping[str, str] | None = None,
    ) -> Step:
        """A step that runs `cmd` in the directory and is labelled `:TAG: name`. `call` is the action's name where it is spelt otherwise; `own` are the options that it has besides those of steps."""
        refuse_unknown(f"{self._where}.{call or name}", options, own)
        return action_step(self.installed, self._in_path(cmd), label or f":{self.tag}: {name}", options, env)

    def _in_path(self, cmd: str) -> str:
        return in_directory(self.path, cmd)


def refuse_unknown(where: str, options: Mapping[str, Any], own: Sequence[str] = ()) -> None:
    """Refuses what is no option of an action."""
    only_known(where, options, (*own, *_ACTION))


def action_step(
    start: Step, cmd: str, label: str, options: Mapping[str, Any], env: Mapping[str, str] | None = None
) -> Step:
    """A command of a toolchain as a step: the caller's options over the action's own."""
    given = {option: value for option, value in options.items() if value is not None}
    if env is not None:
        from ._policies import env_of

        given["env"] = {**env, **env_of("sh, env", given.get("env", {}))}
    return start.sh(cmd, **{"label": label, **given})


class Entry:
    """A tool's name in the SDK: called it gives the toolchain; `tool.action(path=…, …)` is the action of one made for it."""

    _where = ""
    # The options of the call, and the actions of what it gives.
    _options: Sequence[str] = ()
    _actions: Sequence[str] = ()

    def _make(self, **options: Any) -> Any:
        raise NotImplementedError

    def _read(self, options: Mapping[str, Any]) -> Any:
        only_known(self._where, options, self._options)
        return self._make(**{name: value for name, value in options.items() if value is not None})

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self._actions:
            raise AttributeError(f"{self._where} has no {name}. It has: {', '.join(self._actions)}.", name=name, obj=self)

        def action(*words: Any, **options: Any) -> Any:
            mine = {option: options.pop(option) for option in self._options_beside(name) if option in options}
            return getattr(self._made_for(mine), name)(*words, **options)

        return action

    def _options_beside(self, action: str) -> Sequence[str]:
        """The options of the call that are none of the action."""
        return self._options

    def _made_for(self, options: Mapping[str, Any]) -> Any:
        return self._read(options)


def install_step(
    tag: str, packages: Sequence[str], name: str, cmd: str, image: str | None = None, base: Step | None = None
) -> Step:
    """The step that installs a tool, on its packages or on the caller's base."""
    start = base
    if start is None:
        start = apt_base(packages, image, f":{tag}: apt-base")
    elif not isinstance(start, Step):
        raise wrong_use(f"{tag}, base", "a step", base, "Pass what sh() or another toolchain’s install() gave.")
    return start.sh(cmd, label=f":{tag}: {name}", cache=forever())


def path_of(where: str, path: object) -> str:
    """The directory of a project; an empty one is the project's own."""
    return "." if path == "" else text_of(f"{where}, path", path, "Give a text, or leave it out.")


def kept_until(where: str, path: str, *names: str, bare: bool = False) -> CachePolicy:
    """Kept until one of the files below a directory changes: `./uv.lock`; with `bare` without `./` at the top, as cargo and CMake projects spell it."""
    problem = path_problem(path)
    if problem is not None:
        fix = f"It is {problem}: write it relative to the project directory."
        raise wrong_use(f"{where}, path", "a path inside the project", path, fix)
    return on_change(*(name if bare and path == "." else f"{path}/{name}" for name in names))


def form_of(where: str, value: object, pattern: str, expected: str) -> str:
    """A text of one form, such as a version: it becomes part of a command."""
    if isinstance(value, str) and re.fullmatch(pattern, value):
        return value
    raise wrong_use(where, expected, value, "Correct the value.")


def texts_of(where: str, value: object) -> list[str]:
    """A list of texts."""
    return list_of(where, value, lambda entry: text_of(where, entry, "Give a text."))
