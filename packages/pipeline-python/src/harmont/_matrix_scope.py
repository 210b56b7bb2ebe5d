"""The current cell of a matrix and the current shard of a split."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Stack of cells: the values of the axes as texts, outer matrices first. Global, because one thread makes a pipeline.
_current: list[Mapping[str, str]] = [{}]
_shards: list[Mapping[str, Any] | None] = [None]


class InCell:
    """A context manager: steps made within it belong to this cell, or to none if it is empty."""

    def __init__(self, cell: Mapping[str, str]) -> None:
        self._cell = cell

    def __enter__(self) -> None:
        _current.append(self._cell)

    def __exit__(self, *_: object) -> None:
        _current.pop()


class InShard:
    """A context manager: steps made within it belong to this shard, in the form of the IR, or to none."""

    def __init__(self, shard: Mapping[str, Any] | None) -> None:
        self._shard = shard

    def __enter__(self) -> None:
        _shards.append(self._shard)

    def __exit__(self, *_: object) -> None:
        _shards.pop()


def current_shard() -> Mapping[str, Any] | None:
    """Returns the current shard; None outside of shards."""
    return _shards[-1]


def current_cell() -> Mapping[str, str]:
    """Returns the current cell; empty outside of cells."""
    return _current[-1]


def in_scope(cmd: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Returns the fields of a step, with the fields that an enclosing matrix() or split() adds."""
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
    """Returns the suffix of a cell's labels: ` (go=1.24.0, race=true)`."""
    return f" ({', '.join(f'{axis}={value}' for axis, value in cell.items())})"


def shard_suffix(index: int, total: int) -> str:
    """Returns the suffix of a shard's labels: ` 1/4`."""
    return f" {index}/{total}"
