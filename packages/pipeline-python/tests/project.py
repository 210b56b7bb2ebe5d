"""A project on disk and its rendering in a real child."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src"


class ProjectCase(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(os.path.realpath(directory.name))
        (self.root / ".hm").mkdir()
        out = tempfile.TemporaryDirectory()
        self.addCleanup(out.cleanup)
        self.out = Path(out.name) / "result.json"

    def put(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def child(self, *words: str, python=("-P", "-S"), **env: str):
        """Returns the completed process.

        PYTHONPATH has only the SDK, and installed packages are not searched, which saves time.
        """
        command = [
            sys.executable,
            *python,
            "-m",
            "harmont._render",
            "--dir",
            str(self.root),
            "--out",
            str(self.out),
            *words,
        ]
        variables = {**os.environ, "PYTHONPATH": str(SOURCE), **env}
        return subprocess.run(
            command, cwd=self.root, env=variables, capture_output=True, text=True, check=False, timeout=60
        )

    def render(self, *words: str, **how):
        """Returns the output of the child, whose exit code must be 0."""
        ended = self.child(*(words or ("--all",)), **how)
        self.assertEqual((ended.returncode, self.out.is_file()), (0, True), ended.stderr)
        return json.loads(self.out.read_text())

    def only_error(self, *words: str, **how):
        result = self.render(*words, **how)
        [error] = result["errors"]
        return error

    def commands(self, slug="ci", **how):
        result = self.render("--slug", slug, **how)
        self.assertEqual(result["errors"], [])
        [pipeline] = result["pipelines"]
        return [node["step"]["cmd"] for node in pipeline["definition"]["graph"]["nodes"]]
