"""The keys of steps (`ir.md` 2.1)."""

from __future__ import annotations

import re

from ._hash import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._step import Step

_EMOJI = re.compile(":[a-z0-9_+-]+:")
_OTHERS = re.compile("[^a-z0-9]+")


def step_keys(steps: Sequence[Step]) -> list[str]:
    """Returns for each command its own key, its label's slug if unique, or a hash."""
    explicit = {step.key for step in steps}
    slugs = [label_slug(step.label or "") for step in steps]
    uses: dict[str, int] = {}
    for slug in slugs:
        uses[slug] = uses.get(slug, 0) + 1
    keys: dict[Step, str] = {}
    for position, (step, slug) in enumerate(zip(steps, slugs, strict=True)):
        key = step.key
        if key is None and slug and slug not in explicit and uses[slug] == 1:
            key = slug
        if key is None:
            # Only the direct parent: a command behind a scratch or a fork does not count.
            parent = "" if step.parent is None else keys.get(step.parent, "")
            key = sha256(f"{parent}\0{step.cmd}\0{position}")[:12]
        keys[step] = key
    return list(keys.values())


def label_slug(label: str) -> str:
    """Returns a label as a key: lower-case, without `:emoji:` codes, words joined by `-`. May be empty."""
    return _OTHERS.sub("-", _EMOJI.sub(" ", label.lower())).strip("-")
