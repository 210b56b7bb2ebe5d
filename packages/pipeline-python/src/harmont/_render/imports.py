"""Finds the imports of pipeline files."""

from __future__ import annotations

import os
import sys
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class FreshSource(SourceFileLoader):
    """Compiles a source file each time. It writes no file beside the source, and of two edits within a second the later
    takes effect.
    """

    def path_stats(self, path: str) -> Any:
        raise OSError("no compiled code is kept")


def set_up_imports(project: str) -> None:
    """Orders the search path: PYTHONPATH and the standard library, the project's modules, modules beside the pipeline
    files, installed packages.
    """
    siblings = os.path.join(project, ".hm")
    # Python itself puts the working directory first, where it would hide the standard library.
    mine = {"", project, siblings, os.getcwd()}
    first = sys.path[:1] if not sys.flags.safe_path else []
    kept = [path for path in first if path not in mine] + sys.path[len(first) :]
    library = os.path.dirname(os.__file__)
    standard = {library, os.path.join(library, "lib-dynload")}
    after = max((index + 1 for index, path in enumerate(kept) if path in standard), default=len(kept))
    sys.path[:] = [*kept[:after], project, siblings, *kept[after:]]
    sys.path_hooks.insert(0, _finder_of(project))
    sys.path_importer_cache.clear()
    # Hides the command line of this program.
    sys.argv = [""]


def _finder_of(project: str) -> Callable[[str], FileFinder]:
    def finder(path: str) -> FileFinder:
        inside = path == project or path.startswith(project + os.sep)
        if not inside or {"site-packages", "dist-packages"} & set(path[len(project) :].split(os.sep)):
            raise ImportError(f"{path} does not belong to the project")
        return FileFinder(path, (ExtensionFileLoader, EXTENSION_SUFFIXES), (FreshSource, SOURCE_SUFFIXES))

    return finder
