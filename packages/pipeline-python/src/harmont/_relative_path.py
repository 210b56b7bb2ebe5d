"""Paths of a pipeline, relative to the workspace or the project directory."""

from __future__ import annotations

from ._wrong_use import text_of, wrong_use


def path_problem(pattern: str) -> str | None:
    """Returns the problem of a path or glob, as a phrase; None if it is valid."""
    if pattern.startswith("/"):
        return "an absolute path"
    return 'a path with ".."' if ".." in pattern.split("/") else None


def relative_path_of(where: str, value: object, directory: str = "workspace") -> str:
    """Returns a path or glob below a directory, `workspace` or `project`: not absolute, without `..`."""
    path = text_of(where, value, "Name a path.")
    problem = path_problem(path)
    if problem is None:
        return path
    base = "the workspace" if directory == "workspace" else "the project directory"
    raise wrong_use(where, f"a path inside the {directory}", path, f"It is {problem}: write it relative to {base}.")
