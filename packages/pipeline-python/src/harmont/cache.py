"""Cache policies: when a step's file system may come from an earlier build."""

from __future__ import annotations

from ._duration import seconds
from ._frozen import Frozen
from ._relative_path import relative_path_of
from ._wrong_use import Nothing, list_of, misuse, text_of, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ._duration import Duration


_MAX_LEVELS = 8


class CachePolicy(Frozen):
    """A cache policy, made by forever(), ttl(), on_change(), compose() or CacheNone(). Policies are compared by
    value."""

    __slots__: tuple[str, ...] = ()

    def ir(self) -> dict[str, Any]:
        """Returns the policy in the form of the IR, without a key."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CachePolicy) and self.ir() == other.ir()

    def __hash__(self) -> int:
        return hash(repr(self.ir()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


class CacheNone(CachePolicy):
    """Never keeps a step's result: the step always runs."""

    __slots__ = ()

    def ir(self) -> dict[str, Any]:
        return {"policy": "none"}


class CacheForever(CachePolicy):
    """Kept until the command, or a variable of `env_keys`, changes."""

    __slots__ = ("env_keys",)
    env_keys: tuple[str, ...]

    def __init__(self, env_keys: Sequence[str] = ()) -> None:
        self._set(env_keys=_names("forever, env_keys", env_keys))

    def ir(self) -> dict[str, Any]:
        return {"policy": "forever", "env_keys": list(self.env_keys)}


class CacheTTL(CachePolicy):
    """Keeps a step's result for a duration; entries of all steps expire at its multiples since 1970, not counted from
    the first run."""

    __slots__ = ("duration", "env_keys")
    duration: Duration
    env_keys: tuple[str, ...]

    def __init__(self, duration: Duration, env_keys: Sequence[str] = ()) -> None:
        seconds("ttl", duration)
        self._set(duration=duration, env_keys=_names("ttl, env_keys", env_keys))

    def ir(self) -> dict[str, Any]:
        lifetime = seconds("ttl", self.duration)
        return {"policy": "ttl", "duration_seconds": lifetime, "env_keys": list(self.env_keys)}


class CacheOnChange(CachePolicy):
    """Kept until a file under one of the paths or globs, relative to the project directory, changes."""

    __slots__ = ("paths",)
    paths: tuple[str, ...]

    def __init__(self, paths: Sequence[str]) -> None:
        self._set(paths=tuple(list_of("on_change", paths, _project_path, 1000)))
        if not self.paths:
            raise wrong_use("on_change", "at least one path", Nothing, "Name the files that the step reads.")

    def ir(self) -> dict[str, Any]:
        return {"policy": "on_change", "paths": list(self.paths)}


class CacheCompose(CachePolicy):
    """Kept while each of the policies would keep it."""

    __slots__ = ("policies",)
    policies: tuple[CachePolicy, ...]

    def __init__(self, policies: Sequence[CachePolicy]) -> None:
        parts = list_of("compose", policies, lambda policy: cache_policy_of("compose", policy), 100)
        levels = 1 + max((part.levels for part in parts if isinstance(part, CacheCompose)), default=0)
        if levels > _MAX_LEVELS:
            fix = "Join the inner policies."
            raise misuse("compose", f"at most {_MAX_LEVELS} levels of compose", str(levels), fix)
        self._set(policies=tuple(parts))

    @property
    def levels(self) -> int:
        return 1 + max((part.levels for part in self.policies if isinstance(part, CacheCompose)), default=0)

    def ir(self) -> dict[str, Any]:
        return {"policy": "compose", "sub_policies": [policy.ir() for policy in self.policies]}


def forever(env_keys: Sequence[str] = ()) -> CacheForever:
    """Kept until the command, or a variable of `env_keys`, changes."""
    return CacheForever(env_keys)


def ttl(duration: Duration, env_keys: Sequence[str] = ()) -> CacheTTL:
    """Kept for a duration; entries of all steps end at its multiples since 1970."""
    return CacheTTL(duration, env_keys)


def on_change(*paths: str) -> CacheOnChange:
    """Kept until a file under one of the paths or globs, relative to the project directory, changes."""
    return CacheOnChange(paths)


def compose(*policies: CachePolicy) -> CacheCompose:
    """Kept while each of the policies would keep it."""
    return CacheCompose(policies)


def cache_policy_of(where: str, value: object) -> CachePolicy:
    """Returns a value that must be a policy."""
    if isinstance(value, CachePolicy):
        return value
    raise wrong_use(where, "a cache policy", value, "Use forever(), ttl(), on_change(), compose() or CacheNone().")


def _project_path(value: object) -> str:
    return relative_path_of("on_change", value, "project")


def _names(where: str, value: object) -> tuple[str, ...]:
    return tuple(list_of(where, value, lambda name: text_of(where, name, "Name a variable."), 100))
