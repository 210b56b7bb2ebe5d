"""Evaluates the requested pipelines, each separately."""

from __future__ import annotations

from .._output import json_text
from .._target import clear_target_cache
from .explain import explain, place_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .arguments import Arguments
    from .load import Loaded


def evaluate_all(loaded: Sequence[Loaded], arguments: Arguments) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Returns the pipelines, and the errors of failed ones."""
    pipelines: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for each in loaded:
        registration = each.registration
        if not arguments.tells(registration.slug):
            continue
        told = {**registration.told, "file": each.file}
        if not arguments.evaluates(registration.slug):
            pipelines.append(told)
            continue
        arguments.begin(each.file)
        clear_target_cache()
        try:
            definition = registration.evaluate()
            # Serialized here, so that a failure to serialize is this pipeline's error.
            json_text(definition)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            start = (registration.file, registration.line)
            told_error = explain(error, arguments.directory, each.file, start)
            errors.append(told_error.entry(each.file, registration.slug))
        else:
            pipelines.append({**told, "definition": definition, "places": _places(definition, arguments.directory)})
    return pipelines, errors


def _places(definition: Any, project: str) -> list[str | None]:
    graph = definition.get("graph") if isinstance(definition, dict) else None
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    return [place_of(getattr(node, "call", None), project) for node in nodes] if isinstance(nodes, list) else []
