"""uv, with its own commands."""

from __future__ import annotations

from .._python import PythonToolchain, synced
from .._entry import Entry
from .._wrong_use import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypedDict, Unpack

    from .._leaves import Leaves
    from .._step import Step
    from .._option_types import StepOptions

    class UvOptions(TypedDict, total=False):
        path: str | None
        version: str | None
        image: str | None
        base: Step | None


class UvProject(PythonToolchain):
    """A project that uv manages. As a leaf of a pipeline, it stands for its test."""

    __slots__ = ()
    _where = "py.uv"

    def run(self, cmd: str, **options: Unpack[StepOptions]) -> Step:
        """Runs a command in the project's environment, as written; its first word is the label."""
        text = text_of("py.uv.run", cmd, "Give a command.")
        return self._action(text.split()[0], f"uv run {text}", options, call="run")

    def build(self, **options: Unpack[StepOptions]) -> Step:
        return self._action("build", "uv build", options)

    def lock_check(self, **options: Unpack[StepOptions]) -> Step:
        """Fails if uv.lock does not match pyproject.toml."""
        return self._action("lock-check", "uv lock --check", options, call="lock_check")

    def publish(self, **options: Unpack[StepOptions]) -> Step:
        return self._action("publish", "uv publish", options)

    def __hm_leaves__(self) -> Leaves:
        return self.test()


class UvEntry(Entry):
    """A project that uv manages: `hm.py.uv(version=…)`, or `hm.py.uv.test(path=…)`."""

    _where = "py.uv"
    _options = ("path", "image", "base", "version")
    _actions = ("test", "lint", "fmt", "typecheck", "run", "build", "lock_check", "publish", "ci", "install")

    def __call__(self, **options: Unpack[UvOptions]) -> UvProject:
        made: UvProject = self._read(options)
        return made

    def _make(self, *, path: str = ".", version: str = "latest", **ground: Any) -> UvProject:
        return UvProject(*synced("py.uv", "version", path, version, ground))


uv = UvEntry()
