"""CMake, a compiler, and the projects that they build."""

from __future__ import annotations

from ._cmake_commands import Settings, Tools
from ._install_step import kept_until, path_of
from ._ir_text import value_text
from ._quote import quote, quote_value
from ._toolchain import Toolchain, action_step, refuse_unknown
from ._wrong_use import boolean_of, members_of, only_known, text_of, word_of
from .cache import cache_policy_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal, TypedDict, Unpack

    from ._option_types import StepOptions
    from ._step import Step
    from .cache import CachePolicy

    class CMakeProjectOptions(TypedDict, total=False):
        preset: str | None
        defines: Mapping[str, str | int | float | bool] | None
        deps: Literal["vcpkg"] | None
        target: str | None
        cache: CachePolicy | None

PROJECT_OPTIONS = ("path", "preset", "defines", "deps", "target", "cache")
_SOURCES = " -o ".join(f"-name '*.{ending}'" for ending in ("c", "h", "cpp", "hpp", "cc", "cxx"))
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
        """Returns the project in one directory, configured and built once for all its actions."""
        only_known("cmake.project", options, PROJECT_OPTIONS)
        return project_of(self, "cmake.project", {"path": path, **options})

    def ci(self) -> tuple[Step, ...]:
        """Returns the ci() steps of the project in the project directory."""
        return self.project().ci()


class CMakeProject(Toolchain):
    """A CMake project, configured and built.

    Its actions build again first, so that a cached warm-up never hides newer sources.
    """

    __slots__ = ("_settings", "built", "toolchain")
    tag = _where = "cmake"
    toolchain: CMakeToolchain
    # The step that the actions start from: the warm-up.
    built: Step
    _settings: Settings

    def __init__(self, toolchain: CMakeToolchain, settings: Settings, built: Step) -> None:
        super().__init__(settings.path, built)
        self._set(toolchain=toolchain, built=built, _settings=settings)

    def build(self, **options: Unpack[StepOptions]) -> Step:
        return self._from_workspace("build", self._settings.build(), options, label=":cmake: compile")

    def test(self, parallel: bool | None = None, **options: Unpack[StepOptions]) -> Step:
        """Runs ctest. With `parallel`, the default, as many tests run at once as there are CPUs."""
        at_once = boolean_of("cmake.test, parallel", True if parallel is None else parallel)
        words = f"ctest --test-dir {quote(self.path)}/build --output-on-failure"
        return self._after_build("test", f"{words}{' --parallel $(nproc)' if at_once else ''}", options, "parallel")

    def install(self, prefix: str | None = None, **options: Unpack[StepOptions]) -> Step:
        where = "" if prefix is None else f" --prefix {quote_value(text_of('cmake.install, prefix', prefix, _TEXT))}"
        return self._after_build("install", f"cmake --install {quote(self.path)}/build{where}", options, "prefix")

    def package(self, generator: str | None = None, **options: Unpack[StepOptions]) -> Step:
        """Runs cpack. `generator` is one of cpack's generators, such as `DEB` or `TGZ`."""
        kind = "" if generator is None else f" -G {quote_value(text_of('cmake.package, generator', generator, _TEXT))}"
        return self._after_build("package", f"cd {quote(self.path)}/build && cpack{kind}", options, "generator")

    def lint(self, **options: Unpack[StepOptions]) -> Step:
        """Runs clang-tidy over the compiled sources."""
        return self._action("lint", "run-clang-tidy -p build", options)

    def fmt(self, fix: bool | None = None, **options: Unpack[StepOptions]) -> Step:
        """Fails if clang-format would change a file; with `fix` it changes the files. Starts before the build."""
        refuse_unknown("cmake.fmt", options, ("fix",))
        flags = "-i" if boolean_of("cmake.fmt, fix", fix or False) else "--dry-run --Werror"
        command = f"find . -not -path './build/*' \\( {_SOURCES} \\) | xargs clang-format {flags}"
        return action_step(self.toolchain.installed, self._in_path(command), ":cmake: fmt", options)

    def ci(self) -> tuple[Step, ...]:
        return (self.test(), self.lint(), self.fmt())

    def _after_build(self, name: str, cmd: str, options: StepOptions, own: str) -> Step:
        return self._from_workspace(name, f"{self._settings.build()} && {cmd}", options, own)

    def _from_workspace(self, name: str, cmd: str, options: StepOptions, *own: str, label: str = "") -> Step:
        refuse_unknown(f"cmake.{name}", options, own)
        return action_step(self.built, cmd, label or f":cmake: {name}", options)

    def _starting(self, start: Step) -> CMakeProject:
        return self._copy(installed=start, built=start)


def project_of(toolchain: CMakeToolchain, where: str, options: Mapping[str, Any]) -> CMakeProject:
    """Returns the project of validated options; `where` is for errors."""
    settings, cache = _settings(where, options)

    def kept(*names: str) -> CachePolicy:
        return kept_until("cmake.project", settings.path, *names, bare=True)

    start = toolchain.installed
    if settings.vcpkg:
        start = start.sh(settings.install_packages(), label=":cmake: vcpkg", cache=kept("vcpkg.json"))
    watched = ("CMakeLists.txt", "vcpkg.json") if settings.vcpkg else ("CMakeLists.txt",)
    warmup = settings.warmup(toolchain._tools)
    built = start.sh(warmup, label=":cmake: build", cache=kept(*watched) if cache is None else cache)
    return CMakeProject(toolchain, settings, built)


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
