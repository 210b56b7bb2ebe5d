"""From the leaves of a pipeline to what it emits."""

from __future__ import annotations

from ._step import Step, Wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def collect(leaves: Iterable[Step | Wait]) -> list[Step | Wait]:
    """For each leaf in order what was not emitted before, from root to leaf; before a step, what it depends on in the
    same way.

    Scratches and forks are left out.
    """
    emitted: list[Step | Wait] = []
    seen: set[Step] = set()
    for leaf in leaves:
        if isinstance(leaf, Wait):
            emitted.append(leaf)
            continue
        # A stack of our own: chains may be longer than Python's.
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
    """The steps that a step names besides its parent: those of `depends_on`, `inputs` and `services`, and those whose
    appended steps it waits for."""
    fields = step._fields
    origins = (each._origin for each in fields.get("services", ()))
    return [
        *fields.get("depends_on", ()),
        *(each.step for each in fields.get("inputs", ())),
        *(origin for origin in origins if origin is not None),
        *fields.get("after_appended", ()),
    ]
