import unittest
from datetime import timedelta

import harmont as hm

deep = hm.when(branch="x")
for _ in range(8):
    deep = {"not": deep}

ROWS = [
    (lambda: hm.sh(""), 'sh: expected a non-empty string, got "". Give the step a command.'),
    (lambda: hm.sh(None), "sh: expected a non-empty string, got nothing. Give the step a command."),
    (lambda: hm.sh("a\0"), "sh: expected a string of valid Unicode without U+0000, got"),
    (lambda: hm.sh("\ud800"), "sh: expected a string of valid Unicode without U+0000, got"),
    (lambda: hm.sh("x" * 2**21), "sh: expected a command of at most 1,048,576 bytes, got 2,097,152. Put the script"),
    (lambda: hm.sh("x", labl="y"), "sh: expected one of the options label, cache, env, image, runner,"),
    (lambda: hm.sh("x", labl="y"), 'got "labl". Correct the name, or remove it.'),
    (lambda: hm.sh("x", label="y" * 256), "sh, label: expected at most 255 characters, got 256. Shorten it."),
    (lambda: hm.sh("x", key=" y"), "sh, key: expected a name without control characters and without white space"),
    (lambda: hm.sh("x", cwd=""), 'sh, cwd: expected a non-empty string, got "". Name a directory, or omit cwd.'),
    (lambda: hm.sh("x", env=[]), "sh, env: expected an object, got a list. Write it in curly brackets."),
    (lambda: hm.sh("x", env={"A": None}), "sh, env, A: expected a string, a number or a boolean, got nothing."),
    (lambda: hm.sh("x", env={"A": float("nan")}), "sh, env, A: expected a string, a number or a boolean, got nan."),
    (lambda: hm.sh("x", env={"A=": 1}), 'sh, env: expected a non-empty name without "=" and U+0000, got "A=".'),
    (lambda: hm.sh("x", timeout="90"), 'sh, timeout: expected whole positive seconds or a string such as "90s", "1h30m"'),
    (lambda: hm.sh("x", timeout=1.5), "got 1.5. Correct the duration."),
    (lambda: hm.sh("x", timeout=True), "got true. Correct the duration."),
    (lambda: hm.sh("x", timeout=timedelta(milliseconds=1500)), "got an object. Correct the duration."),
    (lambda: hm.sh("x", timeout="8d"), "sh, timeout: expected at most 604,800 seconds, got 691,200. Shorten the"),
    (lambda: hm.sh("x", retry=0), "sh, retry: expected a whole number from 1 to 10, got 0. Correct the number."),
    (lambda: hm.sh("x", retry={"limit": 1, "exit_code": []}), 'got "exit_code". Correct the name, or remove it.'),
    (lambda: hm.retry(1, signals=["KILL"]), 'retry, signals: expected the name of a signal such as "SIGKILL", got'),
    (lambda: hm.retry(1, reasons=["bad luck"]), 'retry, reasons: expected "out_of_memory", "disk_limit", '),
    (lambda: hm.sh("x", soft_fail="yes"), 'sh, soft_fail: expected a list, got "yes". Put it into square brackets.'),
    (lambda: hm.sh("x", soft_fail=[256]), "sh, soft_fail: expected a whole number from 0 to 255, got 256."),
    (lambda: hm.sh("x", when={"brunch": "main"}), "sh, when: expected one of the options event, branch, base_branch,"),
    (lambda: hm.when(event="pushed"), 'when, event: expected "push", "pull_request", "schedule", "manual" or "api"'),
    (lambda: hm.when(local=1), "when, local: expected true or false, got 1. Correct the value."),
    (lambda: hm.when(changed="/etc"), "when, changed: expected a path inside the project, got"),
    (lambda: hm.not_(deep), "expected at most 8 levels of any, all and not, got 9. Write the condition flatter."),
    (lambda: hm.any_of(), "any_of: expected at least one condition, got nothing. Give the conditions to join."),
    (lambda: hm.sh("x", cache="forever"), 'sh, cache: expected a cache policy, got "forever". Use forever()'),
    (lambda: hm.sh("x", depends_on=hm.scratch()), "sh, depends_on: expected a step with a command, got a step without"),
    (lambda: hm.sh("x", depends_on=hm.wait()), "sh, depends_on: expected a step with a command, got a wait."),
    (lambda: hm.sh("x", depends_on=3), "sh, depends_on: expected a step with a command, got 3. Pass the result of sh(), wait()"),
    (lambda: hm.sh("x", resources={"cpu": 0}), "sh, resources, cpu: expected a whole number of 1 or more, got 0."),
    (lambda: hm.sh("x", secrets=["1A"]), 'sh, secrets: expected a name of letters, digits and "_" that does not begin'),
    (lambda: hm.sh("x", artifacts="/x"), "sh, artifacts: expected a path inside the workspace, got"),
    (lambda: hm.sh("x", artifacts={"path": "a", "when": "never"}), '"passed", "failed" or "always", got "never".'),
    (lambda: hm.sh("x", artifacts={"path": "a", "expires": "366d"}), "expires: expected at most 31,536,000 seconds"),
    (lambda: hm.sh("x", artifacts={"path": "a", "required": 1}), "artifacts, required: expected true or false, got 1."),
    (lambda: hm.sh("x", append={"max": 0}), "sh, append, max: expected a whole number from 1 to 1,000, got 0."),
    (lambda: hm.sh("x", id_tokens={"A": 1}), "sh, id_tokens, A: expected a non-empty string, got 1. Name whom"),
    (lambda: hm.sh("x", egress=["a.b/c"]), 'sh, egress: expected a host such as "registry.npmjs.org", "*.example'),
    (lambda: hm.sh("x").appended(), "appended: expected a step with the option append, got a step without it. Give"),
    (lambda: hm.sh("x", append={}).fork().appended(), "appended: expected a step with the option append, got a step"),
    (lambda: hm.sh("x", tests="/x"), "sh, tests: expected a path inside the workspace, got"),
    (lambda: hm.sh("x", tests={}), "sh, tests, report: expected a non-empty string, got nothing."),
    (
        lambda: hm.sh("x", tests={"report": "a", "quarantine": 1}),
        "sh, tests, quarantine: expected true or false, got 1.",
    ),
    (lambda: hm.sh("x", inputs="a"), "sh, inputs: expected an object, got"),
    (lambda: hm.files_from(hm.scratch(), "a"), "files_from, from: expected a step with a command, got a step without"),
    (lambda: hm.files_from(hm.sh("x"), "../a"), 'It is a path with "..": write it relative to the workspace.'),
    (
        lambda: hm.split(2, lambda _: hm.split(2, lambda _: hm.sh("x"), files="a"), files="a"),
        "split: expected a split outside of others, got one inside another. Split once, into more shards.",
    ),
    (lambda: hm.sh("x", services=[{"name": "db"}]), "sh, services, image: expected a non-empty string, got nothing."),
    (lambda: hm.service("DB", image="x"), 'service, name: expected a host name such as "db": lower-case letters'),
    (lambda: hm.service("db", image="x", ready={"porrt": 1}), "service, ready: expected one of the options port,"),
    (lambda: hm.service("db", image="x", needs=["a b"]), "service, needs: expected a host name such as"),
    (lambda: hm.service("db", image="x", stop={"signal": "INT"}), "service, stop, signal: expected the name of a signal"),
    (lambda: hm.service("db", image="x", egress=1), "service, egress: expected true or false, got 1."),
    (lambda: hm.service("db", image="x").after(hm.sh("y")), 'after: expected a step with the service "db", got a step'),
    (lambda: hm.service("db", image="x").after(hm.scratch()), "after: expected a step with a command, got a step"),
    (lambda: hm.sh("x", runner="k8s"), 'sh, runner: expected "default", "vm" or "docker", got "k8s".'),
    (lambda: hm.sh("x", runner_args={"a": "x" * 20_000}), "sh, runner_args: expected at most 16,384 bytes of JSON"),
    (lambda: hm.sh("x", concurrency={"group": "g", "scope": "world"}), '"pipeline" or "organization", got "world".'),
    (lambda: hm.scratch(image=""), 'scratch, image: expected a non-empty string, got "". Name an image.'),
    (lambda: hm.wait(continue_on_failure=1), "wait, continue_on_failure: expected true or false, got 1."),
    (lambda: hm.timeout("1m", hm.wait()), "timeout: expected a step with a command, got a wait. Pass the result of sh()."),
    (lambda: hm.ttl("1w"), "ttl: expected whole positive seconds"),
    (lambda: hm.on_change(), "on_change: expected at least one path, got nothing. Name the files that the step reads."),
    (lambda: hm.on_change("a/../b"), 'It is a path with "..": write it relative to the project directory.'),
    (lambda: hm.compose({}), "compose: expected a cache policy, got an object."),
    (lambda: hm.forever("CI"), 'forever, env_keys: expected a list, got "CI". Put it into square brackets.'),
    (lambda: hm.push(), 'push: expected exactly one of branch and tag, got neither. Write push(branch="main") or'),
    (lambda: hm.push(branch="a", tag="b"), "push: expected exactly one of branch and tag, got both."),
    (
        lambda: hm.push(branch=[]),
        "push, branch: expected at least one glob, got nothing. Name one, or omit the option",
    ),
    (lambda: hm.pr(types=[]), "pull_request, types: expected at least one type, got nothing."),
    (lambda: hm.schedule("* * * *"), 'schedule, cron: expected five fields such as "0 3 * * 1-5", got "* * * *".'),
    (lambda: hm.schedule("* * * * *"), 'schedule, cron: expected at most every five minutes, got "* * * * *".'),
    (lambda: hm.schedule("0 0 31-1 * *"), "schedule, cron: expected five fields"),
    (lambda: hm.schedule("59,0 * * * *"), "schedule, cron: expected at most every five minutes"),
    (
        lambda: hm.schedule("0 0 * * *", timezone="Mars X"),
        'expected a time zone such as "Europe/Berlin", got "Mars X".',
    ),
    (lambda: hm.apt_base(packages=[]), "apt_base, packages: expected at least one package, got nothing."),
    (
        lambda: hm.pipeline([]),
        "pipeline: expected at least one step with a command, got nothing. Add a step made by sh().",
    ),
    (lambda: hm.pipeline([hm.wait(), hm.scratch()]), "pipeline: expected at least one step with a command"),
    (lambda: hm.pipeline(["make"]), 'pipeline: expected a step, a wait or a list of them, got "make".'),
    (lambda: hm.pipeline(hm.sh("x")), "pipeline: expected a list of steps, got a step. Put the steps into square"),
    (lambda: hm.pipeline(hm.sh("x"), hm.sh("y")), "pipeline: expected a list of steps, got a step."),
    (lambda: hm.pipeline(lambda: 1), "got a function. Write @pipeline() above the function."),
    (lambda: hm.pipeline("CI"), 'pipeline, slug: expected a slug like ^[a-z][a-z0-9-]{0,63}$, got "CI".'),
    (lambda: hm.pipeline([hm.sh("x")], timeut=1), 'got "timeut". Correct the name, or remove it.'),
    (lambda: hm.pipeline([hm.sh("x")], triggers=[]), 'got "triggers". Correct the name, or remove it.'),
    (
        lambda: hm.pipeline([hm.sh("make a", key="k"), hm.sh("x", key="k", label="Second")]),
        'pipeline: expected one step with the key "k", got "make a" and "Second". Rename one of the two.',
    ),
    (
        lambda: hm.pipeline([hm.sh("x")], concurrency={"group": "g"}, cancel_superseded=True),
        "pipeline: expected one of concurrency and cancel_superseded, got both. Remove one of them.",
    ),
    (
        lambda: hm.pipeline([hm.sh("x")], concurrency={"group": "${brnach}"}),
        'pipeline, concurrency, group: expected "${branch}", "${tag}", "${pull_request}" or "${event}", got "${brnach}"',
    ),
    (lambda: hm.matrix({}), "matrix: expected at least one axis, got nothing. Name an axis and its values."),
    (lambda: hm.matrix({"go": []}), "matrix, go: expected at least one value, got nothing. Give the axis a value, or"),
    (lambda: hm.matrix({"name": ["x"]}), 'matrix: expected another axis than "name", which cells use, got "name".'),
    (
        lambda: hm.matrix({"a": list(range(32)), "b": list(range(32))}),
        "matrix: expected at most 1,000 cells, got 1,024.",
    ),
    (
        lambda: hm.matrix({"go": ["1"]}, exclude=[{"og": "1"}]),
        'matrix, exclude: expected one of the axes go, got "og".',
    ),
    (lambda: hm.matrix({"go": ["1"]}, 3), "matrix: expected a function of a cell, got 3. Pass one, or omit it."),
    (lambda: hm.BaseImage(""), 'BaseImage: expected a non-empty string, got "". Name an image.'),
    (lambda: hm.target(lambda: 1), "target: expected a name or nothing, got a function. Write @target() above the"),
    (
        lambda: hm.pipeline_to_json([]),
        "pipeline_to_json: expected the result of pipeline(), got a list. Pass it as it is.",
    ),
    (
        lambda: hm.go(version="1; rm"),
        'go, version: expected a version such as "1.23.2", got "1; rm". Correct the value.',
    ),
    (
        lambda: hm.go(base="x"),
        'go, base: expected a step, got "x". Pass the result of sh() or of another toolchain’s install().',
    ),
    (lambda: hm.go(verson="1.23"), 'go: expected one of the options path, image, base, version, deps, got "verson".'),
    (lambda: hm.go().test(cwd="x"), "go.test: expected one of the options label, cache, env,"),
    (lambda: hm.go(path="../x", deps=True), 'go, path: expected a path inside the project, got "../x". It is a path'),
    (
        lambda: hm.rust.toolchain().build(all_features=True, features=["a"]),
        "expected all_features or features, got both",
    ),
    (lambda: hm.rust.toolchain().build(exclude=["a"]), "exclude with workspace, got exclude without workspace."),
    (lambda: hm.rust.project().test(exclude=["a"], packages=["b"]), "expected exclude or packages, got both."),
    (lambda: hm.js.project(runtime="bun", pm="npm"), 'expected pm "bun" with runtime "bun", got "npm".'),
    (lambda: hm.js.project(runtime="deno", pm="npm"), 'expected no pm with runtime "deno", got "npm".'),
    (lambda: hm.cmake(target="x"), "cmake: expected a path with target, got nothing. Give the path of the project, or"),
    (lambda: hm.cmake(compiler="msvc"), 'cmake, compiler: expected a compiler such as "gcc", "gcc-14", "clang" or'),
]


class WrongUse(unittest.TestCase):
    def test_says_what_was_expected_what_was_got_and_what_to_do(self):
        for call, message in ROWS:
            with self.subTest(message):
                with self.assertRaises(hm.WrongUse) as raised:
                    call()
                self.assertIn(message, str(raised.exception))

    def test_is_a_type_error_and_a_value_error(self):
        # Pipeline files may catch either type.
        self.assertTrue(issubclass(hm.WrongUse, TypeError) and issubclass(hm.WrongUse, ValueError))

    def test_names_that_are_not_there_say_which_are(self):
        with self.assertRaisesRegex(AttributeError, "harmont has no shh. Did you mean sh\\?"):
            hm.shh
        with self.assertRaisesRegex(AttributeError, "go has no deploy. It has: build, ci, fmt, install, test, vet."):
            hm.go.deploy
