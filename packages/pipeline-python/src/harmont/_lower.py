"""Lowers leaves to the graph of the IR."""

from __future__ import annotations

from ._collect import collect, prerequisites
from ._gate import Gate
from ._step import Step, Wait, nearest_command
from ._step_keys import step_keys
from ._wrong_use import misuse, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

_MAX_EDGES = 200_000
# In every step, package managers ask no questions and tools print plain text.
_BASE_ENV = {"DEBIAN_FRONTEND": "noninteractive", "TERM": "dumb"}


class Node(dict[str, "Any"]):
    """A node of the IR with the call that made its step, for the renderer."""

    __slots__ = ("call",)
    call: tuple[str, int] | None


def lower(leaves: Sequence[Step | Wait], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Returns nodes in emission order, and for each its builds_in edge, its gate's edges, then further explicit edges.

    `defaults` are the pipeline's defaults for each step: env, secrets, image, retry, resources.
    """
    emissions = collect(leaves)
    commands = [step for step in emissions if isinstance(step, Step)]
    _refuse_shared_keys(commands)
    keys = step_keys(commands)
    index_of = {step: index for index, step in enumerate(commands)}

    def index(step: Step | None) -> int | None:
        command = nearest_command(step)
        return None if command is None else index_of[command]

    gate = Gate()
    nodes: list[dict[str, Any]] = []
    edges: list[list[Any]] = []
    for emission in emissions:
        if isinstance(emission, Wait):
            gate.wait(emission.continue_on_failure)
            continue
        to = len(nodes)
        gated, tolerant = gate.command()
        parent = index(emission.parent)
        if parent is not None:
            edges.append([parent, to, "builds_in"])
        # Checked before the edges are made, because many times this limit would not fit into memory.
        if len(edges) + len(gated) > _MAX_EDGES:
            fix = "A wait between n and m steps makes n × m edges: combine some steps."
            raise misuse("pipeline", f"at most {_MAX_EDGES:,} edges", "more", fix)
        edges.extend([before, to, "depends_on"] for before in gated)
        explicit = dict.fromkeys(index(step) for step in prerequisites(emission))
        edges.extend([before, to, "depends_on"] for before in explicit if before != parent and before not in gated)
        given = emission._fields
        inputs = [_input(each, keys[index(each.step) or 0]) for each in given.get("inputs", ())]
        services = [
            each.ir(None if each._origin is None else keys[index(each._origin) or 0])
            for each in given.get("services", ())
        ]
        others = {
            "inputs": inputs,
            "services": services,
            "after_appended": [keys[index(each) or 0] for each in given.get("after_appended", ())],
        }
        node = Node(_node(emission, keys[to], tolerant, others, defaults))
        node.call = emission._call
        nodes.append(node)
    return {"nodes": nodes, "node_holes": [], "edge_property": "directed", "edges": edges}


def _node(
    step: Step, key: str, tolerant: bool, others: Mapping[str, list[Any]], defaults: Mapping[str, Any]
) -> dict[str, Any]:
    fields = step._fields
    soft_fail = fields.get("soft_fail")
    # Members are in the IR's order. None and empty values without meaning are not written.
    members = {
        "key": key,
        "cmd": step.cmd,
        "label": fields.get("label"),
        "cache": fields.get("cache"),
        "timeout_seconds": fields.get("timeout"),
        "image": _image(step, defaults["image"]),
        "runner": fields.get("runner"),
        "runner_args": fields.get("runner_args") or None,
        "continue_on_failure": tolerant or fields.get("continue_on_failure") or None,
        "retry": fields.get("retry", defaults["retry"]),
        "soft_fail": None if soft_fail is False else soft_fail,
        "if": fields.get("when") or None,
        "concurrency": fields.get("concurrency"),
        "resources": fields.get("resources") or defaults["resources"] or None,
        "artifacts": fields.get("artifacts") or None,
        "inputs": others["inputs"] or None,
        "services": others["services"] or None,
        # An empty object means the defaults.
        "tests": fields.get("tests"),
        "split": fields.get("split"),
        # An empty object means the defaults here, too.
        "append": fields.get("append"),
        "after_appended": others["after_appended"] or None,
        "id_tokens": fields.get("id_tokens") or None,
        # An empty list allows no host.
        "egress": fields.get("egress"),
        "matrix": fields.get("matrix"),
    }
    lowered = {name: _copied(value) for name, value in members.items() if value is not None}
    node = {"step": lowered, "env": {**_BASE_ENV, **defaults["env"], **fields.get("env", {})}}
    secrets = {**defaults["secrets"], **fields.get("secrets", {})}
    return {**node, "secrets": secrets} if secrets else node


# Copies the value, because the caller may change a document, but a step is immutable.
def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(member) for name, member in value.items()}
    return [_copied(entry) for entry in value] if isinstance(value, list) else value


def _input(each: Any, key: str) -> dict[str, Any]:
    into = {} if each.into is None else {"into": each.into}
    return {"from": key, "path": each.path, **into, **({"optional": True} if each.optional else {})}


# Returns the image of a step. A root always has one: its own, its scratch's, or the default. A child has one only if
# given, for the warning.
def _image(step: Step, default: str) -> str | None:
    if step.image is not None or nearest_command(step.parent) is not None:
        return step.image
    above = step.parent
    while above is not None and above.image is None:
        above = above.parent
    return default if above is None else above.image


def _refuse_shared_keys(commands: Sequence[Step]) -> None:
    owners: dict[str, Step] = {}
    for step in commands:
        if step.key is None:
            continue
        other = owners.setdefault(step.key, step)
        if other is not step:
            expected = f"one step with the key {quoted(step.key)}"
            raise misuse("pipeline", expected, f"{_name(other)} and {_name(step)}", "Rename one of the two.")


def _name(step: Step) -> str:
    return quoted(step.label or (step.cmd or "").split("\n", 1)[0][:40])
