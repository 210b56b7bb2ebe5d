"""Options that all toolchains take, and the step that installs their tool."""

from __future__ import annotations

import re

from ._apt_base import apt_base
from ._relative_path import path_problem
from ._step import Step
from ._wrong_use import list_of, name_of, text_of, wrong_use
from .cache import forever, on_change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cache import CachePolicy


def install_step(
    tag: str, packages: Sequence[str], name: str, cmd: str, image: str | None = None, base: Step | None = None
) -> Step:
    """Returns the step that installs a tool, on its packages or on the caller's base."""
    start = apt_base(packages, image, f":{tag}: apt-base") if base is None else base
    return start.sh(cmd, label=f":{tag}: {name}", cache=forever())


def check_ground(where: str, image: object, base: object) -> None:
    """Refuses an image or a base on which a tool cannot be installed."""
    if image is not None:
        name_of(f"{where}, image", image, "Name an image.", 512)
    if base is not None and not isinstance(base, Step):
        raise wrong_use(f"{where}, base", "a step", base, "Pass the result of sh() or of another toolchain’s install().")


def path_of(where: str, path: object) -> str:
    """Returns the directory of a project; an empty path means the project directory."""
    return "." if path == "" else text_of(f"{where}, path", path, "Give a string, or omit it.")


def kept_until(where: str, path: str, *names: str, bare: bool = False) -> CachePolicy:
    """Returns a policy that keeps a step until one of the files below a directory changes, such as `./uv.lock`. With
    `bare`, paths of the top directory have no `./`, as in cargo and CMake projects.
    """
    problem = path_problem(path)
    if problem is not None:
        fix = f"It is {problem}: write it relative to the project directory."
        raise wrong_use(f"{where}, path", "a path inside the project", path, fix)
    return on_change(*(name if bare and path == "." else f"{path}/{name}" for name in names))


def form_of(where: str, value: object, pattern: str, expected: str) -> str:
    """Returns a text that matches a pattern, such as a version, because it becomes part of a command."""
    if isinstance(value, str) and re.fullmatch(pattern, value):
        return value
    raise wrong_use(where, expected, value, "Correct the value.")


def texts_of(where: str, value: object) -> list[str]:
    """Returns a list of texts."""
    return list_of(where, value, lambda entry: text_of(where, entry, "Give a string."))
