"""Cargo's commands, for one crate or for a workspace."""

from __future__ import annotations

from ._cargo import CARGO, Cargo
from ._feature_powerset import POWERSET, powerset_flags
from ._install_step import texts_of
from ._toolchain import Toolchain, action_step, refuse_unknown
from ._wrong_use import boolean_of
from .cache import forever

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Unpack

    from ._option_types import CargoOptions, PowersetOptions, StepOptions
    from ._step import Step

_ENV = ". $HOME/.cargo/env && "


class RustActions(Toolchain):
    """Actions of rust.toolchain and rust.project."""

    __slots__ = ()
    tag = _where = "rust"
    # Whether actions are for the whole workspace by default.
    _workspace = False

    def build(self, **options: Unpack[CargoOptions]) -> Step:
        return self._cargo("build", "cargo build", options)

    def test(self, nextest: bool | None = None, **options: Unpack[CargoOptions]) -> Step:
        """Runs the tests. `nextest` selects cargo-nextest, which the caller installs and which runs no documentation
        tests."""
        runner = "cargo nextest run" if boolean_of("rust.test, nextest", nextest or False) else "cargo test"
        return self._cargo("test", runner, options, own=("nextest",))

    def doctest(self, **options: Unpack[CargoOptions]) -> Step:
        return self._cargo("doctest", "cargo test", options, tail=" --doc")

    def clippy(
        self,
        deny_warnings: bool | None = None,
        extra_lints: Sequence[str] | None = None,
        **options: Unpack[CargoOptions],
    ) -> Step:
        """Runs clippy. `extra_lints` are further lint flags, as written: `-W clippy::pedantic`."""
        denies = boolean_of("rust.clippy, deny_warnings", True if deny_warnings is None else deny_warnings)
        lints = [*(["-D warnings"] if denies else []), *texts_of("rust.clippy, extra_lints", extra_lints or [])]
        tail = f" -- {' '.join(lints)}" if lints else ""
        own = ("deny_warnings", "extra_lints")
        return self._cargo("clippy", "cargo clippy", options, tail=tail, own=own, all_targets=True)

    def fmt(
        self,
        all: bool | None = None,
        check: bool | None = None,
        flags: Sequence[str] | None = None,
        **options: Unpack[StepOptions],
    ) -> Step:
        """Fails if a file is not formatted. Starts before any compilation."""
        refuse_unknown("rust.fmt", options, ("all", "check", "flags"))
        words = ["cargo fmt"]
        for name, given in (("all", all), ("check", check)):
            if boolean_of(f"rust.fmt, {name}", True if given is None else given):
                words.append(f"--{name}")
        words.extend(texts_of("rust.fmt, flags", flags or []))
        return action_step(self._rustup(), self._in_path(" ".join(words)), ":rust: fmt", options)

    def doc(
        self,
        no_deps: bool | None = None,
        document_private_items: bool | None = None,
        deny_warnings: bool | None = None,
        **options: Unpack[CargoOptions],
    ) -> Step:
        command = "cargo doc"
        if boolean_of("rust.doc, no_deps", True if no_deps is None else no_deps):
            command += " --no-deps"
        if boolean_of("rust.doc, document_private_items", document_private_items or False):
            command += " --document-private-items"
        denies = boolean_of("rust.doc, deny_warnings", True if deny_warnings is None else deny_warnings)
        own = ("no_deps", "document_private_items", "deny_warnings")
        env = {"RUSTDOCFLAGS": "-D warnings"} if denies else None
        return self._cargo("doc", command, options, own=own, env=env)

    def feature_powerset(self, **options: Unpack[PowersetOptions]) -> Step:
        """Checks combinations of features with cargo-hack, which a separate step installs.

        Starts before any compilation.
        """
        refuse_unknown("rust.feature_powerset", options, POWERSET)
        flags = powerset_flags("rust.feature_powerset", options)
        # Does not change the directory, so that all toolchains share the cache entry.
        install = f"{_ENV}cargo install cargo-hack --locked"
        hack = self._rustup().sh(install, label=":rust: install cargo-hack", cache=forever())
        step = {name: value for name, value in options.items() if name not in POWERSET}
        return action_step(hack, self._in_path(f"cargo hack {flags}"), ":rust: feature-powerset", step)

    def ci(self, nextest: bool = False, doc: bool = False) -> tuple[Step, ...]:
        """Returns test, clippy and fmt; with `nextest` also doctest, and with `doc` the documentation."""
        doctest = (self.doctest(),) if boolean_of("rust.ci, nextest", nextest) else ()
        docs = (self.doc(),) if boolean_of("rust.ci, doc", doc) else ()
        return (self.test(nextest=nextest), *doctest, self.clippy(), self.fmt(), *docs)

    def _rustup(self) -> Step:
        """Returns the step with the tools, without compiled code."""
        return self.installed

    def _in_path(self, cmd: str) -> str:
        return f"{_ENV}{super()._in_path(cmd)}"

    def _cargo(
        self,
        name: str,
        verb: str,
        options: Any,
        *,
        tail: str = "",
        own: tuple[str, ...] = (),
        all_targets: bool = False,
        env: dict[str, str] | None = None,
    ) -> Step:
        where = f"rust.{name}"
        refuse_unknown(where, options, (*CARGO, *own))
        cargo = Cargo(where, options, workspace=self._workspace, all_targets=all_targets)
        step = {option: value for option, value in options.items() if option not in CARGO}
        return self._action(name, f"{cargo.before}{verb}{cargo.flags}{tail}", step, env=env)
