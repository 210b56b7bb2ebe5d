"""Builds programs with the Python SDK.

Reads a JSON list of jobs from standard input, and writes a JSON list of outcomes to standard output.
"""

import json
import os
import re
import sys

import harmont as hm

TOOLS = {"js": lambda **options: hm.js.project(**options), "rust": lambda **options: hm.rust.project(**options)}
# Options with members named by the author, not by the SDK.
NAMES = ("env", "secrets", "runner_args", "defines", "id_tokens")


def snake(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter.group().lower(), name)


def options_of(data):
    """Returns options with Python names, including the members of options."""
    if isinstance(data, list):
        return [options_of(entry) for entry in data]
    if not isinstance(data, dict):
        return data
    return {snake(name): value if snake(name) in NAMES else options_of(value) for name, value in data.items()}


def policy(data):
    match data["policy"]:
        case "none":
            return hm.CacheNone()
        case "forever":
            return hm.forever(env_keys=data["envKeys"])
        case "ttl":
            return hm.ttl(data["duration"], env_keys=data["envKeys"])
        case "onChange":
            return hm.on_change(*data["paths"])
        case "compose":
            return hm.compose(*[policy(part) for part in data["parts"]])


def build(steps):
    built = []
    for step in steps:
        match step["op"]:
            case "scratch":
                built.append(hm.scratch(**options_of(step["options"])))
            case "fork":
                built.append(built[step["parent"]].fork(**options_of(step["options"])))
            case "timeout":
                built.append(hm.timeout(step["duration"], built[step["of"]]))
            case "sh":
                options = options_of(step["options"])
                if "cache" in step:
                    options["cache"] = policy(step["cache"])
                if "dependsOn" in step:
                    options["depends_on"] = [built[index] for index in step["dependsOn"]]
                if "afterAppended" in step:
                    options.setdefault("depends_on", []).extend(built[index].appended() for index in step["afterAppended"])
                if "inputs" in step:
                    options["inputs"] = [
                        {**one, "from": built[one["from"]]}
                        for one in step["inputs"]
                    ]
                start = hm.sh if step["parent"] is None else built[step["parent"]].sh
                built.append(start(step["command"], **options))
    return built


def leaf_of(leaf, steps):
    match leaf["leaf"]:
        case "step":
            return steps[leaf["step"]]
        case "wait":
            return hm.wait(continue_on_failure=leaf["continueOnFailure"])
        case "list":
            return [leaf_of(inner, steps) for inner in leaf["leaves"]]
        case "group":
            return hm.group([leaf_of(inner, steps) for inner in leaf["leaves"]])
        case "matrix":

            def cell(_):
                step = hm.sh(leaf["command"], **options_of(leaf["options"]))
                return step if leaf["child"] is None else step.sh(leaf["child"])

            return hm.matrix(leaf["axes"], cell)
        case "split":
            inner = leaf["leaves"]
            return hm.split(
                leaf["total"],
                lambda _: [leaf_of(one, steps) for one in inner],
                files=leaf["files"],
            )
        case "tool":
            entry = TOOLS.get(leaf["tool"]) or getattr(hm, leaf["tool"])
            tool = entry(**options_of(leaf["options"]))
            return getattr(tool, snake(leaf["action"]))(**options_of(leaf["with"]))


def outcome(program, project):
    os.chdir(project)
    try:
        steps = build(program["steps"])
        leaves = [leaf_of(leaf, steps) for leaf in program["leaves"]]
        ir = hm.pipeline(leaves, **options_of(program["options"]))
        document = hm.pipeline_to_json(
            ir,
            pipeline_org=program["org"],
            pipeline_slug="vec",
            now=program["now"],
            base_path=project,
            env=program["env"],
        )
        return {"definition": json.dumps(json.loads(document), ensure_ascii=False, separators=(",", ":"))}
    except Exception as error:
        return {"error": str(error)}


json.dump([outcome(job["program"], job["project"]) for job in json.load(sys.stdin)], sys.stdout)
