import tempfile
import unittest
from datetime import date
from pathlib import Path

from rota.rota import Rota, read_rota


class OnCall(unittest.TestCase):
    rota = Rota(date(2026, 1, 5), ("ada", "grace"))

    def test_a_week_each(self):
        self.assertEqual(self.rota.on_call(date(2026, 1, 5)), "ada")
        self.assertEqual(self.rota.on_call(date(2026, 1, 11)), "ada")
        self.assertEqual(self.rota.on_call(date(2026, 1, 12)), "grace")

    def test_begins_again_after_the_last(self):
        self.assertEqual(self.rota.on_call(date(2026, 1, 19)), "ada")

    def test_nothing_before_the_start(self):
        with self.assertRaisesRegex(ValueError, "is before it"):
            self.rota.on_call(date(2026, 1, 4))


class ReadRota(unittest.TestCase):
    def read(self, text: str) -> Rota:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, "rota.ini")
            path.write_text(text)
            return read_rota(str(path))

    def test_reads_people_and_start(self):
        rota = self.read("[rota]\nstart = 2026-01-05\npeople =\n    ada\n    grace\n")
        self.assertEqual(rota, Rota(date(2026, 1, 5), ("ada", "grace")))

    def test_refuses_a_start_that_is_no_monday(self):
        with self.assertRaisesRegex(ValueError, "start is a Monday"):
            self.read("[rota]\nstart = 2026-01-06\npeople =\n    ada\n")
