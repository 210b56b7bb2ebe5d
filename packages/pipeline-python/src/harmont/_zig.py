"""Zig."""

from __future__ import annotations

from ._entry import Entry
from ._install_step import form_of, install_step, path_of
from ._toolchain import Toolchain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypedDict, Unpack, overload

    from ._step import Step
    from ._option_types import StepOptions

    class ZigOptions(TypedDict, total=False):
        version: str | None
        image: str | None
        base: Step | None


# The first release whose archive names have the machine before the system.
_RENAMED = (0, 14, 1)


class ZigProject(Toolchain):
    """Zig for one package. Labels name the package, because a repository often has several."""

    __slots__ = ()
    tag = _where = "zig"

    def build(self, **options: Unpack[StepOptions]) -> Step:
        return self._action(f"{self.path} build", "zig build", options, call="build")

    def test(self, **options: Unpack[StepOptions]) -> Step:
        return self._action(f"{self.path} test", "zig build test", options, call="test")

    def fmt(self, **options: Unpack[StepOptions]) -> Step:
        """Fails if `zig fmt` would change a file."""
        return self._action(f"{self.path} fmt", "zig fmt --check .", options, call="fmt")

    def ci(self) -> tuple[Step, ...]:
        return (self.build(), self.test(), self.fmt())


class ZigToolchain(Toolchain):
    """Zig for several packages."""

    __slots__ = ()
    tag = _where = "zig"

    def project(self, path: str = ".") -> ZigProject:
        """Returns the package in a directory."""
        return ZigProject(path_of("zig.project", path), self.installed)

    def ci(self) -> tuple[Step, ...]:
        """Returns the ci() steps of the package in the project directory."""
        return self.project().ci()


class ZigEntry(Entry):
    """Zig from ziglang.org: `hm.zig(version=…)` for several packages, `hm.zig(path=…)` for one, or
    `hm.zig.test(path=…)`.
    """

    _where = "zig"
    _options = ("path", "image", "base", "version")
    _actions = ("build", "test", "fmt", "ci", "install")

    if TYPE_CHECKING:

        @overload
        def __call__(self, *, path: str, **options: Unpack[ZigOptions]) -> ZigProject: ...
        @overload
        def __call__(self, *, path: None = None, **options: Unpack[ZigOptions]) -> ZigToolchain: ...

    def __call__(self, *, path: Any = None, **options: Any) -> Any:
        return self._read({"path": path, **options})

    def _make(self, *, path: str | None = None, version: str = "0.14.1", **ground: Any) -> ZigToolchain | ZigProject:
        number = form_of("zig, version", version, r"[0-9]+\.[0-9]+\.[0-9]+", 'a version such as "0.14.1"')
        directory = None if path is None else path_of("zig", path)
        installed = install_step("zig", ("curl", "ca-certificates", "xz-utils"), "install", _install(number), **ground)
        return ZigToolchain(".", installed) if directory is None else ZigProject(directory, installed)

    def _made_for(self, options: Any) -> Any:
        return self._read({"path": ".", **options})


def _install(version: str) -> str:
    is_renamed = tuple(int(part) for part in version.split(".")) >= _RENAMED
    archive = f"zig-$(uname -m)-linux-{version}" if is_renamed else f"zig-linux-$(uname -m)-{version}"
    return (
        f"curl -fsSL https://ziglang.org/download/{version}/{archive}.tar.xz -o /tmp/zig.tar.xz"
        " && rm -rf /usr/local/zig && mkdir -p /usr/local/zig"
        " && tar -xJf /tmp/zig.tar.xz -C /usr/local/zig --strip-components=1"
        " && ln -sf /usr/local/zig/zig /usr/local/bin/zig && zig version"
    )


zig = ZigEntry()
