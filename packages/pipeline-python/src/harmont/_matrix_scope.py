"""The cell of a matrix in which steps are being made."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Texts of the axes, those of outer matrices first; of one process, because a pipeline is made by one thread.
_current: list[Mapping[str, str]] = [{}]


class InCell:
    """While it lasts, steps are of this cell, or of none when it is empty."""

    def __init__(self, cell: Mapping[str, str]) -> None:
        self._cell = cell

    def __enter__(self) -> None:
        _current.append(self._cell)

    def __exit__(self, *_: object) -> None:
        _current.pop()


def current_cell() -> Mapping[str, str]:
    """The cell that steps are being made in; empty outside of each."""
    return _current[-1]


def in_cell(cmd: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a step, with the cell's label and mark when it is made inside matrix()."""
    cell = _current[-1]
    if not cell:
        return fields
    import re

    base = fields.get("label") or cmd[:40]
    group = re.sub("[^a-z0-9]+", "-", base.lower()).strip("-") or "matrix"
    return {**fields, "label": base + suffix(cell), "matrix": {"group": group, "cell": cell}}


def suffix(cell: Mapping[str, str]) -> str:
    """` (go=1.24.0, race=true)`"""
    return f" ({', '.join(f'{axis}={value}' for axis, value in cell.items())})"
