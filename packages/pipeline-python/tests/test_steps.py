import unittest
from datetime import timedelta

import harmont as hm
from tests.clean import edges, nodes


class Steps(unittest.TestCase):
    def test_cannot_be_changed_nor_by_changing_what_they_were_made_from(self):
        env, retry, args = {"A": "1"}, {"limit": 1, "exit_codes": [1]}, {"a": {"b": 1}}
        step = hm.sh("make", env=env, retry=retry, runner_args=args)
        env["A"] = "2"
        retry["exit_codes"].append(2)
        args["a"]["b"] = 2
        [node] = nodes(step)
        self.assertEqual(node["env"]["A"], "1")
        self.assertEqual(node["step"]["retry"], {"limit": 1, "exit_codes": [1]})
        self.assertEqual(node["step"]["runner_args"], {"a": {"b": 1}})
        with self.assertRaisesRegex(AttributeError, "Step.cmd cannot be changed"):
            step.cmd = "other"

    def test_nor_by_changing_what_they_render_to(self):
        step = hm.sh("make", cache=hm.on_change("a"), runner_args={"a": [1]}, retry=1)
        before = repr(nodes(step))
        [node] = nodes(step)
        node["step"]["cache"]["paths"].append("b")
        node["step"]["runner_args"]["a"].append(2)
        node["step"]["retry"]["limit"] = 9
        self.assertEqual(repr(nodes(step)), before)

    def test_two_equal_ones_are_two(self):
        self.assertEqual(len(nodes(hm.sh("x"), hm.sh("x"))), 2)

    def test_show_what_they_were_given(self):
        policy = hm.on_change("a")
        step = hm.scratch().sh("make", label=":x: l", key="k", cache=policy, image="i", env={"A": 1}, timeout="90s")
        self.assertEqual((step.cmd, step.label, step.key, step.image), ("make", ":x: l", "k", "i"))
        self.assertEqual((step.cache, step.env, step.timeout_seconds), (policy, {"A": "1"}, 90))
        self.assertEqual((step.parent.cmd, step.parent.parent, step.is_wait), (None, None, False))
        self.assertTrue(hm.wait().is_wait)

    def test_options_that_are_none_are_not_given(self):
        self.assertEqual(nodes(hm.sh("x", label=None, cache=None, env=None, cwd=None)), nodes(hm.sh("x")))

    def test_a_timeout_gives_a_copy_and_replaces_an_earlier_one(self):
        step = hm.sh("x", key="a", timeout=5)
        copy = hm.timeout(timedelta(minutes=2), step)
        self.assertEqual([node["step"]["timeout_seconds"] for node in nodes(copy)], [120])
        self.assertEqual(nodes(step)[0]["step"]["timeout_seconds"], 5)

    def test_durations(self):
        for duration, expected in ((1, 1), ("90s", 90), ("1h30m", 5400), ("1d", 86_400), (timedelta(hours=1), 3600)):
            self.assertEqual(nodes(hm.sh("x", timeout=duration))[0]["step"]["timeout_seconds"], expected)

    def test_numbers_and_booleans_become_text_as_in_typescript(self):
        rows = [
            *((True, "true"), (22, "22"), (1.5, "1.5"), (2.0, "2"), (-0.0, "0"), (1e16, "10000000000000000")),
            *((123456789012345680000.0, "123456789012345680000"), (-3e16, "-30000000000000000"), (1e21, "1e+21")),
            *((1e-6, "0.000001"), (0.000123, "0.000123"), (1.5e-7, "1.5e-7"), (-2.5e-7, "-2.5e-7")),
        ]
        for value, text in rows:
            self.assertEqual(nodes(hm.sh("x", env={"A": value}))[0]["env"]["A"], text)

    def test_a_wait_between_too_many_is_refused_before_it_fills_the_memory(self):
        many = [hm.sh("x") for _ in range(448)]
        hm.pipeline([many[:447], hm.wait(), [hm.sh("x") for _ in range(447)]])
        message = "at most 200,000 edges, got more. A wait between n and m steps makes n × m edges: combine some steps."
        with self.assertRaisesRegex(hm.WrongUse, message):
            hm.pipeline([many, hm.wait(), [hm.sh("x") for _ in range(447)]])

    def test_a_chain_may_be_longer_than_the_stack(self):
        step = hm.sh("x")
        for _ in range(5000):
            step = step.sh("x")
        self.assertEqual(len(nodes(step)), 5001)

    def test_a_toolchain_to_wait_for_stands_for_its_leaves(self):
        go = hm.go()
        graph = edges(hm.sh("x", depends_on=go))
        self.assertEqual([edge for edge in graph if edge[1] == 6], [[i, 6, "depends_on"] for i in (2, 3, 4, 5)])

    def test_inputs_from_another_way_to_write_them(self):
        build = hm.sh("make", key="build")
        [_, node] = nodes(hm.sh("x", inputs={"from": build, "path": "dist/**"}))
        self.assertEqual(node["step"]["inputs"], [{"from": "build", "path": "dist/**"}])


class Policies(unittest.TestCase):
    def test_equal_ones_are_equal(self):
        self.assertEqual(hm.CacheForever(env_keys=()), hm.forever())
        self.assertEqual(hm.CacheOnChange(paths=("a", "b")), hm.on_change("a", "b"))
        self.assertEqual(hm.CacheTTL(duration=timedelta(days=1)), hm.ttl("1d"))
        self.assertNotEqual(hm.ttl("1d"), hm.ttl("2d"))
        self.assertEqual(hash(hm.compose(hm.CacheNone())), hash(hm.compose(hm.CacheNone())))

    def test_triggers_are_built_and_read_as_in_the_released_sdk(self):
        from harmont.triggers import PullRequestTrigger, PushTrigger

        pushed = hm.push("main")
        self.assertEqual((pushed.branches, pushed.tags), (("main",), None))
        self.assertEqual(pushed, PushTrigger(branches=("main",), tags=None))
        self.assertEqual(PushTrigger(None, ("v*",)).to_dict(), {"event": "push", "tags": ["v*"]})
        asked = hm.pull_request(["main"], ["closed"])
        self.assertEqual((asked.branches, asked.types), (("main",), ("closed",)))
        self.assertEqual(asked, PullRequestTrigger(branches=("main",), types=("closed",)))
        with self.assertRaises(AttributeError):
            pushed.branches = ()

    def test_types_are_where_existing_files_import_them_from(self):
        from harmont._cmake import CMakeProject, CMakeToolchain
        from harmont._elixir import ElixirProject
        from harmont._go import GoToolchain
        from harmont._js import JsProject
        from harmont._python import PythonToolchain
        from harmont._rust import RustProject, RustToolchain
        from harmont._step import Step
        from harmont._zig import ZigProject, ZigToolchain
        from harmont.cache import CacheCompose, CachePolicy
        from harmont.py.uv import UvProject
        from harmont.triggers import PullRequestTrigger, PushTrigger
        from harmont.types import Pipeline

        self.assertIsInstance(hm.sh("x"), Step)
        self.assertIsInstance(hm.compose(hm.CacheNone()), (CacheCompose, CachePolicy))
        self.assertIsInstance(hm.push(branch="x"), PushTrigger)
        self.assertIsInstance(hm.pr(), PullRequestTrigger)
        self.assertIsNotNone(Pipeline)
        self.assertIsInstance(hm.py.uv(), UvProject)
        for made, kind in (
            (hm.cmake(), CMakeToolchain),
            (hm.cmake(path="."), CMakeProject),
            (hm.elixir(), ElixirProject),
            (hm.go(), GoToolchain),
            (hm.js.project(pm="npm"), JsProject),
            (hm.python(), PythonToolchain),
            (hm.rust.project(), RustProject),
            (hm.rust.toolchain(), RustToolchain),
            (hm.zig(), ZigToolchain),
            (hm.zig(path="."), ZigProject),
        ):
            self.assertIsInstance(made, kind)
