import signal
import subprocess
import sys
import time

from tests.project import SOURCE, ProjectCase


class Errors(ProjectCase):
    def test_a_file_that_does_not_load_is_told_apart(self):
        self.put(".hm/a.py", 'import harmont as hm\nhm.pipeline("a")(lambda: hm.sh("x"))\n\nhm.sh("")\n')
        self.put(".hm/b.py", 'import harmont as hm\nhm.pipeline("b")(lambda: hm.sh("x"))\n')
        result = self.render()
        self.assertEqual([each["slug"] for each in result["pipelines"]], ["b"])
        message = '.hm/a.py:4: sh: expected a non-empty string, got "". Give the step a command.'
        self.assertEqual(result["errors"], [
            {"file": ".hm/a.py", "slug": None, "code": "render_failed", "message": message, "line": 4},
        ])  # fmt: skip

    def test_a_pipeline_that_throws_is_one_with_its_slug(self):
        self.put("lib/steps.py", "def deep():\n    return 1 / 0\n")
        self.put(".hm/ci.py", "import harmont as hm\nfrom lib import steps\n\n@hm.pipeline('ci')\ndef ci():\n    return steps.deep()\n"
                 "hm.pipeline('ok')(lambda: hm.sh('x'))\n")  # fmt: skip
        result = self.render()
        self.assertEqual([each["slug"] for each in result["pipelines"]], ["ok"])
        [error] = result["errors"]
        expected = "lib/steps.py:2: ZeroDivisionError: division by zero\n    from .hm/ci.py:6"
        self.assertEqual(
            (error["file"], error["slug"], error["message"], error["line"]), (".hm/ci.py", "ci", expected, 2)
        )

    def test_mistakes_of_syntax_have_their_line(self):
        for text, message in (
            ("x = (\n", ".hm/ci.py:1: SyntaxError: '(' was never closed"),
            ("\n\nx = = 1\n", ".hm/ci.py:3: SyntaxError: invalid syntax"),
            ("if 1:\nx\n", ".hm/ci.py:2: IndentationError: expected an indented block after 'if' statement on line 1"),
            ("# -*- coding: nope -*-\n", ".hm/ci.py: SyntaxError: unknown encoding: nope"),
            ("import _other\n", ".hm/_other.py:2: SyntaxError: invalid syntax\n    from .hm/ci.py:1"),
        ):
            self.put(".hm/ci.py", text)
            self.put(".hm/_other.py", "\nx = = 1\n")
            self.assertEqual(self.only_error()["message"], message)

    def test_programs_that_do_not_run_to_their_end(self):
        for line, message in (
            ("import sys; sys.exit(3)", ".hm/ci.py:2: sys.exit(3) was called. A pipeline file must run to its end."),
            ("raise SystemExit", ".hm/ci.py:2: sys.exit() was called. A pipeline file must run to its end."),
            ("raise BaseException('x')", ".hm/ci.py:2: BaseException: x"),
            (
                "f = lambda: f()\nf()",
                ".hm/ci.py:2: a function calls itself without end: maximum recursion depth exceeded",
            ),
            ("import nope", ".hm/ci.py:2: ModuleNotFoundError: No module named 'nope'"),
        ):
            self.put(".hm/ci.py", f"import harmont as hm\n{line}\n")
            error = self.only_error()
            self.assertTrue(error["message"].startswith(message), error["message"])
            self.assertLess(len(error["message"].splitlines()), 12)

    def test_a_cause_is_told(self):
        self.put(
            ".hm/ci.py",
            "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise RuntimeError('outer') from error\n",
        )
        expected = ".hm/ci.py:4: RuntimeError: outer\n    because: ZeroDivisionError: division by zero"
        self.assertEqual(self.only_error()["message"], expected)

    def test_an_error_without_words_and_one_whose_words_fail(self):
        for line, said in (
            ("raise KeyError", "KeyError"),
            ("class E(Exception):\n    def __str__(self): return 1 / 0\nraise E", "E: (its message cannot be shown)"),
        ):
            self.put(".hm/ci.py", line)
            self.assertTrue(self.only_error()["message"].endswith(f": {said}"))

    def test_cycles_and_keys_point_at_the_pipeline(self):
        self.put(".hm/ci.py", "import harmont as hm\n@hm.target()\ndef a(b: hm.Target): return b\n@hm.target()\ndef b(a: hm.Target): return a\n"
                 "@hm.pipeline()\ndef cycle(a: hm.Target): return a\n"
                 "@hm.pipeline()\ndef keys():\n    return [hm.sh('x', key='k'), hm.sh('y', key='k')]\n")  # fmt: skip
        cycle, keys = self.render()["errors"]
        self.assertEqual(
            cycle["message"],
            ".hm/ci.py:6: target a: expected targets that do not need themselves, got a -> b -> a. Break the cycle.",
        )
        self.assertEqual(
            keys["message"],
            '.hm/ci.py:8: pipeline: expected one step with the key "k", got "x" and "y". Rename one of the two.',
        )

    def test_a_definition_that_is_no_text_is_its_own_error(self):
        self.put(
            ".hm/ci.py", "import harmont as hm\nhm.pipeline('ci')(lambda: hm.sh('x', runner_args={'a': {1, 2}}))\n"
        )
        self.assertEqual((self.only_error()["slug"], self.only_error()["line"]), ("ci", 2))

    def test_an_interrupt_ends_the_child_with_one_message(self):
        self.put(".hm/ci.py", "import time\nprint('now', flush=True)\ntime.sleep(60)\n")
        words = ["-P", "-S", "-m", "harmont._render", "--dir", str(self.root), "--all", "--out", str(self.out)]
        child = subprocess.Popen(
            [sys.executable, *words], cwd=self.root, env={"PYTHONPATH": str(SOURCE)}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.assertEqual(child.stdout.readline(), "now\n")
        started = time.monotonic()
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=30)
        self.assertEqual((child.returncode, self.out.exists()), (1, False))
        self.assertRegex(said, r"^\.hm/ci\.py:[23]: interrupted\.\n$")
        self.assertLess(time.monotonic() - started, 30)
