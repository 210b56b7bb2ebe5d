"""The commands of CMake projects."""

from __future__ import annotations

from ._quote import in_directory, quote, quote_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_SECOND = {"gcc": "g++", "clang": "clang++"}
_PACKAGES = {"gcc": ("gcc", "g++"), "clang": ("clang", "lld")}


class Tools:
    """The compiler and tools of a toolchain."""

    def __init__(self, compiler: str | None, ccache: bool, generator: str) -> None:
        self.compiler = compiler
        self.ccache = ccache
        self.is_ninja = generator == "ninja"
        # `clang-18` is the family clang with the suffix -18.
        self._family = "" if compiler is None else compiler.partition("-")[0]
        self._suffix = "" if compiler is None else compiler[len(self._family) :]

    def packages(self) -> list[str]:
        """Returns the Debian packages to install."""
        compiler = [name + self._suffix for name in _PACKAGES.get(self._family, ())]
        ninja = ["ninja-build"] if self.is_ninja else []
        ccache = ["ccache"] if self.ccache else []
        return ["cmake", "build-essential", "pkg-config", *ninja, *ccache, "clang-format", "clang-tidy", *compiler]

    def verify(self) -> str:
        """Returns a command that fails unless all tools are installed."""
        ninja = ["ninja"] if self.is_ninja else []
        ccache = ["ccache"] if self.ccache else []
        compiler = [] if self.compiler is None else [self.compiler]
        return " && ".join(f"{tool} --version" for tool in ["cmake", *ninja, *ccache, *compiler])

    def configure(self) -> list[str]:
        """Returns the arguments of cmake for these tools."""
        words = ["-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"]
        if self.ccache:
            words += ["-DCMAKE_C_COMPILER_LAUNCHER=ccache", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"]
        if self.compiler is not None:
            cxx = _SECOND[self._family] + self._suffix
            words += [f"-DCMAKE_C_COMPILER={self.compiler}", f"-DCMAKE_CXX_COMPILER={cxx}"]
        return words


class Settings:
    """The settings of a project."""

    def __init__(
        self, path: str, preset: str | None, defines: Mapping[str, str], vcpkg: bool, target: str | None
    ) -> None:
        self.path = path
        self._preset = preset
        self._defines = defines
        self.vcpkg = vcpkg
        self._target = "" if target is None else f" --target {quote_value(target)}"

    def warmup(self, tools: Tools) -> str:
        """Returns the command that configures and builds, in the project's directory."""
        words = [f"cmake --preset {quote_value(self._preset)}"] if self._preset is not None else []
        if self._preset is None:
            generator = "Ninja" if tools.is_ninja else "'Unix Makefiles'"
            words += [f"cmake -S . -B build -G {generator}", *tools.configure()]
        # The previous step installed the packages: vcpkg must not run again while cmake configures.
        if self.vcpkg:
            words += ["-DCMAKE_TOOLCHAIN_FILE=/opt/vcpkg/scripts/buildsystems/vcpkg.cmake"]
            words += ["-DVCPKG_MANIFEST_INSTALL=OFF", '"-DVCPKG_INSTALLED_DIR=$PWD/vcpkg_installed"']
        if self._preset is None:
            words += [quote_value(f"-D{name}={value}") for name, value in self._defines.items()]
        return in_directory(self.path, f"{' '.join(words)} && {self._build('build')}")

    def build(self) -> str:
        """Returns the command that builds the configured project, from the workspace."""
        return self._build(f"{quote(self.path)}/build")

    def install_packages(self) -> str:
        """Returns the command that installs vcpkg and the packages of the project's vcpkg.json."""
        return (
            "apt-get update && apt-get install -y git curl zip unzip tar"
            " && git clone https://github.com/microsoft/vcpkg.git /opt/vcpkg"
            # vcpkg has its own tools for x64 only.
            ' && if [ "$(uname -m)" != x86_64 ]; then export VCPKG_FORCE_SYSTEM_BINARIES=1; fi'
            " && /opt/vcpkg/bootstrap-vcpkg.sh -disableMetrics"
            f" && {in_directory(self.path, '/opt/vcpkg/vcpkg install')}"
        )

    def _build(self, directory: str) -> str:
        return f"cmake --build {directory} --parallel $(nproc){self._target}"
