"""Errors in the words of a pipeline's author."""

from __future__ import annotations

import os
import sys
from functools import lru_cache

from .._wrong_use import WrongUse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

_SDK = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_OTHER_FRAMES = 10


class Explained:
    """An error as `.hm/ci.py:12: message`, followed by the project's other frames."""

    def __init__(self, place: str, line: int | None, said: str, others: list[str]) -> None:
        # Python counts lines from 1, and reports 0 for a problem of a whole file.
        self.line = line or None
        shown = f"{place}:{line}" if line else place
        self.message = "\n".join([f"{shown}: {said}", *(f"    from {other}" for other in others[:_OTHER_FRAMES])])

    def entry(self, file: str, slug: str | None) -> dict[str, Any]:
        """Returns the error as an entry of the result."""
        return {"file": file, "slug": slug, "code": "render_failed", "message": self.message, "line": self.line}


def explain(error: BaseException, project: str, file: str, start: tuple[str, int] | None = None) -> Explained:
    """Explains an error of a file, or of a pipeline defined at `start`; these are the fallback for an unknown
    position."""
    places = _places(error.__traceback__, project)
    if not places and start is not None:
        defined = _inside(start[0], project)
        places = [] if defined is None else [(defined, start[1])]
    if isinstance(error, SyntaxError) and error.filename is not None and error.lineno is not None:
        path = _inside(error.filename, project)
        places = places if path is None else [(path, error.lineno), *places]
    places = list(dict.fromkeys(places))
    said = _said(error)
    if not places:
        return Explained(file, None, said, [])
    (path, line), *others = places
    return Explained(path, line, said, [f"{path}:{line}" for path, line in others])


def _said(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        shown = "" if error.code is None else repr(error.code)
        return f"sys.exit({shown}) was called. A pipeline file must run to its end."
    if isinstance(error, KeyboardInterrupt):
        return "interrupted."
    if isinstance(error, RecursionError):
        return f"a function calls itself without end: {error}."
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    try:
        text = str(error)
    except Exception:
        text = "(its message cannot be shown)"
    # The message of a WrongUse is already a complete sentence.
    said = text if isinstance(error, WrongUse) else f"{type(error).__name__}: {text}" if text else type(error).__name__
    cause = error.__cause__
    return said if cause is None else f"{said}\n    because: {type(cause).__name__}: {cause}"


# Returns the positions of a traceback in the project, innermost first.
def _places(traceback: TracebackType | None, project: str) -> list[tuple[str, int]]:
    places = []
    while traceback is not None:
        path = _inside(traceback.tb_frame.f_code.co_filename, project)
        if path is not None:
            places.append((path, traceback.tb_lineno))
        traceback = traceback.tb_next
    return places[::-1]


def place_of(call: tuple[str, int] | None, project: str) -> str | None:
    """Returns the project line of a call, such as `.hm/ci.py:12`; None if the call was made outside the project."""
    path = None if call is None else _inside(call[0], project)
    return None if call is None or path is None else f"{path}:{call[1]}"


# Returns the relative path of a file of the project itself: not of the SDK, an installed package, or a Python inside
# the project.
@lru_cache
def _inside(filename: str, project: str) -> str | None:
    # Names such as `<string>` are not files.
    path = os.path.normpath(filename) if os.path.isabs(filename) else ""
    others = [_SDK, *(prefix for prefix in (sys.prefix, sys.base_prefix) if _below(prefix, project))]
    if not _below(path, project) or any(_below(path, other) for other in others):
        return None
    relative = os.path.relpath(path, project)
    return None if {"site-packages", "dist-packages"} & set(relative.split(os.sep)) else relative


def _below(path: str, directory: str) -> bool:
    return path.startswith(directory.rstrip(os.sep) + os.sep)
