"""Makes the same steps for each combination of values."""

from __future__ import annotations

from ._ir_text import value_text
from ._leaves import flat_leaves
from ._matrix_scope import InCell, current_cell, suffix
from ._wrong_use import Nothing, list_of, members_of, misuse, name_of, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ._leaves import Leaves
    from ._step import Step, Wait

MAX_CELLS = 1000


class Cell:
    """One combination of values; the value of each axis is an attribute."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    if TYPE_CHECKING:

        def __getattr__(self, axis: str) -> Any: ...

    def __getitem__(self, axis: str) -> Any:
        return self.__dict__[axis]

    def name(self, text: str) -> str:
        """Returns a text with the cell's values: `test (go=1.24.0, race=true)`."""
        return text + suffix(_texts(self))

    def __repr__(self) -> str:
        return f"Cell({self.__dict__!r})"


if TYPE_CHECKING:
    from typing import TypedDict, Unpack, overload

    class Filters(TypedDict, total=False):
        include: Sequence[Mapping[str, Any]] | None
        exclude: Sequence[Mapping[str, Any]] | None

    @overload
    def matrix(
        axes: Mapping[str, Sequence[Any]], fn: Callable[[Cell], Leaves], **filters: Unpack[Filters]
    ) -> list[Step | Wait]: ...
    @overload
    def matrix(axes: Mapping[str, Sequence[Any]], fn: None = None, **filters: Unpack[Filters]) -> list[Cell]: ...
    def matrix(axes: Any, fn: Any = None, **filters: Any) -> Any: ...

else:

    def matrix(axes, fn=None, *, include=None, exclude=None):
        """Calls `fn` for each cell, the first axis slowest, and returns the flat list of leaves; without `fn`, returns
        the cells.

        A cell is kept if it matches one of `include`, if given, and none of `exclude`.
        """
        return _matrix(axes, fn, include, exclude)


def _matrix(axes: object, fn: object, include: object, exclude: object) -> list[Cell] | list[Step | Wait]:
    values = members_of("matrix", axes)
    if not values:
        raise wrong_use("matrix", "at least one axis", Nothing, "Name an axis and its values.")
    if fn is not None and not callable(fn):
        raise wrong_use("matrix", "a function of a cell", fn, "Pass one, or omit it.")
    keep = None if include is None else _partials("matrix, include", include, values)
    drop = _partials("matrix, exclude", exclude or (), values)
    cells = []
    for cell in _product({axis: _axis(axis, entries) for axis, entries in values.items()}):
        if (keep is None or any(_matches(cell, part) for part in keep)) and not any(_matches(cell, p) for p in drop):
            cells.append(Cell(cell))
    if fn is None:
        return cells
    leaves: list[Step | Wait] = []
    outer = current_cell()
    for each in cells:
        with InCell({**outer, **_texts(each)}):
            leaves.extend(flat_leaves("matrix", fn(each)))
    return leaves


def _axis(axis: str, entries: object) -> list[Any]:
    where = f"matrix, {axis}"
    if axis == "name":
        raise wrong_use("matrix", 'another axis than "name", which cells use', axis, "Rename the axis.")
    name_of("matrix", axis, "Name the axis.")
    found = list_of(where, entries, lambda entry: (value_text(where, entry), entry)[1])
    if not found:
        raise wrong_use(where, "at least one value", Nothing, "Give the axis a value, or remove it.")
    return found


def _product(axes: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = [{}]
    for axis, values in axes.items():
        if len(cells) * len(values) > MAX_CELLS:
            total = 1
            for each in axes.values():
                total *= len(each)
            raise misuse("matrix", f"at most {MAX_CELLS:,} cells", f"{total:,}", "Give the axes fewer values.")
        cells = [{**cell, axis: value} for cell in cells for value in values]
    return cells


def _partials(where: str, value: object, axes: Mapping[str, Any]) -> list[dict[str, Any]]:
    def one(part: object) -> dict[str, Any]:
        members = members_of(where, part)
        for axis, value in members.items():
            if axis not in axes:
                raise wrong_use(where, f"one of the axes {', '.join(axes)}", axis, "Correct the name.")
            value_text(f"{where}, {axis}", value)
        return members

    return list_of(where, value, one)


def _matches(cell: Mapping[str, Any], part: Mapping[str, Any]) -> bool:
    # In Python True equals 1.
    return all(
        cell[axis] == value and isinstance(cell[axis], bool) == isinstance(value, bool) for axis, value in part.items()
    )


def _texts(cell: Cell) -> dict[str, str]:
    return {axis: value_text("matrix", value) for axis, value in cell.__dict__.items()}
