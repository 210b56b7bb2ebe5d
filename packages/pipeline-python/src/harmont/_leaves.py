"""Leaves of a pipeline: steps, waits, lists of them, and objects that stand for steps."""

from __future__ import annotations

from ._matrix_scope import current_cell, current_shard
from ._step import Step, Wait
from ._wrong_use import wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol, Union

    class StandsForLeaves(Protocol):
        def __hm_leaves__(self) -> Leaves: ...

    Leaf = Union[Step, Wait, StandsForLeaves]
    Leaves = Union[Leaf, Sequence["Leaves"]]


def flat_leaves(
    where: str,
    leaves: object,
    expected: str = "a step, a wait or a list of them",
    takes: Callable[[object], bool] = lambda _: False,
) -> list[Step | Wait]:
    """Flattens lists, and objects that stand for leaves, into one list in order.

    `where` and `expected` are for the error of a value that is not a leaf. `takes` returns true for values that the
    caller handles, which are omitted.
    """
    flat: list[Step | Wait] = []
    pending: list[Any] = [leaves]
    while pending:
        leaf = pending.pop()
        if takes(leaf):
            continue
        if isinstance(leaf, (Step, Wait)):
            flat.append(leaf)
        elif isinstance(leaf, (list, tuple)):
            pending.extend(reversed(leaf))
        elif hasattr(type(leaf), "__hm_leaves__"):
            pending.append(_leaves_of(leaf))
        else:
            raise wrong_use(where, expected, leaf, "Pass the result of sh(), wait() or a toolchain.")
    return flat


# Leaves by object, cell and shard. The entries reference these objects, so that their ids are not reused.
_stood_for: dict[tuple[int, int, int], tuple[object, object, object, object]] = {}


def _leaves_of(leaf: StandsForLeaves) -> object:
    """Returns the steps of an object: the same steps wherever it is listed, but new ones for each cell of a matrix and
    each shard."""
    cell = current_cell()
    shard = current_shard()
    key = (id(leaf), id(cell) if cell else 0, id(shard))
    if key not in _stood_for:
        _stood_for[key] = (leaf, cell, shard, leaf.__hm_leaves__())
    return _stood_for[key][3]


def group(steps: Leaves) -> tuple[Step | Wait, ...]:
    """Returns a flat tuple of the leaves, for a target to return."""
    return tuple(flat_leaves("group", steps))
