"""Where the imports of pipeline files are looked for."""

from __future__ import annotations

import os
import sys


def set_up_imports(project: str) -> None:
    """After PYTHONPATH and the standard library come the project's modules, then those beside the pipeline files, then installed packages. Nothing is written beside them."""
    sys.dont_write_bytecode = True
    siblings = os.path.join(project, ".hm")
    # Python itself puts the working directory first, where it would hide the standard library.
    mine = {"", project, siblings, os.getcwd()}
    first = sys.path[:1] if not sys.flags.safe_path else []
    kept = [path for path in first if path not in mine] + sys.path[len(first) :]
    library = os.path.dirname(os.__file__)
    standard = {library, os.path.join(library, "lib-dynload")}
    after = max((index + 1 for index, path in enumerate(kept) if path in standard), default=len(kept))
    sys.path[:] = [*kept[:after], project, siblings, *kept[after:]]
    sys.path_importer_cache.pop(project, None)
    sys.argv = [""]
