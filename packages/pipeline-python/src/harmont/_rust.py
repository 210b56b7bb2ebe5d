"""Rust by rustup."""

from __future__ import annotations

from ._quote import quote_value
from ._rust_actions import RustActions
from ._entry import Entry
from ._install_step import form_of, install_step, kept_until, path_of, texts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypedDict, Unpack

    from ._leaves import Leaves
    from ._step import Step
    from ._option_types import StepOptions
    from .cache import CachePolicy

    class RustOptions(TypedDict, total=False):
        path: str | None
        version: str | None
        components: Sequence[str] | None
        image: str | None
        base: Step | None

    class RustProjectOptions(RustOptions, total=False):
        cache: CachePolicy | None


_PACKAGES = ("curl", "ca-certificates", "build-essential", "pkg-config", "libssl-dev")


class RustToolchain(RustActions):
    """Rust for one crate: its actions compile from scratch. As a leaf of a pipeline, it stands for its build."""

    __slots__ = ()

    def warmup(self, **options: Unpack[StepOptions]) -> Step:
        """Compiles the crates and their tests. project() does the same and caches the result."""
        return self._action("warmup", "cargo build --workspace --tests --locked", options)

    def project(self, *, cache: CachePolicy | None = None) -> RustProject:
        """Returns the workspace in the toolchain's directory.

        `cache` is the policy of the warm-up, by default until Cargo.lock, a Cargo.toml or a source changes.
        """
        names = ("Cargo.lock", "**/Cargo.toml", "**/*.rs")
        kept = kept_until("rust.project", self.path, *names, bare=True) if cache is None else cache
        return RustProject(self, self.warmup(cache=kept))

    def __hm_leaves__(self) -> Leaves:
        return self.build()


class RustProject(RustActions):
    """Rust for a workspace: its actions start from one compiled warm-up.

    As a leaf of a pipeline, it stands for test, clippy and fmt.
    """

    __slots__ = ("toolchain", "warmup")
    _workspace = True
    toolchain: RustToolchain
    # The step that has compiled the crates and their tests.
    warmup: Step

    def __init__(self, toolchain: RustToolchain, warmup: Step) -> None:
        super().__init__(toolchain.path, warmup)
        self._set(toolchain=toolchain, warmup=warmup)

    def _rustup(self) -> Step:
        return self.toolchain.installed

    def _starting(self, start: Step) -> RustProject:
        return self._copy(installed=start, warmup=start)


class RustEntry(Entry):
    """`hm.rust.toolchain(…)` for one crate, `hm.rust.project(…)` for a workspace, or `hm.rust.test(path=…)`."""

    _where = "rust.toolchain"
    _options: Sequence[str] = ("path", "image", "base", "version", "components")
    _actions = ("build", "test", "doctest", "clippy", "fmt", "doc", "warmup", "feature_powerset", "ci", "install")

    def toolchain(self, **options: Unpack[RustOptions]) -> RustToolchain:
        made: RustToolchain = self._read(options)
        return made

    def project(self, **options: Unpack[RustProjectOptions]) -> RustProject:
        return _ProjectEntry()(**options)

    def _make(
        self,
        *,
        path: str = ".",
        version: str = "stable",
        components: Sequence[str] = ("clippy", "rustfmt"),
        **ground: Any,
    ) -> RustToolchain:
        directory = path_of(self._where, path)
        expected = 'a version such as "stable", "nightly" or "1.90.0"'
        channel = form_of(f"{self._where}, version", version, "[a-z0-9.-]+", expected)
        parts = texts_of(f"{self._where}, components", components)
        installed = install_step("rust", _PACKAGES, "rustup", _install(channel, parts), **ground)
        return RustToolchain(directory, installed)


class _ProjectEntry(RustEntry):
    _where = "rust.project"
    _options = ("path", "image", "base", "version", "components", "cache")

    def __call__(self, **options: Any) -> RustProject:
        made: RustProject = self._read(options)
        return made

    def _make(self, *, cache: CachePolicy | None = None, **options: Any) -> Any:
        return super()._make(**options).project(cache=cache)


def _install(version: str, components: Sequence[str]) -> str:
    wanted = f" --component {quote_value(','.join(components))}" if components else ""
    return (
        "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y"
        f" --default-toolchain {version} --profile minimal{wanted}"
        " && . $HOME/.cargo/env && rustc --version && cargo --version"
    )


rust = RustEntry()
