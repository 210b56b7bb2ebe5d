import hashlib
import os
import tempfile
import unittest
from pathlib import Path

import harmont as hm
from harmont._files import Files
from harmont._path_glob import components, path_test


def digest(text):
    return hashlib.sha256(text if isinstance(text, bytes) else text.encode()).hexdigest()


class Globs(unittest.TestCase):
    def test_the_dialect(self):
        for pattern, fitting, others in (
            ("*", ["a", ".b"], ["a/b"]),
            ("a?c", ["abc", "a😀c"], ["ac", "a/c"]),
            ("[a-c]x", ["ax", "cx"], ["dx"]),
            ("[!a]", ["b"], ["a"]),
            ("[]a]", ["]", "a"], ["b"]),
            ("[!]a]", ["b"], ["]", "a"]),
            ("[a", ["[a"], ["a"]),
            ("[a-]", ["a", "-"], ["b"]),
            ("**/x", ["x", "a/x", "a/b/x"], ["xx"]),
            ("a/**/b", ["a/b", "a/c/b"], ["ab"]),
            ("./a//*.rs", ["a/x.rs"], ["a/b/x.rs"]),
            ("*a*a*a*a*b", ["aaaab"], ["a" * 200]),
        ):
            fits = path_test(pattern)
            for path in fitting:
                self.assertTrue(fits(components(path)), (pattern, path))
            for path in others:
                self.assertFalse(fits(components(path)), (pattern, path))


class Digests(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.base = Path(directory.name)

    def put(self, path, text=""):
        (self.base / path).parent.mkdir(parents=True, exist_ok=True)
        (self.base / path).write_text(text)

    def of(self, *paths):
        return Files(self.base).digests(paths)

    def test_a_file_its_bytes_a_directory_names_and_bytes(self):
        self.put("d/b", "two")
        self.put("d/a-b", "three")
        self.put("d/a/c", "one")
        self.assertEqual(self.of("d/b"), [digest("two")])
        # Files are ordered by component: a/c comes before a-b.
        self.assertEqual(self.of("d"), [digest("a/c\0one\0a-b\0three\0b\0two\0")])
        self.assertEqual(self.of("./d/"), self.of("d"))

    def test_paths_are_sorted_and_matches_are_not_joined(self):
        self.put("b", "b")
        self.put("a", "a")
        self.assertEqual(self.of("b", "a", "*"), [digest("a"), digest("b"), digest("a"), digest("b")])

    def test_what_matches_nothing_gives_nothing(self):
        self.put("a")
        self.assertEqual(self.of("b", "c*", "a/b"), [])

    def test_two_stars_at_the_end_fit_directories_only(self):
        self.put("d/e/f", "x")
        empty = self.of("**")
        self.assertEqual(empty, [digest("d/e/f\0x\0"), digest("e/f\0x\0"), digest("f\0x\0")])

    def test_links(self):
        self.put("real/x", "x")
        os.symlink("real", self.base / "linked")
        os.symlink("x", self.base / "real/y")
        os.symlink("gone", self.base / "real/z")
        os.symlink("loop", self.base / "loop")
        self.assertEqual(self.of("real"), [digest("x\0x\0y\0x\0")])
        # A directly named link is followed; on a walk it is not entered.
        self.assertEqual(self.of("linked"), self.of("real"))
        self.assertEqual(self.of("."), [digest("real/x\0x\0real/y\0x\0")])
        self.assertEqual(self.of("real/z", "loop"), [digest("loop"), digest("gone")])

    def test_names_that_are_no_text_keep_their_bytes(self):
        with open(os.fsencode(self.base) + b"/\xff", "w") as stream:
            stream.write("x")
        self.assertEqual(self.of("."), [digest(b"\xff\0x\0")])

    def test_pipes_are_passed_over(self):
        os.mkfifo(self.base / "pipe")
        self.assertEqual(self.of("."), [digest("")])
        self.assertEqual(self.of("pipe", "*"), [])

    def test_keys_are_of_the_working_directory_and_the_environment_unless_told(self):
        step = hm.sh("make", key="a", cache=hm.compose(hm.on_change("f"), hm.forever(["V"])))
        ir = hm.pipeline([step])
        self.put("f", "x")
        before = os.getcwd()
        os.chdir(self.base)
        os.environ["V"] = "1"
        os.environ["HM_PIPELINE_SLUG"] = "s"
        try:
            found = hm.pipeline_to_json(ir)
        finally:
            os.chdir(before)
            del os.environ["V"], os.environ["HM_PIPELINE_SLUG"]
        told = hm.pipeline_to_json(ir, pipeline_slug="s", base_path=self.base, env={"V": "1"}, pipeline_org="default")
        self.assertEqual(found, told)
        self.assertNotEqual(told, hm.pipeline_to_json(ir, pipeline_slug="s", base_path=self.base, env={"V": "2"}))
        self.assertNotIn('"key":"', hm.pipeline_to_json(hm.pipeline([hm.sh("x", cache=hm.CacheNone())]))[60:])
