"""Python projects with uv."""

from __future__ import annotations

from ._quote import quote_value
from ._entry import Entry
from ._install_step import form_of, install_step, kept_until, path_of
from ._toolchain import Toolchain
from ._wrong_use import one_or_list_of, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypedDict, Unpack

    from ._step import Step
    from ._option_types import StepOptions

    class PythonOptions(TypedDict, total=False):
        path: str | None
        uv_version: str | None
        image: str | None
        base: Step | None


_PACKAGES = ("curl", "ca-certificates", "python3", "python3-venv")


class PythonToolchain(Toolchain):
    """Python of one project, with uv."""

    __slots__ = ()
    tag = _where = "python"

    def test(self, **options: Unpack[StepOptions]) -> Step:
        return self._action("test", "uv run pytest", options)

    def lint(self, **options: Unpack[StepOptions]) -> Step:
        return self._action("lint", "uv run ruff check .", options)

    def fmt(self, **options: Unpack[StepOptions]) -> Step:
        """Fails if ruff would reformat a file."""
        return self._action("fmt", "uv run ruff format --check .", options)

    def typecheck(self, paths: str | Sequence[str] | None = None, **options: Unpack[StepOptions]) -> Step:
        """Checks the types of the given paths, by default all."""
        at = f"{self._where}.typecheck, paths"
        given = "." if paths is None else paths
        read = one_or_list_of(at, given, lambda path: text_of(at, path, "Name a file or a directory."))
        command = f"uv run ty check {' '.join(map(quote_value, read))}"
        return self._action("typecheck", command, options, own=("paths",))

    def ci(self) -> tuple[Step, ...]:
        return (self.test(), self.lint(), self.fmt(), self.typecheck())


def synced(where: str, option: str, path: object, version: object, ground: dict[str, Any]) -> tuple[str, Step]:
    """Returns the directory of a project, and the step that makes its environment with all extras."""
    directory = path_of(where, path)
    expected = 'a version of uv such as "0.9.5", or "latest"'
    number = form_of(f"{where}, {option}", version, r"[0-9]+\.[0-9]+\.[0-9]+|latest", expected)
    release = "" if number == "latest" else f"{number}/"
    install = (
        f"curl -LsSf https://astral.sh/uv/{release}install.sh | sh"
        " && ln -sf /root/.local/bin/uv /usr/local/bin/uv && uv --version"
    )
    made = PythonToolchain(directory, install_step("python", _PACKAGES, "uv-install", install, **ground))
    kept = kept_until(where, directory, "uv.lock", "pyproject.toml")
    return directory, made.installed.sh(made._in_path("uv sync --all-extras"), label=":python: uv-sync", cache=kept)


class PythonEntry(Entry):
    """Python with uv: `hm.python(uv_version=…)`, or `hm.python.test(path=…)`."""

    _where = "python"
    _options = ("path", "image", "base", "uv_version")
    _actions = ("test", "lint", "fmt", "typecheck", "ci", "install")

    def __call__(self, **options: Unpack[PythonOptions]) -> PythonToolchain:
        made: PythonToolchain = self._read(options)
        return made

    def _make(self, *, path: str = ".", uv_version: str = "latest", **ground: Any) -> PythonToolchain:
        return PythonToolchain(*synced("python", "uv_version", path, uv_version, ground))


python = PythonEntry()
