"""CMake and a compiler."""

from __future__ import annotations

from ._cmake_commands import Tools
from ._cmake_project import PROJECT_OPTIONS, CMakeProject, CMakeToolchain, project_of
from ._entry import Entry
from ._install_step import form_of, install_step
from ._wrong_use import Nothing, boolean_of, word_of, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal, TypedDict, Unpack, overload

    from ._cmake_project import CMakeProjectOptions
    from ._step import Step

    class CMakeToolchainOptions(TypedDict, total=False):
        compiler: str | None
        ccache: bool | None
        generator: Literal["ninja", "make"] | None
        image: str | None
        base: Step | None

    class CMakeOptions(CMakeToolchainOptions, CMakeProjectOptions, total=False):
        pass


class CMakeEntry(Entry):
    """`hm.cmake(compiler=…)` for several projects, `hm.cmake(path=…)` for one, or `hm.cmake.test(path=…)`."""

    _where = "cmake"
    _options = ("path", "image", "base", "compiler", "ccache", "generator", *PROJECT_OPTIONS[1:])
    _actions = ("build", "test", "install", "package", "lint", "fmt", "ci")

    if TYPE_CHECKING:

        @overload
        def __call__(self, *, path: str, **options: Unpack[CMakeOptions]) -> CMakeProject: ...
        @overload
        def __call__(self, *, path: None = None, **options: Unpack[CMakeToolchainOptions]) -> CMakeToolchain: ...

    def __call__(self, *, path: Any = None, **options: Any) -> Any:
        return self._read({"path": path, **options})

    def _make(
        self, *, compiler: str | None = None, ccache: bool = True, generator: str = "ninja", **options: Any
    ) -> CMakeToolchain | CMakeProject:
        if compiler is not None:
            expected = 'a compiler such as "gcc", "gcc-14", "clang" or "clang-18"'
            compiler = form_of("cmake, compiler", compiler, "(gcc|clang)(-[0-9]+)?", expected)
        kind = word_of("cmake, generator", generator, ("ninja", "make"))
        tools = Tools(compiler, boolean_of("cmake, ccache", ccache), kind)
        ground = {name: options.pop(name) for name in ("image", "base") if name in options}
        if options and "path" not in options:
            fix = "Give the path of the project, or use .project()."
            raise wrong_use("cmake", f"a path with {next(iter(options))}", Nothing, fix)
        made = CMakeToolchain(tools, install_step("cmake", tools.packages(), "verify", tools.verify(), **ground))
        return project_of(made, self._where, options) if options else made

    def _options_beside(self, action: str) -> list[str]:
        shared = ("cache", "generator") if action == "package" else ("cache",)
        return [option for option in self._options if option not in shared]

    def _made_for(self, options: Mapping[str, Any]) -> Any:
        return self._read({"path": ".", **options})


cmake = CMakeEntry()
