"""Renders pipelines by the Python SDK stand-alone, each in its project directory and in a fork of this process, so that none sees another's state.

From standard input a JSON list of jobs, to standard output a JSON list of answers in the same order.
"""

import json
import os
import runpy
import sys
import tempfile
import traceback

import harmont as hm


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def render(job):
    os.chdir(job["project"])
    os.environ.update(job["env"])
    try:
        names = runpy.run_path(job["file"])
        context = {"pipeline_org": job["org"], "now": job["now"], "base_path": job["project"], "env": job["env"]}
        # A file without a decorated function holds what the factory gave it.
        if "ir" in names:
            document = hm.pipeline_to_json(names["ir"], pipeline_slug=job["slug"], **context)
            return {"definition": compact(json.loads(document)), "entry": "{}"}
        envelope = hm.dump_registry_json(**context)
        entry = json.loads(envelope)["pipelines"][0]
        definition = entry.pop("definition")
        return {"definition": compact(definition), "entry": compact(entry)}
    except BaseException:
        return {"error": traceback.format_exc()}


def in_fork(job):
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        child = os.fork()
        if child == 0:
            json.dump(render(job), answer)
            answer.flush()
            os._exit(0)
        os.waitpid(child, 0)
        answer.seek(0)
        return json.load(answer)


json.dump([in_fork(job) for job in json.load(sys.stdin)], sys.stdout)
