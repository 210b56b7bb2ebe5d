"""The keys of cached steps (`ir.md` 2.2)."""

from __future__ import annotations

from ._files import Files
from ._hash import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from typing import Any


class KeyContext:
    """Inputs of keys besides the graph."""

    def __init__(self, org: str, slug: str, now: int, env: Mapping[str, str], base: str | os.PathLike[str]) -> None:
        self.org = org
        self.slug = slug
        self.now = now
        self.env = env
        self.files = Files(base)


def with_cache_keys(document: Mapping[str, Any], context: KeyContext) -> dict[str, Any]:
    """Returns the document with the key of each cached step in its `cache`.

    Steps must come after their parent, as in the result of pipeline().
    """
    graph = document["graph"]
    nodes = graph["nodes"]
    parents = {to: start for start, to, kind in graph["edges"] if kind == "builds_in"}
    parts: list[str] = []
    keys: list[str | None] = []
    for index, node in enumerate(nodes):
        parent = parents.get(index)
        if parent is None:
            part = "scratch"
        else:
            part = keys[parent] or f"recipe-{sha256(parts[parent] + chr(0) + nodes[parent]['step']['cmd'])}"
        parts.append(part)
        keys.append(_key(node["step"], part, context))
    keyed = [_with_key(node, key) for node, key in zip(nodes, keys, strict=True)]
    return {**document, "graph": {**graph, "nodes": keyed}}


def _key(step: Mapping[str, Any], part: str, context: KeyContext) -> str | None:
    cache = step.get("cache")
    if cache is None or cache["policy"] == "none":
        return None
    resolution = _resolve(cache, step["cmd"], context)
    return sha256("\0".join([context.org, context.slug, step["key"], part, resolution]))


def _resolve(policy: Mapping[str, Any], cmd: str, context: KeyContext) -> str:
    kind = policy["policy"]
    if kind == "none":
        return "none"
    if kind == "forever":
        return f"forever-{_command_hash(cmd, policy, context)}"
    if kind == "ttl":
        return f"ttl-{context.now // policy['duration_seconds']}-{_command_hash(cmd, policy, context)}"
    if kind == "on_change":
        return f"sha-{sha256(''.join(f'{digest}{chr(0)}' for digest in context.files.digests(policy['paths'])))}"
    return f"compose-{sha256(''.join(_resolve(part, cmd, context) for part in policy['sub_policies']))}"


def _command_hash(cmd: str, policy: Mapping[str, Any], context: KeyContext) -> str:
    variables = [f"{name}={context.env.get(name, '')}\0" for name in sorted(policy["env_keys"])]
    return sha256(f"{cmd}\0{''.join(variables)}")


def _with_key(node: dict[str, Any], key: str | None) -> dict[str, Any]:
    if key is None:
        return node
    step = node["step"]
    return {**node, "step": {**step, "cache": {**step["cache"], "key": key}}}
