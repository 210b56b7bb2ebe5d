"""JavaScript and TypeScript, on Node.js, bun or deno."""

from __future__ import annotations

from ._js_commands import INSTALLERS, LOCK, LOCK_FILES, LOCKED, RUN, UNLOCKED, bun_pin, manager_command, runtime_command
from ._js_files import JsFiles
from ._js_tools import WHERE, JsTools, choose_tools
from ._quote import quote_value
from ._entry import Entry
from ._install_step import form_of, install_step, kept_until, path_of, texts_of
from ._toolchain import Toolchain
from ._wrong_use import text_of, word_of
from .cache import forever

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal, TypedDict, Unpack

    from ._leaves import Leaves
    from ._step import Step
    from ._option_types import StepOptions

    class JsOptions(TypedDict, total=False):
        path: str | None
        pm: Literal["npm", "pnpm", "yarn-classic", "yarn-berry", "bun"] | None
        runtime: Literal["node", "bun", "deno"] | None
        version: str | None
        image: str | None
        base: Step | None


_PMS = ("npm", "pnpm", "yarn-classic", "yarn-berry", "bun")
_RUNTIMES = ("node", "bun", "deno")
_SCRIPTS = ("build", "test", "lint", "typecheck")


class JsProject(Toolchain):
    """A JavaScript project with its dependencies. As a leaf of a pipeline, it stands for their installation."""

    __slots__ = ("_installer", "_scripts", "tag")
    _where = "js"
    _installer: str
    # The scripts, or tasks, that the project has.
    _scripts: frozenset[str]

    def __init__(self, path: str, installed: Step, tools: JsTools, scripts: set[str]) -> None:
        super().__init__(path, installed)
        self._set(tag=tools.runtime, _installer=tools.installer, _scripts=frozenset(scripts))

    def run(self, script: str, args: Sequence[str] | None = None, **options: Unpack[StepOptions]) -> Step:
        """Runs a script of package.json, or a task of deno."""
        name = text_of("js.run", script, "Name a script.")
        words = [quote_value(word) for word in texts_of("js.run, args", args or [])]
        if words and self._installer == "npm":
            words.insert(0, "--")
        command = " ".join([INSTALLERS[self._installer][RUN], quote_value(name), *words])
        return self._action(name, command, options, call="run", own=("args",))

    def ci(self) -> tuple[Step, ...]:
        """Returns the steps of the existing scripts build, test, lint and typecheck; if there are none, the
        installation."""
        return tuple(self.run(script) for script in _SCRIPTS if script in self._scripts) or (self.install(),)

    def __hm_leaves__(self) -> Leaves:
        return self.install()


class JsEntry(Entry):
    """`hm.js.project(path=…)`, or `hm.js.run("test", path=…)`."""

    _where = WHERE
    _options = ("path", "image", "base", "pm", "runtime", "version")
    _actions = ("run", "ci", "install")

    def project(self, **options: Unpack[JsOptions]) -> JsProject:
        """Returns the project in one directory, with its dependencies installed.

        Without `pm` and `runtime`, package.json and lock files decide.
        """
        made: JsProject = self._read(options)
        return made

    def _make(
        self,
        *,
        path: str = ".",
        pm: str | None = None,
        runtime: str | None = None,
        version: str | None = None,
        **ground: Any,
    ) -> JsProject:
        directory = path_of(WHERE, path)
        named_pm = pm and word_of(f"{WHERE}, pm", pm, _PMS)
        named_runtime = runtime and word_of(f"{WHERE}, runtime", runtime, _RUNTIMES)
        files = JsFiles(WHERE, directory)
        tools = choose_tools(named_pm, named_runtime, files)
        ready = _ready(directory, tools, _version(tools.runtime, version), ground)
        tasks = files.deno_tasks() if tools.runtime == "deno" else set()
        made = JsProject(directory, ready, tools, files.scripts | tasks)
        verb, watched = _dependencies(tools.installer, files)
        kept = kept_until(WHERE, directory, watched)
        return made._starting(ready.sh(made._in_path(verb), label=f":{tools.runtime}: deps", cache=kept))


def _version(runtime: str, version: str | None) -> str | None:
    if version is None:
        return None
    if runtime == "node":
        return form_of(f"{WHERE}, version", version, r"[0-9]+(\.x)?", 'a version of Node.js such as "22" or "22.x"')
    expected = f'a version of {runtime} such as "1.3.1"'
    return form_of(f"{WHERE}, version", version, r"[0-9]+\.[0-9]+(\.[0-9]+)?", expected)


def _ready(path: str, tools: JsTools, version: str | None, ground: dict[str, Any]) -> Step:
    """Returns the step that installs the runtime and the package manager."""
    runtime, installer, pin = tools.runtime, tools.installer, tools.pin
    packages = ["curl", "ca-certificates"]
    if runtime != "node" or installer == "bun":
        packages.append("unzip")
    pinned = bun_pin(WHERE, pin) if runtime == "bun" and pin is not None else None
    installed = install_step(runtime, packages, "install", runtime_command(runtime, version or pinned), **ground)
    command = manager_command(WHERE, installer, pin, version) if runtime == "node" else None
    if command is None:
        return installed
    kept = forever() if pin is None else kept_until(WHERE, path, "package.json")
    return installed.sh(command, label=f":node: {installer}", cache=kept)


def _dependencies(installer: str, files: JsFiles) -> tuple[str, str]:
    """Returns the command that installs the dependencies, and the file that lists them."""
    verbs = INSTALLERS[installer]
    if files.has_package_json and not files.names & LOCK_FILES:
        return verbs[UNLOCKED], "package.json"
    lock = verbs[LOCK]
    is_binary = lock == "bun.lock" and lock not in files.names and "bun.lockb" in files.names
    return verbs[LOCKED], "bun.lockb" if is_binary else lock


js = JsEntry()
ts = js
