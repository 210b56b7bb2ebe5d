"""Deals test files out to parallel steps."""

from __future__ import annotations

from ._frozen import Frozen
from ._leaves import flat_leaves
from ._matrix_scope import InShard, current_shard, shard_suffix
from ._relative_path import relative_path_of
from ._wrong_use import misuse, whole_number_of, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ._leaves import Leaves
    from ._step import Step, Wait

_MAX_SHARDS = 100


class Shard(Frozen):
    """One part of a split."""

    __slots__ = ("index", "total")
    # From 1.
    index: int
    total: int

    def __init__(self, index: int, total: int) -> None:
        self._set(index=index, total=total)

    def name(self, text: str) -> str:
        """Returns a name that is unique per shard: `test 1/4`."""
        return text + shard_suffix(self.index, self.total)

    def __repr__(self) -> str:
        return f"Shard({self.index}/{self.total})"


if TYPE_CHECKING:

    def split(total: int, fn: Callable[[Shard], Leaves], *, files: str) -> list[Step | Wait]: ...

else:

    def split(total, fn=None, *, files=None):
        """Calls `fn` for each of `total` shards, and returns the flat list of leaves.

        The source's files that match a path or glob are dealt out so that all shards take about the same time.
        `$HARMONT_SPLIT` names a file that lists the files of the shard, one per line. Labels of steps made by `fn`
        include the shard.
        """
        return _split(total, fn, files)


def _split(total: object, fn: object, files: object) -> list[Step | Wait]:
    count = whole_number_of("split", total, 1, _MAX_SHARDS)
    path = relative_path_of("split, files", files)
    if not callable(fn):
        raise wrong_use("split", "a function of a shard", fn, "Pass one.")
    if current_shard() is not None:
        raise misuse("split", "a split outside of others", "one inside another", "Split once, into more shards.")
    leaves: list[Step | Wait] = []
    for index in range(1, count + 1):
        with InShard({"files": path, "index": index, "total": count}):
            leaves.extend(flat_leaves("split", fn(Shard(index, count))))
    return leaves
