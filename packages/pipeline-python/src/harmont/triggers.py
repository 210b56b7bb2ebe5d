"""Triggers of pipelines."""

from __future__ import annotations

from ._frozen import Frozen
from ._relative_path import relative_path_of
from ._wrong_use import Nothing, list_of, misuse, one_or_list_of, text_of, word_of, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    Texts = str | Sequence[str]

# The first three are the default.
_TYPES = ("opened", "synchronize", "reopened", "closed", "ready_for_review")

_NO_FILTERS: Mapping[str, Sequence[str]] = {}


class Trigger(Frozen):
    """A trigger, made by push(), pull_request() or schedule()."""

    __slots__ = ("_ir",)
    _ir: dict[str, Any]

    def __init__(self, ir: dict[str, Any]) -> None:
        self._set(_ir=ir)

    def to_dict(self) -> dict[str, Any]:
        """Returns a copy of the trigger in the form of the envelope."""
        return {name: list(value) if isinstance(value, list) else value for name, value in self._ir.items()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trigger) and self._ir == other._ir

    def __hash__(self) -> int:
        return hash(repr(self._ir))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._ir!r})"


class PushTrigger(Trigger):
    """A trigger made by push(). `branches` and `tags` are None if not given."""

    __slots__ = ("branches", "tags")
    branches: tuple[str, ...] | None
    tags: tuple[str, ...] | None

    def __init__(
        self,
        branches: Sequence[str] | None,
        tags: Sequence[str] | None,
        filters: Mapping[str, Sequence[str]] = _NO_FILTERS,
    ) -> None:
        super().__init__(_without_none({"event": "push", "branches": branches, "tags": tags, **filters}))
        self._set(branches=_tuple_of(branches), tags=_tuple_of(tags))


class PullRequestTrigger(Trigger):
    """A trigger made by pull_request(). `branches` is None if not given."""

    __slots__ = ("branches", "types")
    branches: tuple[str, ...] | None
    types: tuple[str, ...]

    def __init__(
        self,
        branches: Sequence[str] | None,
        types: Sequence[str],
        filters: Mapping[str, Sequence[str]] = _NO_FILTERS,
    ) -> None:
        super().__init__(_without_none({"event": "pull_request", "branches": branches, "types": types, **filters}))
        self._set(branches=_tuple_of(branches), types=tuple(types))


class ScheduleTrigger(Trigger):
    __slots__ = ()


def push(
    branch: Texts | None = None,
    tag: Texts | None = None,
    *,
    paths: Texts | None = None,
    paths_ignore: Texts | None = None,
) -> PushTrigger:
    """Builds pushes to branches, or of tags, that match a glob; exactly one of the two must be given.

    With `paths`, a changed file must match; with `paths_ignore`, a push is skipped if all changed files match.
    """
    if (branch is None) == (tag is None):
        fix = 'Write push(branch="main") or push(tag="v*").'
        raise misuse("push", "exactly one of branch and tag", "neither" if branch is None else "both", fix)
    return PushTrigger(
        None if branch is None else _globs("push, branch", branch),
        None if tag is None else _globs("push, tag", tag),
        _path_filter("push", paths, paths_ignore),
    )


def pull_request(
    branches: Texts | None = None,
    types: Sequence[str] | None = None,
    *,
    paths: Texts | None = None,
    paths_ignore: Texts | None = None,
) -> PullRequestTrigger:
    """Builds pull requests; with `branches`, only pull requests whose target branch matches."""
    at = "pull_request, types"
    kinds = _some(at, "type", _TYPES[:3] if types is None else types, lambda kind: word_of(at, kind, _TYPES))
    goes_to = None if branches is None else _globs("pull_request, branches", branches)
    return PullRequestTrigger(goes_to, kinds, _path_filter("pull_request", paths, paths_ignore))


pr = pull_request


def schedule(cron: str, *, branch: str | None = None, timezone: str = "UTC") -> ScheduleTrigger:
    """Builds at times given as five fields of cron, at most every five minutes. Without `branch`, it builds the default
    branch.
    """
    from ._cron import cron_of, timezone_of

    ir = {
        "event": "schedule",
        "cron": cron_of("schedule, cron", cron),
        "timezone": timezone_of("schedule, timezone", timezone),
    }
    if branch is not None:
        ir["branch"] = text_of("schedule, branch", branch, "Name a branch.", 255)
    return ScheduleTrigger(ir)


def triggers_of(where: str, value: object) -> list[dict[str, Any]]:
    """Returns the triggers of a pipeline in the form of the envelope."""

    def one(trigger: object) -> dict[str, Any]:
        if isinstance(trigger, Trigger):
            return trigger.to_dict()
        raise wrong_use(where, "a trigger", trigger, "Use push(), pull_request() or schedule().")

    return [] if value is None else list_of(where, value, one)


def _tuple_of(texts: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if texts is None else tuple(texts)


def _without_none(ir: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in ir.items() if value is not None}


def _globs(where: str, value: object) -> list[str]:
    return _some(where, "glob", value, lambda glob: text_of(where, glob, "Give a glob or a name.", 1024))


def _path_filter(where: str, paths: object, paths_ignore: object) -> dict[str, list[str]]:
    def read(name: str, globs: object) -> list[str]:
        at = f"{where}, {name}"

        def one(glob: object) -> str:
            # A leading `!` excludes paths.
            if isinstance(glob, str) and glob.startswith("!"):
                return "!" + relative_path_of(at, glob[1:], "project")
            return relative_path_of(at, glob, "project")

        return _some(at, "glob", globs, one)

    given = {"paths": paths, "paths_ignore": paths_ignore}
    return {name: read(name, globs) for name, globs in given.items() if globs is not None}


def _some(where: str, what: str, value: object, read: Callable[[Any], str]) -> list[str]:
    entries = one_or_list_of(where, value, read)
    if not entries:
        raise wrong_use(where, f"at least one {what}", Nothing, "Name one, or omit the option.")
    return entries
