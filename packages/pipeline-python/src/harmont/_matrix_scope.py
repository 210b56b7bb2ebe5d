"""The cell of a matrix, and the shard of a split, in which steps are being made."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Texts of the axes, those of outer matrices first; of one process, because a pipeline is made by one thread.
_current: list[Mapping[str, str]] = [{}]
_shards: list[Mapping[str, Any] | None] = [None]


class InCell:
    """While it lasts, steps are of this cell, or of none when it is empty."""

    def __init__(self, cell: Mapping[str, str]) -> None:
        self._cell = cell

    def __enter__(self) -> None:
        _current.append(self._cell)

    def __exit__(self, *_: object) -> None:
        _current.pop()


class InShard:
    """While it lasts, steps are of this shard, in the form of the IR, or of none."""

    def __init__(self, shard: Mapping[str, Any] | None) -> None:
        self._shard = shard

    def __enter__(self) -> None:
        _shards.append(self._shard)

    def __exit__(self, *_: object) -> None:
        _shards.pop()


def current_shard() -> Mapping[str, Any] | None:
    """The shard that steps are being made in; None outside of shards."""
    return _shards[-1]


def current_cell() -> Mapping[str, str]:
    """The cell that steps are being made in; empty outside of each."""
    return _current[-1]


def in_scope(cmd: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a step, with what matrix() and split() add when it is made inside one."""
    inside = _in_cell(cmd, fields)
    shard = _shards[-1]
    if shard is None:
        return inside
    label = (inside.get("label") or cmd[:40]) + shard_suffix(shard["index"], shard["total"])
    return {**inside, "label": label, "split": shard}


def _in_cell(cmd: str, fields: dict[str, Any]) -> dict[str, Any]:
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


def shard_suffix(index: int, total: int) -> str:
    """` 1/4`"""
    return f" {index}/{total}"
