import os

from tests.project import ProjectCase

ONE = 'import harmont as hm\n@hm.pipeline("{0}")\ndef {0}():\n    return hm.sh("{1}")\n'


class Protocol(ProjectCase):
    def test_only_what_is_asked_for_is_evaluated(self):
        text = 'import harmont as hm\nhm.pipeline("{0}")(lambda: (print("in {0}"), hm.sh("x"))[1:])\n'
        self.put(".hm/b.py", text.format("b") + text.format("c"))
        self.put(".hm/a.py", text.format("a"))
        listed = self.render("--list")
        self.assertEqual([(each["slug"], each["file"]) for each in listed["pipelines"]], [
            ("a", ".hm/a.py"), ("b", ".hm/b.py"), ("c", ".hm/b.py"),
        ])  # fmt: skip
        self.assertEqual(
            [list(each) for each in listed["pipelines"]][0], ["slug", "name", "allow_manual", "triggers", "file"]
        )
        self.assertEqual(self.child("--list").stdout, "")
        ended = self.child("--slug", "c")
        self.assertEqual(ended.stdout, "in c\n")
        self.assertEqual([each["slug"] for each in self.render("--slug", "c")["pipelines"]], ["c"])
        self.assertEqual(self.child("--all").stdout, "in a\nin b\nin c\n")
        self.assertTrue(all("definition" in each for each in self.render("--all")["pipelines"]))

    def test_a_wrong_command_line_is_said(self):
        for words in ((), ("--all", "--list"), ("--slug",), ("--all", "--x")):
            ended = self.child(*words)
            self.assertEqual((ended.returncode, self.out.exists()), (1, False))
            self.assertIn("usage: python3 -m harmont._render --dir PROJECT", ended.stderr)

    def test_a_project_without_pipelines_has_none(self):
        (self.root / ".hm").rmdir()
        self.assertEqual(self.render(), {"pipelines": [], "errors": []})

    def test_nothing_that_a_program_does_damages_the_result(self):
        self.put(".hm/ci.py", ONE.format("ci", "x") + "\n".join((
            "import os, subprocess, sys, threading, time",
            "print('{\"pipelines\":[]}'); sys.stderr.write('loud\\n')",
            "subprocess.run(['echo', 'from a child'])",
            "os.chdir('/')",
            "threading.Thread(target=time.sleep, args=(600,)).start()",
            "sys.stdout.close()",
            "os.close(1)",
        )))  # fmt: skip
        ended = self.child("--all")
        self.assertIn("from a child", ended.stdout)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(self.commands(), ["x"])

    def test_a_result_that_cannot_be_written_is_said(self):
        self.put(".hm/ci.py", ONE.format("ci", "x"))
        self.out = self.root / "no" / "such" / "directory"
        ended = self.child("--all")
        self.assertEqual(ended.returncode, 1)
        self.assertRegex(ended.stderr, r"^harmont: \[Errno 2\] No such file or directory: .*\n$")

    def test_names_that_are_no_text_are_carried(self):
        with open(os.fsencode(self.root) + b"/.hm/\xff.py", "w") as stream:
            stream.write(ONE.format("ci", "é"))
        [pipeline] = self.render("--all")["pipelines"]
        self.assertEqual(pipeline["file"], ".hm/\udcff.py")
        self.assertIn("é", self.out.read_text())


class Imports(ProjectCase):
    def test_no_directory_of_the_project_stands_in_for_the_sdk_or_the_standard_library(self):
        self.put("harmont/__init__.py", "raise SystemExit('not me')")
        self.put("json.py", "raise SystemExit('not me')")
        self.put(".hm/re.py", ONE.format("re", "y"))
        self.put(".hm/ci.py", "import json, re\njson.dumps(re.escape('x'))\n" + ONE.format("ci", "x"))
        self.assertEqual(self.commands("ci"), ["x"])
        # The name belongs to the standard library, but the file is still a pipeline file.
        self.assertEqual(self.commands("re"), ["y"])

    def test_modules_of_the_project_come_before_siblings_and_siblings_before_installed_ones(self):
        self.put("tools/__init__.py", "")
        self.put("tools/names.py", "NAME = 'project'")
        self.put(".hm/tools.py", "raise SystemExit('not me')")
        self.put(".hm/_shared.py", "NAME = 'sibling'")
        self.put(".hm/folder/deep.py", "NAME = 'deep'")
        self.put(".hm/ci.py", "import _shared, folder.deep, tools.names\nimport harmont as hm\n"
                 "names = (tools.names.NAME, _shared.NAME, folder.deep.NAME)\n"
                 "hm.pipeline('ci')(lambda: hm.sh(' '.join(names)))\n")  # fmt: skip
        result = self.render("--slug", "ci")
        self.assertEqual(
            result["pipelines"][0]["definition"]["graph"]["nodes"][0]["step"]["cmd"], "project sibling deep"
        )

    def test_each_file_is_loaded_once_under_one_identity(self):
        self.put(
            ".hm/a.py", "import b\nimport harmont as hm\nhm.pipeline('a')(lambda: hm.sh(str(b.base() is b.base())))\n"
        )
        self.put(".hm/b.py", "print('loading b')\nimport harmont as hm\n"
                 "@hm.target()\ndef base(): return hm.sh('base')\n"
                 "@hm.pipeline('b')\ndef b(base: hm.Target): return base\n")  # fmt: skip
        ended = self.child("--all")
        self.assertEqual(ended.stdout, "loading b\n")
        files = {each["slug"]: each["file"] for each in self.render()["pipelines"]}
        self.assertEqual(files, {"a": ".hm/a.py", "b": ".hm/b.py"})

    def test_two_files_may_name_their_targets_alike(self):
        text = "from __future__ import annotations\nimport harmont as hm\n@hm.target()\ndef base(): return hm.sh('{0}')\n" \
               "@hm.pipeline('{0}')\ndef x(base: hm.Target[hm.Step]): return base\n"  # fmt: skip
        self.put(".hm/a.py", text.format("a"))
        self.put(".hm/b.py", text.format("b"))
        self.assertEqual((self.commands("a"), self.commands("b")), (["a"], ["b"]))

    def test_nothing_is_written_into_the_project_and_an_edit_always_counts(self):
        self.put("names.py", "NAME = 'one'")
        self.put(".hm/ci.py", "import harmont as hm, names\nhm.pipeline('ci')(lambda: hm.sh(names.NAME))\n")
        before = os.stat(self.root / "names.py")
        with_cache = {"PYTHONPYCACHEPREFIX": str(self.out.parent / "cache"), "PYTHONDONTWRITEBYTECODE": ""}
        self.assertEqual(self.commands(**with_cache), ["one"])
        # The new file has the same size and modification time.
        self.put("names.py", "NAME = 'two'")
        os.utime(self.root / "names.py", ns=(before.st_atime_ns, before.st_mtime_ns))
        self.assertEqual(self.commands(**with_cache), ["two"])
        self.assertEqual(sorted(os.listdir(self.root)), [".hm", "names.py"])
        self.assertEqual(os.listdir(self.root / ".hm"), ["ci.py"])

    def test_only_files_that_may_be_pipelines_are_loaded(self):
        self.put(".hm/ci.py", ONE.format("ci", "x"))
        for name in ("_shared.py", ".hidden.py", "notes.txt", "sub/x.py", "dir.py/x"):
            self.put(f".hm/{name}", "raise SystemExit('not me')")
        self.put(".hm/with-hyphen.py", ONE.format("other", "y"))
        self.put(".hm/with.dot.py", ONE.format("third", "z"))
        self.assertEqual([each["slug"] for each in self.render()["pipelines"]], ["ci", "other", "third"])

    def test_what_a_pipeline_does_not_use_is_not_loaded(self):
        self.put(".hm/ci.py", ONE.format("ci", "x") + "import sys\nprint(*sys.modules)\n")
        loaded = set(self.child("--slug", "ci").stdout.split())
        heavy = {
            "typing",
            "dataclasses",
            "inspect",
            "hashlib",
            "datetime",
            "subprocess",
            "difflib",
            "harmont._rust",
            "harmont._matrix",
        }
        self.assertEqual(loaded & heavy, set())
