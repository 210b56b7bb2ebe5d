"""Pipelines: the factory and the decorator."""

from __future__ import annotations

import re

from ._leaves import flat_leaves
from ._lower import lower
from ._step import Step, Wait
from ._wrong_use import Nothing, boolean_of, misuse, name_of, only_known, text_of, wrong_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypedDict, TypeVar, Unpack, overload

    from ._duration import Duration
    from ._leaves import Leaves
    from .triggers import Trigger

    F = TypeVar("F", bound=Callable[..., Any])

    class PipelineOptions(TypedDict, total=False):
        env: Mapping[str, str | int | float | bool] | None
        timeout: Duration | None
        default_image: str | None
        resources: Mapping[str, int] | None
        retry: int | Mapping[str, Any] | None
        secrets: Sequence[str] | Mapping[str, str] | None
        concurrency: Mapping[str, Any] | None
        cancel_superseded: bool | None

    @overload
    def pipeline(  # type: ignore[overload-overlap]
        leaves: Sequence[Leaves], /, **options: Unpack[PipelineOptions]
    ) -> dict[str, Any]: ...
    @overload
    def pipeline(
        slug: str | None = None,
        *,
        name: str | None = None,
        triggers: Sequence[Trigger] = (),
        allow_manual: bool = True,
        **options: Unpack[PipelineOptions],
    ) -> Callable[[F], F]: ...
    def pipeline(*args: Any, **options: Any) -> Any: ...

else:

    def pipeline(*args, **options):
        """With a list of leaves, returns the IR of a pipeline.

        Otherwise returns the decorator that registers a function as a pipeline, under a slug or its own name.
        """
        return _pipeline(args, options)


_OPTIONS = ("env", "timeout", "default_image", "resources", "retry", "secrets", "concurrency", "cancel_superseded")
_DECORATOR = ("slug", "name", "triggers", "allow_manual", *_OPTIONS)
_SLUG = re.compile("[a-z][a-z0-9-]{0,63}")


def _pipeline(args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    first = args[0] if args else options.get("slug")
    if isinstance(first, (list, tuple)) and len(args) == 1:
        only_known("pipeline", options, _OPTIONS)
        return _document(flat_leaves("pipeline", first), _settings(options))
    if len(args) > 1 or isinstance(first, (Step, Wait)) or hasattr(type(first), "__hm_leaves__"):
        raise wrong_use("pipeline", "a list of steps", first, "Put the steps into square brackets.")
    if callable(first):
        raise wrong_use("pipeline", "a slug or a list of steps", first, "Write @pipeline() above the function.")
    only_known("pipeline", options, _DECORATOR)
    return _decorator(None if first is None else _slug(first), options)


def _decorator(slug: str | None, options: Mapping[str, Any]) -> Callable[[F], F]:
    from .triggers import triggers_of

    settings = _settings(options)
    triggers = triggers_of("pipeline, triggers", options.get("triggers"))
    allow_manual = boolean_of("pipeline, allow_manual", options.get("allow_manual", True))
    name = options.get("name")
    if name is not None:
        text_of("pipeline, name", name, "Name the pipeline, or omit it.")

    def decorate(function: F) -> F:
        from ._parameters import parameters_of, unwrapped
        from ._registry import Registration, register

        parameters = parameters_of("pipeline", function)
        found = slug or _slug(function.__name__.replace("_", "-"))

        def evaluate() -> dict[str, Any]:
            return _document(flat_leaves("pipeline", function(**parameters.values())), settings)

        told = {"slug": found, "name": name or found, "allow_manual": allow_manual, "triggers": triggers}
        register(Registration(unwrapped("pipeline", function), evaluate, told))
        return function

    return decorate


def _slug(value: object) -> str:
    if isinstance(value, str) and _SLUG.fullmatch(value):
        return value
    raise wrong_use("pipeline, slug", "a slug like ^[a-z][a-z0-9-]{0,63}$", value, "Rename the pipeline.")


def _settings(options: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in options.items() if value is not None}
    settings: dict[str, Any] = {"env": {}, "secrets": {}, "retry": None, "resources": None}
    settings["image"] = name_of(
        "pipeline, default_image", given.get("default_image", "ubuntu:24.04"), "Name an image.", 512
    )
    if "timeout" in given:
        from ._duration import MAX_TIMEOUT, seconds

        settings["timeout"] = seconds("pipeline, timeout", given["timeout"], MAX_TIMEOUT)
    if given.keys() & {"env", "secrets", "retry", "resources", "concurrency"}:
        from . import _policies

        for name in ("env", "secrets", "retry", "resources"):
            if name in given:
                settings[name] = getattr(_policies, f"{name}_of")(f"pipeline, {name}", given[name])
        if "concurrency" in given:
            where = "pipeline, concurrency"
            settings["concurrency"] = _policies.concurrency_of(where, given["concurrency"], whole_build=True)
    if boolean_of("pipeline, cancel_superseded", given.get("cancel_superseded", False)):
        if "concurrency" in given:
            fix = "Remove one of them."
            raise misuse("pipeline", "one of concurrency and cancel_superseded", "both", fix)
        settings["concurrency"] = {"group": "${branch}", "limit": 1, "when_full": "cancel_running"}
    return settings


def _document(leaves: Sequence[Step | Wait], settings: Mapping[str, Any]) -> dict[str, Any]:
    graph = lower(leaves, settings)
    if not graph["nodes"]:
        raise wrong_use("pipeline", "at least one step with a command", Nothing, "Add a step made by sh().")
    document: dict[str, Any] = {"version": "0"}
    if "timeout" in settings:
        document["timeout_seconds"] = settings["timeout"]
    if "concurrency" in settings:
        document["concurrency"] = settings["concurrency"]
    return {**document, "graph": graph}
