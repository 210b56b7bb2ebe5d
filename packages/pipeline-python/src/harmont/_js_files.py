"""Reads the tools of a JavaScript project from its files."""

from __future__ import annotations

import os

from ._wrong_use import wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class JsFiles:
    """The file names in a directory, relative to the working directory, and its package.json.

    A missing directory counts as empty.
    """

    def __init__(self, where: str, path: str) -> None:
        self._where = where
        self._path = path
        try:
            self.names = set(os.listdir(path))
        except (FileNotFoundError, NotADirectoryError):
            self.names = set()
        manifest = self._json("package.json", lambda text: text) if "package.json" in self.names else {}
        self.has_package_json = "package.json" in self.names
        self.engines = _members(manifest.get("engines"))
        self.scripts = _members(manifest.get("scripts"))
        manager = manifest.get("packageManager")
        self.package_manager = manager if isinstance(manager, str) else ""

    def deno_tasks(self) -> set[str]:
        """Returns the tasks of deno.json or deno.jsonc."""
        name = next((file for file in ("deno.json", "deno.jsonc") if file in self.names), None)
        return set() if name is None else _members(self._json(name, _without_comments).get("tasks"))

    def _json(self, name: str, prepare: Callable[[str], str]) -> dict[str, Any]:
        import json

        file = os.path.normpath(os.path.join(self._path, name))
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
        try:
            value = json.loads(prepare(text))
        except ValueError as error:
            raise wrong_use(self._where, f"JSON in {file}", str(error), "Fix the file.") from error
        if not isinstance(value, dict):
            raise wrong_use(self._where, f"a JSON object in {file}", value, "Fix the file.")
        return value


def _members(value: object) -> set[str]:
    return set(value) if isinstance(value, dict) else set()


# Matches strings first, so that text in a string that looks like a comment or a trailing comma stays.
def _without_comments(text: str) -> str:
    import re

    without = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*[\s\S]*?\*/', lambda match: match[1] or "", text)
    return re.sub(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', lambda match: match[1] or "", without)
