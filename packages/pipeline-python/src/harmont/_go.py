"""Go."""

from __future__ import annotations

from ._entry import Entry
from ._install_step import form_of, install_step, kept_until, path_of
from ._toolchain import Toolchain
from ._wrong_use import boolean_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypedDict, Unpack

    from ._step import Step
    from ._option_types import StepOptions

    class GoOptions(TypedDict, total=False):
        path: str | None
        version: str | None
        deps: bool | None
        image: str | None
        base: Step | None


class GoToolchain(Toolchain):
    """Go for one module."""

    __slots__ = ()
    tag = _where = "go"

    def build(self, **options: Unpack[StepOptions]) -> Step:
        return self._action("build", "go build ./...", options)

    def test(self, **options: Unpack[StepOptions]) -> Step:
        return self._action("test", "go test ./...", options)

    def vet(self, **options: Unpack[StepOptions]) -> Step:
        return self._action("vet", "go vet ./...", options)

    def fmt(self, **options: Unpack[StepOptions]) -> Step:
        """Fails if gofmt would change a file."""
        return self._action("fmt", 'test -z "$(gofmt -l .)"', options)

    def ci(self) -> tuple[Step, ...]:
        return (self.build(), self.test(), self.vet(), self.fmt())


class GoEntry(Entry):
    """Go from go.dev: `hm.go(version=…)`, or `hm.go.test(path=…)`."""

    _where = "go"
    _options = ("path", "image", "base", "version", "deps")
    _actions = ("build", "test", "vet", "fmt", "ci", "install")

    def __call__(self, **options: Unpack[GoOptions]) -> GoToolchain:
        made: GoToolchain = self._read(options)
        return made

    def _make(self, *, path: str = ".", version: str = "1.23.2", deps: bool = False, **ground: Any) -> GoToolchain:
        directory = path_of("go", path)
        number = form_of("go, version", version, r"[0-9]+\.[0-9]+(\.[0-9]+)?", 'a version such as "1.23.2"')
        with_deps = boolean_of("go, deps", deps)
        installed = install_step("go", ("curl", "ca-certificates", "git"), "install", _install(number), **ground)
        made = GoToolchain(directory, installed)
        if not with_deps:
            return made
        kept = kept_until("go", directory, "go.sum")
        return made.setup(made._in_path("go mod download"), label=":go: deps", cache=kept)


def _install(version: str) -> str:
    return (
        f"curl -fsSL https://go.dev/dl/go{version}.linux-$(dpkg --print-architecture).tar.gz -o /tmp/go.tgz"
        " && rm -rf /usr/local/go && tar -C /usr/local -xzf /tmp/go.tgz"
        " && ln -sf /usr/local/go/bin/go /usr/local/bin/go && ln -sf /usr/local/go/bin/gofmt /usr/local/bin/gofmt"
        " && go version"
    )


go = GoEntry()
