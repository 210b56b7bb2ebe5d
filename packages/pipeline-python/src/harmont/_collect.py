"""Collects the steps that a pipeline emits from its leaves."""

from __future__ import annotations

from ._step import Step, Wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def collect(leaves: Iterable[Step | Wait]) -> list[Step | Wait]:
    """Returns for each leaf in order its steps that were not emitted before, from root to leaf.

    The prerequisites of a step come before it, in the same way. Scratches and forks are omitted.
    """
    emitted: list[Step | Wait] = []
    seen: set[Step] = set()
    for leaf in leaves:
        if isinstance(leaf, Wait):
            emitted.append(leaf)
            continue
        # An explicit stack, because chains may exceed Python's recursion limit.
        pending = [(leaf, False)]
        while pending:
            step, ready = pending.pop()
            if step in seen:
                continue
            if ready:
                seen.add(step)
                if step.cmd is not None:
                    emitted.append(step)
                continue
            pending.append((step, True))
            parent = [] if step.parent is None else [step.parent]
            before = [*parent, *prerequisites(step)]
            pending.extend((each, False) for each in reversed(before) if each not in seen)
    return emitted


def prerequisites(step: Step) -> list[Step]:
    """Returns the prerequisites of a step besides its parent: steps of `depends_on`, `inputs` and `services`, and
    generators whose appended steps it waits for."""
    fields = step._fields
    origins = (each._origin for each in fields.get("services", ()))
    return [
        *fields.get("depends_on", ()),
        *(each.step for each in fields.get("inputs", ())),
        *(origin for origin in origins if origin is not None),
        *fields.get("after_appended", ()),
    ]
