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
    """`.hm/ci.py:12: message`, then the project's other frames."""

    def __init__(self, place: str, line: int | None, said: str, others: list[str]) -> None:
        # Python counts from 1, and says 0 of what is wrong with a file as a whole.
        self.line = line or None
        shown = f"{place}:{line}" if line else place
        self.message = "\n".join([f"{shown}: {said}", *(f"    from {other}" for other in others[:_OTHER_FRAMES])])

    def entry(self, file: str, slug: str | None) -> dict[str, Any]:
        """The error as the result tells it."""
        return {"file": file, "slug": slug, "code": "render_failed", "message": self.message, "line": self.line}


def explain(error: BaseException, project: str, file: str, start: tuple[str, int] | None = None) -> Explained:
    """The error of a file, or of a pipeline that is defined at `start`: they stand for a place that nothing tells."""
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
    # Its message is a whole sentence of ours.
    said = text if isinstance(error, WrongUse) else f"{type(error).__name__}: {text}" if text else type(error).__name__
    cause = error.__cause__
    return said if cause is None else f"{said}\n    because: {type(cause).__name__}: {cause}"


# The innermost first.
def _places(traceback: TracebackType | None, project: str) -> list[tuple[str, int]]:
    places = []
    while traceback is not None:
        path = _inside(traceback.tb_frame.f_code.co_filename, project)
        if path is not None:
            places.append((path, traceback.tb_lineno))
        traceback = traceback.tb_next
    return places[::-1]


def place_of(call: tuple[str, int] | None, project: str) -> str | None:
    """The line of the project that a call was made on, `.hm/ci.py:12`; None where it was made elsewhere."""
    path = None if call is None else _inside(call[0], project)
    return None if call is None or path is None else f"{path}:{call[1]}"


# A file of the project itself: neither of the SDK, nor of a package installed in it, nor of a Python that lies in it.
@lru_cache
def _inside(filename: str, project: str) -> str | None:
    # `<string>` and the like are nowhere.
    path = os.path.normpath(filename) if os.path.isabs(filename) else ""
    others = [_SDK, *(prefix for prefix in (sys.prefix, sys.base_prefix) if _below(prefix, project))]
    if not _below(path, project) or any(_below(path, other) for other in others):
        return None
    relative = os.path.relpath(path, project)
    return None if {"site-packages", "dist-packages"} & set(relative.split(os.sep)) else relative


def _below(path: str, directory: str) -> bool:
    return path.startswith(directory.rstrip(os.sep) + os.sep)
