"""The commands that install and use JavaScript's runtimes and package managers."""

from __future__ import annotations

import re

from ._quote import quote_value
from ._wrong_use import quoted, wrong_use

# The lock file of each installer, its commands to install with and without that file, and its command to run a script.
LOCK, LOCKED, UNLOCKED, RUN = range(4)
INSTALLERS = {
    "npm": ("package-lock.json", "npm ci", "npm install", "npm run"),
    "pnpm": ("pnpm-lock.yaml", "pnpm install --frozen-lockfile", "pnpm install", "pnpm run"),
    "yarn-classic": ("yarn.lock", "yarn install --frozen-lockfile", "yarn install", "yarn run"),
    "yarn-berry": ("yarn.lock", "yarn install --immutable", "yarn install", "yarn run"),
    "bun": ("bun.lock", "bun install --frozen-lockfile", "bun install", "bun run"),
    "deno": ("deno.lock", "deno install", "deno install", "deno task"),
}
LOCK_FILES = {*(verbs[LOCK] for verbs in INSTALLERS.values()), "bun.lockb"}


def runtime_command(runtime: str, version: str | None) -> str:
    """Returns the command that installs a runtime on an image."""
    if runtime == "node":
        return f"curl -fsSL https://deb.nodesource.com/setup_{_major(version)}.x | bash - && apt-get install -y nodejs"
    if runtime == "bun":
        return _bun(version)
    words = "" if version is None else f' -s "v{version}"'
    link = "ln -sf $HOME/.deno/bin/deno /usr/local/bin/deno"
    return f"curl -fsSL https://deno.land/install.sh | sh{words} && {link}"


def manager_command(where: str, pm: str, pin: str | None, node_version: str | None) -> str | None:
    """Returns the command that installs a package manager for Node.js; None for npm, which comes with it."""
    if pm == "npm":
        return None
    if pm == "bun":
        return _bun(None if pin is None else bun_pin(where, pin))
    if pm == "pnpm":
        return _corepack(node_version, "corepack enable pnpm", pin and f"pnpm@{pin}")
    enable = "corepack enable" if pin is None else "corepack enable yarn"
    return _corepack(node_version, enable, pin and f"yarn@{pin}")


def bun_pin(where: str, pin: str) -> str:
    """Returns the version of bun that package.json pins, for the installer's command."""
    if re.fullmatch(r"[0-9]+\.[0-9]+(\.[0-9]+)?", pin):
        return pin
    expected = f"a packageManager of package.json such as {quoted('bun@1.3.1')}"
    raise wrong_use(where, expected, f"bun@{pin}", "Pin a version.")


def _bun(version: str | None) -> str:
    words = "" if version is None else f' -s "bun-v{version}"'
    return f"curl -fsSL https://bun.sh/install | BUN_INSTALL=/usr/local bash{words}"


def _corepack(node_version: str | None, enable: str, pinned: str | None) -> str:
    # Node.js includes corepack up to version 24.
    get = "npm install -g corepack && " if _major(node_version) >= 25 else ""
    return f"{get}{enable}{'' if pinned is None else f' && corepack install -g {quote_value(pinned)}'}"


def _major(version: str | None) -> int:
    return int((version or "22").partition(".")[0])
