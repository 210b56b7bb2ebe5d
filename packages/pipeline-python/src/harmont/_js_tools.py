"""The runtime and package manager of a JavaScript project."""

from __future__ import annotations

import re

from ._js_files import JsFiles
from ._wrong_use import misuse, quoted

WHERE = "js.project"


class JsTools:
    """`installer` installs dependencies and runs scripts: a package manager, or deno.

    `pin` is the package manager's version in package.json.
    """

    def __init__(self, runtime: str, installer: str, pin: str | None) -> None:
        self.runtime = runtime
        self.installer = installer
        self.pin = pin


def choose_tools(pm: str | None, runtime: str | None, files: JsFiles) -> JsTools:
    """Returns the tools named by the caller, or else the tools detected from the project's files."""
    if pm is None and runtime is None:
        return _detected(files)
    if runtime != "deno":
        return _together(runtime or "node", pm, None, "Remove one of them.")
    if pm is None:
        return JsTools("deno", "deno", None)
    fix = "Remove pm: deno installs dependencies itself."
    raise misuse(WHERE, 'no pm with runtime "deno"', quoted(pm), fix)


def _detected(files: JsFiles) -> JsTools:
    engine = next((name for name in ("bun", "deno", "node") if name in files.engines), None)
    named, pin = _named_manager(files.package_manager)
    locked_runtime, locked = _locked(files.names)
    pm = "bun" if engine == "bun" else named or locked
    runtime = engine or locked_runtime or "node"
    if runtime == "deno":
        return JsTools("deno", "deno", None)
    fix = "package.json and the lock files disagree: set pm and runtime."
    return _together(runtime, pm, pin if named == pm else None, fix)


def _together(runtime: str, pm: str | None, pin: str | None, fix: str) -> JsTools:
    if runtime == "bun" and pm not in (None, "bun"):
        raise misuse(WHERE, 'pm "bun" with runtime "bun"', quoted(str(pm)), fix)
    return JsTools(runtime, pm or ("bun" if runtime == "bun" else "npm"), pin)


def _named_manager(text: str) -> tuple[str | None, str | None]:
    name, *rest = text.split("@")
    version = rest[0] if rest else ""
    # A plus sign separates the digest of the archive.
    pin = version.partition("+")[0] or None
    if name == "yarn":
        major = re.match(r"\s*([0-9]+)", version)
        return ("yarn-berry" if major and int(major[1]) >= 2 else "yarn-classic"), pin
    return (name, pin) if name in ("npm", "pnpm", "bun") else (None, None)


def _locked(names: set[str]) -> tuple[str | None, str | None]:
    if names & {"bun.lock", "bun.lockb"}:
        return "bun", "bun"
    if "pnpm-lock.yaml" in names:
        return None, "pnpm"
    if "deno.lock" in names:
        return "deno", None
    if "package-lock.json" in names:
        return None, "npm"
    return None, "yarn-classic" if "yarn.lock" in names else None
