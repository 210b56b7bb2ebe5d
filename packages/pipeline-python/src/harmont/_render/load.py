"""Loads the pipeline files of a project."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

from .._registry import REGISTRATIONS, Registration
from .explain import explain
from .imports import FreshSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .arguments import Arguments


class Loaded:
    """A registered pipeline, and its file relative to the project."""

    def __init__(self, registration: Registration, file: str) -> None:
        self.registration = registration
        self.file = file


def load_files(arguments: Arguments) -> tuple[list[Loaded], list[dict[str, Any]]]:
    """Loads the pipeline files in name order. A file that fails to load is among the errors, and the others are
    used."""
    project = arguments.directory
    loaded: list[Loaded] = []
    errors: list[dict[str, Any]] = []
    names = _pipeline_files(project)
    files = {os.path.join(project, ".hm", name): f".hm/{name}" for name in names}
    for path, file in files.items():
        arguments.begin(file)
        try:
            _load(path)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            errors.append(explain(error, project, file).entry(file, None))
        # A pipeline file may import another. Pipelines of a file that fails later do not count.
        fresh = REGISTRATIONS[len(loaded) :]
        loaded.extend(Loaded(each, files.get(each.file, file)) for each in fresh)
    failed = {error["file"] for error in errors}
    return [each for each in loaded if each.file not in failed], errors


# Names beginning with `_` or `.`, and subdirectories, are only for import.
def _pipeline_files(project: str) -> list[str]:
    directory = os.path.join(project, ".hm")
    if not os.path.isdir(directory):
        return []
    with os.scandir(directory) as entries:
        names = [entry.name for entry in entries if entry.name.endswith(".py") and not entry.is_dir()]
    return sorted(name for name in names if name[0] not in "._")


def _load(path: str) -> None:
    stem = os.path.basename(path)[: -len(".py")]
    if stem in sys.modules and getattr(sys.modules[stem], "__file__", None) == path:
        return
    # Loads the file under the name by which its siblings import it, so that it is loaded once. The name may belong to
    # another module.
    if "." not in stem and stem not in sys.modules:
        spec = importlib.util.find_spec(stem)
        if spec is not None and spec.origin == path:
            importlib.import_module(stem)
            return
    name = f".hm/{stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=FreshSource(name, path))
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded as a module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
