"""The command line of the child."""

from __future__ import annotations

import os

USAGE = "usage: python3 -m harmont._render --dir PROJECT (--slug SLUG | --all | --list) --out FILE"


class Arguments:
    """Arguments of a rendering. Paths are absolute, because a pipeline may change the working directory."""

    def __init__(self, directory: str, out: str, mode: str, slug: str | None) -> None:
        self.directory = os.path.realpath(directory)
        self.out = os.path.abspath(out)
        self.mode = mode
        self.slug = slug

    def begin(self, file: str) -> None:
        """Records the current file, because a file that hangs cannot report itself."""
        with open(f"{self.out}.now", "w", encoding="utf-8", errors="surrogateescape") as stream:
            stream.write(file)

    def evaluates(self, slug: str) -> bool:
        """Returns whether a pipeline is to be evaluated."""
        return self.mode == "--all" or (self.mode == "--slug" and slug == self.slug)

    def tells(self, slug: str) -> bool:
        """Returns whether a pipeline is in the result."""
        return self.mode != "--slug" or slug == self.slug


def read_arguments(words: list[str]) -> Arguments | str:
    """Returns the arguments, or an error message."""
    values: dict[str, str] = {}
    modes: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in ("--all", "--list"):
            modes.append(word)
        elif word in ("--dir", "--slug", "--out") and rest:
            values[word] = rest.pop(0)
        else:
            return f"harmont: expected no {word}. {USAGE}"
    if "--slug" in values:
        modes.append("--slug")
    if len(modes) != 1 or "--dir" not in values or "--out" not in values:
        return USAGE
    return Arguments(values["--dir"], values["--out"], modes[0], values.get("--slug"))
