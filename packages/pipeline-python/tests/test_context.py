import os
import subprocess
import tempfile
import unittest
from unittest import mock

import harmont as hm

NAMES = ("EVENT", "BRANCH", "BASE_BRANCH", "TAG", "COMMIT", "PULL_REQUEST", "LOCAL")


def facts():
    context = hm.context
    return (
        context.event,
        context.branch,
        context.base_branch,
        context.tag,
        context.commit,
        context.pull_request,
        context.local,
    )


class Context(unittest.TestCase):
    def setUp(self):
        without = {name: value for name, value in os.environ.items() if not name.startswith(("HARMONT_", "GIT_"))}
        patch = mock.patch.dict(os.environ, without, clear=True)
        patch.start()
        self.addCleanup(patch.stop)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(directory.name)

    def test_what_the_build_tells(self):
        values = ("pull_request", "topic", "main", "v1", "c0ffee", "12", "true")
        os.environ.update({f"HARMONT_{name}": value for name, value in zip(NAMES, values, strict=True)})
        self.assertEqual(facts(), ("pull_request", "topic", "main", "v1", "c0ffee", 12, True))

    def test_what_git_knows_while_nothing_tells(self):
        def git(*words):
            command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

        self.assertEqual(facts(), ("manual", None, None, None, None, None, False))
        git("init", "-q", "-b", "topic")
        self.assertEqual(facts()[1:5], ("topic", None, None, None))
        git("commit", "-q", "--allow-empty", "-m", "x")
        commit = git("rev-parse", "HEAD")
        self.assertEqual(facts()[1:5], ("topic", None, None, commit))
        os.environ["HARMONT_EVENT"] = "push"
        self.assertEqual(facts(), ("push", None, None, None, None, None, False))

    def test_a_pull_request_that_is_no_number(self):
        os.environ["HARMONT_PULL_REQUEST"] = "x"
        with self.assertRaisesRegex(
            hm.WrongUse, 'HARMONT_PULL_REQUEST: expected the number of a pull request, got "x"'
        ):
            hm.context.pull_request
