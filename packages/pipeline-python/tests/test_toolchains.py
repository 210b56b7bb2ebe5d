import json
import os
import tempfile
import unittest
from pathlib import Path

import harmont as hm
from tests.clean import nodes


class Toolchains(unittest.TestCase):
    def test_the_bare_form_is_short_for_the_toolchain(self):
        for bare, whole in (
            (hm.go.test(path="a", version="1.24.0", label="l"), hm.go(path="a", version="1.24.0").test(label="l")),
            (hm.py.uv.run("x y", path="a", version="0.9.5"), hm.py.uv(path="a", version="0.9.5").run("x y")),
            (
                hm.rust.clippy(version="nightly", extra_lints=["-W x"]),
                hm.rust.toolchain(version="nightly").clippy(extra_lints=["-W x"]),
            ),
            (hm.zig.build(image="i"), hm.zig(path=".", image="i").build()),
            (hm.elixir.mix("t", otp_version="27"), hm.elixir(otp_version="27").mix("t")),
            (hm.js.run("test", pm="npm", args=["a"]), hm.js.project(pm="npm").run("test", args=["a"])),
            (hm.cmake.test(compiler="gcc"), hm.cmake(path=".", compiler="gcc").test()),
            (
                hm.cmake.package(path="c", generator="DEB", cache=hm.forever()),
                hm.cmake(path="c").package(generator="DEB", cache=hm.forever()),
            ),
        ):
            self.assertEqual(nodes(bare), nodes(whole))

    def test_setup_gives_a_copy_that_starts_later(self):
        made = (
            hm.go(), hm.python(), hm.py.uv(), hm.js.project(pm="npm"), hm.zig(), hm.zig(path="."), hm.elixir(),
            hm.rust.toolchain(), hm.rust.project(), hm.cmake(),
        )  # fmt: skip
        for project in made:
            with self.subTest(type(project).__name__):
                before = project.install()
                later = project.setup("echo marker", label="marker", cwd="d", env={"A": 1}, cache=hm.forever())
                self.assertIs(type(later), type(project))
                self.assertIs(project.install(), before)
                self.assertIs(later.install().parent, before)
                self.assertEqual((later.install().cmd, later.install().env), ("cd d && echo marker", {"A": "1"}))
                self.assertTrue(all(step.parent for step in later.ci()))

    def test_after_setup_what_starts_elsewhere_keeps_its_start(self):
        rust = hm.rust.project().setup("x")
        self.assertIs(rust.test().parent, rust.warmup)
        self.assertEqual(rust.warmup.cmd, "x")
        self.assertIs(rust.fmt().parent, rust.toolchain.installed)
        cmake = hm.cmake(path=".").setup("x")
        self.assertIs(cmake.lint().parent, cmake.built)
        self.assertIs(cmake.fmt().parent, cmake.toolchain.installed)
        elixir = hm.elixir()
        self.assertIs(elixir.dialyzer().parent, elixir.plt())
        self.assertIsNot(elixir.setup("x").plt(), elixir.plt())

    def test_projects_of_one_toolchain_share_its_installation(self):
        zig = hm.zig()
        self.assertIs(zig.project("a").installed, zig.project(path="b").installed)
        cmake = hm.cmake()
        self.assertEqual(len(nodes(cmake.project(path="a"), cmake.project("b"))), 2 + 2 * 4)

    def test_options_of_actions_are_options_of_steps(self):
        step = hm.timeout("5m", hm.go().test(env={"A": 1}, retry=2, cache=hm.forever()))
        [*_, node] = nodes(step)
        self.assertEqual(node["env"]["A"], "1")
        self.assertEqual((node["step"]["timeout_seconds"], node["step"]["retry"]), (300, {"limit": 2}))


class JavaScript(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(directory.name)

    def files(self, package, *names, **others):
        if package is not None:
            Path("package.json").write_text(json.dumps(package))
        for name in names:
            Path(name).touch()
        for name, text in others.items():
            Path(name.replace("_", ".")).write_text(text)

    def test_files_that_disagree(self):
        self.files({"packageManager": "pnpm@9.0.0"}, "bun.lock")
        with self.assertRaisesRegex(
            hm.WrongUse, 'got "pnpm". package.json and the lock files disagree: set pm and runtime'
        ):
            hm.js.project()
        self.assertIn("pnpm install", hm.js.project(pm="pnpm", runtime="node").install().cmd)

    def test_a_broken_package_json(self):
        Path("package.json").write_text("{")
        with self.assertRaisesRegex(hm.WrongUse, "js.project: expected JSON in package.json, got .*Fix the file"):
            hm.js.project()

    def test_a_pin_of_bun_that_is_no_version(self):
        self.files({"packageManager": "bun@canary"})
        with self.assertRaisesRegex(
            hm.WrongUse, 'a packageManager of package.json such as "bun@1.3.1", got "bun@canary"'
        ):
            hm.js.project()

    def test_the_tasks_of_deno(self):
        text = '{"tasks": {"test": "deno test", /* "lint": "x", */ "build": "echo //", }} // end'
        self.files(None, "deno.lock", deno_jsonc=text)
        self.assertEqual([step.label for step in hm.js.project().ci()], [":deno: build", ":deno: test"])

    def test_a_project_without_scripts_is_installed(self):
        self.files({"scripts": {"start": "x"}}, "package-lock.json")
        project = hm.js.project()
        self.assertEqual(project.ci(), (project.install(),))
