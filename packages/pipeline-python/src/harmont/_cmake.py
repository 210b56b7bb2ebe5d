"""CMake and a compiler."""

from __future__ import annotations

from ._cmake_commands import Settings, Tools
from ._cmake_project import CMakeProject as CMakeProject
from ._ir_text import value_text
from ._entry import Entry
from ._install_step import form_of, install_step, kept_until, path_of
from ._toolchain import Toolchain
from ._wrong_use import Nothing, boolean_of, members_of, only_known, text_of, word_of, wrong_use
from .cache import cache_policy_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal, TypedDict, Unpack, overload

    from ._step import Step
    from .cache import CachePolicy

    class CMakeProjectOptions(TypedDict, total=False):
        preset: str | None
        defines: Mapping[str, str | int | float | bool] | None
        deps: Literal["vcpkg"] | None
        target: str | None
        cache: CachePolicy | None

    class CMakeToolchainOptions(TypedDict, total=False):
        compiler: str | None
        ccache: bool | None
        generator: Literal["ninja", "make"] | None
        image: str | None
        base: Step | None

    class CMakeOptions(CMakeToolchainOptions, CMakeProjectOptions, total=False):
        pass


_PROJECT = ("path", "preset", "defines", "deps", "target", "cache")
_TEXT = "Give a string, or omit it."


class CMakeToolchain(Toolchain):
    """CMake and a compiler, for several projects."""

    __slots__ = ("_tools",)
    tag = _where = "cmake"
    _tools: Tools

    def __init__(self, tools: Tools, installed: Step) -> None:
        super().__init__(".", installed)
        self._set(_tools=tools)

    def project(self, path: str = ".", **options: Unpack[CMakeProjectOptions]) -> CMakeProject:
        """The project in one directory, configured and built once for all its actions."""
        only_known("cmake.project", options, _PROJECT)
        return self._project("cmake.project", {"path": path, **options})

    def _project(self, where: str, options: Mapping[str, Any]) -> CMakeProject:
        settings, cache = _settings(where, options)

        def kept(*names: str) -> CachePolicy:
            return kept_until("cmake.project", settings.path, *names, bare=True)

        start = self.installed
        if settings.vcpkg:
            start = start.sh(settings.install_packages(), label=":cmake: vcpkg", cache=kept("vcpkg.json"))
        watched = ("CMakeLists.txt", "vcpkg.json") if settings.vcpkg else ("CMakeLists.txt",)
        warmup = settings.warmup(self._tools)
        built = start.sh(warmup, label=":cmake: build", cache=kept(*watched) if cache is None else cache)
        return CMakeProject(self, settings, built)

    def ci(self) -> tuple[Step, ...]:
        """The steps of the project in the project directory."""
        return self.project().ci()


class CMakeEntry(Entry):
    """`hm.cmake(compiler=…)` for several projects, `hm.cmake(path=…)` for one, or `hm.cmake.test(path=…)`."""

    _where = "cmake"
    _options = ("path", "image", "base", "compiler", "ccache", "generator", *_PROJECT[1:])
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
        return made._project(self._where, options) if options else made

    def _options_beside(self, action: str) -> list[str]:
        shared = ("cache", "generator") if action == "package" else ("cache",)
        return [option for option in self._options if option not in shared]

    def _made_for(self, options: Mapping[str, Any]) -> Any:
        return self._read({"path": ".", **options})


def _settings(where: str, options: Mapping[str, Any]) -> tuple[Settings, CachePolicy | None]:
    given = {name: value for name, value in options.items() if value is not None}
    texts = {name: text_of(f"{where}, {name}", given[name], _TEXT) for name in ("preset", "target") if name in given}
    if "deps" in given:
        word_of(f"{where}, deps", given["deps"], ("vcpkg",))
    defines = members_of(f"{where}, defines", given.get("defines", {}))
    read = {name: _define(f"{where}, defines, {name}", value) for name, value in defines.items()}
    directory = path_of(where, given.get("path", "."))
    settings = Settings(directory, texts.get("preset"), read, "deps" in given, texts.get("target"))
    return settings, cache_policy_of(f"{where}, cache", given["cache"]) if "cache" in given else None


def _define(where: str, value: object) -> str:
    if isinstance(value, bool):
        return "ON" if value else "OFF"
    return value_text(where, value)


cmake = CMakeEntry()
