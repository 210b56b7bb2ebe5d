"""From leaves to the graph of the IR."""

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
# Packages ask nothing and tools print plainly, in every step.
_BASE_ENV = {"DEBIAN_FRONTEND": "noninteractive", "TERM": "dumb"}
# Members that are written when given, in the IR's order, with what they are called in a step's fields.
_ADDITIVE = (("if", "when"), *((name, name) for name in ("concurrency", "resources", "artifacts")))


def lower(leaves: Sequence[Step | Wait], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Nodes in emission order; for each its builds_in edge, its gate's edges, then explicit ones that are not there
    yet.

    `defaults` are what the pipeline gives each step: env, secrets, image, retry, resources.
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
        # Before they are there: many times as many do not fit into memory.
        if len(edges) + len(gated) > _MAX_EDGES:
            fix = "A wait between n and m steps makes n × m: join some."
            raise misuse("pipeline", f"at most {_MAX_EDGES:,} edges", "more", fix)
        edges.extend([before, to, "depends_on"] for before in gated)
        explicit = dict.fromkeys(index(step) for step in prerequisites(emission))
        edges.extend([before, to, "depends_on"] for before in explicit if before != parent and before not in gated)
        inputs = [_input(each, keys[index(each.step) or 0]) for each in emission._fields.get("inputs", ())]
        nodes.append(_node(emission, keys[to], tolerant, inputs, defaults))
    return {"nodes": nodes, "node_holes": [], "edge_property": "directed", "edges": edges}


def _node(
    step: Step, key: str, tolerant: bool, inputs: list[dict[str, str]], defaults: Mapping[str, Any]
) -> dict[str, Any]:
    fields = step._fields
    lowered: dict[str, Any] = {"key": key, "cmd": step.cmd}
    for name, field in (("label", "label"), ("cache", "cache"), ("timeout_seconds", "timeout")):
        if field in fields:
            lowered[name] = fields[field]
    image = _image(step, defaults["image"])
    if image is not None:
        lowered["image"] = image
    for name in ("runner", "runner_args"):
        if fields.get(name):
            lowered[name] = fields[name]
    if tolerant or fields.get("continue_on_failure"):
        lowered["continue_on_failure"] = True
    retry = fields.get("retry", defaults["retry"])
    if retry:
        lowered["retry"] = retry
    soft_fail = fields.get("soft_fail", False)
    if soft_fail is not False:
        lowered["soft_fail"] = soft_fail
    given = {**fields, "resources": fields.get("resources", defaults["resources"])}
    for name, field in _ADDITIVE:
        if given.get(field):
            lowered[name] = given[field]
    if inputs:
        lowered["inputs"] = inputs
    for name in ("services", "matrix"):
        if fields.get(name):
            lowered[name] = fields[name]
    node = {"step": lowered, "env": {**_BASE_ENV, **defaults["env"], **fields.get("env", {})}}
    secrets = {**defaults["secrets"], **fields.get("secrets", {})}
    return {**node, "secrets": secrets} if secrets else node


def _input(each: Any, key: str) -> dict[str, str]:
    read = {"from": key, "path": each.path}
    return read if each.into is None else {**read, "into": each.into}


# A root always has one: its own, that of the scratch it starts from, or the default. A child has one only when it was
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
